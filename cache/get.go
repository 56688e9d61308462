package cache

import (
	"context"
	"time"
)

// Request asks for one value.
type Request[T any] struct {
	// Key identifies the value. It must not be zero.
	Key Key
	// Tags are what the value depends on, all of the key's tenant. Requests of
	// one key give the same tags in the same order: an entry that was stored
	// under others is not used.
	Tags []Tag
	// Fresh is how long the value is served without asking again, counted from
	// the fill's beginning and at most [MaxFresh]. A value with zero or less is
	// neither stored nor looked up, but still single-flighted.
	Fresh time.Duration
	// Fill fetches the upstream bytes. It runs on a goroutine of the cache, and
	// its context carries the values of the caller that began it, not its end: it
	// ends by the fill time-out or Close, and Fill must return then. An error is
	// returned to all waiters as it is, and never cached. The cache keeps the
	// bytes until they are decoded and written; they must not change.
	Fill func(ctx context.Context) ([]byte, error)
	// Decode turns bytes into a value. Many callers share it, so it must never
	// be changed. It runs once per fill and once per answer of Redis.
	Decode func([]byte) (T, error)
}

// Result is the answer to one of many requests.
type Result[T any] struct {
	// Value is the zero value when Err is not nil.
	Value T
	// Err is nil, or why there is no value: what Fill returned, a *DecodeError,
	// *PanicError or *ScopeError, [ErrMiss] ([Lookup] only), [ErrAborted],
	// [ErrClosed], or the caller's context's error.
	Err error
	// Source says where Value came from.
	Source Source
}

// Get returns the value of one request. Errors are as in [Result].
func Get[T any](ctx context.Context, c *Cache, r Request[T]) (T, error) {
	// The common case costs no round trip, no goroutine and no allocation.
	var out Result[T]
	if fromMemory(c, &r, &out) {
		return out.Value, out.Err
	}
	out = GetMany(ctx, c, []Request[T]{r})[0]
	return out.Value, out.Err
}

// GetMany returns the results of many requests, each at its request's position.
// What the in-process tier lacks is asked of Redis in one round trip (and a second,
// when a tag is new to Redis); what that lacks is filled concurrently, each key
// once in this process. One request's failure is not another's.
func GetMany[T any](ctx context.Context, c *Cache, rs []Request[T]) []Result[T] {
	out, missing := search(ctx, c, rs)
	c.redis.ensure(ctx, storable(missing))
	begun := make([]*flight, len(missing))
	for i, p := range missing {
		begun[i] = begin(ctx, c, &rs[p.index], p, &out[p.index])
	}
	for i, p := range missing {
		if begun[i] != nil {
			land(ctx, begun[i], &out[p.index])
		}
	}
	return out
}

// Lookup returns what the tiers hold, each at its request's position, and
// [ErrMiss] for what they do not. It never fills.
func Lookup[T any](ctx context.Context, c *Cache, rs []Request[T]) []Result[T] {
	out, missing := search(ctx, c, rs)
	for _, p := range missing {
		out[p.index].Err = ErrMiss
	}
	return out
}

// search answers from the tiers, and returns what they lack.
func search[T any](ctx context.Context, c *Cache, rs []Request[T]) (out []Result[T], missing []*probe) {
	out = make([]Result[T], len(rs))
	var unsure, lacking []*probe
	for i := range rs {
		if fromMemory(c, &rs[i], &out[i]) {
			continue
		}
		p := newProbe(c, i, &rs[i])
		if p.fresh > 0 {
			unsure = append(unsure, p)
		} else {
			lacking = append(lacking, p)
		}
	}
	c.redis.read(ctx, unsure)
	for _, p := range unsure {
		if !fromRedis(c, &rs[p.index], p, &out[p.index]) {
			lacking = append(lacking, p)
		}
	}
	for _, p := range lacking {
		c.emit(Event{Kind: Miss, Route: p.key.route})
	}
	return out, lacking
}

// newProbe stamps the request's tags, and must come before Redis or upstream is
// asked on its behalf.
func newProbe[T any](c *Cache, index int, r *Request[T]) *probe {
	tags := append(make([]Tag, 0, 1+len(r.Tags)), everything(r.Key.tenant))
	tags = append(tags, r.Tags...)
	return &probe{
		index: index, key: r.Key, tags: tags, fresh: min(r.Fresh, MaxFresh),
		local: c.gens.read(tags),
	}
}

// storable returns the probes whose value is to be stored.
func storable(probes []*probe) []*probe {
	var keep []*probe
	for _, p := range probes {
		if p.fresh > 0 {
			keep = append(keep, p)
		}
	}
	return keep
}

// fromMemory answers a request that the in-process tier holds, or refuses it.
func fromMemory[T any](c *Cache, r *Request[T], out *Result[T]) (answered bool) {
	if out.Err = c.check(r.Key, r.Tags); out.Err != nil {
		return true
	}
	if r.Fresh <= 0 {
		return false
	}
	value, _ := c.memory.get(r.Key, r.Tags)
	h, ok := value.(*held[T])
	if !ok {
		return false
	}
	out.Value, out.Source = h.value, FromMemory
	c.emit(Event{Kind: Hit, Route: r.Key.route, Source: FromMemory})
	return true
}

// fromRedis answers a request whose probe found an entry that decodes, and keeps
// the decoded value in process.
func fromRedis[T any](c *Cache, r *Request[T], p *probe, out *Result[T]) (answered bool) {
	if p.found == nil {
		return false
	}
	h := &held[T]{}
	err := guard(p.key.route, func() (err error) {
		h.value, err = r.Decode(p.found.payload)
		return err
	})
	if err != nil {
		// Another version may have written it; upstream can say it again.
		c.emit(Event{Kind: Undecodable, Route: p.key.route, Err: err})
		return false
	}
	c.keep(p, p.found, h)
	out.Value, out.Source = h.value, FromRedis
	c.emit(Event{Kind: Hit, Route: p.key.route, Source: FromRedis})
	return true
}
