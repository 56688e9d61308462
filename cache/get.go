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
	// Births are tags that a [Verdict] depends on as well: what makes that which is
	// not there evicts them. A value outlives them.
	Births []Tag
	// Life is for how long the value is served; see there. One whose Fresh is zero or
	// less is neither stored nor looked up, but still single-flighted.
	Life
	// Strict says that this reader takes no value that is not fresh, but for StaleIfError.
	Strict bool
	// StaleIfError is how old a value may be that a Strict reader takes while there is no
	// answer, as after an Outage; 0 for none.
	StaleIfError time.Duration
	// Operation is what this reader is a part of: what it has asked for before, it does not ask for again. Nil for none.
	Operation *Operation
	// Fill fetches the upstream bytes. It runs on a goroutine of the cache, and
	// its context carries the values of the caller that began it, not its end: it
	// ends by the fill time-out or Close, and Fill must return then. The context of a
	// refresh carries nobody's values, see [IsRefresh]. An error is
	// returned to all waiters as it is, and never cached. The cache keeps the
	// bytes until they are decoded and written; they must not change.
	Fill func(ctx context.Context) (Reply, error)
	// Outage reports whether an error of Fill says only that there is no answer now, as
	// the end of its time does in any case: then an older one may be served instead.
	// After any other error it is dropped. Nil is never.
	Outage func(error) bool
	// Unasked reports whether an error of Fill says that upstream was not asked, and why
	// is the caller's own who began it: then an older value stays as it is, and others
	// who waited for it fill themselves. Nil is never.
	Unasked func(error) bool
	// Decode turns bytes into a value, or into a [*Verdict]. Many callers share it, so
	// it must never be changed. It runs once per fill and once per answer of Redis.
	Decode func([]byte) (T, error)
}

// Reply is what a fill brings.
type Reply struct {
	// Bytes is the answer.
	Bytes []byte
	// Most cuts the request's Life for this answer; nil leaves it.
	Most *Life
}

// Result is the answer to one of many requests.
type Result[T any] struct {
	// Value is the zero value when Err is not nil.
	Value T
	// Err is nil, or why there is no value: what Fill returned, a [Verdict]'s error, a
	// *DecodeError, *PanicError or *ScopeError, [ErrMiss] ([Lookup] only),
	// [ErrAborted], [ErrClosed], or the caller's context's error.
	Err error
	// Source says where Value, or the verdict, came from.
	Source Source
	// Fresh is for how long the answer was to be served without asking again when it
	// was fetched; 0 where it is not kept.
	Fresh time.Duration
	// Stale says whether that time was over.
	Stale Stale
}

// Get returns the answer to one request.
func Get[T any](ctx context.Context, c *Cache, r Request[T]) Result[T] {
	// The common case costs no round trip, no goroutine and no allocation.
	var out Result[T]
	if answered, _ := fromMemory(c, &r, &out, true); answered {
		return out
	}
	return GetMany(ctx, c, []Request[T]{r})[0]
}

// GetMany returns the results of many requests, each at its request's position.
// What the in-process tier lacks is asked of Redis in one round trip; what that lacks
// is announced there in another, so that other replicas wait for it, and filled
// concurrently, each key once. One request's failure is not another's.
func GetMany[T any](ctx context.Context, c *Cache, rs []Request[T]) []Result[T] {
	out, missing := search(ctx, c, rs, true)
	c.redis.open(ctx, missing)
	begun := make([]*flight, len(missing))
	for i, p := range missing {
		begun[i] = begin(ctx, c, &rs[p.index], p, &out[p.index])
	}
	for i, p := range missing {
		if begun[i] != nil {
			land(ctx, c, &rs[p.index], p, begun[i], &out[p.index])
		}
	}
	return out
}

// Lookup returns what the tiers hold and would serve at once, each at its request's
// position, and [ErrMiss] for the rest. Nobody waits for a fill; what is served stale
// is refreshed.
func Lookup[T any](ctx context.Context, c *Cache, rs []Request[T]) []Result[T] {
	out, missing := search(ctx, c, rs, true)
	for _, p := range missing {
		out[p.index].Err = ErrMiss
	}
	return out
}

// Missing counts the requests that [Lookup] would miss, and refreshes nothing.
func Missing[T any](ctx context.Context, c *Cache, rs []Request[T]) int {
	_, missing := search(ctx, c, rs, false)
	return len(missing)
}

