package cache

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/cache/redistest"
)

// load is readers and a writer on two replicas, of tenants on all shards. Whatever
// Redis does, no operation fails, and none is older than what its replica has written.
type load struct {
	all     sync.WaitGroup
	stop    chan struct{}
	reads   atomic.Int64
	version [9]atomic.Int64

	mu     sync.Mutex
	broken []string
}

func startLoad(replicas []*house) *load {
	l := &load{stop: make(chan struct{})}
	for i, h := range replicas {
		for tenant := range l.version {
			if tenant%len(replicas) == i { // one writer each: Redis may be away
				l.all.Go(func() { l.run(h, tenant) })
			}
		}
	}
	return l
}

func (l *load) run(h *house, tenant int) {
	sc := Scope{tenant: fmt.Sprint("tenant", tenant), authority: "system"}
	for n := 0; ; n++ {
		select {
		case <-l.stop:
			return
		default:
		}
		least := l.version[tenant].Load()
		r := (&source{text: fmt.Sprint(least)}).request(sc, fmt.Sprint(n%5))
		var saw int64
		res := Get(context.Background(), h.Cache, r)
		if _, err := fmt.Sscan(res.Value, &saw); err != nil || res.Err != nil || saw < least {
			l.mu.Lock()
			l.broken = append(l.broken, fmt.Sprintf("tenant %d: %+v, want at least %d", tenant, res, least))
			l.mu.Unlock()
			return
		}
		l.reads.Add(1)
		if n%20 == 19 {
			l.version[tenant].Add(1)
			_ = h.Evict(context.Background(), sc.Tag("companies")) // what cannot be told is owed
		}
	}
}

// some waits for so many reads more.
func (l *load) some(t *testing.T) {
	t.Helper()
	until := l.reads.Load() + 300
	redistest.Await(t, "reads go on", func() bool { return l.reads.Load() >= until })
}

// shared reports whether each tenant's entries reach the other replica through Redis.
func shared(t *testing.T, a, b *house, mark string) bool {
	t.Helper()
	for tenant := range 9 {
		r := (&source{text: mark}).request(scope(t, fmt.Sprint("tenant", tenant), "system"), fmt.Sprint(mark, time.Now().UnixNano()))
		if a, b := Get(t.Context(), a.Cache, r), Get(t.Context(), b.Cache, r); a.Err != nil || b.Source != FromRedis {
			return false
		}
	}
	return true
}

// TestAClusterInTrouble: under load its master is killed and a replica takes over, a
// master hangs, and another forgets everything. No operation fails, a silent shard
// costs its time-out and is then left alone, and all is used again without a restart.
func TestAClusterInTrouble(t *testing.T) {
	c := redistest.StartCluster(t)
	replicas := newReplicas(t, 2, c.URL)
	for _, h := range replicas {
		h.redis.timeout, h.redis.sure.timeout = DefaultRedisTimeout, DefaultClaimTimeout
	}
	a, b := replicas[0], replicas[1]
	l := startLoad(replicas)
	defer func() { // also when a step fails
		close(l.stop)
		l.all.Wait()
		if len(l.broken) > 0 {
			t.Error(l.broken)
		}
	}()
	for _, trouble := range []struct {
		name       string
		begin, end func()
	}{
		{"flushed", func() { c.Nodes[1].FlushAll(t.Context()) }, func() {}},
		{"hung", func() { c.Masters[2].Hang(t) }, func() { c.Masters[2].Resume(t) }},
		{"failed over", c.Masters[0].Kill, func() { c.AwaitPromotion(t) }},
	} {
		redistest.Await(t, "shared before it is "+trouble.name, func() bool { return shared(t, a, b, trouble.name) })
		trouble.begin()
		l.some(t)
		trouble.end()
		redistest.Await(t, "shared after it was "+trouble.name, func() bool { return shared(t, a, b, trouble.name) })
	}
	if owed := len(a.redis.owed.list()) + len(b.redis.owed.list()); owed > 2*MaxOwed {
		t.Errorf("%d evictions are owed", owed)
	}
}

// TestWhatIsLeftInRedis: after reads, writes, locks and refreshes, everything in Redis
// expires, and there is no more than was asked for.
func TestWhatIsLeftInRedis(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	client := server.client(t)
	replicas := newReplicas(t, 2, server.URL)
	const things, tenants = 20, 3
	for round := range 5 {
		for i := range things * tenants {
			h := replicas[(round+i)%2]
			sc := scope(t, fmt.Sprint("tenant", i%tenants), "system")
			up := &source{text: strings.Repeat(fmt.Sprint(round), 100*i)}
			if i%7 == round {
				up.err = errUpstream
			}
			Get(t.Context(), h.Cache, up.request(sc, fmt.Sprint(i)))
			if i%11 == round {
				if err := h.Evict(t.Context(), sc.Tag("company", fmt.Sprint(i))); err != nil {
					t.Fatal(err)
				}
				unlock, err := h.Lock(t.Context(), sc.Tag("cart", fmt.Sprint(i)))
				if err != nil {
					t.Fatal(err)
				}
				unlock()
			}
		}
	}
	names := client.Keys(t.Context(), "*").Val()
	for _, name := range names {
		if ttl := client.PTTL(t.Context(), name).Val(); ttl <= 0 || ttl > GenerationLife {
			t.Errorf("%s lives for %v", name, ttl)
		}
		if kind := client.Type(t.Context(), name).Val(); kind != "string" && kind != "hash" {
			t.Errorf("%s is a %s, which may grow", name, kind)
		}
	}
	// An entry and its own tag's generation each, two generations and a counter for each
	// tenant, the bus; and locks and claims that are about to end.
	if most := 2*things*tenants + 3*tenants + 1 + things; len(names) > most {
		t.Errorf("%d names, want at most %d: %q", len(names), most, names)
	}
}
