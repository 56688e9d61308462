package cache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pgregory.net/rapid"
)

// worldLife is that of all values in a world. Its parts are shorter than what "time
// passes" may add up to.
var worldLife = Life{Fresh: 60 * time.Second, Grace: 40 * time.Second, Hard: 150 * time.Second}

// sight is what upstream said of a company: in which version it is, or is gone.
type sight struct {
	version int
	asked   time.Time // by the world's clock
}

// goneError is upstream's verdict that there is no such company.
type goneError struct{ sight }

func (goneError) Error() string { return "gone" }

// Upstream may also not answer, or refuse to.
var errAway, errRefused = errors.New("away"), errors.New("refused")

// world is an upstream of two companies that come and go and whose versions only rise,
// and replicas in front of it with reads under way. It knows what each read may see.
type world struct {
	scope    Scope
	now      func() time.Time
	replicas []*node
	// global is, per company, the version at its last completed eviction.
	global [2]int
	// apart says that replicas may miss each other's evictions: Redis is cut.
	apart bool
	open  []*running // their fills have the upstream's answer, and wait
	all   sync.WaitGroup

	mu        sync.Mutex
	version   [2]int
	gone      [2]bool
	trouble   error           // what upstream answers instead; nil for none
	refreshes []chan struct{} // that have the upstream's answer, and wait
	ended     bool
	broken    []string
}

type node struct {
	*Cache
	wire   wire
	shared chan struct{} // a read waits for another's flight, or replica
	own    [2]int        // like global, by this replica's own evictions
}

// running is one read: what it may see at least, and its fill.
type running struct {
	global, own int
	strict      bool
	ifError     time.Duration // see Request.StaleIfError
	at          time.Time
	begun       chan struct{}
	release     chan struct{}
	done        chan struct{}
}

var worlds atomic.Int64

func newWorld(t *rapid.T, replicas int, server *redisServer, lone bool, now func() time.Time) *world {
	// The server is shared by all worlds, so each has its own tenant.
	w := &world{scope: Scope{tenant: fmt.Sprint("t", worlds.Add(1)), authority: "system"}, now: now}
	for range replicas {
		r := &node{shared: make(chan struct{}, 1)}
		o := Options{
			Now: now, Lone: lone, TierLease: 30 * time.Millisecond, RedisTimeout: 5 * time.Second,
			Patience: time.Millisecond, Logger: slog.New(slog.DiscardHandler), OnEvent: func(e Event) {
				if e.Kind == Shared || e.Kind == Followed {
					r.shared <- struct{}{}
				}
			},
		}
		if server != nil {
			client, err := OpenRedis(server.URL)
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
		if r.Cache = c; c.redis != nil {
			c.redis.lease = 20 * time.Millisecond // so that a filler that was cut off keeps nobody
		}
		w.replicas = append(w.replicas, r)
	}
	return w
}

// end lets all reads end, and says which broke the promise.
func (w *world) end(t *rapid.T) {
	w.mu.Lock()
	w.ended = true
	w.mu.Unlock()
	for len(w.open) > 0 {
		w.land(0)
	}
	for w.landRefresh() {
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
func (w *world) read(replica, company int, strict bool, ifError time.Duration) {
	at := w.replicas[replica]
	r := &running{
		global: w.global[company], own: at.own[company], strict: strict, ifError: ifError, at: w.now(),
		begun: make(chan struct{}, 1), release: make(chan struct{}), done: make(chan struct{}),
	}
	request := w.request(r, company)
	w.all.Go(func() {
		defer close(r.done)
		w.check(r, replica, company, GetMany(context.Background(), at.Cache, []Request[sight]{request})[0])
	})
	select {
	case <-r.begun:
		w.open = append(w.open, r)
	case <-r.done:
	case <-at.shared:
		close(r.release) // should it have to fill after all, it is not kept waiting
	}
}

func (w *world) request(r *running, company int) Request[sight] {
	return Request[sight]{
		Key:  w.scope.Key(KeySpec{Route: "companies.get", ID: strconv.Itoa(company)}),
		Tags: []Tag{w.tag(company), w.scope.Tag("companies")}, Births: []Tag{w.scope.Tag("born")},
		Life: worldLife, Strict: r.strict, StaleIfError: r.ifError,
		Fill:   func(ctx context.Context) (Reply, error) { return w.fill(ctx, r, company) },
		Outage: func(err error) bool { return errors.Is(err, errAway) },
		Decode: decodeSight,
	}
}

// fill has the answer as of now, and gives it when it is let go.
func (w *world) fill(ctx context.Context, r *running, company int) (Reply, error) {
	w.mu.Lock()
	text, err := fmt.Sprint(w.version[company], " ", w.gone[company], " ", w.now().UnixNano()), w.trouble
	w.mu.Unlock()
	release := r.release
	if IsRefresh(ctx) {
		release = w.refreshing()
	} else {
		r.begun <- struct{}{}
	}
	<-release
	return Reply{Bytes: []byte(text)}, err
}

// refreshing is closed when a refresh is let go: at once when the world ends.
func (w *world) refreshing() chan struct{} {
	release := make(chan struct{})
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		close(release)
	} else {
		w.refreshes = append(w.refreshes, release)
	}
	return release
}

func decodeSight(b []byte) (sight, error) {
	parts := strings.Fields(string(b))
	version, err := strconv.Atoi(parts[0])
	nanos, atErr := strconv.ParseInt(parts[2], 10, 64)
	s := sight{version: version, asked: time.Unix(0, nanos)}
	if parts[1] == "true" {
		return sight{}, &Verdict{Err: goneError{s}}
	}
	return s, errors.Join(err, atErr)
}

// land lets a fill end, late.
func (w *world) land(i int) {
	r := w.open[i]
	w.open = append(w.open[:i:i], w.open[i+1:]...)
	close(r.release)
	<-r.done
}

// landRefresh lets a refresh end, if there is one.
func (w *world) landRefresh() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.refreshes) == 0 {
		return false
	}
	close(w.refreshes[0])
	w.refreshes = w.refreshes[1:]
	return true
}

