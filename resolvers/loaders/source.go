package loaders

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// source is a route together with what its replies become.
type source[T any] struct {
	route  *upstream.Route
	decode func(body []byte) (T, error)
}

// ask is what one call of a route asks for.
type ask struct {
	params map[string]string
	query  url.Values
	// account is whose account at the backend it is about, where that decides
	// limits, credentials or the answer; "" where there is only the tenant's own.
	account string
	// body is what a read that is posted asks with; nil for others. It is no part of what the answer is kept under.
	body []byte
}

// request says to the cache where the answer is kept and how it is filled. Neither
// may look at the loaders later: a fill can outlive them.
func (s source[T]) request(l *Loaders, a ask) cache.Request[T] {
	backends, call := l.tenant.backends, l.call(s.route, a)
	return cache.Request[T]{
		Key:    l.scope(s.route).Key(cache.KeySpec{Route: s.route.Name, ID: a.id(), Args: a.query}),
		Tags:   l.tags(s.route.Tags, a.params),
		Births: l.tags(s.route.Births, a.params),
		Life:   lifeOf(s.route),
		Strict: l.strict, StaleIfError: l.staleIfError,
		Outage: unanswered, Unasked: unasked,
		Decode: s.decoded, Operation: l.asked,
		Fill: func(ctx context.Context) (cache.Reply, error) {
			call := call
			if cache.IsRefresh(ctx) {
				call.Lane = upstream.Background
			}
			reply, err := backends.do(ctx, call)
			if err != nil {
				return verdict(s.route, err)
			}
			body, err := s.kept(reply.Body)
			return cache.Reply{Bytes: body, Most: mostOf(s.route, reply.Header)}, err
		},
	}
}

// kept is what of a reply may be kept. Kazoo's repeat the token and hold
// passwords and pins, Twilio's hold what customers have entered, keys among it:
// no store may see that. The other backends' hold none.
func (s source[T]) kept(body []byte) ([]byte, error) {
	switch s.route.Backend {
	case kazoo.Backend:
		return kazoo.Scrub(s.route, body)
	case twilio.Backend:
		return twilio.Scrub(s.route, body)
	}
	return body, nil
}

// call is the call that an ask stands for.
func (l *Loaders) call(route *upstream.Route, a ask) upstream.Call {
	call := upstream.Call{Route: route, Params: a.params, Query: a.query, Account: a.account, Body: a.body}
	if call.As = l.authority(route); call.As == upstream.Viewer && l.has(upstream.Viewer) {
		call.Token = l.viewer.AccessToken()
	}
	return call
}

// get answers one ask, from the cache or the backend.
func (s source[T]) get(ctx context.Context, l *Loaders, a ask) (T, error) {
	return s.take(ctx, l, cache.Get(ctx, l.tenant.cache, s.request(l, a)))
}

// now asks the backend itself, past the cache and what is under way in it: a
// write goes by it.
func (s source[T]) now(ctx context.Context, l *Loaders, a ask) (T, error) {
	reply, err := l.tenant.backends.do(ctx, l.call(s.route, a))
	if err != nil {
		var none T
		return none, err
	}
	return s.decode(reply.Body)
}

// getMany answers many at once: one look into the cache, then the missing calls side by side.
func (s source[T]) getMany(ctx context.Context, l *Loaders, asks []ask) answers[T] {
	return s.collect(ctx, l, cache.GetMany(ctx, l.tenant.cache, s.requests(l, asks)))
}

// lookup is getMany without calls: what is not in the cache is [cache.ErrMiss].
func (s source[T]) lookup(ctx context.Context, l *Loaders, asks []ask) answers[T] {
	return s.collect(ctx, l, cache.Lookup(ctx, l.tenant.cache, s.requests(l, asks)))
}

// misses counts which of these asks would keep somebody waiting for a call.
func (s source[T]) misses(ctx context.Context, l *Loaders, asks []ask) int {
	return cache.Missing(ctx, l.tenant.cache, s.requests(l, asks))
}

func (s source[T]) requests(l *Loaders, asks []ask) []cache.Request[T] {
	out := make([]cache.Request[T], len(asks))
	for i, a := range asks {
		out[i] = s.request(l, a)
	}
	return out
}

func (s source[T]) collect(ctx context.Context, l *Loaders, results []cache.Result[T]) answers[T] {
	a := newAnswers[T](len(results))
	for i, r := range results {
		a.values[i], a.errs[i] = s.take(ctx, l, r)
	}
	return a
}

// take hands an answer out, and notes how fresh it is.
func (s source[T]) take(ctx context.Context, l *Loaders, r cache.Result[T]) (T, error) {
	if !errors.Is(r.Err, cache.ErrMiss) {
		l.note(ctx, s.route, r.Fresh, r.Stale)
	}
	return r.Value, s.late(r.Err)
}

// late names the backend that an operation could not wait for. The cache only
// knows that the deadline passed; the call itself may go on for others.
func (s source[T]) late(err error) error {
	if errors.Is(err, context.DeadlineExceeded) && upstream.KindOf(err) == 0 {
		return &upstream.Error{Backend: s.route.Backend, Route: s.route.Name, Kind: upstream.Timeout}
	}
	return err
}

// id writes path parameters and account as one id. url.Values sorts and
// escapes, so that no two asks share an id.
func (a ask) id() string {
	if len(a.params) == 0 && a.account == "" {
		return ""
	}
	values := make(url.Values, len(a.params)+1)
	for name, value := range a.params {
		values.Set(name, value)
	}
	if a.account != "" {
		values.Set("/account", a.account) // no path parameter has such a name
	}
	return values.Encode()
}

// tags are the tags of these templates.
func (l *Loaders) tags(templates []string, params map[string]string) []cache.Tag {
	out := make([]cache.Tag, len(templates))
	for i, template := range templates {
		out[i] = fill(l.tenant.system, template, params)
	}
	return out
}

// fill makes a tag of its template: "company:{companyUuid}" is the tag company, id.
// It is zero, which the cache refuses, where an id is not known.
func fill(scope cache.Scope, template string, params map[string]string) cache.Tag {
	parts := strings.Split(template, ":")
	for i, part := range parts {
		name, isParam := strings.CutPrefix(part, "{")
		if !isParam {
			continue
		}
		if parts[i] = params[strings.TrimSuffix(name, "}")]; parts[i] == "" {
			return cache.Tag{}
		}
	}
	return scope.Tag(parts...)
}
