package upstream

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// unstatedHold is how long a bucket rests after a 429 that does not say for how long.
const unstatedHold = time.Second

// refusal is a call that was not sent; the client makes an [Error] of it.
type refusal struct {
	kind Kind
	wait time.Duration // until it could have been sent, 0 if unknown
	text string
	// cause is the context's error, nil when the refusal is the pacer's own.
	cause error
}

// gate is one bucket's queue.
type gate struct {
	cfg PacerConfig
	key string // of the shared bucket

	mu     sync.Mutex
	meter  meter
	pool   *pool // the meter, where the bucket is shared; else nil
	lanes  [laneCount]queue
	timer  *time.Timer // nil until somebody had to wait
	held   time.Time   // nothing is sent before
	closed bool        // nothing more is exchanged

	exchanges sync.WaitGroup // with the shared bucket, under way
}

// newGate makes the gate of a bucket that nobody waits at.
func newGate(cfg PacerConfig, key bucketKey, limit Bucket) *gate {
	if cfg.Shared == nil {
		return &gate{cfg: cfg, meter: newMeter(limit.part(cfg.Replicas))}
	}
	pool := newPool(limit, cfg, time.Now())
	return &gate{cfg: cfg, key: sharedKey(key), meter: pool, pool: pool}
}

// waiter is one queued call. Its channel is closed under the lock, so that leaving and being called exclude each other.
// Place is nil once it is called: to go, or because its turn would come too late.
type waiter struct {
	viewer   string
	joined   time.Time
	deadline time.Time // zero for none
	called   chan struct{}
	refused  *refusal // nil when it may go; written before the channel is closed
	place    *list.Element
}

// slot is the permission to send one call. Exactly one of its methods is called, exactly once.
type slot struct {
	gate   *gate
	waited time.Duration
}

// acquire waits for the call's turn. A turn that would come too late is refused at once, so that the caller can still
// do something else with its time.
func (g *gate) acquire(ctx context.Context, lane Lane) (*slot, *refusal) {
	begin := time.Now()
	w, refused := g.join(ctx, lane, begin)
	if refused != nil {
		return nil, refused
	}
	// Without this check a free slot and a dead context would be a coin toss.
	select {
	case <-w.called:
		return g.slot(w, 0)
	default:
	}
	timeout := time.NewTimer(g.cfg.MaxWait)
	defer timeout.Stop()
	select {
	case <-w.called:
	case <-timeout.C:
		if g.leave(w, lane) {
			return nil, &refusal{kind: Paced, text: fmt.Sprintf("waited the maximum of %s", g.cfg.MaxWait)}
		}
	case <-ctx.Done():
		if g.leave(w, lane) {
			return nil, interrupted(ctx)
		}
	}
	return g.slot(w, time.Since(begin))
}

// slot is what a waiter was called for.
func (g *gate) slot(w *waiter, waited time.Duration) (*slot, *refusal) {
	if w.refused != nil {
		return nil, w.refused
	}
	return &slot{gate: g, waited: waited}, nil
}

// join queues the call, or refuses it. Being first and ready, it is called on return.
func (g *gate) join(ctx context.Context, lane Lane, now time.Time) (*waiter, *refusal) {
	if ctx.Err() != nil {
		return nil, interrupted(ctx)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	w := &waiter{viewer: viewerOf(ctx), joined: now, called: make(chan struct{})}
	w.deadline, _ = ctx.Deadline()
	queue := g.lane(lane)
	wait := g.estimate(now, g.ahead(lane, w.viewer))
	if queue.count >= g.cfg.MaxQueue {
		return nil, &refusal{kind: Paced, wait: wait, text: fmt.Sprintf("queue is at its maximum of %d calls", g.cfg.MaxQueue)}
	}
	if refused := g.late(w, now, wait); refused != nil {
		return nil, refused
	}
	queue.push(w)
	g.advance(now)
	return w, nil
}

// estimate is the least wait of a call with so many others ahead.
func (g *gate) estimate(now time.Time, ahead int) time.Duration {
	return max(g.meter.estimate(now, ahead), g.held.Sub(now))
}

// late refuses a waiter whose turn comes too late after so much more time; nil when it does not.
func (g *gate) late(w *waiter, now time.Time, wait time.Duration) *refusal {
	r := &refusal{kind: Paced, wait: wait}
	switch at := now.Add(wait); {
	case !at.Before(w.joined.Add(g.cfg.MaxWait)):
		r.text = fmt.Sprintf("turn does not come within the maximum wait of %s", g.cfg.MaxWait)
	case !w.deadline.IsZero() && !at.Before(w.deadline):
		r.text = "turn does not come before the deadline"
	default:
		return nil
	}
	return r
}

// leave takes a waiter out of the queue. False means that it was called meanwhile.
func (g *gate) leave(w *waiter, lane Lane) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.place == nil {
		return false
	}
	g.lane(lane).remove(w)
	g.advance(time.Now()) // the last one to leave stops the timer
	return true
}

