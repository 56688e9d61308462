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
	fl, began, err := c.flights.join(ctx, key, filler(c, *r, p))
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
	return now.UnixNano() / int64(c.term)
}

// land waits for a flight and takes its value.
func land[T any](ctx context.Context, fl *flight, out *Result[T]) {
	if err := fl.wait(ctx); err != nil {
		*out = Result[T]{Err: err}
		return
	}
	h, ok := fl.value.(*held[T])
	if !ok { // cannot be: the type is part of the flight's key
		*out = Result[T]{Err: ErrAborted}
		return
	}
	out.Value = h.value
	if out.Source == FromFill || fl.source == FromMemory {
		out.Source = fl.source
	}
}

// filler makes a request's value: fetch, decode, store.
func filler[T any](c *Cache, r Request[T], p *probe) fillFunc {
	return func(ctx context.Context) (any, Source, error) {
		if p.fresh > 0 {
			// A flight may have ended between this caller's look and its own.
			value, _ := c.memory.get(p.key, p.tags[1:])
			if h, ok := value.(*held[T]); ok {
				return h, FromMemory, nil
			}
		}
		began := c.now()
		bytes, value, err := fetch(ctx, r)
		if err != nil {
			c.failed(p.key.route, err)
			return nil, FromNone, err
		}
		c.emit(Event{Kind: Filled, Route: p.key.route})
		h := &held[T]{value: value}
		c.store(ctx, p, &frame{filled: began, expires: began.Add(p.fresh), payload: bytes}, h)
		return h, FromFill, nil
	}
}

// fetch runs the request's own functions.
func fetch[T any](ctx context.Context, r Request[T]) (bytes []byte, value T, err error) {
	err = guard(r.Key.route, func() (err error) {
		if bytes, err = r.Fill(ctx); err != nil {
			return err
		}
		if value, err = r.Decode(bytes); err != nil {
			return &DecodeError{Route: r.Key.route, Err: err}
		}
		return nil
	})
	return bytes, value, err
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
func (c *Cache) store(ctx context.Context, p *probe, f *frame, value any) {
	switch {
	case p.fresh <= 0:
		return
	case len(f.payload) > c.maxValue:
		c.emit(Event{Kind: Oversized, Route: p.key.route})
		return
	case !c.gens.current(p.local) && !p.complete():
		// Otherwise Redis knows better: it may be the whole tier that was cleared.
		c.emit(Event{Kind: Late, Route: p.key.route})
		return
	}
	if c.redis.write(ctx, p, f) {
		// Another replica evicted it meanwhile: do not keep it here either.
		c.emit(Event{Kind: Late, Route: p.key.route})
		return
	}
	c.keep(p, f, value)
}

// keep puts a decoded value into the in-process tier. It lives no longer than its
// frame, nor than this replica's own clock and freshness allow.
func (c *Cache) keep(p *probe, f *frame, value any) {
	expires := f.expires
	if latest := c.now().Add(p.fresh); latest.Before(expires) {
		expires = latest
	}
	c.memory.put(p.key, &entry{
		value: value, tags: p.tags[1:], stamps: p.local, expires: expires,
		weight: uint32(len(f.payload) + len(p.key.text) + EntryOverhead),
	})
}
