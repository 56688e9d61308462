package upstream

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Lane is a call's place in the queue: a waiting call of a lower number goes first, calls of one lane in their order.
type Lane int

const (
	// Mutation is for writes: somebody pressed a button.
	Mutation Lane = iota - 1
	// Waiting is for reads that an operation waits for; the zero value.
	Waiting
	// Background is for refreshes and warming that nobody waits for. It gets what the others leave.
	Background
)

const laneCount = int(Background-Mutation) + 1

// Defaults of [PacerConfig].
const (
	DefaultMaxQueue = 1000
	DefaultMaxWait  = time.Minute
)

// unstatedHold is how long a bucket rests after a 429 that does not say for how long.
const unstatedHold = time.Second

// PacerConfig bounds the queues; zero fields take the defaults.
type PacerConfig struct {
	// MaxQueue is how many calls may wait per bucket and lane; default 1000.
	MaxQueue int
	// MaxWait is the longest wait accepted for any call, whatever its deadline; default 1 minute.
	MaxWait time.Duration
}

// Pacer keeps calls below the documented limits of the backends, in this process's memory: a call waits in its
// bucket's queue until the backend is sure to have room. It starts with empty buckets and knows nothing of other
// processes that call as the same client application; a 429 that they cause rests the bucket for as long as it asks.
// It runs no goroutine of its own. Share one among all clients of the process.
type Pacer struct {
	cfg PacerConfig

	mu    sync.Mutex
	gates map[bucketKey]*gate // as many as routes, clients and linked accounts are configured
}

// NewPacer makes a pacer whose buckets are empty.
func NewPacer(cfg PacerConfig) *Pacer {
	if cfg.MaxQueue <= 0 {
		cfg.MaxQueue = DefaultMaxQueue
	}
	if cfg.MaxWait <= 0 {
		cfg.MaxWait = DefaultMaxWait
	}
	return &Pacer{cfg: cfg, gates: make(map[bucketKey]*gate)}
}

// bucketKey is who shares a bucket. Account is "" where the backend does not limit by account, route
// is "" for a general bucket shared by all routes, and the endpoint for one that is printed there.
type bucketKey struct {
	baseURL, client, account, route string

	quota bool // the second limit of those calls
}

// gate is the gate of a bucket. The limit first named for a key stands: two limits for one bucket would mean none.
func (p *Pacer) gate(key bucketKey, limit Bucket) *gate {
	p.mu.Lock()
	defer p.mu.Unlock()
	g, ok := p.gates[key]
	if !ok {
		g = &gate{cfg: p.cfg, meter: newMeter(limit)}
		p.gates[key] = g
	}
	return g
}

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

	mu    sync.Mutex
	meter meter
	lanes [laneCount]list.List // of *waiter
	timer *time.Timer          // nil until somebody had to wait
	held  time.Time            // nothing is sent before
}

// waiter is one queued call. Its channel is closed under the lock, so that leaving and being admitted exclude each other.
// Place is nil once it is admitted.
type waiter struct {
	admitted chan struct{}
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
	case <-w.admitted:
		return &slot{gate: g}, nil
	default:
	}
	timeout := time.NewTimer(g.cfg.MaxWait)
	defer timeout.Stop()
	select {
	case <-w.admitted:
	case <-timeout.C:
		if g.leave(w, lane) {
			return nil, &refusal{kind: Paced, text: fmt.Sprintf("waited the maximum of %s", g.cfg.MaxWait)}
		}
	case <-ctx.Done():
		if g.leave(w, lane) {
			return nil, interrupted(ctx)
		}
	}
	return &slot{gate: g, waited: time.Since(begin)}, nil
}

// join queues the call, or refuses it. Being first and ready, it is admitted on return.
func (g *gate) join(ctx context.Context, lane Lane, now time.Time) (*waiter, *refusal) {
	if ctx.Err() != nil {
		return nil, interrupted(ctx)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	queue := g.lane(lane)
	wait := max(g.meter.estimate(now, g.ahead(lane)), g.held.Sub(now))
	late := func(format string, args ...any) *refusal {
		return &refusal{kind: Paced, wait: wait, text: fmt.Sprintf(format, args...)}
	}
	if queue.Len() >= g.cfg.MaxQueue {
		return nil, late("queue is at its maximum of %d calls", g.cfg.MaxQueue)
	}
	if wait >= g.cfg.MaxWait {
		return nil, late("turn does not come within the maximum wait of %s", g.cfg.MaxWait)
	}
	if deadline, ok := ctx.Deadline(); ok && !now.Add(wait).Before(deadline) {
		return nil, late("turn does not come before the deadline")
	}
	w := &waiter{admitted: make(chan struct{})}
	w.place = queue.PushBack(w)
	g.advance(now)
	return w, nil
}

// leave takes a waiter out of the queue. False means that it was admitted meanwhile: it has a slot to use.
func (g *gate) leave(w *waiter, lane Lane) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.place == nil {
		return false
	}
	g.lane(lane).Remove(w.place)
	g.advance(time.Now()) // the last one to leave stops the timer
	return true
}

// advance admits whoever may go and sets the timer for the next. Callers hold the lock.
func (g *gate) advance(now time.Time) {
	for {
		queue := g.firstLane()
		if queue == nil {
			g.sleep(0)
			return
		}
		wait, ok := g.held.Sub(now), false
		if wait <= 0 {
			wait, ok = g.meter.ready(now)
		}
		if !ok {
			g.sleep(wait)
			return
		}
		w := queue.Remove(queue.Front()).(*waiter)
		w.place = nil
		g.meter.start()
		close(w.admitted)
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

func (g *gate) lane(lane Lane) *list.List { return &g.lanes[lane-Mutation] }

// firstLane is the queue whose turn it is, nil when nobody waits. Lower lanes get what higher ones leave: a background
// call may starve until its maximum wait, which is what its lane means.
func (g *gate) firstLane() *list.List {
	for i := range g.lanes {
		if g.lanes[i].Len() > 0 {
			return &g.lanes[i]
		}
	}
	return nil
}

// ahead is how many waiting calls go before a new one of the lane.
func (g *gate) ahead(lane Lane) int {
	n := 0
	for i := range int(lane-Mutation) + 1 {
		n += g.lanes[i].Len()
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
		s.gate.meter.finish(now)
		s.gate.meter.fill(now)
		if until := now.Add(min(retryAfter, s.gate.cfg.MaxWait)); until.After(s.gate.held) {
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
