package cache

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"
)

// errMissed ends a session: an announcement did not come within a beat.
var errMissed = errors.New("cache: an eviction of another replica was not heard")

// replica is this process among the others that share its Redis. It keeps the
// lease of the in-process tier, and tells the others of evictions.
//
// What makes the lease safe: a beat registers this replica, and returns the number
// of the last announcement. Whoever announces something later sees the registration,
// and waits until this replica replied or the registration is over. So a beat
// grants the lease until then, counted from before it was sent, but only once all
// announcements up to that number have been applied.
type replica struct {
	id    string
	bus   bus
	gens  *generations
	lease *lease
	term  time.Duration // of the lease
	now   func() time.Time
	emit  func(Event)
	// settle tells the others what they could not be told while Redis was away.
	settle func(context.Context) error
	stop   context.CancelFunc
	ended  chan struct{}

	mu       sync.Mutex
	last     uint64    // the last announcement that was applied
	recent   []uint64  // last, as of the last beat and since
	promised *promise  // what the last beat grants, once it may
	downAt   time.Time // when the last session failed; zero while one has a lease
	numbers  uint64
	waiting  map[uint64]*audience
}

// promise is a lease that begins when an announcement has been applied.
type promise struct {
	seq   uint64
	until time.Time
}

// joinReplicas keeps the lease from now on, until close. Without a bus this process
// is alone.
func joinReplicas(o *Options, bus bus, gens *generations, lease *lease, settle func(context.Context) error) *replica {
	if bus == nil {
		lease.forever()
		return nil
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &replica{
		id: rand.Text(), bus: bus, gens: gens, lease: lease, term: o.TierLease,
		now: o.Now, emit: o.OnEvent, stop: stop, ended: make(chan struct{}),
		settle: settle, waiting: map[uint64]*audience{},
	}
	go r.run(ctx)
	return r
}

// close leaves the other replicas, so that none waits for this one. A nil replica
// has none.
func (r *replica) close() {
	if r != nil {
		r.stop()
		<-r.ended
	}
}

// run keeps the lease by one session after the other.
func (r *replica) run(ctx context.Context) {
	defer close(r.ended)
	for {
		err := r.session(ctx)
		r.drop(ctx, err)
		if pause(ctx, r.pace()) != nil {
			return
		}
	}
}

// pace is the time between two beats: three are missed before the lease is over.
func (r *replica) pace() time.Duration { return r.term * 3 / 10 }

// session listens and beats until one of the two fails.
func (r *replica) session(ctx context.Context) error {
	ear, err := r.bus.listen(ctx, r.id)
	if err != nil {
		return err
	}
	defer func() { _ = ear.close() }() // nothing is lost with it
	if err := r.settle(ctx); err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	var listening sync.WaitGroup
	defer listening.Wait()
	defer fail(nil)
	listening.Go(func() { fail(r.listen(ctx, ear)) })
	for first := true; ; first = false {
		if err := r.beat(ctx, first); err != nil {
			return err
		}
		if pause(ctx, r.pace()) != nil {
			return context.Cause(ctx)
		}
	}
}

// beat renews the lease. The first beat of a session starts with an empty tier
// unless nothing was announced since the last session.
func (r *replica) beat(ctx context.Context, first bool) error {
	began := r.now()
	r.mu.Lock()
	r.recent = append(r.recent[:0], r.last)
	r.mu.Unlock()
	seq, err := r.bus.beat(ctx, r.id)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	until := began.Add(r.term)
	switch applied := slices.Contains(r.recent, seq); {
	case r.promised != nil:
		return errMissed
	case !applied && !first:
		r.promised = &promise{seq: seq, until: until} // it is on its way
		return nil
	case !applied:
		r.gens.clear()
		r.last = seq
	}
	if first {
		r.downAt = time.Time{}
		r.emit(Event{Kind: LeaseHeld}) // before it is: who sees it held has been told
	}
	r.lease.grant(until)
	return nil
}

// drop ends the lease with its session.
func (r *replica) drop(ctx context.Context, err error) {
	r.lease.end()
	r.mu.Lock()
	lost := r.downAt.IsZero()
	if lost {
		r.downAt = time.Now()
	}
	r.promised = nil
	r.mu.Unlock()
	if lost {
		r.emit(Event{Kind: LeaseLost, Err: err})
		// What was served until now is not any more: nobody has to wait for it.
		_ = r.bus.leave(context.WithoutCancel(ctx), r.id) // else it ends by itself
	}
}

// listen takes what the others send, until the ear fails.
func (r *replica) listen(ctx context.Context, ear ear) error {
	for {
		message, err := ear.hear(ctx)
		if err != nil {
			return err
		}
		if number, from, ok := parseAck(message); ok {
			r.replied(number, from)
			continue
		}
		a, err := parseAnnouncement(message)
		if err != nil {
			return err
		}
		r.apply(a)
		if a.origin != r.id && a.number != 0 {
			// Unheard, it costs the other the rest of this replica's lease.
			_ = r.bus.reply(ctx, a.origin, ack(a.number, r.id))
		}
	}
}

// apply kills what an announcement names; or everything, if it is not the next one.
func (r *replica) apply(a *announcement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case a.prev != r.last:
		r.gens.clear()
	case a.origin != r.id: // whose own were bumped before they were announced
		r.gens.bump(a.tags)
	}
	r.last = a.seq
	r.recent = append(r.recent, a.seq)
	if p := r.promised; p != nil && p.seq == a.seq {
		r.promised = nil
		r.lease.grant(p.until)
	}
}

// tell returns when no other replica serves what depends on the tags. If the bus
// fails nobody knows who does; then it waits for as long as any replica that has no
// bus either may still serve, and returns the failure. A nil replica has nobody to
// tell.
func (r *replica) tell(ctx context.Context, tags []Tag) error {
	if r == nil {
		return nil
	}
	a := r.gather()
	defer r.dismiss(a)
	others, err := r.announce(context.WithoutCancel(ctx), a.number, tags)
	if err != nil {
		_ = pause(ctx, r.untilAllEnded()) // the failure tells more than the context
		return err
	}
	return a.wait(ctx, others)
}

// announce tells the others, and returns who they are.
func (r *replica) announce(ctx context.Context, number uint64, tags []Tag) (map[string]time.Duration, error) {
	a := &announcement{origin: r.id, number: number, tags: tags}
	return r.bus.announce(ctx, r.id, a.text())
}

// spread tells the others, and waits for nobody.
func (r *replica) spread(ctx context.Context, tags []Tag) error {
	if r == nil {
		return nil
	}
	_, err := r.announce(ctx, 0, tags)
	return err
}

// untilAllEnded is how long the lease of another may last that lost the bus when
// this replica did.
func (r *replica) untilAllEnded() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.downAt.IsZero() {
		return r.term
	}
	return r.term - time.Since(r.downAt)
}

// gather returns an audience that gets the replies to its number.
func (r *replica) gather() *audience {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.numbers++
	a := newAudience(r.numbers)
	r.waiting[a.number] = a
	return a
}

func (r *replica) dismiss(a *audience) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.waiting, a.number)
}

// replied hands a reply to who waits for it, if anybody still does.
func (r *replica) replied(number uint64, from string) {
	r.mu.Lock()
	a := r.waiting[number]
	r.mu.Unlock()
	if a != nil {
		a.hear(from)
	}
}
