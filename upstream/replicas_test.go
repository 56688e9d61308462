package upstream

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// fleetTimeout bounds an exchange of these replicas: less than half a pause, and more than an exchange takes.
const fleetTimeout = 250 * time.Millisecond

// withFleet runs f in a bubble with replicas that share a bucket nobody has used.
func withFleet(t *testing.T, bucket Bucket, size int, f func(t *testing.T, f *fleet, gates []*gate)) {
	t.Helper()
	server := startRedis(t)
	synctest.Test(t, func(t *testing.T) {
		fleet := newFleet(t, server, &backendModel{bucket: bucket}, size, fleetTimeout)
		defer fleet.close()
		var gates []*gate
		for _, r := range fleet.replicas {
			r.link.delay = nil
			gates = append(gates, fleet.gate(r))
		}
		f(t, fleet, gates)
	})
}

// took is how long an acquire takes; the call ends at once.
func took(t *testing.T, g *gate) time.Duration {
	t.Helper()
	begin := time.Now()
	s := mustAcquire(t, g)
	s.done()
	return time.Since(begin)
}

// near reports whether a time is as it should be, but for the margin and an exchange.
func near(got, want time.Duration) bool { return got >= want && got < want+want/50+20*time.Millisecond }

// TestDeadReplicaLosesItsLease: what a process that died had under way is free again after the lease, and not before.
func TestDeadReplicaLosesItsLease(t *testing.T) {
	t.Parallel()
	withFleet(t, Bucket{Kind: Semaphore, Size: 3}, 2, func(t *testing.T, f *fleet, gates []*gate) {
		mustAcquire(t, gates[0])
		mustAcquire(t, gates[0])
		f.replicas[0].link.cut.Store(true)
		if got := took(t, gates[1]); !near(got, sharedLease) {
			t.Errorf("the next call goes after %v, want %v", got, sharedLease)
		}
	})
}

// TestLivingReplicaKeepsItsLease: a call that takes longer than the lease counts until it has ended.
func TestLivingReplicaKeepsItsLease(t *testing.T) {
	t.Parallel()
	withFleet(t, Bucket{Kind: Semaphore, Size: 1}, 2, func(t *testing.T, _ *fleet, gates []*gate) {
		long := mustAcquire(t, gates[0])
		time.AfterFunc(50*time.Second, long.done)
		if got := took(t, gates[1]); !near(got, 50*time.Second) {
			t.Errorf("the next call goes after %v, want 50 s", got)
		}
	})
}

// TestReplicasLearnFromOne: a 429 that one replica gets rests the bucket for all.
func TestReplicasLearnFromOne(t *testing.T) {
	t.Parallel()
	withFleet(t, Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4}, 2, func(t *testing.T, _ *fleet, gates []*gate) {
		took(t, gates[1])
		mustAcquire(t, gates[0]).limited(7 * time.Second)
		synctest.Wait()
		if got := took(t, gates[1]); !near(got, 7*time.Second) {
			t.Errorf("another replica calls after %v, want 7 s", got)
		}
	})
}

// TestRefusedForOthers: a turn that calls of another replica put off beyond the deadline is refused as soon as the
// bucket has said so, and later ones without asking.
func TestRefusedForOthers(t *testing.T) {
	t.Parallel()
	withFleet(t, Bucket{Kind: LeakyBucket, Size: 1, PerSecond: 0.1}, 2, func(t *testing.T, f *fleet, gates []*gate) {
		took(t, gates[0])
		pass(time.Second) // it has been told by now
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		for i := range 2 {
			begin, trips := time.Now(), f.trips()
			_, r := gates[1].acquire(ctx, Waiting)
			if r == nil || r.kind != Paced || !near(r.wait, 9*time.Second) || !strings.Contains(r.text, "deadline") || time.Since(begin) > 0 {
				t.Errorf("refusal %d after %v: %+v", i, time.Since(begin), r)
			}
			if n := f.trips() - trips; int(n) != 1-i {
				t.Errorf("refusal %d took %d exchanges", i, n)
			}
		}
	})
}

