package cache

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/marketgraph/marketgraph/cache/redistest"
)

// TestRedisAwayFromTheStart: no server at all costs nothing but the events.
func TestRedisAwayFromTheStart(t *testing.T) {
	t.Parallel()
	h, up := newHouse(t, openRedis(t, "unix:///nonexistent/socket")), &source{text: "x"}
	sc := scope(t, "acme", "system")
	for i := range 20 {
		h.want(t, up.request(sc, fmt.Sprint(i%10)), "x")
	}
	up.wantFills(t, 10)
	if got := h.events.count(RedisFailed); got != 1 {
		t.Errorf("asked %d times, want once", got)
	}
	if lost, back := h.logs.lines("redis lost"), h.logs.lines("redis is back"); lost != 1 || back != 0 {
		t.Errorf("logged lost %d and back %d times, want 1 and 0", lost, back)
	}
}

// TestRedisKilledAndRestarted: no read fails, the outage is logged once and its
// end once, and the restarted server, which lost its scripts, is used again.
func TestRedisKilledAndRestarted(t *testing.T) {
	t.Parallel()
	server, up, sc := startRedis(t), &source{text: "x"}, scope(t, "acme", "system")
	// After as many failed dials as its pool is large, go-redis redials by itself
	// only, once a second: this pool is larger than the test's outages.
	a := newHouse(t, openRedis(t, server.URL+"?pool_size=1000"))
	n := 0
	next := func() Request[string] { n++; return up.request(sc, fmt.Sprint(n)) }
	for outage := 1; outage <= 2; outage++ {
		a.want(t, next(), "x")
		server.Kill()
		for range 5 { // the bypass ends and begins again within the one outage
			a.want(t, next(), "x")
			a.clock.advance(DefaultRedisBypass)
		}
		if lost, back := a.logs.lines("redis lost"), a.logs.lines("redis is back"); lost != outage || back != outage-1 {
			t.Fatalf("outage %d: logged lost %d and back %d times", outage, lost, back)
		}
		if err := server.Restart(); err != nil {
			t.Fatal(err)
		}
		r := next()
		a.wantSource(t, r, "x", FromFill)
		newHouse(t, server.client(t)).wantSource(t, r, "x", FromRedis)
		if back := a.logs.lines("redis is back"); back != outage {
			t.Fatalf("outage %d: logged back %d times", outage, back)
		}
	}
}

// hanging is a Redis that can hang, and a tenant whose names it then does not answer for.
type hanging struct {
	url, tenant  string
	hang, resume func()
}

// TestRedisHangs: a server that accepts and never answers costs an operation one time-out, however much it reads, also
// where it is one shard of a Cluster; then nothing, until the probe costs another.
func TestRedisHangs(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) hanging{"single": hangingServer, "cluster": hangingShard} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t)
			a := newHouse(t, openRedis(t, server.url), func(o *Options) { o.RedisTimeout = 250 * time.Millisecond })
			sc, up := scope(t, server.tenant, "system"), &source{text: "x"}
			server.hang()
			defer server.resume()
			operation := func(name string, spent int) {
				t.Helper()
				failed, bypassed := a.events.count(RedisFailed), a.events.count(RedisBypassed)
				for i := range 10 { // what waits for each other, and what does not
					var all []Request[string]
					for j := range 5 {
						all = append(all, up.request(sc, fmt.Sprint(name, i, j)))
					}
					for _, r := range GetMany(t.Context(), a.Cache, all) {
						if r.Err != nil || r.Value != "x" {
							t.Fatalf("%+v", r)
						}
					}
				}
				failed, bypassed = a.events.count(RedisFailed)-failed, a.events.count(RedisBypassed)-bypassed
				if failed != spent || bypassed < 10-spent {
					t.Errorf("%s: %d time-outs and %d exchanges bypassed, want %d and the others", name, failed, bypassed, spent)
				}
			}
			operation("the first", 1)
			operation("the next", 0)
			a.clock.advance(DefaultRedisBypass)
			operation("the probe's", 1)
		})
	}
}

func hangingServer(t *testing.T) hanging {
	t.Helper()
	s := startRedis(t)
	return hanging{s.URL, "acme", func() { s.Hang(t) }, func() { s.Resume(t) }}
}

// hangingShard is the last of three.
func hangingShard(t *testing.T) hanging {
	t.Helper()
	c := redistest.StartCluster(t)
	for i := 0; ; i++ {
		tenant := fmt.Sprint("tenant", i)
		slot, err := c.Nodes[0].ClusterKeySlot(t.Context(), newNames("").counter(tenant)).Result()
		if err != nil {
			t.Fatal(err)
		}
		if slot >= 2*16384/3+2 {
			return hanging{c.URL, tenant, func() { c.Masters[2].Hang(t) }, func() { c.Masters[2].Resume(t) }}
		}
	}
}

