package cache

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"sync"
	"time"
)

// flightKey says which callers may share a fill: those that ask for the same
// key and type under the same generations. A caller whose read began after an
// eviction has other generations, and so never meets an older fill.
type flightKey struct {
	key    Key
	kind   reflect.Type
	local  string
	remote string
	apart  int64 // 0, or the time of callers that know no generation of another replica
	aside  bool  // a refresh: who waits does not wait for it, for it lets others go first
}

// flight is one fill under way. Its result may be read once done is closed.
type flight struct {
	done   chan struct{}
	entry  *entry
	source Source
	err    error
}

// fillFunc makes a flight's value. Source is FromMemory when another flight had
// just stored it, FromRedis when another replica had.
type fillFunc func(ctx context.Context) (*entry, Source, error)

// errImpatient is for a waiter that has an old value to serve.
var errImpatient = errors.New("cache: the fill takes longer than there is patience with it")

// flights are the fills under way in this process.
type flights struct {
	timeout time.Duration
	base    context.Context // ends when the cache is closed
	cancel  context.CancelFunc

	mu     sync.Mutex
	open   map[flightKey]*flight
	asides map[string]int // refreshes under way, by tenant
	closed bool
	wg     sync.WaitGroup
}

func newFlights(timeout time.Duration) *flights {
	base, cancel := context.WithCancel(context.Background())
	return &flights{timeout: timeout, base: base, cancel: cancel, open: map[flightKey]*flight{}, asides: map[string]int{}}
}

// join returns the flight of that key, and whether this caller began it.
func (f *flights) join(ctx context.Context, key flightKey, fill fillFunc) (_ *flight, began bool, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, false, ErrClosed
	}
	if fl, ok := f.open[key]; ok {
		return fl, false, nil
	}
	return f.start(ctx, key, fill), true, nil
}

// aside starts a flight that nobody waits for, unless it is under way, or too many
// of its tenant are.
func (f *flights) aside(key flightKey, fill fillFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open[key] != nil || f.closed || f.asides[key.key.tenant] >= MaxRefreshes {
		return
	}
	f.asides[key.key.tenant]++
	f.start(f.base, key, fill)
}

// start is for callers that hold the lock.
func (f *flights) start(ctx context.Context, key flightKey, fill fillFunc) *flight {
	fl := &flight{done: make(chan struct{}), err: ErrAborted}
	f.open[key] = fl
	f.wg.Go(func() { f.run(ctx, key, fl, fill) })
	return fl
}

// run fills detached from the caller that began it: the others, and the next
// read, want the value even when that caller has gone.
func (f *flights) run(ctx context.Context, key flightKey, fl *flight, fill fillFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.timeout)
	defer cancel()
	defer context.AfterFunc(f.base, cancel)()
	defer f.land(key, fl) // deferred, so that even runtime.Goexit releases the waiters
	fl.err = guard(key.key.route, func() (err error) {
		fl.entry, fl.source, err = fill(ctx)
		return err
	})
}

func (f *flights) land(key flightKey, fl *flight) {
	f.mu.Lock()
	delete(f.open, key)
	if tenant := key.key.tenant; key.aside {
		if f.asides[tenant]--; f.asides[tenant] == 0 {
			delete(f.asides, tenant)
		}
	}
	f.mu.Unlock()
	close(fl.done)
}

// wait returns the flight's result, or leaves it when the caller's context or its
// patience ends; 0 is patience without end.
func (fl *flight) wait(ctx context.Context, patience time.Duration) error {
	select {
	case <-fl.done:
		return fl.err
	default:
	}
	var tired <-chan time.Time
	if patience > 0 {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		tired = timer.C
	}
	select {
	case <-fl.done:
		return fl.err
	case <-tired:
		return errImpatient
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close refuses new flights, cancels those under way and waits for them, at most
// for a fill's time-out: a fill that ignores its context does not hold up the
// process any longer.
func (f *flights) close() error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.cancel()
	ended := make(chan struct{})
	go func() { f.wg.Wait(); close(ended) }()
	timer := time.NewTimer(f.timeout)
	defer timer.Stop()
	select {
	case <-ended:
		return nil
	case <-timer.C:
		return fmt.Errorf("cache: a fill ignored its context for the fill time-out of %v", f.timeout)
	}
}

// guard turns a panic of the caller's functions into an error: they run on the
// cache's goroutines, where a panic would end the process for everyone.
func guard(route string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{Route: route, Value: p, Stack: debug.Stack()}
		}
	}()
	return f()
}
