package cache

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/marketgraph/marketgraph/cache/redistest"
)

// TestLeasesKeepThePromiseWhen: the cases that random deeds meet too rarely.
func TestLeasesKeepThePromiseWhen(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, happens := range map[string]func(*fleet){
		"one message is missed and the next is heard": func(f *fleet) {
			f.read(1, 0, 0)
			f.settle(10 * ms)
			f.do(deed{what: "miss", replica: 1})
			f.write(0, 0)
			f.settle(20 * ms)
			f.write(0, 1)
			f.settle(2 * modelTerm)
			f.read(1, 0, 0)
		},
		"beats take longer than the lease": func(f *fleet) {
			f.read(1, 0, 0)
			f.settle(10 * ms)
			f.do(deed{what: "slow", replica: 1, ms: 2000})
			for i := range 1000 { // writes meet the beats, of some four seconds, at all times
				if i%75 == 0 {
					f.write(0, 0)
				}
				f.read(1, 0, 0)
				f.settle(50 * ms)
			}
		},
		"a fill outlasts the lease": func(f *fleet) {
			f.do(deed{what: "cut", replica: 1})
			f.settle(1500 * ms)
			f.read(1, 0, 4000*ms)
			f.settle(ms)
			f.write(0, 0)
			f.settle(1500 * ms)
			f.read(1, 0, 0)
		},
		"a fill began under the lease": func(f *fleet) {
			f.read(1, 0, 4000*ms)
			f.settle(ms)
			f.do(deed{what: "cut", replica: 1})
			f.write(0, 0)
			f.settle(2500 * ms)
			f.read(1, 0, 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFleet(t, 2, 1)
				happens(f)
				f.end(t)
				if len(f.broken) > 0 {
					t.Error(f.broken)
				}
			})
		})
	}
}

// TestAnEvictionTakesWhatTheOthersNeed: a few milliseconds when they reply, a lease
// when one does not, and nothing once that one's lease is over.
func TestAnEvictionTakesWhatTheOthersNeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, 1)
		evict := func(ctx context.Context) (took time.Duration, err error) {
			began := time.Now()
			err = f.replicas[0].Evict(ctx, f.scope.Tag("t"))
			return time.Since(began), err
		}
		if took, err := evict(t.Context()); err != nil || took > 50*time.Millisecond {
			t.Errorf("all reply: %v, %v", took, err)
		}
		f.do(deed{what: "cut", replica: 2})
		if took, err := evict(t.Context()); err != nil || took < modelTerm/2 || took > modelTerm {
			t.Errorf("one is cut off: %v, %v", took, err)
		}
		if took, err := evict(t.Context()); err != nil || took > 50*time.Millisecond {
			t.Errorf("its lease is over: %v, %v", took, err)
		}
		f.do(deed{what: "deafen", replica: 1})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if took, err := evict(ctx); !errors.Is(err, context.DeadlineExceeded) || took != 100*time.Millisecond {
			t.Errorf("the caller's time is over: %v, %v", took, err)
		}
		f.do(deed{what: "cut", replica: 0})
		if took, err := evict(t.Context()); !errors.Is(err, errModelCut) || took < modelTerm || took > modelTerm+50*time.Millisecond {
			t.Errorf("cut off itself: %v, %v", took, err)
		}
		f.settle(2 * modelTerm)
		if took, err := evict(t.Context()); !errors.Is(err, errModelCut) || took > 50*time.Millisecond {
			t.Errorf("cut off for long: %v, %v", took, err)
		}
		f.end(t)
	})
}

// newReplicas returns caches that share a real Redis and have their leases.
func newReplicas(t *testing.T, n int, url string) []*house {
	t.Helper()
	all := make([]*house, n)
	for i := range all {
		all[i] = newHouse(t, openRedis(t, url), patient, func(o *Options) { o.Lone, o.Now = false, time.Now })
		all[i].leased(t)
	}
	return all
}

