package cache

import (
	"context"
	"errors"
	"sync"
	"time"
)

// locks are held by one caller at a time, here and on all other replicas.
type locks struct {
	claims *claims
	turns  turns
	shared claimStore // nil without Redis
	names  names
	emit   func(Event)
}

func newLocks(o *Options, claims *claims, link *link) *locks {
	l := &locks{claims: claims, names: newNames(o.Version), emit: o.OnEvent}
	if link != nil {
		l.shared = newRedisClaims(o, link, o.ClaimLease)
	}
	return l
}

// Lock returns when this caller alone holds the lock of what the tag names, among
// all callers of all replicas, or with the context's error. Callers of one process
// take their turns in the order they came, processes alternate. It is held until
// unlock is called, which may be done more than once, or for [MaxClaim].
//
// A lock saves work and spares conflicts; it is not what keeps a write from being
// made twice ([Cache.Begin] is). It holds in this process only while Redis does not
// answer, which an [Event] tells, and it passes to the next when this process
// stands still for longer than [Options].ClaimLease. A [*ScopeError] refuses the
// zero tag.
func (c *Cache) Lock(ctx context.Context, tag Tag) (unlock func(), err error) {
	switch {
	case c.closed.Load():
		return nil, ErrClosed
	case tag.IsZero():
		return nil, &ScopeError{Reason: "a lock is of a tag without a scope"}
	}
	return c.locks.take(ctx, c.locks.names.lock(tag))
}

// take waits for this process's turn, and then for the other processes.
func (l *locks) take(ctx context.Context, name string) (unlock func(), err error) {
	give, err := l.turns.take(ctx, name)
	if err != nil {
		return nil, err
	}
	leave, err := l.claim(ctx, name)
	if err != nil {
		give()
		return nil, err
	}
	end := sync.OnceFunc(func() { leave(); give() })
	forgotten := time.AfterFunc(MaxClaim, end)
	return func() { forgotten.Stop(); end() }, nil
}

// claim keeps the other processes out, where there is a Redis that answers.
func (l *locks) claim(ctx context.Context, name string) (leave func(), err error) {
	if l.shared == nil {
		return func() {}, nil
	}
	held, _, err := l.claims.take(ctx, l.shared, name, "")
	if away := (*RedisError)(nil); errors.As(err, &away) {
		l.emit(Event{Kind: LocalLock, Err: err})
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	// A claim that Redis does not hear the end of ends with its lease.
	return func() { _ = held.leave(ctx, true) }, nil
}
