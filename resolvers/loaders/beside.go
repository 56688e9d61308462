package loaders

import (
	"context"
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// parallelLists is how many lists one load reads at a time; more wait their
// turn. A list that needs a single page is no part of it: first pages are
// called for together.
const parallelLists = 64

// PanicError is a panic of our own code while something was loaded. It is told
// as an error, because it happens on goroutines where it would end the process
// for everyone. The text leaves out what was passed to panic: it may hold what
// a backend answered.
type PanicError struct {
	// Value is what was passed to panic; never nil.
	Value any
	// Stack is the goroutine's stack at the panic, for the log.
	Stack []byte
}

// Error implements error.
func (e *PanicError) Error() string { return fmt.Sprintf("loaders: a load panicked (%T)", e.Value) }

// beside does work for each of n side by side, at most parallelLists at a time,
// and gives what each of them came to; positional.
func beside(n int, work func(i int) error) []error {
	errs := make([]error, n)
	var group errgroup.Group
	group.SetLimit(parallelLists)
	for i := range n {
		group.Go(func() error {
			errs[i] = guard(func() error { return work(i) })
			return nil // one list's failure is not the others'
		})
	}
	_ = group.Wait() // each error is in errs
	return errs
}

// guarded answers every key of a fetch that panics with that panic.
func guarded[K comparable, V any](ctx context.Context, keys []K, fetch func(context.Context, []K) answers[V]) answers[V] {
	var got answers[V]
	if err := guard(func() error { got = fetch(ctx, keys); return nil }); err != nil {
		return failed[V](len(keys), err)
	}
	return got
}

// guard turns a panic into an error.
func guard(f func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &PanicError{Value: cause, Stack: debug.Stack()}
		}
	}()
	return f()
}