// search answers from the tiers, and returns what they lack. What it serves stale it
// refreshes, if told so.
func search[T any](ctx context.Context, c *Cache, rs []Request[T], renew bool) (out []Result[T], missing []*probe) {
	out = make([]Result[T], len(rs))
	var unsure, lacking []*probe
	for i := range rs {
		answered, last := fromMemory(c, &rs[i], &out[i], renew)
		if answered {
			continue
		}
		p := newProbe(c, i, &rs[i])
		p.last = last
		if p.life.Fresh > 0 {
			unsure = append(unsure, p)
		} else {
			lacking = append(lacking, p)
		}
	}
	c.redis.read(ctx, unsure)
	for _, p := range unsure {
		if !fromRedis(c, &rs[p.index], p, &out[p.index], renew) {
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
	tags := append(make([]Tag, 0, 1+len(r.Tags)+len(r.Births)), everything(r.Key.tenant))
	tags = append(append(tags, r.Tags...), r.Births...)
	return &probe{
		index: index, key: r.Key, tags: tags, firm: 1 + len(r.Tags), life: r.bounded(), local: c.gens.read(tags),
	}
}

// fromMemory answers a request that the in-process tier holds, or refuses it. An
// entry that does not answer is returned: it may do if nothing else does.
func fromMemory[T any](c *Cache, r *Request[T], out *Result[T], renew bool) (answered bool, last *entry) {
	if out.Err = c.check(r.Key, r.Tags, r.Births); out.Err != nil {
		return true, nil
	}
	if r.Fresh <= 0 {
		return false, nil
	}
	e, age := c.memory.get(r.Key, r.Tags)
	if e == nil {
		return false, nil
	}
	return serve(c, r, e, age, FromMemory, out, renew), fallback(c, r, e)
}

// fromRedis answers a request whose probe found an entry that decodes, and keeps
// the decoded value in process.
func fromRedis[T any](c *Cache, r *Request[T], p *probe, out *Result[T], renew bool) (answered bool) {
	e := arrived(c, r, p)
	if e == nil {
		return false
	}
	p.last = fallback(c, r, e)
	return serve(c, r, e, e.term.at(c.now()), FromRedis, out, renew)
}

// arrived makes an entry of what the probe found, and keeps it; nil where it found
// nothing that decodes.
func arrived[T any](c *Cache, r *Request[T], p *probe) *entry {
	if p.found == nil {
		return nil
	}
	payload, err := c.redis.unpack(p.found)
	var h *held[T]
	if err == nil {
		h, err = decode(r, payload)
	}
	if err != nil {
		// Another version may have written it; upstream can say it again.
		c.emit(Event{Kind: Undecodable, Route: p.key.route, Err: err})
		return nil
	}
	e := p.entry(p.found.term, len(payload), len(p.found.gens))
	e.value = h
	if p.last != nil && e.term.at(c.now()) != fresh {
		e.tried = p.last.tried // it is the same old value: who tried to replace that one did
	}
	c.memory.put(p.key, e)
	return e
}

// fallback is what may be served to a reader if nothing better is there.
func fallback[T any](c *Cache, r *Request[T], e *entry) *entry {
	if !isOf[T](e) || r.Strict && c.now().Sub(e.term.filled) >= r.StaleIfError {
		return nil
	}
	return e
}

// waits reports whether a reader of an entry that is not fresh waits for a fill before
// it takes that.
func waits[T any](c *Cache, r *Request[T], e *entry, age phase) bool {
	switch {
	case fallback(c, r, e) == nil:
		return true
	case r.Strict, age == old:
		return !e.tried.resting(c.now())
	}
	return false
}

// serve answers with an entry, if its age allows that without waiting for a fill.
func serve[T any](c *Cache, r *Request[T], e *entry, age phase, source Source, out *Result[T], renew bool) (answered bool) {
	h, ok := e.value.(*held[T])
	switch why := e.tried.why(); {
	case !ok, age == over, age != fresh && waits(c, r, e, age):
		return false
	case age != fresh:
		hand(c, h, e, why, out)
		if renew {
			refresh(c, r, e)
		}
	default:
		hand(c, h, e, Current, out)
	}
	out.Source = source
	c.emit(Event{Kind: Hit, Route: r.Key.route, Source: source})
	return true
}

// hand gives an entry to a reader, and says how old it is unless it is current.
func hand[T any](c *Cache, h *held[T], e *entry, why Staleness, out *Result[T]) {
	*out = Result[T]{Value: h.value, Err: h.err, Fresh: e.term.life.Fresh}
	if why != Current {
		out.Stale = Stale{Why: why, Age: c.now().Sub(e.term.filled)}
		c.emit(Event{Kind: Staled, Staleness: why})
	}
}
