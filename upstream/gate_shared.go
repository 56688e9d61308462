package upstream

import (
	"context"
	"time"
)

// share exchanges with the shared bucket when it is time to, in a goroutine of the moment, and says after how long to
// look again. Callers hold the lock.
func (g *gate) share(now time.Time, wait time.Duration) time.Duration {
	waiting := 0
	for i := range g.lanes {
		waiting += g.lanes[i].count
	}
	due, ok := g.pool.due(now, waiting)
	switch {
	case !ok || g.closed:
		return wait
	case due == 0:
		o := g.pool.order(now, waiting, g.patience(now))
		g.exchanges.Go(func() { g.exchange(o) })
		return wait
	case wait <= 0:
		return due
	}
	return min(wait, due)
}

// patience is how long the most patient call would still wait.
func (g *gate) patience(now time.Time) (longest time.Duration) {
	for i := range g.lanes {
		for _, w := range g.lanes[i].inOrder() {
			last := w.joined.Add(g.cfg.MaxWait)
			if !w.deadline.IsZero() && w.deadline.Before(last) {
				last = w.deadline
			}
			longest = max(longest, last.Sub(now))
		}
	}
	return longest
}

// exchange carries out an order, and lets the calls go that may, or refuses those that now turn out to be late. It
// takes no caller's context: what it brings is for all who wait.
func (g *gate) exchange(o order) {
	ctx, cancel := context.WithTimeout(context.Background(), g.cfg.SharedTimeout)
	defer cancel()
	a, err := g.cfg.Shared.exchange(ctx, g.key, g.cfg.replica, g.pool.limit, o)
	g.cfg.OnExchange(err)
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if err != nil {
		g.pool.fail(now, g.cfg.absence.begin(now), o)
	} else {
		g.cfg.absence.end()
		g.pool.settle(now, o, a)
	}
	g.prune(now)
	g.advance(now)
}

// prune refuses those whose turn would come too late by what is known now, so that they need not wait for that.
func (g *gate) prune(now time.Time) {
	ahead := 0
	for i := range g.lanes {
		for _, w := range g.lanes[i].inOrder() {
			if w.refused = g.late(w, now, g.estimate(now, ahead)); w.refused == nil {
				ahead++
				continue
			}
			g.lanes[i].remove(w)
			close(w.called)
		}
	}
}

// close tells the shared bucket the last that it should know, and exchanges no more. Whether that succeeds is all the
// same to a process that ends: what is not told is forgotten with its lease.
func (g *gate) close(ctx context.Context) {
	g.stop()
	g.exchanges.Wait() // each is bounded
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.pool.dirty || len(g.pool.grants) > 0 { // who was alone asks before it tells
		o := g.pool.order(time.Now(), 0, 0)
		g.mu.Unlock()
		a, err := g.cfg.Shared.exchange(ctx, g.key, g.cfg.replica, g.pool.limit, o)
		g.mu.Lock()
		if err != nil {
			return
		}
		g.pool.settle(time.Now(), o, a)
	}
}

// stop begins no more exchanges.
func (g *gate) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	if g.timer != nil {
		g.timer.Stop()
	}
}