// TestHungServer: the first call waits for the time-out, those that follow do not, and when the server answers again it
// is asked again.
func TestHungServer(t *testing.T) {
	t.Parallel()
	withFleet(t, Bucket{Kind: Semaphore, Size: 31}, 3, func(t *testing.T, f *fleet, gates []*gate) {
		took(t, gates[0])
		f.replicas[0].link.hung.Store(true)
		for _, want := range []time.Duration{fleetTimeout, 0, lostRest} { // two are promised
			begin := time.Now()
			mustAcquire(t, gates[0])
			if got := time.Since(begin); got != want {
				t.Errorf("a call waits %v, want %v", got, want)
			}
		}
	})
	withFleet(t, Bucket{Kind: LeakyBucket, Size: 60, PerSecond: 300}, 3, func(t *testing.T, f *fleet, gates []*gate) {
		took(t, gates[0])
		r := f.replicas[0]
		r.link.hung.Store(true)
		if got := took(t, gates[0]); !near(got, fleetTimeout+10*time.Millisecond) {
			t.Errorf("the first call waits %v, want %v", got, fleetTimeout)
		}
		for range 300 { // ten a second, which the share of 100 allows
			pass(100 * time.Millisecond)
			if got := took(t, gates[0]); got > 0 {
				t.Fatalf("a call waits %v, while it is known that the server hangs", got)
			}
		}
		r.link.resume()
		pass(2 * time.Second)
		took(t, gates[0])
		synctest.Wait()
		if gates[0].pool.alone {
			t.Error("the server answers, and is not asked")
		}
	})
}

// TestShareBeginsFull: a replica that has sent nothing yet does not know what others have just sent.
func TestShareBeginsFull(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		bucket Bucket
		calls  int
		want   time.Duration
	}{
		{Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4}, 19, 750 * time.Millisecond},
		{Bucket{Kind: FixedWindow, Size: 100, Window: 10 * time.Second}, 100, 10 * time.Second},
	} {
		withFleet(t, tc.bucket, 3, func(t *testing.T, f *fleet, gates []*gate) {
			for range tc.calls {
				if got := took(t, gates[0]); got > 0 {
					t.Fatalf("a call waits %v", got)
				}
			}
			f.cut(true)
			if got := took(t, gates[1]); !near(got, tc.want) {
				t.Errorf("another replica calls after %v, want %v", got, tc.want)
			}
		})
	}
}

// TestAllAreWaitedFor: whoever comes back first does not take what the others have used by their shares and not told yet.
func TestAllAreWaitedFor(t *testing.T) {
	t.Parallel()
	withFleet(t, Bucket{Kind: FixedWindow, Size: 100, Window: 10 * time.Second}, 2, func(t *testing.T, f *fleet, gates []*gate) {
		took(t, gates[0])
		took(t, gates[1])
		pass(11 * time.Second) // so that nothing is promised any more
		f.cut(true)
		var alone sync.WaitGroup // when all that there was is over
		for i := range 51 {
			alone.Go(func() {
				if s, r := gates[(i+49)/50].acquire(t.Context(), Waiting); r == nil {
					s.done()
				}
			})
		}
		alone.Wait()
		f.cut(false)
		pass(sharedPause)
		soon, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		var went atomic.Int64
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				if i%10 == 9 {
					pass(sharedPause / 2) // and comes back later
				}
				if s, r := gates[i%10/9].acquire(soon, Waiting); r == nil {
					went.Add(1)
					s.done()
				}
			})
		}
		all.Wait()
		if n := went.Load(); n < 39 || n > 49 { // ten may be promised to the other
			t.Errorf("%d calls go beside the 51 that went just before, want at most 49", n)
		}
	})
}

// TestQuotaIsToldAgain: a server that lost a day's count learns it from those who made the calls.
func TestQuotaIsToldAgain(t *testing.T) {
	t.Parallel()
	withFleet(t, Bucket{Kind: DailyQuota, Size: 10}, 2, func(t *testing.T, f *fleet, gates []*gate) {
		for range 4 {
			took(t, gates[0])
			took(t, gates[1])
		}
		pass(time.Hour)
		took(t, gates[0])
		pass(time.Second)
		f.server.flush(t)
		took(t, gates[0]) // the tenth
		pass(time.Second)
		took(t, gates[1]) // one that nobody could know to be too many: it tells of its four
		pass(time.Second)
		soon, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for i, g := range gates {
			if _, r := g.acquire(soon, Waiting); r == nil || r.kind != Paced {
				t.Errorf("replica %d calls after the quota is spent: %+v", i, r)
			}
		}
	})
}

