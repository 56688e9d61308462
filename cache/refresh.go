package cache

import (
	"context"
	"errors"
	"reflect"
	"time"
)

// refreshKey marks the context of a refresh.
type refreshKey struct{}

// IsRefresh reports whether a fill's context is of a refresh: nobody waits for it, and
// it should leave the way to whoever does.
func IsRefresh(ctx context.Context) bool { return ctx.Value(refreshKey{}) != nil }

// errElsewhere ends a refresh that another replica is at.
var errElsewhere = errors.New("cache: another replica refreshes")

// refresh replaces a stale entry in the background, unless that was tried just now.
// No value of the caller's context goes along: its operation is neither charged for
// the refresh nor blamed.
func refresh[T any](c *Cache, r *Request[T], e *entry) {
	if !e.tried.begin(c.now()) {
		return
	}
	p := newProbe(c, 0, r)
	p.last, p.aside = e, true
	local, _ := p.generations()
	key := flightKey{key: p.key, kind: reflect.TypeFor[T](), local: local, aside: true}
	c.flights.aside(key, refresher(c, *r, p))
}

// refresher takes what another replica has fetched meanwhile, or fetches it.
func refresher[T any](c *Cache, r Request[T], p *probe) fillFunc {
	return func(ctx context.Context) (*entry, Source, error) {
		ctx = context.WithValue(ctx, refreshKey{}, true)
		c.redis.read(ctx, []*probe{p})
		if e := arrived(c, &r, p); e != nil && e.term.at(c.now()) == fresh {
			return e, FromRedis, nil
		}
		if c.redis.open(ctx, []*probe{p}); p.follows {
			return nil, FromNone, errElsewhere
		}
		e, err := fill(ctx, c, &r, p)
		if err == nil {
			c.emit(Event{Kind: Refreshed, Route: p.key.route})
		}
		return e, FromFill, err
	}
}

// patienceWith is how long the probe's reader waits for a fill; 0 is until its end.
func (c *Cache) patienceWith(p *probe) time.Duration {
	if p.last == nil {
		return 0
	}
	return c.patience
}

// unanswered reports whether an old value may be served after this error.
func (r *Request[T]) unanswered(err error) bool {
	return errors.Is(err, errImpatient) || errors.Is(err, context.DeadlineExceeded) || r.Outage != nil && r.Outage(err)
}

// unasked reports whether this error is of whoever began the fill alone.
func (r *Request[T]) unasked(err error) bool { return r.Unasked != nil && r.Unasked(err) }
