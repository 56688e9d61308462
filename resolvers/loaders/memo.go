package loaders

import (
	"context"
	"sync"

	"github.com/graph-gophers/dataloader/v7"
)

// answers are positional with the keys that were asked: a value or an error each.
type answers[V any] struct {
	values []V
	errs   []error
}

func newAnswers[V any](n int) answers[V] {
	return answers[V]{values: make([]V, n), errs: make([]error, n)}
}

// failed gives n times the same error.
func failed[V any](n int, err error) answers[V] {
	a := newAnswers[V](n)
	for i := range a.errs {
		a.errs[i] = err
	}
	return a
}

// memo is a dataloader for one operation. All keys of one load that were not
// asked for before form exactly one batch, started at once: every load gets a
// dataloader of its own whose capacity is their number, and all of them share
// the operation's cache. So batching needs no time window, and what is in one
// batch does not depend on how goroutines happen to run. What [memo.prime]
// brings along may come before or after a load of the same keys: it can save
// that load's calls, and never adds one.
type memo[K comparable, V any] struct {
	mu    sync.Mutex
	cache *dataloader.InMemoryCache[K, V]
	fetch func(ctx context.Context, keys []K) answers[V]
}

func newMemo[K comparable, V any](fetch func(context.Context, []K) answers[V]) *memo[K, V] {
	return &memo[K, V]{cache: dataloader.NewCache[K, V](), fetch: fetch}
}

// load answers for keys in their order; a key may stand in it more than once.
func (m *memo[K, V]) load(ctx context.Context, keys []K) ([]V, []error) {
	thunks := m.claim(ctx, keys)
	values, errs := make([]V, len(keys)), make([]error, len(keys))
	for i, key := range keys {
		values[i], errs[i] = thunks[key]()
	}
	return values, errs
}

// one is load for a single key.
func (m *memo[K, V]) one(ctx context.Context, key K) (V, error) {
	values, errs := m.load(ctx, []K{key})
	return values[0], errs[0]
}

// claim registers the new ones among keys as one batch. It holds the lock
// while it does, so that two loads can never tear each other's batches.
func (m *memo[K, V]) claim(ctx context.Context, keys []K) map[K]dataloader.Thunk[V] {
	m.mu.Lock()
	defer m.mu.Unlock()
	thunks := make(map[K]dataloader.Thunk[V], len(keys))
	var fresh []K
	for _, key := range keys {
		if _, seen := thunks[key]; seen {
			continue
		}
		thunk, known := m.cache.Get(ctx, key)
		if !known {
			fresh = append(fresh, key)
		}
		thunks[key] = thunk
	}
	if len(fresh) > 0 {
		batch := m.batch(len(fresh))
		for _, key := range fresh {
			thunks[key] = batch.Load(ctx, key)
		}
	}
	return thunks
}

func (m *memo[K, V]) batch(size int) *dataloader.Loader[K, V] {
	return dataloader.NewBatchedLoader(m.results,
		dataloader.WithCache[K, V](m.cache),
		dataloader.WithBatchCapacity[K, V](size),
		dataloader.WithInputCapacity[K, V](size),
	)
}

// results adapts fetch to the library's form, which wants one non-nil result per key.
func (m *memo[K, V]) results(ctx context.Context, keys []K) []*dataloader.Result[V] {
	got := guarded(ctx, keys, m.fetch)
	out := make([]*dataloader.Result[V], len(keys))
	for i := range keys {
		out[i] = &dataloader.Result[V]{Data: got.values[i], Error: got.errs[i]}
	}
	return out
}

// prime makes a value known that came along with something else. What was
// asked for before keeps its answer.
func (m *memo[K, V]) prime(ctx context.Context, key K, value V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.cache.Get(ctx, key); !known {
		m.cache.Set(ctx, key, func() (V, error) { return value, nil })
	}
}
