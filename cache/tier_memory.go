package cache

import (
	"fmt"
	"slices"
	"time"

	"github.com/maypok86/otter/v2"
)

// EntryOverhead is what each in-process entry weighs in bytes besides its
// upstream bytes and key.
const EntryOverhead = 512

// entry is what the in-process tier holds: a decoded value, immutable, with the
// generations it was read under.
type entry struct {
	value   any // *held[T]
	tags    []Tag
	stamps  []stamp
	expires time.Time
	weight  uint32
}

// held boxes a value, so that asking for another type than was stored is a miss.
type held[T any] struct{ value T }

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
			return max(e.Value.expires.Sub(now()), 1)
		}),
		Clock: otterClock{now},
	})
	if err != nil {
		return nil, fmt.Errorf("cache: in-process tier: %w", err)
	}
	return &memoryTier{store: store, lease: lease, gens: gens, now: now}, nil
}

// get returns the value of a live entry that depends on exactly these tags, under
// the lease only. An entry made under other tags would miss some of their evictions.
func (m *memoryTier) get(key Key, tags []Tag) (any, bool) {
	now := m.now()
	if !m.lease.live(now) {
		return nil, false
	}
	e, ok := m.store.GetIfPresent(key)
	if !ok || !now.Before(e.expires) || !m.gens.current(e.stamps) || !slices.Equal(e.tags, tags) {
		return nil, false
	}
	return e.value, true
}

// put stores an entry. One whose stamps are bumped meanwhile is dead on arrival,
// since get compares them: no lock is needed between the two.
func (m *memoryTier) put(key Key, e *entry) {
	if m.gens.current(e.stamps) && m.now().Before(e.expires) {
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
