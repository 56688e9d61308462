package cache

import (
	"context"
	"errors"
	"reflect"
)

// begin joins or starts the flight of a request, or refuses it and returns nil.
func begin[T any](ctx context.Context, c *Cache, r *Request[T], p *probe, out *Result[T]) *flight {
	if out.Err = ctx.Err(); out.Err != nil {
		return nil // nobody is waiting: do not call upstream
	}
	local, remote := p.generations()
	key := flightKey{key: p.key, kind: reflect.TypeFor[T](), local: local, remote: remote, apart: c.apart(p)}
	fl, began, err := r.Operation.join(key, func() (*flight, bool, error) {
		return c.flights.join(ctx, key, filler(c, *r, p))
	})
	if err != nil {
		out.Err = err
		return nil
	}
	out.Source = FromFill
	if !began {
		out.Source = FromFlight
		c.emit(Event{Kind: Shared, Route: p.key.route})
	}
	return fl
}

// apart keeps a caller that neither the lease nor Redis vouches for from joining a
// fill that is a lease older: then no read is later than that, even while this
// replica cannot hear of evictions.
func (c *Cache) apart(p *probe) int64 {
	now := c.now()
	if p.complete() || c.memory.lease.live(now) {
		return 0
	}
	return now.UnixNano() / int64(c.lease)
}

// land waits for a flight and takes what it brings; or, where there is an old value
// and no answer in time, that.
func land[T any](ctx context.Context, c *Cache, r *Request[T], p *probe, fl *flight, out *Result[T]) {
	source := out.Source
	err := fl.wait(ctx, c.patienceWith(p))
	stands := p.last != nil && c.gens.current(p.last.stamps)
	if errors.Is(err, errImpatient) && !stands {
		err = fl.wait(ctx, 0) // the old value was evicted meanwhile
	}
	switch {
	case err == nil:
		hand(c, fl.entry.value.(*held[T]), fl.entry, Current, out)
		if out.Source = source; source == FromFill || fl.source == FromMemory {
			out.Source = fl.source
		}
	case source == FromFlight && r.unasked(err) && r.Operation.leave(fl):
		if own := begin(ctx, c, r, p, out); own != nil {
			land(ctx, c, r, p, own, out)
		}
	case stands && r.unanswered(err):
		p.last.tried.fail(c.now())
		hand(c, p.last.value.(*held[T]), p.last, Unanswered, out)
		out.Source = FromMemory
	default:
		*out = Result[T]{Err: err}
	}
}

// filler makes a request's value: finds out whether another has it by now, or is
// about to, and fetches it if not.
func filler[T any](c *Cache, r Request[T], p *probe) fillFunc {
	return func(ctx context.Context) (*entry, Source, error) {
		if p.life.Fresh > 0 {
			// A flight may have ended between this caller's look and its own.
			if e, age := c.memory.get(p.key, p.tags[1:p.firm]); age == fresh && isOf[T](e) {
				return e, FromMemory, nil
			}
		}
		if e, done, err := followed(ctx, c, &r, p); done {
			return e, FromRedis, err
		}
		e, err := fill(ctx, c, &r, p)
		return e, FromFill, err
	}
}

// isOf reports whether an entry is of this type.
func isOf[T any](e *entry) bool {
	_, ok := e.value.(*held[T])
	return ok
}

// followed waits for another replica that fills, and gives what it brought. It is not
// done where nobody fills, or nothing came of it.
func followed[T any](ctx context.Context, c *Cache, r *Request[T], p *probe) (e *entry, done bool, err error) {
	if !p.follows {
		return nil, false, nil
	}
	c.emit(Event{Kind: Followed, Route: p.key.route})
	if err := c.redis.follow(ctx, p); err != nil {
		return nil, true, err
	}
	c.redis.read(ctx, []*probe{p})
	if e = arrived(c, r, p); e == nil || e.term.at(c.now()) != fresh {
		return nil, false, nil
	}
	c.redis.leave(ctx, p)
	return e, true, nil
}

// fill fetches, decodes and stores.
func fill[T any](ctx context.Context, c *Cache, r *Request[T], p *probe) (*entry, error) {
	defer c.redis.lead(ctx, p)()
	t := c.term(p.life)
	got, h, err := fetch(ctx, r)
	if err != nil {
		c.failed(p.key.route, err)
		if !r.unasked(err) {
			c.setBack(ctx, p, r.unanswered(err))
		}
		return nil, err
	}
	c.emit(Event{Kind: Filled, Route: p.key.route})
	if got.Most != nil {
		t = t.cut(t.life.within(*got.Most))
	}
	depends := p.firm
	if h.err != nil {
		depends, t = len(p.tags), t.cut(Life{Fresh: t.life.Fresh}.bounded())
	}
	e := p.entry(t, len(got.Bytes), depends)
	e.value = h
	c.store(ctx, p, e, got.Bytes)
	return e, nil
}

// setBack is after a fill that failed. Where there is an old value it is served for a
// while without asking again, or dropped: what upstream has refused is not served.
func (c *Cache) setBack(ctx context.Context, p *probe, unanswered bool) {
	switch {
	case p.last == nil:
	case unanswered:
		p.last.tried.fail(c.now())
	default:
		c.memory.store.Invalidate(p.key)
		c.redis.drop(ctx, p)
	}
}

// fetch runs the request's own functions.
func fetch[T any](ctx context.Context, r *Request[T]) (got Reply, h *held[T], err error) {
	err = guard(r.Key.route, func() (err error) {
		got, err = r.Fill(ctx)
		return err
	})
	if err != nil {
		return got, nil, err
	}
	if h, err = decode(r, got.Bytes); err != nil && !errors.As(err, new(*PanicError)) {
		err = &DecodeError{Route: r.Key.route, Err: err}
	}
	return got, h, err
}

// decode makes of bytes what is held: a value, or a verdict.
func decode[T any](r *Request[T], bytes []byte) (*held[T], error) {
	h := &held[T]{}
	err := guard(r.Key.route, func() (err error) {
		h.value, err = r.Decode(bytes)
		return err
	})
	if verdict, ok := errors.AsType[*Verdict](err); ok {
		return &held[T]{err: verdict.Err}, nil
	}
	return h, err
}

// failed counts a failed fill. Only a panic is logged here: every other error is
// its receivers' to handle, but a stack reaches nobody else.
func (c *Cache) failed(route string, err error) {
	c.emit(Event{Kind: FillFailed, Route: route, Err: err})
	if p := (*PanicError)(nil); errors.As(err, &p) {
		c.log.Error("cache: fill panicked", "route", route, "stack", string(p.Stack))
	}
}

// store puts a filled value into both tiers, unless it is too large, or a tag was
// evicted since its generation was read.
func (c *Cache) store(ctx context.Context, p *probe, e *entry, bytes []byte) {
	switch {
	case e.term.life.Fresh <= 0:
		return
	case len(bytes) > c.maxValue:
		c.emit(Event{Kind: Oversized, Route: p.key.route})
		return
	case !c.gens.current(e.stamps) && !p.complete():
		// Otherwise Redis knows better: it may be the whole tier that was cleared.
		c.emit(Event{Kind: Late, Route: p.key.route})
		return
	}
	if c.redis.write(ctx, p, e, bytes) {
		// Another replica evicted it meanwhile: do not keep it here either.
		c.emit(Event{Kind: Late, Route: p.key.route})
		return
	}
	c.memory.put(p.key, e)
}
