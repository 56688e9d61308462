package loaders

import (
	"math"
	"sync/atomic"
	"time"
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

// Fresh is for how long the replies that this operation has asked for are served
// without asking again, by the one that is so the shortest; 0 where one is never
// kept, the longest duration where there was none.
func (l *Loaders) Fresh() time.Duration {
	if least := l.age.Load(); least != unseen {
		return time.Duration(least - 1)
	}
	return math.MaxInt64
}
