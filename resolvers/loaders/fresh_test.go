package loaders

import (
	"math"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever is asked for, side by side: the shortest freshness counts.
func TestLeastFresh(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seen := rapid.SliceOf(rapid.Int64Range(0, int64(24*time.Hour))).Draw(rt, "seen")
		l, want := &Loaders{}, time.Duration(math.MaxInt64)
		var all sync.WaitGroup
		for _, fresh := range seen {
			want = min(want, time.Duration(fresh))
			all.Go(func() { l.age.lower(time.Duration(fresh)) })
		}
		all.Wait()
		if got := l.Fresh(); got != want {
			rt.Fatalf("%v, want %v", got, want)
		}
	})
}
