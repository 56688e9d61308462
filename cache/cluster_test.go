package cache

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// cluster is three masters, and a replica of the first.
type cluster struct {
	url     string
	masters []*redisServer
	nodes   []*redis.Client // of the masters, then of the replica
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{}
	var seeds []string
	var buses []int
	for i := range 4 {
		bus := freePort(t)
		s, port := startRedisTCP(t, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
			"--cluster-port", fmt.Sprint(bus), "--cluster-node-timeout", "500", "--repl-diskless-sync-delay", "0")
		if i < 3 {
			c.masters = append(c.masters, s)
		}
		seeds, buses = append(seeds, fmt.Sprintf("127.0.0.1:%d", port)), append(buses, bus)
		c.nodes = append(c.nodes, openRedis(t, "redis://"+seeds[i]).(*redis.Client))
	}
	// After as many failed dials as its pool is large go-redis leaves a goroutine behind, for a second.
	c.url = "redis+cluster://" + strings.Join(seeds, ",") + "?pool_size=1000"
	const share = 16384/3 + 1
	for i, node := range c.nodes {
		if i < 3 {
			c.do(t, node, "CLUSTER", "ADDSLOTSRANGE", i*share, min((i+1)*share, 16384)-1)
		}
		host, port, _ := strings.Cut(seeds[i], ":")
		c.do(t, c.nodes[0], "CLUSTER", "MEET", host, port, buses[i])
	}
	c.agreed(t, 4)
	c.do(t, c.nodes[3], "CLUSTER", "REPLICATE", c.nodes[0].ClusterMyID(t.Context()).Val())
	await(t, "the replica is in step", func() bool {
		return strings.Contains(c.nodes[3].Info(t.Context(), "replication").Val(), "master_link_status:up") &&
			strings.Contains(c.nodes[1].ClusterNodes(t.Context()).Val(), "slave")
	})
	return c
}

func (c *cluster) do(t *testing.T, node *redis.Client, args ...any) {
	t.Helper()
	if err := node.Do(t.Context(), args...).Err(); err != nil {
		t.Fatal(args, err)
	}
}

// agreed waits until all nodes know so many, and that the Cluster works.
func (c *cluster) agreed(t *testing.T, known int) {
	t.Helper()
	await(t, "the cluster agrees", func() bool {
		for _, node := range c.nodes {
			info := node.ClusterInfo(t.Context()).Val()
			if !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, fmt.Sprint("cluster_known_nodes:", known)) {
				return false
			}
		}
		return true
	})
}

// await returns when something is so; it fails the test long after it should be.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !so() {
		if pause(ctx, 5*time.Millisecond) != nil {
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}

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
	await(t, "reads go on", func() bool { return l.reads.Load() >= until })
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
	c := startCluster(t)
	replicas := newReplicas(t, 2, c.url)
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
		{"flushed", func() { c.do(t, c.nodes[1], "FLUSHALL") }, func() {}},
		{"hung", func() { c.masters[2].hang(t) }, func() { c.masters[2].resume(t) }},
		{"failed over", c.masters[0].kill, func() {
			await(t, "the replica is promoted", func() bool {
				return strings.Contains(c.nodes[3].Info(t.Context(), "replication").Val(), "role:master")
			})
		}},
	} {
		await(t, "shared before it is "+trouble.name, func() bool { return shared(t, a, b, trouble.name) })
		trouble.begin()
		l.some(t)
		trouble.end()
		await(t, "shared after it was "+trouble.name, func() bool { return shared(t, a, b, trouble.name) })
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
	replicas := newReplicas(t, 2, server.url)
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
