package cache

import (
	"context"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"sync"
	"time"
)

// MaxClaim is the longest that one claim is kept alive: far longer than any
// deadline, so that only a claim that somebody forgot to end meets it.
const MaxClaim = 2 * time.Minute

// Whoever waits for a claim asks again after a time between these two.
const (
	minClaimPause = 10 * time.Millisecond
	maxClaimPause = 30 * time.Millisecond
)

// claimState is what a [claimStore] says to who wants a claim.
type claimState int

const (
	granted  claimState = iota // it is yours; bytes is the note left before, or nil
	busy                       // another holds it, or is next in line
	finished                   // there is nothing to do; bytes is the result
	mismatch                   // it is of another input
)

// standing is a claimState with what belongs to it.
type standing struct {
	state claimState
	bytes []byte
}

// claimStore keeps records, each of which at most one holder has claimed. Who
// holds one is told by its token, which each call compares: a holder that was
// paused for longer than its lease finds out before it changes anything
// ([ErrClaimLost]). It is safe for concurrent use.
type claimStore interface {
	// claim asks for a record, which is created for that input, a digest.
	claim(ctx context.Context, name, token, input string) (standing, error)
	// hold renews the lease, and keeps a note that is not nil.
	hold(ctx context.Context, name, token string, note []byte) error
	// finish keeps the result in place of note and claim.
	finish(ctx context.Context, name, token, input string, result []byte) error
	// leave ends the claim, and forgets the record too, or if it has no note.
	leave(ctx context.Context, name, token string, forget bool) error
}

// claim is a record that is held. Its lease is renewed until it ends.
type claim struct {
	store       claimStore
	name, token string
	input       string
	stop        context.CancelFunc
	stopped     chan struct{}
}

// leave ends the claim in the store. It outlives the caller's context: a claim
// that is not given back keeps others waiting for its whole lease.
func (c *claim) leave(ctx context.Context, forget bool) error {
	c.end()
	return c.store.leave(context.WithoutCancel(ctx), c.name, c.token, forget)
}

// end stops the renewal.
func (c *claim) end() {
	c.stop()
	<-c.stopped
}

// claims hands out claims of stores, and keeps them alive.
type claims struct {
	lease time.Duration
	base  context.Context // ends when the cache is closed
	close context.CancelFunc

	mu sync.Mutex // orders wg.Go before wg.Wait
	wg sync.WaitGroup
}

func newClaims(lease time.Duration) *claims {
	base, cancel := context.WithCancel(context.Background())
	return &claims{lease: lease, base: base, close: cancel}
}

// take asks until the answer is not busy. The claim is nil unless it is granted.
func (k *claims) take(ctx context.Context, store claimStore, name, input string) (*claim, standing, error) {
	c := &claim{store: store, name: name, token: rand.Text(), input: input, stopped: make(chan struct{})}
	for {
		if err := ctx.Err(); err != nil {
			return nil, standing{}, err
		}
		// Not cancelled with the caller: it would not know whether it holds it.
		got, err := store.claim(context.WithoutCancel(ctx), name, c.token, input)
		switch {
		case err != nil:
			return nil, standing{}, err
		case got.state == granted:
			if err := k.keep(context.WithoutCancel(ctx), c); err != nil {
				_ = store.leave(context.WithoutCancel(ctx), name, c.token, false) // else it ends with its lease
				return nil, standing{}, err
			}
			return c, got, nil
		case got.state != busy:
			return nil, got, nil
		}
		if err := pause(ctx, minClaimPause+mathrand.N(maxClaimPause-minClaimPause)); err != nil {
			return nil, standing{}, err
		}
	}
}

// keep renews the claim's lease until it ends, is lost, or is [MaxClaim] old.
func (k *claims) keep(ctx context.Context, c *claim) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.base.Err() != nil {
		return ErrClosed
	}
	ctx, c.stop = context.WithTimeout(ctx, MaxClaim)
	k.wg.Go(func() { k.renew(ctx, c) })
	return nil
}

func (k *claims) renew(ctx context.Context, c *claim) {
	defer close(c.stopped)
	defer context.AfterFunc(k.base, c.stop)()
	for pause(ctx, k.lease/3) == nil {
		// Any other failure may pass before the lease does.
		if errors.Is(c.store.hold(ctx, c.name, c.token, nil), ErrClaimLost) {
			return
		}
	}
}

// end stops all renewals and waits for that.
func (k *claims) end() {
	k.mu.Lock()
	k.close()
	k.mu.Unlock()
	k.wg.Wait()
}

// pause waits, and says why when the context ended first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
