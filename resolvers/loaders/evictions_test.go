package loaders

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/marketgraph/marketgraph/cache"
)

// slowly is a cache whose evictions wait until they are let go.
type slowly struct {
	began chan []cache.Tag
	let   chan error
}

func (s slowly) evict(_ context.Context, tags ...cache.Tag) error {
	s.began <- tags
	return <-s.let
}

// However many events come while one is evicted, one more eviction is enough for
// all of them; each waits for one that began after it came, and hears of its failure.
func TestEvictionsAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		scope, err := cache.NewScope("acme", "system")
		if err != nil {
			t.Fatal(err)
		}
		s := slowly{make(chan []cache.Tag), make(chan error)}
		e := newEvictions(s.evict)
		var wg sync.WaitGroup
		errs := make([]error, 101)
		join := func(i int, tag string) {
			wg.Go(func() { errs[i] = e.join(t.Context(), []cache.Tag{scope.Tag(tag), scope.Tag("all")}) })
		}
		join(0, "first")
		if got := <-s.began; len(got) != 2 {
			t.Errorf("the first drops %v", got)
		}
		for i := 1; i <= 100; i++ {
			join(i, string(rune('a'+i%10)))
		}
		synctest.Wait() // all have come; none may be done
		if slices.ContainsFunc(errs, func(err error) bool { return err != nil }) {
			t.Error("one was done before its eviction began")
		}
		s.let <- nil
		got := <-s.began
		if len(got) != 11 {
			t.Errorf("the second drops %d tags, want ten and one that all share: %v", len(got), got)
		}
		broken := errors.New("broken")
		s.let <- broken
		wg.Wait()
		if errs[0] != nil {
			t.Errorf("the first: %v", errs[0])
		}
		for i, err := range errs[1:] {
			if !errors.Is(err, broken) {
				t.Errorf("event %d was not told: %v", i+1, err)
			}
		}
	})
}

// Who goes away does not take the others' eviction along.
func TestEvictionsOutliveTheirFirst(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e := newEvictions(func(ctx context.Context, _ ...cache.Tag) error { return ctx.Err() })
	if err := e.join(ctx, []cache.Tag{{}}); err != nil {
		t.Error(err)
	}
}
