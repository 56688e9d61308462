package cache

import (
	"math"
	"sync/atomic"
	"time"
)

// lease says until when the in-process tier may be served without asking anybody.
type lease struct {
	base  time.Time    // its monotonic reading counts, where it has one
	until atomic.Int64 // nanoseconds after base
}

func newLease(now time.Time) *lease { return &lease{base: now} }

// forever is the lease of a process that is alone.
func (l *lease) forever() { l.until.Store(math.MaxInt64) }

// grant extends the lease. It never shortens it.
func (l *lease) grant(until time.Time) {
	end := int64(until.Sub(l.base))
	for held := l.until.Load(); held < end && !l.until.CompareAndSwap(held, end); held = l.until.Load() {
	}
}

// end ends the lease at once.
func (l *lease) end() { l.until.Store(0) }

// live must be asked before the generations of what is to be served are compared:
// a lease is granted only once all that was announced before has been applied.
func (l *lease) live(now time.Time) bool { return int64(now.Sub(l.base)) < l.until.Load() }
