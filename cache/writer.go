package cache

import (
	"context"
	"sync"
)

// maxWriteBatch bounds the writes of one pipeline.
const maxWriteBatch = 64

// write is one value on its way to Redis.
type write struct {
	call scriptCall
	late bool // set by commit: refused, a generation has moved
	done bool // set by commit: Redis has decided

	turn chan bool // true: lead the next batch; false: yours is done
}

// writer gathers the writes that come while one round trip is under way into the
// next: a list's fifty fills cost a few pipelines, and a lone fill waits for none.
type writer struct {
	commit func(context.Context, []*write)

	mu      sync.Mutex
	busy    bool
	waiting []*write
}

// submit returns when the write was committed, by this goroutine or another.
func (w *writer) submit(ctx context.Context, x *write) {
	x.turn = make(chan bool, 1)
	w.mu.Lock()
	w.waiting = append(w.waiting, x)
	wait := w.busy
	w.busy = true
	w.mu.Unlock()
	if wait && !<-x.turn {
		return
	}
	w.lead(ctx, x)
}

// lead commits what waits, its own write first in line, and hands the lead on.
func (w *writer) lead(ctx context.Context, own *write) {
	w.mu.Lock()
	n := min(len(w.waiting), maxWriteBatch)
	batch := w.waiting[:n:n]
	w.waiting = w.waiting[n:]
	w.mu.Unlock()

	w.commit(ctx, batch)

	for _, x := range batch {
		if x != own {
			x.turn <- false
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) == 0 {
		w.busy = false
		return
	}
	w.waiting[0].turn <- true
}
