package upstream

import (
	"context"
	"sync/atomic"
)

// Watch notices whether calls are made under its context. It is safe for concurrent use.
type Watch struct{ called atomic.Bool }

// watchKey is private, so that only this package reads and writes the watch of a context.
type watchKey struct{}

// Watched gives the calls made under the returned context this watch, and takes them from the one before. A call that
// others wait for too is noticed by whoever made it.
func Watched(ctx context.Context, w *Watch) context.Context {
	return context.WithValue(ctx, watchKey{}, w)
}

// Called reports whether a call was sent.
func (w *Watch) Called() bool { return w.called.Load() }

// sent tells the context's watch of a call, if it has one.
func sent(ctx context.Context) {
	if w, ok := ctx.Value(watchKey{}).(*Watch); ok {
		w.called.Store(true)
	}
}