// TestShareWithoutServer: replicas that cannot agree divide the limit.
func TestShareWithoutServer(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		bucket Bucket
		atOnce int
		then   time.Duration // until one more may go
	}{
		{"leaky", Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4}, 5, 750 * time.Millisecond},
		{"window", Bucket{Kind: FixedWindow, Size: 100, Window: 10 * time.Second}, 33, 10 * time.Second},
		{"less than there are replicas", Bucket{Kind: LeakyBucket, Size: 2, PerSecond: 3}, 1, time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := NewPacer(PacerConfig{Replicas: 3}).gate(bucketKey{}, tc.bucket)
				for i := range tc.atOnce {
					if got := took(t, g); got > 0 {
						t.Fatalf("call %d waits %v", i, got)
					}
				}
				if got := took(t, g); !near(got, tc.then) {
					t.Errorf("one more waits %v, want %v", got, tc.then)
				}
			})
		})
	}
}

// TestSharedKey: a key expires, and tells neither address nor application nor account.
func TestSharedKey(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	l := server.link()
	t.Cleanup(func() { _ = l.client.Close() })
	p := NewPacer(PacerConfig{Shared: NewRedis(l.client, nil), SharedTimeout: 5 * time.Second}) // by the server's own clock
	t.Cleanup(func() { p.Close(context.Background()) })
	key := bucketKey{baseURL: "https://acme.example", client: "acme-app", account: "acme-account", route: "GET /acme"}
	mustAcquire(t, p.gate(key, Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4})).done()
	quota := key
	quota.quota = true
	mustAcquire(t, p.gate(quota, Bucket{Kind: DailyQuota, Size: 20})).done()
	keys := l.client.Keys(t.Context(), "*").Val()
	if len(keys) != 2 {
		t.Errorf("a bucket and its quota are %q", keys)
	}
	for _, k := range keys {
		if ttl := l.client.TTL(t.Context(), k).Val(); ttl <= 0 || ttl > 26*time.Hour {
			t.Errorf("%s lives for %v", k, ttl)
		}
		value := l.client.Get(t.Context(), k).Val()
		if strings.Contains(k+value, "acme") || !strings.HasPrefix(k, "mg:pace:{") {
			t.Errorf("%s holds %q", k, value)
		}
	}
}

// TestOvertakenOrder: an order that the server carries out after a later one, as a hung server does, changes nothing.
func TestOvertakenOrder(t *testing.T) {
	t.Parallel()
	l := startRedis(t).link()
	t.Cleanup(func() { _ = l.client.Close() })
	r := NewRedis(l.client, nil)
	send := func(o order) (answer, error) {
		limit := Bucket{Kind: Semaphore, Size: 5}.margined()
		return r.exchange(t.Context(), "k", "one", limit, o)
	}
	for _, tc := range []struct {
		turn int64
		ok   bool
	}{{1, true}, {3, true}, {2, false}, {3, false}, {4, true}} {
		a, err := send(order{parts: 2, turn: tc.turn, want: 9, patience: time.Second})
		if (err == nil) != tc.ok || tc.ok && len(a.grants) != 4 {
			t.Errorf("order %d: %+v, %v", tc.turn, a, err)
		}
	}
}

// TestServerAway: a server that really hangs is told of, and calls go on.
func TestServerAway(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	l := server.link()
	t.Cleanup(func() { _ = l.client.Close() })
	told := make(chan error, 100)
	p := NewPacer(PacerConfig{Shared: NewRedis(l.client, nil), OnExchange: func(err error) { told <- err }})
	t.Cleanup(func() { p.Close(context.Background()) })
	server.Hang(t)
	mustAcquire(t, p.gate(bucketKey{}, Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 1000})).done()
	server.Resume(t)
	if err := <-told; err == nil {
		t.Error("nobody is told that the server hangs")
	}
}