// check is the promise: a read sees nothing older than the evictions, of any
// replica, that were complete when it began. Only of lone processes whose Redis is
// cut is that its own evictions. That goes for what is not there, too, and for
// what is stale, which is never older than it is said to be.
func (w *world) check(r *running, replica, company int, res Result[sight]) {
	floor := r.global
	if w.apart {
		floor = r.own
	}
	saw, err := res.Value, res.Err
	if gone, ok := errors.AsType[goneError](err); ok {
		saw, err = gone.sight, nil
	}
	var wrong string
	switch age := r.at.Sub(saw.asked); {
	case errors.Is(err, errAway), errors.Is(err, errRefused):
		return // nobody promises that upstream answers
	case err != nil:
		wrong = err.Error()
	case saw.version < floor:
		wrong = fmt.Sprintf("want at least version %d", floor)
	case res.Stale.Why != Current && (r.strict && (res.Stale.Why != Unanswered || age >= r.ifError) || res.Err != nil):
		wrong = "must not be stale"
	case res.Stale.Why == Current && age >= worldLife.Fresh && res.Source != FromFlight: // which began when it did
		wrong = fmt.Sprintf("is %v old and said to be fresh", age)
	case res.Stale.Why != Current && (res.Stale.Age < age || res.Stale.Age >= worldLife.Hard):
		wrong = fmt.Sprintf("is %v old, and said to be %v", age, res.Stale.Age)
	default:
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = append(w.broken, fmt.Sprintf("replica %d, company %d: version %d from %v, %+v: %s",
		replica, company, saw.version, res.Source, res.Stale, wrong))
}

// write is a mutation: upstream first, then the eviction.
func (w *world) write(replica int, tags []Tag, companies ...int) {
	w.mu.Lock()
	for _, company := range companies {
		w.version[company]++
	}
	w.mu.Unlock()
	if err := w.replicas[replica].Evict(context.Background(), tags...); err != nil && !w.apart {
		w.mu.Lock()
		w.broken = append(w.broken, fmt.Sprintf("replica %d: %v", replica, err))
		w.mu.Unlock()
	}
	for _, company := range companies {
		w.global[company] = w.version[company]
		w.replicas[replica].own[company] = w.version[company]
	}
}

// turn takes a company away, or makes it anew. Making it evicts only what depends on
// its not being there: its end has evicted the rest, if this replica has heard of it.
func (w *world) turn(replica, company int) {
	w.mu.Lock()
	w.gone[company] = !w.gone[company]
	gone := w.gone[company]
	w.mu.Unlock()
	var tags []Tag
	if gone || w.apart {
		tags = append(tags, w.tag(company))
	}
	if !gone {
		tags = append(tags, w.scope.Tag("born"))
	}
	w.write(replica, tags, company)
}

// actions are what happens to a world, in any order.
func (w *world) actions(cl *clock) map[string]func(*rapid.T) {
	replica, company := rapid.IntRange(0, len(w.replicas)-1), rapid.IntRange(0, 1)
	read := func(t *rapid.T) {
		ifError := time.Duration(rapid.IntRange(0, 120).Draw(t, "if error")) * time.Second
		w.read(replica.Draw(t, "replica"), company.Draw(t, "company"), rapid.IntRange(0, 2).Draw(t, "strict") == 0, ifError)
	}
	return map[string]func(*rapid.T){
		"read": read, "again": read, "and again": read,
		"land": func(t *rapid.T) {
			if len(w.open) == 0 {
				t.Skip("no fill under way") // rapid draws another action
			}
			w.land(rapid.IntRange(0, len(w.open)-1).Draw(t, "fill"))
		},
		"land refresh": func(t *rapid.T) {
			if !w.landRefresh() {
				t.Skip("no refresh under way") // rapid draws another action
			}
		},
		"write one": func(t *rapid.T) {
			c := company.Draw(t, "company")
			w.write(replica.Draw(t, "replica"), []Tag{w.tag(c)}, c)
		},
		"write both":  func(t *rapid.T) { w.write(replica.Draw(t, "replica"), []Tag{w.scope.Tag("companies")}, 0, 1) },
		"write all":   func(t *rapid.T) { w.write(replica.Draw(t, "replica"), []Tag{everything(w.scope.tenant)}, 0, 1) },
		"make or end": func(t *rapid.T) { w.turn(replica.Draw(t, "replica"), company.Draw(t, "company")) },
		"trouble": func(t *rapid.T) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.trouble = rapid.SampledFrom([]error{nil, nil, errAway, errRefused}).Draw(t, "trouble")
		},
		"time passes": func(t *rapid.T) { cl.advance(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second) },
	}
}
