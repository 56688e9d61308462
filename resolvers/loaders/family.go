package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
)

// family are the lists of one route that come whole, one for each key, such as
// the reviews of products: no endpoint takes many keys, so each costs a call.
type family[K comparable, T any] struct {
	route *upstream.Route
	ask   func(K) ask
	// decode is told the key, because the replies do not repeat it.
	decode func(key K, body []byte) ([]T, error)
}

// request says where the list of a key is kept and how it is filled.
func (f family[K, T]) request(l *Loaders, key K) cache.Request[[]T] {
	return source[[]T]{f.route, func(body []byte) ([]T, error) { return f.decode(key, body) }}.request(l, f.ask(key))
}

// memo reads the lists of an operation. What the backend does not know has an
// empty list: a bundle, for one, is listed like a product, but not reviewed.
func (f family[K, T]) memo(l *Loaders) *memo[K, []T] {
	return newMemo(func(ctx context.Context, keys []K) answers[[]T] {
		requests := make([]cache.Request[[]T], len(keys))
		for i, key := range keys {
			requests[i] = f.request(l, key)
		}
		got := source[[]T]{route: f.route}.collect(ctx, l, cache.GetMany(ctx, l.tenant.cache, requests))
		for i, err := range got.errs {
			if upstream.KindOf(err) == upstream.NotFound {
				got.values[i], got.errs[i] = []T{}, nil
			}
		}
		return got
	})
}

// pages cuts the asked run out of the list of each key; positional.
func (f family[K, T]) pages(ctx context.Context, l *Loaders, m *memo[K, []T], keys []K, p Page) ([]*List[T], []error) {
	all, errs := m.load(ctx, keys)
	lists := make([]*List[T], len(keys))
	for i, key := range keys {
		if errs[i] == nil {
			lists[i], errs[i] = cutAll(markOf(f.request(l, key).Key, ""), all[i], p)
		}
	}
	return lists, errs
}

// the is the key of a family of one list.
type the struct{}

// toAll maps what a reply listed; none is an empty list, never nil.
func toAll[W, T any](wires []W, err error, toModel func(W) T) ([]T, error) {
	if err != nil {
		return nil, err
	}
	out := make([]T, len(wires))
	for i, w := range wires {
		out[i] = toModel(w)
	}
	return out, nil
}
