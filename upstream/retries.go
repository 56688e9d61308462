package upstream

import "sync"

// retryReserve is what a client begins with and saves at most: enough for single failures.
const retryReserve = 10

// retries bounds the retries of one client: in any stretch of time there are at most retryReserve and the share of the
// calls that succeeded in it. So an outage is met by hardly more calls than there would have been without it, where
// attempts alone would make them three times as many. failsafe-go has a budget too, but that compares what is in flight,
// which bounds nothing for calls that come one by one.
type retries struct {
	share float64 // 0 to 1

	mu   sync.Mutex
	left float64
}

func newRetries(share float64) *retries { return &retries{share: share, left: retryReserve} }

// earn counts a call that succeeded.
func (r *retries) earn() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left = min(retryReserve, r.left+r.share)
}

// spend takes a retry, or reports that there is none left.
func (r *retries) spend() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left < 1 {
		return false
	}
	r.left--
	return true
}
