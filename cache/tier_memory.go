package cache

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// EntryOverhead is what each in-process entry weighs in bytes besides its
// upstream bytes and key.
const EntryOverhead = 512

// entry is what the in-process tier holds: a decoded value, immutable, with the
// generations it was read under.
type entry struct {
	value  any // *held[T]
	tags   []Tag
	stamps []stamp
	term   term
	weight uint32
	tried  *trial
}

// trial is the last attempt to replace an entry that is no longer fresh.
type trial struct {
	again  atomic.Int64 // nobody tries before, in nanoseconds of the clock
	failed atomic.Bool  // there was no answer
}

// begin reports whether the caller is who tries now; nobody else does for a pause.
func (t *trial) begin(now time.Time) bool {
	until := t.again.Load()
	return now.UnixNano() >= until && t.again.CompareAndSwap(until, now.Add(RefreshPause).UnixNano())
}

// fail records that there was no answer.
func (t *trial) fail(now time.Time) {
	t.failed.Store(true)
	t.again.Store(now.Add(RefreshPause).UnixNano())
}

// resting reports whether there was no answer just now.
func (t *trial) resting(now time.Time) bool {
	return t.failed.Load() && now.UnixNano() < t.again.Load()
}

// why is the reason to serve what was tried to replace.
func (t *trial) why() Staleness {
	if t.failed.Load() {
		return Unanswered
	}
	return Refreshing
}

// held boxes what an answer came to, so that asking for another type than was
// stored is a miss. The error is of a [Verdict].
type held[T any] struct {
	value T
	err   error
}

// memoryTier is the in-process tier.
type memoryTier struct {
	store *otter.Cache[Key, *entry]
	lease *lease
	gens  *generations
	now   func() time.Time
}

func newMemoryTier(maxBytes int64, lease *lease, gens *generations, now func() time.Time) (*memoryTier, error) {
	store, err := otter.New(&otter.Options[Key, *entry]{
		MaximumWeight: uint64(maxBytes),
		Weigher:       func(_ Key, e *entry) uint32 { return e.weight },
		// Reads check expiry themselves; this returns the memory of what nobody reads.
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[Key, *entry]) time.Duration {
			return max(e.Value.term.ends().Sub(now()), 1)
		}),
		Clock: otterClock{now},
	})
	if err != nil {
		return nil, fmt.Errorf("cache: in-process tier: %w", err)
	}
	return &memoryTier{store: store, lease: lease, gens: gens, now: now}, nil
}

// get returns the entry of a key that depends on exactly these tags and is neither
// evicted nor over, nil where there is none. It does so under the lease only. An
// entry made under other tags would miss some of their evictions.
func (m *memoryTier) get(key Key, tags []Tag) (*entry, phase) {
	now := m.now()
	if !m.lease.live(now) {
		return nil, over
	}
	e, ok := m.store.GetIfPresent(key)
	if !ok || !m.gens.current(e.stamps) || !slices.Equal(e.tags, tags) {
		return nil, over
	}
	age := e.term.at(now)
	if age == over {
		return nil, over
	}
	return e, age
}

// put stores an entry. One whose stamps are bumped meanwhile is dead on arrival,
// since get compares them: no lock is needed between the two.
func (m *memoryTier) put(key Key, e *entry) {
	if m.gens.current(e.stamps) && e.term.at(m.now()) != over {
		m.store.Set(key, e)
	}
}

func (m *memoryTier) close() { m.store.StopAllGoroutines() }

// otterClock lets tests move the time of the in-process tier.
type otterClock struct{ now func() time.Time }

// NowNano implements otter.Clock.
func (c otterClock) NowNano() int64 { return c.now().UnixNano() }

// Tick implements otter.Clock.
func (c otterClock) Tick(d time.Duration) <-chan time.Time { return time.Tick(d) }
