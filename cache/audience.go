package cache

import (
	"context"
	"sync"
	"time"
)

// audience is who an announcement is for, and has not replied.
type audience struct {
	number uint64
	news   chan struct{} // somebody has replied

	mu      sync.Mutex
	replied map[string]bool
}

func newAudience(number uint64) *audience {
	return &audience{number: number, news: make(chan struct{}, 1), replied: map[string]bool{}}
}

// hear takes a reply.
func (a *audience) hear(from string) {
	a.mu.Lock()
	a.replied[from] = true
	a.mu.Unlock()
	select {
	case a.news <- struct{}{}:
	default: // it is news already
	}
}

// wait returns when each of the others has replied or its time is over, or with the
// context's error.
func (a *audience) wait(ctx context.Context, others map[string]time.Duration) error {
	began := time.Now()
	for {
		left := a.left(others, time.Since(began))
		if left <= 0 {
			return nil
		}
		timer := time.NewTimer(left)
		select {
		case <-a.news:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		timer.Stop()
	}
}

// left returns how long somebody may still not have heard.
func (a *audience) left(others map[string]time.Duration, passed time.Duration) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	var longest time.Duration
	for id, most := range others {
		if !a.replied[id] {
			longest = max(longest, most-passed)
		}
	}
	return longest
}
