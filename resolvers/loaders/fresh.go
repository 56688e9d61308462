package loaders

import (
	"context"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
)

// leastFresh is the shortest freshness among the replies that an operation was
// made of. The zero value has seen none.
type leastFresh struct{ atomic.Int64 }

// unseen stands for no reply; a route's freshness is stored one higher, so that
// the zero value needs no making.
const unseen = 0

func (f *leastFresh) lower(fresh time.Duration) {
	for {
		had := f.Load()
		if had != unseen && time.Duration(had-1) <= fresh || f.CompareAndSwap(had, int64(fresh)+1) {
			return
		}
	}
}

// Stale tells of a reply that was no longer fresh when an operation was given it.
type Stale struct {
	// Backend is whose reply it is.
	Backend string
	// Age is how long ago it was asked for.
	Age time.Duration
	// Reason is REFRESHING where the backend is being asked again, UNANSWERED where it
	// was and has not answered.
	Reason string
}

// OnStale has f told of each stale reply, with the context that it was asked for
// under. It comes before all loading; f is called concurrently.
func (l *Loaders) OnStale(f func(context.Context, Stale)) { l.onStale = f }

// note takes in how fresh an answer is.
func (l *Loaders) note(ctx context.Context, route *upstream.Route, fresh time.Duration, stale cache.Stale) {
	if stale.Why == cache.Current {
		l.age.lower(fresh)
		return
	}
	l.age.lower(0)
	if l.onStale != nil {
		l.onStale(ctx, Stale{Backend: string(route.Backend), Age: stale.Age, Reason: strings.ToUpper(stale.Why.String())})
	}
}

// Fresh is for how long the replies that this operation was given are served
// without asking again, by the one that is so the shortest; 0 where one is never
// kept or was stale, the longest duration where there was none.
func (l *Loaders) Fresh() time.Duration {
	if least := l.age.Load(); least != unseen {
		return time.Duration(least - 1)
	}
	return math.MaxInt64
}
