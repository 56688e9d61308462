package cache

import (
	"context"
	"time"
)

// EntryOverhead is what each in-process entry weighs besides its bytes.
const EntryOverhead = 512

// Cache holds upstream answers. It is safe for concurrent use.
type Cache struct{ opts Options }

// Request asks for one value.
type Request[T any] struct {
	// Key identifies the value.
	Key Key
	// Tags are what the value depends on, of the key's tenant.
	Tags []Tag
	// Fresh is how long the value is served without asking again. Zero or less is
	// never stored, but still single-flighted.
	Fresh time.Duration
	// Fill fetches the upstream bytes.
	Fill func(ctx context.Context) ([]byte, error)
	// Decode turns them into an immutable value.
	Decode func([]byte) (T, error)
}

// Source says where a value came from.
type Source uint8

// The sources of a value.
const (
	FromNone   Source = iota // an error, or nothing
	FromMemory               // the in-process tier
	FromRedis                // Redis
	FromFill                 // this caller's fill
	FromFlight               // a fill that another caller had begun
)

// Event is something that happened, for metrics.
type Event struct{}

// Result is the answer to one request of many.
type Result[T any] struct {
	// Value is the zero value when Err is not nil.
	Value T
	// Err is nil, or why there is no value.
	Err error
	// Source says where Value came from.
	Source Source
}

// New returns a cache.
func New(o Options) (*Cache, error) { return &Cache{opts: o}, nil }

// Close ends the cache.
func (c *Cache) Close() error { return nil }

// Get returns one value.
func Get[T any](ctx context.Context, c *Cache, r Request[T]) (T, error) {
	res := GetMany(ctx, c, []Request[T]{r})[0]
	return res.Value, res.Err
}

// GetMany returns the values of many requests, in their order.
func GetMany[T any](ctx context.Context, _ *Cache, rs []Request[T]) []Result[T] {
	out := make([]Result[T], len(rs))
	for i, r := range rs {
		bytes, err := r.Fill(ctx)
		if err != nil {
			out[i].Err = err
			continue
		}
		out[i].Value, out[i].Err = r.Decode(bytes)
		out[i].Source = FromFill
	}
	return out
}

// Lookup asks the tiers only; a miss is ErrMiss.
func Lookup[T any](_ context.Context, _ *Cache, rs []Request[T]) []Result[T] {
	out := make([]Result[T], len(rs))
	for i := range out {
		out[i].Err = ErrMiss
	}
	return out
}

// Evict kills the entries that depend on any of the tags.
func (c *Cache) Evict(_ context.Context, _ ...Tag) error { return nil }

// Clear kills all entries of the tenants.
func (c *Cache) Clear(_ context.Context, _ ...string) error { return nil }