// leased waits for the lease.
func (h *house) leased(t *testing.T) {
	t.Helper()
	for !h.memory.lease.live(h.now()) {
		if err := pause(t.Context(), time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
}

// unleased waits until the lease is over.
func (h *house) unleased(t *testing.T) {
	t.Helper()
	for h.memory.lease.live(h.now()) {
		if err := pause(t.Context(), time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReplicasSeeEachOthersWrites at once, through one Redis, again and again.
func TestReplicasSeeEachOthersWrites(t *testing.T) {
	t.Parallel()
	all, up, sc := newReplicas(t, 3, startRedis(t).URL), &source{text: "0"}, scope(t, "acme", "system")
	r := up.request(sc, "1")
	hits := 0
	for i := range 50 {
		for _, h := range all {
			h.want(t, r, string(rune('0'+i)))
			res := GetMany(t.Context(), h.Cache, []Request[string]{r})[0]
			if res.Source == FromMemory {
				hits++
			}
		}
		up.set(string(rune('0'+i+1)), nil)
		if err := all[i%3].Evict(t.Context(), sc.Tag("company", "1")); err != nil {
			t.Fatal(err)
		}
	}
	if hits == 0 {
		t.Error("no replica ever served its own tier: this tests nothing")
	}
}

// TestAReplicaThatHearsNothingBypassesItsTier, says so, and starts anew.
func TestAReplicaThatHearsNothingBypassesItsTier(t *testing.T) {
	t.Parallel()
	server, up := startRedis(t), &source{text: "x"}
	h := newReplicas(t, 1, server.URL+"?pool_size=1000")[0]
	r := up.request(scope(t, "acme", "system"), "1")
	h.want(t, r, "x")
	h.wantSource(t, r, "x", FromMemory)

	server.Kill()
	h.unleased(t)
	h.wantSource(t, r, "x", FromFill)
	h.wantSource(t, r, "x", FromFill)
	if lost := h.events.count(LeaseLost); lost != 1 {
		t.Errorf("the loss was told %d times", lost)
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	h.leased(t)
	if held := h.events.count(LeaseHeld); held != 2 {
		t.Errorf("the lease was told of %d times, want at first and after the outage", held)
	}
	h.want(t, r, "x")
	h.wantSource(t, r, "x", FromMemory)
}

// TestALateFillIsNotKeptByAnotherReplica: it began before the eviction, which only
// the bus can tell its replica.
func TestALateFillIsNotKeptByAnotherReplica(t *testing.T) {
	t.Parallel()
	all, up := newReplicas(t, 2, startRedis(t).URL), newBlocked("old")
	r := up.request(scope(t, "acme", "system"), "1")
	late := all[1].get(t.Context(), r)
	<-up.ctx // it has the answer
	if err := all[0].Evict(t.Context(), r.Tags[0]); err != nil {
		t.Fatal(err)
	}
	up.release <- struct{}{}
	late.want(t, "old", nil)
	for _, h := range all {
		if res := Lookup(t.Context(), h.Cache, []Request[string]{r})[0]; !errors.Is(res.Err, ErrMiss) {
			t.Errorf("%+v, want a miss", res)
		}
	}
	if all[1].events.count(Late) != 1 {
		t.Error("the fill was not late")
	}
}

// TestReplicasThatLeaveAreNotWaitedFor: a rolling restart slows no write down.
func TestReplicasThatLeaveAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	all := newReplicas(t, 2, server.URL)
	if err := all[1].Close(); err != nil {
		t.Fatal(err)
	}
	others, err := all[0].replica.announce(t.Context(), 0, nil)
	delete(others, "") // as long as the bus is young
	if err != nil || len(others) != 0 {
		t.Errorf("%v, %v", others, err)
	}
}

// TestTheBusInRedisHasAFixedCost: one name that expires, without who has gone.
func TestTheBusInRedisHasAFixedCost(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	client := server.client(t)
	ctx := t.Context()
	if err := client.HSet(ctx, "mg:{bus}", "GONE", 1).Err(); err != nil {
		t.Fatal(err)
	}
	h := newReplicas(t, 1, server.URL)[0]
	if err := h.Evict(ctx, scope(t, "acme", "system").Tag("t")); err != nil {
		t.Fatal(err)
	}
	if fields := client.HGetAll(ctx, "mg:{bus}").Val(); len(fields) != 3 || fields["GONE"] != "" {
		t.Errorf("%v, want seq, born and one replica", fields)
	}
	if ttl := client.PTTL(ctx, "mg:{bus}").Val(); ttl <= 0 || ttl > busLife {
		t.Errorf("the bus lives for %v", ttl)
	}
}

// TestALostBusIsNotTrusted: Redis forgot who was registered, so an eviction waits
// until every lease of before is over.
func TestALostBusIsNotTrusted(t *testing.T) {
	t.Parallel()
	h := newReplicas(t, 1, startRedis(t).URL)[0]
	if err := h.redis.client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	others, err := h.replica.announce(t.Context(), 0, nil)
	if left := others[""]; err != nil || left <= 0 || left > DefaultTierLease {
		t.Errorf("%v, %v", others, err)
	}
}

// TestDatabasesOfOneServerHaveTheirOwnBus: channels do not belong to a database.
func TestDatabasesOfOneServerHaveTheirOwnBus(t *testing.T) {
	t.Parallel()
	port := redistest.StartTCP(t).Port
	names := map[string]bool{}
	for db := range 2 {
		client := openRedis(t, fmt.Sprintf("redis://127.0.0.1:%d/%d", port, db))
		names[newRedisBus(&link{client: client}, time.Second).all] = true
	}
	if len(names) != 2 {
		t.Errorf("%v", names)
	}
}

// BenchmarkHit is a read of what the in-process tier holds.
func BenchmarkHit(b *testing.B) {
	h, up := newHouse(b, nil, func(o *Options) { o.Now = time.Now }), &source{text: "x"}
	r := up.request(scope(b, "acme", "system"), "1")
	h.want(b, r, "x")
	h.emit = func(Event) {}
	for b.Loop() {
		if _, err := got(b.Context(), h.Cache, r); err != nil {
			b.Fatal(err)
		}
	}
}
