package upstream

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// lostServers are the ways in which what replicas share goes away for a while, or for good.
var lostServers = map[string]func(*testing.T, *fleet, time.Duration){
	"cut off": func(_ *testing.T, f *fleet, span time.Duration) {
		f.cut(true)
		time.AfterFunc(span, func() { f.cut(false) })
	},
	"hung":    func(_ *testing.T, f *fleet, span time.Duration) { f.hang(span) },
	"flushed": func(t *testing.T, f *fleet, _ time.Duration) { f.server.flush(t) },
}

// TestNoCallFailsUnderLoad: the calls of two replicas wait for five seconds at most, at a fifth of what is allowed, and a
// third has just sent all that it may. When the server is lost, none is refused, and the backend sees none too many.
func TestNoCallFailsUnderLoad(t *testing.T) {
	t.Parallel()
	for name, lose := range lostServers {
		for kind, bucket := range map[string]Bucket{
			"leaky":     {Kind: LeakyBucket, Size: 20, PerSecond: 4},
			"window":    {Kind: FixedWindow, Size: 100, Window: 10 * time.Second},
			"semaphore": {Kind: Semaphore, Size: 20},
		} {
			t.Run(name+" "+kind, func(t *testing.T) {
				server := startRedis(t)
				synctest.Test(t, func(t *testing.T) {
					f := newFleet(t, server, &backendModel{bucket: bucket}, 3, fleetTimeout)
					defer f.close()
					var all sync.WaitGroup
					for range 100 {
						all.Go(func() { f.try(f.gate(f.replicas[0]), 29*time.Second, 10*time.Millisecond) })
					}
					time.AfterFunc(30*time.Second, func() { lose(t, f, 20*time.Second) })
					var refused atomic.Int64
					for i, r := range f.replicas[1:] {
						for n := range 45 {
							all.Go(func() {
								at := time.Duration(2*n)*time.Second + time.Duration(i)*100*time.Millisecond
								if !f.try(f.gate(r), at, 5*time.Second) {
									refused.Add(1)
								}
							})
						}
					}
					all.Wait()
					if n := refused.Load(); n > 0 || f.model.violations > 0 {
						t.Errorf("%d of %d calls refused, %d violations", n, f.model.arrivals, f.model.violations)
					}
				})
			})
		}
	}
}

// try makes a call at a time that waits for so long at most, and reports whether it was sent.
func (f *fleet) try(g *gate, at, patience time.Duration) bool {
	pass(at)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, refused := g.acquire(ctx, Waiting)
	if refused != nil {
		return false
	}
	pass(100 * time.Millisecond)
	f.model.arrive()
	pass(100 * time.Millisecond)
	f.model.answer()
	pass(100 * time.Millisecond)
	s.done()
	return true
}

// TestAPromiseIsKept: whoever has called a moment ago may go on by itself, and nobody else has used that up. What is
// promised lapses after as long as a call counts.
func TestAPromiseIsKept(t *testing.T) {
	t.Parallel()
	bucket := Bucket{Kind: FixedWindow, Size: 100, Window: 10 * time.Second}
	const promised = 100 / spareShare / 3
	withFleet(t, bucket, 3, func(t *testing.T, f *fleet, gates []*gate) {
		for _, g := range gates {
			use(t, g, 1)
			pass(time.Second) // the end is told too
		}
		use(t, gates[0], 97-2*promised) // the others' are kept back
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, r := gates[0].acquire(soon, Waiting); r == nil {
			t.Error("a call goes that was promised to others")
		}
		f.cut(true)
		use(t, gates[1], promised)
		use(t, gates[2], promised)
		if got := took(t, gates[2]); got < 5*time.Second {
			t.Errorf("one more than was promised goes after %v", got)
		}
	})
	withFleet(t, bucket, 3, func(t *testing.T, f *fleet, gates []*gate) {
		use(t, gates[0], 1)
		pass(11 * time.Second)
		f.cut(true)
		if got := took(t, gates[0]); !near(got, 10*time.Second) {
			t.Errorf("long after the promise a call goes after %v, want 10 s", got)
		}
	})
}
