package cache

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// refusalQuiet is how long error replies go unlogged after one was logged.
const refusalQuiet = time.Minute

// link is one way of talking to Redis: how long an exchange may take, and whether
// to try at all. What must not wait and what must not be wrong have a link each,
// so that the impatience of one is not the other's outage.
type link struct {
	client  redis.UniversalClient
	timeout time.Duration
	circuit *circuit
	now     func() time.Time
	emit    func(Event)
	log     *slog.Logger
	outage  *outage

	mu       sync.Mutex
	loggedAt time.Time // of the last error reply logged
}

// newSureLink returns the link of what must not be wrong: claims, evictions and
// leases. It is nil without Redis.
func newSureLink(o *Options) *link {
	if o.Redis == nil {
		return nil
	}
	return newLink(o, o.ClaimTimeout, &outage{log: o.Logger})
}

// newLink returns a link that tells of its outages together with others.
func newLink(o *Options, timeout time.Duration, away *outage) *link {
	return &link{
		client: o.Redis, timeout: timeout, now: o.Now, emit: o.OnEvent, log: o.Logger, outage: away,
		circuit: &circuit{now: o.Now, bypass: o.RedisBypass, lost: away.begin, back: away.end},
	}
}

// exchange talks to Redis within the time-out, unless it is bypassed. The error is
// a [*RedisError].
func (l *link) exchange(ctx context.Context, op string, talk func(context.Context) error) error {
	if !l.circuit.allow() {
		l.emit(Event{Kind: RedisBypassed})
		return &RedisError{Op: op, Err: ErrBypassed}
	}
	bounded, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	err := talk(bounded)
	if err == nil {
		l.circuit.succeed()
		return nil
	}
	if ended(ctx) {
		l.circuit.release() // the caller has gone; that says nothing about Redis
		return &RedisError{Op: op, Err: err}
	}
	l.emit(Event{Kind: RedisFailed, Err: err})
	if reply := redis.Error(nil); errors.As(err, &reply) {
		// An error reply came in time (out of memory, loading, read-only):
		// there is no wait to spare by bypassing.
		l.circuit.succeed()
		l.refused(op, err)
	} else {
		l.circuit.fail(err)
	}
	return &RedisError{Op: op, Err: err}
}

// ended reports whether the context is over. Its deadline counts on its own: a
// connection that has the same one can time out before the context knows.
func ended(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && time.Until(deadline) <= 0
}

// refused logs an error reply, at most one a [refusalQuiet].
func (l *link) refused(op string, err error) {
	l.mu.Lock()
	quiet := !l.loggedAt.IsZero() && l.now().Sub(l.loggedAt) < refusalQuiet
	if !quiet {
		l.loggedAt = l.now()
	}
	l.mu.Unlock()
	if !quiet {
		l.log.Warn("cache: redis refuses", "op", op, "error", err)
	}
}