// TestEvictionsOwedArePaid: Redis still holds what was evicted while it was away.
// This process does not read it again before it has told Redis, and then nobody does.
func TestEvictionsOwedArePaid(t *testing.T) {
	t.Parallel()
	server, up, sc := startRedis(t), &source{text: "old"}, scope(t, "acme", "system")
	var cut wire
	a := newHouse(t, hooked(t, server, &cut))
	r, whole := up.request(sc, "1"), up.request(scope(t, "globex", "system"), "1")
	a.want(t, r, "old")
	a.want(t, whole, "old")

	cut.cut.Store(true)
	err := a.Evict(t.Context(), r.Tags[0])
	if re := (*RedisError)(nil); !errors.As(err, &re) || re.Op != "evict" || !errors.Is(err, errCut) {
		t.Errorf("Evict: %v, want a RedisError of the cut", err)
	}
	if err := a.Clear(t.Context(), "globex"); !errors.Is(err, ErrBypassed) {
		t.Errorf("Clear: %v, want bypassed", err)
	}
	up.set("new", nil)
	r.Fresh = time.Nanosecond // so that the tier in process cannot answer later
	a.wantSource(t, r, "new", FromFill)

	cut.cut.Store(false)
	a.clock.advance(DefaultRedisBypass)
	a.wantSource(t, r, "new", FromFill)
	b := newHouse(t, server.client(t))
	b.wantSource(t, whole, "new", FromFill)
	b.wantSource(t, up.request(sc, "1"), "new", FromFill)
	if got := len(a.redis.owed.list()); got != 0 {
		t.Errorf("%d evictions still owed", got)
	}
}

func TestACancelledCallerStillEvicts(t *testing.T) {
	t.Parallel()
	server, up := startRedis(t), &source{text: "old"}
	a, b := newHouse(t, server.client(t)), newHouse(t, server.client(t))
	r := up.request(scope(t, "acme", "system"), "1")
	a.want(t, r, "old")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Evict(ctx, r.Tags...); err != nil {
		t.Fatal(err)
	}
	up.set("new", nil)
	b.wantSource(t, r, "new", FromFill)
}

// TestACancelledReadSaysNothingOfRedis: a caller that leaves while Redis is being
// asked does not open the circuit.
func TestACancelledReadSaysNothingOfRedis(t *testing.T) {
	t.Parallel()
	server, up := startRedis(t), &source{text: "x"}
	client := server.client(t)
	stop := newGate("mget")
	client.AddHook(stop)
	a := newHouse(t, client)
	ctx, cancel := context.WithCancel(t.Context())
	gone := a.get(ctx, up.request(scope(t, "acme", "system"), "1"))
	<-stop.reached
	cancel()
	close(stop.open)
	gone.want(t, "", context.Canceled)
	a.wantSource(t, up.request(scope(t, "acme", "system"), "2"), "x", FromFill)
	up.wantFills(t, 1)
	if got := a.events.count(RedisFailed) + a.events.count(RedisBypassed) + a.logs.lines("lost"); got != 0 {
		t.Errorf("%d signs of an outage", got)
	}
}

// late is a context whose deadline has passed before it knows.
type late struct{ context.Context }

func (late) Deadline() (time.Time, bool) { return time.Unix(0, 0), true }

func TestACallersDeadlineSaysNothingOfRedis(t *testing.T) {
	t.Parallel()
	a := newHouse(t, openRedis(t, "unix:///nonexistent/socket"))
	timeout := func(context.Context) error { return os.ErrDeadlineExceeded }
	if err := a.redis.exchange(late{t.Context()}, "read", timeout); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
	if !a.redis.circuit.allow() || a.events.count(RedisFailed) != 0 {
		t.Error("the circuit is open")
	}
	if err := a.redis.exchange(t.Context(), "read", timeout); err == nil || a.redis.circuit.allow() {
		t.Errorf("err = %v; Redis's own time-out does not open the circuit", err)
	}
}

// TestRefusalsAreNotOutages: a full Redis answers reads as before; its error
// replies are counted, and logged once a while.
func TestRefusalsAreNotOutages(t *testing.T) {
	t.Parallel()
	server, up, sc := startRedis(t), &source{text: "x"}, scope(t, "acme", "system")
	client := server.client(t)
	a := newHouse(t, client)
	kept := up.request(sc, "kept")
	a.want(t, kept, "x")
	if err := client.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		a.want(t, up.request(sc, fmt.Sprint(i)), "x")
	}
	newHouse(t, client).wantSource(t, kept, "x", FromRedis)
	if failed, logged := a.events.count(RedisFailed), a.logs.lines("redis refuses"); failed < 5 || logged != 1 {
		t.Errorf("%d failed exchanges, %d log lines; want at least 5, and 1", failed, logged)
	}
	a.clock.advance(refusalQuiet)
	a.want(t, up.request(sc, "later"), "x")
	if logged, lost := a.logs.lines("redis refuses"), a.logs.lines("lost"); logged != 2 || lost != 0 {
		t.Errorf("%d log lines, %d outages; want 2 and 0", logged, lost)
	}
}