// advance admits whoever may go and sets the timer for what comes next. Callers hold the lock.
func (g *gate) advance(now time.Time) {
	if g.pool != nil {
		g.pool.bypass(now, g.cfg.absence)
	}
	wait := g.admit(now)
	if g.pool != nil {
		wait = g.share(now, wait)
	}
	g.sleep(wait)
}

// admit calls all who may go now, and says after how long to look again, 0 if that is of no use.
func (g *gate) admit(now time.Time) time.Duration {
	for {
		queue := g.firstLane()
		if queue == nil {
			return 0
		}
		wait, ok := g.held.Sub(now), false
		if wait <= 0 {
			wait, ok = g.meter.ready(now)
		}
		if !ok {
			return wait
		}
		w := queue.pop()
		g.meter.start()
		close(w.called)
	}
}

// sleep sets the timer, or stops it for 0. A timer that fires although stopped only looks again.
func (g *gate) sleep(wait time.Duration) {
	switch {
	case wait <= 0 && g.timer != nil:
		g.timer.Stop()
	case wait > 0 && g.timer == nil:
		g.timer = time.AfterFunc(wait, g.wake)
	case wait > 0:
		g.timer.Reset(wait)
	}
}

// wake is the timer's. It runs in a goroutine of the moment, and only while somebody waits.
func (g *gate) wake() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.advance(time.Now())
}

func (g *gate) lane(lane Lane) *queue { return &g.lanes[lane-Mutation] }

// firstLane is the queue whose turn it is, nil when nobody waits. Lower lanes get what higher ones leave: a background
// call may starve until its maximum wait, which is what its lane means.
func (g *gate) firstLane() *queue {
	for i := range g.lanes {
		if g.lanes[i].count > 0 {
			return &g.lanes[i]
		}
	}
	return nil
}

// ahead is how many waiting calls go before a new one of the lane and viewer.
func (g *gate) ahead(lane Lane, viewer string) int {
	n := g.lane(lane).ahead(viewer)
	for i := range int(lane - Mutation) {
		n += g.lanes[i].count
	}
	return n
}

// done ends the call: its answer is here, or nobody waits for it any longer.
func (s *slot) done() {
	s.end(func(now time.Time) { s.gate.meter.finish(now) })
}

// unsent gives the slot back: nothing has left this process.
func (s *slot) unsent() {
	s.end(func(time.Time) { s.gate.meter.abandon() })
}

// limited ends a call that the backend refused for its limit: the bucket counts as full and rests. What the backend
// asks for is cut to the maximum wait, so that one odd header cannot close a bucket for good.
func (s *slot) limited(retryAfter time.Duration) {
	if retryAfter <= 0 {
		retryAfter = unstatedHold
	}
	s.end(func(now time.Time) {
		rest := min(retryAfter, s.gate.cfg.MaxWait)
		s.gate.meter.finish(now)
		s.gate.meter.fill(now, rest)
		if until := now.Add(rest); until.After(s.gate.held) {
			s.gate.held = until
		}
	})
}

// end settles the call with the meter and lets the next ones go.
func (s *slot) end(settle func(now time.Time)) {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	now := time.Now()
	settle(now)
	s.gate.advance(now)
}

// interrupted is the refusal of a call whose context ended before its turn.
func interrupted(ctx context.Context) *refusal {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &refusal{kind: Paced, text: "deadline passed before its turn", cause: ctx.Err()}
	}
	return &refusal{kind: Canceled, text: "canceled before its turn", cause: ctx.Err()}
}
