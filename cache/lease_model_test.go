package cache

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// modelTerm is the lease of the model's replicas.
const modelTerm = time.Second

// fleet is some replicas on a bus that fails, in front of an upstream of two things
// whose versions only rise. It knows what each read may still see. Time is synctest's.
type fleet struct {
	scope    Scope
	bus      *modelBus
	replicas []*Cache
	busy     sync.WaitGroup // reads and evictions

	mu      sync.Mutex
	version [2]int
	floors  [2][]floor
	hits    int
	broken  []string
}

// floor is the least version that reads may see which begin from some time on.
type floor struct {
	at      time.Time
	version int
}

func newFleet(t *testing.T, replicas int, seed uint64) *fleet {
	f := &fleet{scope: scope(t, "acme", "system"), bus: newModelBus(modelTerm, seed)}
	for range replicas {
		o, err := Options{TierLease: modelTerm}.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		c, err := build(&o, nil, f.bus)
		if err != nil {
			t.Fatal(err)
		}
		f.replicas = append(f.replicas, c)
	}
	f.settle(modelTerm)
	return f
}

// settle lets time pass.
func (f *fleet) settle(d time.Duration) { _ = pause(context.Background(), d) }

// end mends the network and lets everything end. Then all replicas have a lease.
func (f *fleet) end(t *testing.T) {
	for _, c := range f.replicas {
		f.mend(c.replica.id)
	}
	f.busy.Wait()
	f.settle(5 * modelTerm)
	for _, c := range f.replicas {
		if !c.memory.lease.live(time.Now()) {
			t.Error("a replica has no lease although the network is well")
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

func (f *fleet) mend(id string) {
	f.bus.mu.Lock()
	defer f.bus.mu.Unlock()
	f.bus.cut[id], f.bus.deaf[id], f.bus.slow[id] = false, false, 0
}

// floorAt is what a read that begins then may see at least.
func (f *fleet) floorAt(thing int, at time.Time) int {
	least := 0
	for _, fl := range f.floors[thing] {
		if fl.at.Before(at) { // of what happens at one instant the order is not known
			least = max(least, fl.version)
		}
	}
	return least
}

// read reads in the background. The upstream answers with its version of some time
// before the answer comes.
func (f *fleet) read(at, thing int, wait time.Duration) {
	c, began := f.replicas[at], time.Now()
	vouched := c.memory.lease.live(began)
	request := Request[int]{
		Key:  f.scope.Key(KeySpec{Route: "r", ID: strconv.Itoa(thing)}),
		Tags: []Tag{f.scope.Tag("t", strconv.Itoa(thing))}, Life: Life{Fresh: time.Minute},
		Fill: func(ctx context.Context) (Reply, error) {
			f.mu.Lock()
			text := strconv.Itoa(f.version[thing])
			f.mu.Unlock()
			return Reply{Bytes: []byte(text)}, pause(ctx, wait)
		},
		Decode: func(b []byte) (int, error) { return strconv.Atoi(string(b)) },
	}
	f.busy.Go(func() {
		res := GetMany(context.Background(), c, []Request[int]{request})[0]
		f.mu.Lock()
		defer f.mu.Unlock()
		from := began
		if res.Source == FromFlight && !vouched {
			from = began.Add(-modelTerm) // it may have joined a fill that much older
		}
		if res.Source == FromMemory {
			f.hits++
		}
		if least := f.floorAt(thing, from); res.Err != nil || res.Value < least {
			f.broken = append(f.broken, fmt.Sprintf("replica %d, thing %d: version %d from %v, %v; want at least %d", at, thing, res.Value, res.Source, res.Err, least))
		}
	})
}

// write changes the upstream, and evicts in the background. An eviction that
// nobody could be told of promises nothing.
func (f *fleet) write(at, thing int) {
	f.mu.Lock()
	f.version[thing]++
	version := f.version[thing]
	f.mu.Unlock()
	f.busy.Go(func() {
		if f.replicas[at].Evict(context.Background(), f.scope.Tag("t", strconv.Itoa(thing))) == nil {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.floors[thing] = append(f.floors[thing], floor{time.Now(), version})
		}
	})
}

// deed is one thing that happens to a replica, or waiting.
type deed struct {
	what    string
	replica int
	thing   int
	ms      int // what it takes
}

// deeds draws what happens. Reads, writes and waiting are most of it.
func deeds(replicas int) *rapid.Generator[[]deed] {
	what := rapid.SampledFrom([]string{
		"read", "read", "read", "wait", "wait", "wait", "write", "write", "mend", "cut", "deafen", "miss", "slow", "break",
	})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) deed {
		return deed{
			what: what.Draw(t, "what"), replica: rapid.IntRange(0, replicas-1).Draw(t, "replica"), thing: rapid.IntRange(0, 1).Draw(t, "thing"),
			ms: rapid.SampledFrom([]int{0, 1, 10, 100, 300, 700, 1000, 1500, 3000}).Draw(t, "ms"),
		}
	}), 1, 100)
}

// do does it.
func (f *fleet) do(d deed) {
	b, id, took := f.bus, f.replicas[d.replica].replica.id, time.Duration(d.ms)*time.Millisecond
	switch d.what {
	case "read":
		f.read(d.replica, d.thing, took)
		return
	case "write":
		f.write(d.replica, d.thing)
		return
	case "wait":
		f.settle(took)
		return
	case "mend":
		f.mend(id)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch d.what {
	case "cut":
		b.cut[id] = true
	case "deafen":
		b.deaf[id] = true
	case "miss":
		b.miss[id] = true
	case "slow":
		b.slow[id] = took
	case "break":
		if ear := b.ears[id]; ear != nil {
			_ = ear.close()
		}
	}
}

// TestThePromiseOfLeases: whatever messages are lost or late, subscriptions broken
// and replicas cut off, a read that begins after an eviction returned is not older,
// on any replica. Of a replica that hears nothing, it may have joined a fill that is
// at most a lease older.
func TestThePromiseOfLeases(t *testing.T) {
	t.Parallel()
	hits, lost := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		replicas, seed := rapid.IntRange(2, 3).Draw(rt, "replicas"), rapid.Uint64().Draw(rt, "seed")
		all := deeds(replicas).Draw(rt, "deeds")
		var broken []string
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, replicas, seed)
			for _, d := range all {
				f.do(d)
			}
			f.end(t)
			broken = f.broken
			hits, lost = hits+f.hits, lost+f.bus.lost
		})
		if len(broken) > 0 {
			rt.Fatal(broken)
		}
	})
	if hits == 0 || lost == 0 {
		t.Errorf("%d hits in process and %d messages lost: this tests nothing", hits, lost)
	}
}
