package upstream

import (
	"sync"
	"time"
)

// absenceGap is how long after one exchange has failed another must, for nobody to have had an answer in between. Who
// goes by its share asks every [sharedPause].
const absenceGap = 2 * sharedPause

// absence is since when no exchange of a process has been answered, in whichever bucket. What a bucket that nobody has
// asked for since had given by then is all that it can have given. It is safe for concurrent use.
type absence struct {
	mu          sync.Mutex
	since, last time.Time // the first and the last of the failed exchanges in a row
}

// begin notes an exchange that failed, and says when the first did.
func (a *absence) begin(now time.Time) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.since.IsZero() || now.Sub(a.last) > absenceGap {
		a.since = now
	}
	a.last = now
	return a.since
}

// known reports whether an exchange has failed just now, and none was answered since: another would fail as well.
func (a *absence) known(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !a.since.IsZero() && now.Sub(a.last) < sharedPause/2
}

// end notes an exchange that was answered.
func (a *absence) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.since = time.Time{}
}