func TestForgottenScriptsAreTaughtAgain(t *testing.T) {
	t.Parallel()
	server, up, sc := startRedis(t), &source{text: "x"}, scope(t, "acme", "system")
	client := server.client(t)
	a := newHouse(t, client)
	for i := range 3 {
		var rs []Request[string]
		for j := range 50 {
			rs = append(rs, up.request(sc, fmt.Sprint(i, j)))
		}
		if err := client.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		GetMany(t.Context(), a.Cache, rs)
		// Two tenants make a pipeline of scripts, which falls back as a whole.
		if err := client.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if err := a.Clear(t.Context(), "globex", "initech"); err != nil {
			t.Fatal(err)
		}
		for _, res := range Lookup(t.Context(), newHouse(t, client).Cache, rs) {
			if res.Source != FromRedis {
				t.Fatalf("%+v, want it in redis", res)
			}
		}
	}
}

// TestANonsenseServer: what answers is no Redis at all.
func TestANonsenseServer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-served })
	h, up := newHouse(t, openRedis(t, "redis://"+l.Addr().String())), &source{text: "x"}
	r := up.request(scope(t, "acme", "system"), "1")
	for range 3 {
		h.want(t, r, "x")
	}
	if h.events.count(RedisFailed) == 0 {
		t.Error("nobody noticed")
	}
}

// TestInACluster: one node with all slots refuses what crosses slots, as any
// Cluster does.
func TestInACluster(t *testing.T) {
	t.Parallel()
	port := redistest.StartTCP(t, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf").Port
	single := openRedis(t, fmt.Sprintf("redis://127.0.0.1:%d", port))
	if err := single.(*redis.Client).Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	for {
		info, err := single.ClusterInfo(t.Context()).Result()
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(info, "cluster_state:ok") {
			break
		}
	}
	url := fmt.Sprintf("redis+cluster://127.0.0.1:%d,127.0.0.1:%d", port, port)
	replicas, up := newReplicas(t, 2, url), &source{text: "old"}
	a, b := replicas[0], replicas[1]
	var rs []Request[string]
	for i := range 30 {
		rs = append(rs, up.request(scope(t, fmt.Sprint("tenant", i%3), "system"), fmt.Sprint(i)))
	}
	GetMany(t.Context(), a.Cache, rs)
	for _, res := range GetMany(t.Context(), b.Cache, rs) {
		if res != (Result[string]{Value: "old", Source: FromRedis, Fresh: time.Minute}) {
			t.Fatalf("%+v, want old from redis", res)
		}
	}
	up.set("new", nil)
	a.writes(t, b)
	if err := a.Clear(t.Context(), "tenant0", "tenant1", "tenant2"); err != nil {
		t.Fatal(err)
	}
	for _, h := range replicas {
		for _, res := range GetMany(t.Context(), h.Cache, rs) {
			if res.Value != "new" {
				t.Fatalf("%+v, want new", res)
			}
		}
	}
	if got := a.events.count(RedisFailed) + b.events.count(RedisFailed); got != 0 {
		t.Errorf("%d failed exchanges", got)
	}
}

// writes makes a write under a lock, and repeats it on another replica.
func (h *house) writes(t *testing.T, other *house) {
	t.Helper()
	sc := scope(t, "tenant0", "viewer:ann")
	unlock, err := h.Lock(t.Context(), sc.Tag("cart"))
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	e := h.begin(t, sc.LedgerKey("m", "k"), "", "")
	step(t, e, "n")
	if err := e.Done(t.Context(), []byte("r")); err != nil {
		t.Fatal(err)
	}
	other.begin(t, sc.LedgerKey("m", "k"), "", "r")
}

// TestAReadDuringAnEvictionKeepsNothingOld: Redis is asked between the eviction's
// two halves. What that read keeps in process must not outlive the eviction.
func TestAReadDuringAnEvictionKeepsNothingOld(t *testing.T) {
	t.Parallel()
	server, up := startRedis(t), &source{text: "old"}
	client := server.client(t)
	a, b := newHouse(t, client), newHouse(t, server.client(t))
	r := up.request(scope(t, "acme", "system"), "1")
	b.want(t, r, "old")

	stop := newGate("evalsha")
	client.AddHook(stop)
	evicted := make(chan error)
	go func() { evicted <- a.Evict(context.Background(), r.Tags[0]) }()
	<-stop.reached
	a.wantSource(t, r, "old", FromRedis) // the eviction is not complete yet
	up.set("new", nil)
	close(stop.open)
	if err := <-evicted; err != nil {
		t.Fatal(err)
	}
	a.want(t, r, "new")
}

// gate holds up the first command of one name on its way to Redis.
type gate struct {
	name          string
	passed        atomic.Bool
	reached, open chan struct{}
}

func newGate(name string) *gate {
	return &gate{name: name, reached: make(chan struct{}), open: make(chan struct{})}
}

func (g *gate) DialHook(next redis.DialHook) redis.DialHook { return next }

func (g *gate) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() == g.name && !g.passed.Swap(true) {
			close(g.reached)
			<-g.open
		}
		return next(ctx, cmd)
	}
}

func (g *gate) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
