package cache

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// world is an upstream of two companies whose versions only rise, and replicas in
// front of it with reads under way. It knows what each read may still see.
type world struct {
	scope    Scope
	replicas []*node
	version  [2]int
	// global is, per company, the version at its last completed eviction.
	global [2]int
	// apart says that replicas may miss each other's evictions: Redis is cut.
	apart bool
	open  []*running // their fills have the upstream's answer, and wait
	all   sync.WaitGroup

	mu     sync.Mutex
	broken []string
}

type node struct {
	*Cache
	wire   wire
	shared chan struct{} // a read has joined another's flight
	own    [2]int        // like global, by this replica's own evictions
}

// running is one read: what it may see at least, and its fill.
type running struct {
	global, own int
	begun       chan struct{}
	release     chan struct{}
	done        chan struct{}
}

var worlds atomic.Int64

func newWorld(t *rapid.T, replicas int, server *redisServer, lone bool, now func() time.Time) *world {
	// The server is shared by all worlds, so each has its own tenant.
	w := &world{scope: Scope{tenant: fmt.Sprint("t", worlds.Add(1)), authority: "system"}}
	for range replicas {
		r := &node{shared: make(chan struct{}, 1)}
		o := Options{Now: now, Lone: lone, TierLease: 30 * time.Millisecond, RedisTimeout: 5 * time.Second, Logger: slog.New(slog.DiscardHandler), OnEvent: func(e Event) {
			if e.Kind == Shared {
				r.shared <- struct{}{}
			}
		}}
		if server != nil {
			client, err := OpenRedis(server.url)
			if err != nil {
				t.Fatal(err)
			}
			client.AddHook(&r.wire)
			o.Redis = client
		}
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		r.Cache = c
		w.replicas = append(w.replicas, r)
	}
	return w
}

// end lets all reads end, and says which broke the promise.
func (w *world) end(t *rapid.T) {
	for len(w.open) > 0 {
		w.land(0)
	}
	w.all.Wait()
	for _, r := range w.replicas {
		_ = r.Close()
		if r.redis != nil {
			_ = r.redis.client.Close()
		}
	}
	if len(w.broken) > 0 {
		t.Fatal(w.broken)
	}
}

func (w *world) tag(company int) Tag { return w.scope.Tag("company", strconv.Itoa(company)) }

// read starts a read, and returns when it has ended, or its fill has the
// upstream's answer and waits, or it waits for another's fill.
func (w *world) read(replica, company int) {
	at := w.replicas[replica]
	r := &running{
		global: w.global[company], own: at.own[company],
		begun: make(chan struct{}, 1), release: make(chan struct{}), done: make(chan struct{}),
	}
	text := strconv.Itoa(w.version[company])
	request := Request[int]{
		Key:  w.scope.Key(KeySpec{Route: "companies.get", ID: strconv.Itoa(company)}),
		Tags: []Tag{w.tag(company), w.scope.Tag("companies")}, Fresh: time.Minute,
		Fill: func(context.Context) ([]byte, error) {
			r.begun <- struct{}{}
			<-r.release
			return []byte(text), nil
		},
		Decode: func(b []byte) (int, error) { return strconv.Atoi(string(b)) },
	}
	w.all.Go(func() {
		defer close(r.done)
		w.check(r, replica, company, GetMany(context.Background(), at.Cache, []Request[int]{request})[0])
	})
	select {
	case <-r.begun:
		w.open = append(w.open, r)
	case <-r.done:
	case <-at.shared:
	}
}

// land lets a fill end, late.
func (w *world) land(i int) {
	r := w.open[i]
	w.open = append(w.open[:i:i], w.open[i+1:]...)
	close(r.release)
	<-r.done
}

// check is the promise: a read sees nothing older than the evictions, of any
// replica, that were complete when it began. Only of lone processes whose Redis is
// cut is that its own evictions.
func (w *world) check(r *running, replica, company int, res Result[int]) {
	floor := r.global
	if w.apart {
		floor = r.own
	}
	if res.Err != nil || res.Value < floor {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.broken = append(w.broken, fmt.Sprintf("replica %d, company %d: version %d from %v, error %v; want at least %d",
			replica, company, res.Value, res.Source, res.Err, floor))
	}
}

// write is a mutation: upstream first, then the eviction.
func (w *world) write(replica int, tag Tag, companies ...int) {
	for _, company := range companies {
		w.version[company]++
	}
	if err := w.replicas[replica].Evict(context.Background(), tag); err != nil && !w.apart {
		w.mu.Lock()
		w.broken = append(w.broken, fmt.Sprintf("replica %d: %v", replica, err))
		w.mu.Unlock()
	}
	for _, company := range companies {
		w.global[company] = w.version[company]
		w.replicas[replica].own[company] = w.version[company]
	}
}

