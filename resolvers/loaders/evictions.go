package loaders

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/marketgraph/marketgraph/cache"
)

// evictions are made one after the other. What comes while one is under way waits
// for the next and shares it, so that a storm of events costs the replicas one
// round trip after the other and not one each. Safe for concurrent use.
type evictions struct {
	evict func(ctx context.Context, tags ...cache.Tag) error

	turn chan struct{} // full while evicting
	mu   sync.Mutex    // guards next
	next *eviction     // that has not begun; nil where there is none
}

func newEvictions(evict func(ctx context.Context, tags ...cache.Tag) error) *evictions {
	return &evictions{evict: evict, turn: make(chan struct{}, 1)}
}

// eviction is one of them, for everybody who joined before it began.
type eviction struct {
	tags map[cache.Tag]bool
	done chan struct{}
	err  error // after done
}

// join returns once the tags were evicted by an eviction that began later. It is not
// cancelled with ctx: others share it, and the cache bounds how long it takes.
func (e *evictions) join(ctx context.Context, tags []cache.Tag) error {
	mine, first := e.enter(tags)
	if first {
		e.turn <- struct{}{}
		defer func() { <-e.turn }()
		e.leave()
		mine.err = e.evict(context.WithoutCancel(ctx), slices.Collect(maps.Keys(mine.tags))...)
		close(mine.done)
	}
	<-mine.done
	return mine.err
}

// enter adds the tags to the next eviction. Whoever is first has to make it.
func (e *evictions) enter(tags []cache.Tag) (mine *eviction, first bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if first = e.next == nil; first {
		e.next = &eviction{tags: map[cache.Tag]bool{}, done: make(chan struct{})}
	}
	for _, tag := range tags {
		e.next.tags[tag] = true
	}
	return e.next, first
}

// leave begins: who comes now is late for this one.
func (e *evictions) leave() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.next = nil
}
