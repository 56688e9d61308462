package cache

import (
	"sync"
	"time"
)

// circuit keeps a Redis that does not answer from costing its time-out again and
// again: one failure opens it for the bypass, then one exchange probes.
type circuit struct {
	now    func() time.Time
	bypass time.Duration
	// lost and back are called once per outage, outside the lock.
	lost func(error)
	back func()

	mu      sync.Mutex
	down    bool
	probing bool
	retryAt time.Time
}

// allow reports whether Redis may be asked now. Whoever was allowed reports with
// succeed, fail or release.
func (c *circuit) allow() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.down {
		return true
	}
	if c.probing || c.now().Before(c.retryAt) {
		return false
	}
	c.probing = true
	return true
}

// succeed records that Redis answered.
func (c *circuit) succeed() {
	c.mu.Lock()
	was := c.down
	c.down, c.probing = false, false
	c.mu.Unlock()
	if was {
		c.back()
	}
}

// fail records that Redis did not answer.
func (c *circuit) fail(err error) {
	c.mu.Lock()
	was := c.down
	c.down, c.probing = true, false
	c.retryAt = c.now().Add(c.bypass)
	c.mu.Unlock()
	if !was {
		c.lost(err)
	}
}

// release records nothing: the exchange was given up for the caller's sake.
func (c *circuit) release() {
	c.mu.Lock()
	c.probing = false
	c.mu.Unlock()
}