// actions are what happens to a world, in any order.
func (w *world) actions(cl *clock) map[string]func(*rapid.T) {
	replica, company := rapid.IntRange(0, len(w.replicas)-1), rapid.IntRange(0, 1)
	return map[string]func(*rapid.T){
		"read":  func(t *rapid.T) { w.read(replica.Draw(t, "replica"), company.Draw(t, "company")) },
		"again": func(t *rapid.T) { w.read(replica.Draw(t, "replica"), company.Draw(t, "company")) },
		"land": func(t *rapid.T) {
			if len(w.open) == 0 {
				t.Skip("no fill under way")
			}
			w.land(rapid.IntRange(0, len(w.open)-1).Draw(t, "fill"))
		},
		"write one": func(t *rapid.T) {
			c := company.Draw(t, "company")
			w.write(replica.Draw(t, "replica"), w.tag(c), c)
		},
		"write both":  func(t *rapid.T) { w.write(replica.Draw(t, "replica"), w.scope.Tag("companies"), 0, 1) },
		"write all":   func(t *rapid.T) { w.write(replica.Draw(t, "replica"), everything(w.scope.tenant), 0, 1) },
		"time passes": func(t *rapid.T) { cl.advance(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second) },
	}
}

// TestThePromiseInProcess: whatever is interleaved, no read returns what was
// filled before an eviction that was complete when the read began.
func TestThePromiseInProcess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cl := newClock()
		w := newWorld(t, 1, nil, true, cl.now)
		defer w.end(t)
		t.Repeat(w.actions(cl))
	})
}

// TestThePromiseThroughRedis: two replicas on one Redis, which now and then loses
// names, or everything.
func TestThePromiseThroughRedis(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	client := server.client(t)
	rapid.Check(t, func(t *rapid.T) {
		cl := newClock()
		w := newWorld(t, 2, server, false, cl.running(time.Now()))
		defer w.end(t)
		actions := w.actions(cl)
		actions["lose"] = func(t *rapid.T) {
			pattern := rapid.SampledFrom([]string{"*:g:*", "*:g:\\*", "*:n", "*:e:*", "*"}).Draw(t, "pattern")
			names := client.Keys(context.Background(), "mg:*{"+w.scope.tenant+"}"+pattern).Val()
			if len(names) > 0 {
				client.Del(context.Background(), names...)
			}
		}
		// The replicas share more than names.
		actions["lose the bus"] = func(*rapid.T) { client.Del(context.Background(), "mg:{bus}") }
		actions["deafen"] = func(*rapid.T) { client.ClientKillByFilter(context.Background(), "TYPE", "pubsub") }
		t.Repeat(actions)
	})
}

// TestThePromiseWhileRedisComesAndGoes: each replica keeps the promise for its own
// evictions, also those that Redis could not be told of and still holds.
func TestThePromiseWhileRedisComesAndGoes(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	rapid.Check(t, func(t *rapid.T) {
		cl := newClock()
		w := newWorld(t, 2, server, true, cl.now)
		w.apart = true
		defer w.end(t)
		actions := w.actions(cl)
		toggle := func(t *rapid.T) {
			cut := &w.replicas[rapid.IntRange(0, 1).Draw(t, "replica")].wire.cut
			cut.Store(!cut.Load())
			cl.advance(time.Second) // so that it is noticed
		}
		actions["cut or mend"], actions["mend or cut"] = toggle, toggle
		t.Repeat(actions)
	})
}

// TestNobodySharesEntriesOrFlights: reads of random scopes and specs, all at once
// and then again from each tier, each get their own answer.
func TestNobodySharesEntriesOrFlights(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, 2, server, true, time.Now)
		defer w.end(t)
		scopes := rapid.SliceOfN(nastyScope(), 1, 4).Draw(t, "scopes")
		specs := rapid.SliceOfN(nastySpec(), 1, 4).Draw(t, "specs")
		var fills atomic.Int64
		var rs []Request[string]
		var want []string
		distinct := map[string]bool{}
		for _, sc := range scopes {
			sc.tenant += w.scope.tenant
			for _, spec := range specs {
				whole := fmt.Sprintf("%#v %#v", sc, spec) // fmt sorts maps
				want, distinct[whole] = append(want, whole), true
				rs = append(rs, Request[string]{
					Key: sc.Key(spec), Tags: []Tag{sc.Tag(spec.ID, spec.Rows)}, Fresh: time.Minute,
					Fill:   func(context.Context) ([]byte, error) { fills.Add(1); return []byte(whole), nil },
					Decode: func(b []byte) (string, error) { return string(b), nil },
				})
			}
		}
		for _, r := range []*node{w.replicas[0], w.replicas[0], w.replicas[1]} {
			r.shared = make(chan struct{}, len(rs))
			for i, res := range GetMany(context.Background(), r.Cache, rs) {
				if res.Err != nil || res.Value != want[i] {
					t.Fatalf("%s got %q, %v", want[i], res.Value, res.Err)
				}
			}
		}
		if int(fills.Load()) != len(distinct) {
			t.Fatalf("%d fills of %d distinct reads", fills.Load(), len(distinct))
		}
	})
}
