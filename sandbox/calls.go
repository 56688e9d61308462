package sandbox

import (
	"maps"
	"sync"
)

// unknownRoute is the key under which calls to no printed endpoint are counted.
const unknownRoute = "unknown"

// callCounts is the answer of GET /_sandbox/calls. Total counts API calls
// whatever became of them; OAuth2 requests are counted apart.
type callCounts struct {
	Total               int64            `json:"total"`
	ByBackend           map[string]int64 `json:"byBackend"`
	ByRoute             map[string]int64 `json:"byRoute"`
	RateLimitViolations int64            `json:"rateLimitViolations"`
	ViolationsByBackend map[string]int64 `json:"violationsByBackend,omitempty"` // the same, apart
	OAuth               int64            `json:"oauth"`
}

// callLog counts calls since it was last cleared.
type callLog struct {
	mu     sync.Mutex
	counts callCounts
}

// newCallLog starts at zero.
func newCallLog() *callLog {
	l := &callLog{}
	l.clear()
	return l
}

// api counts a call by backend and route; it is called before anything can fail.
func (l *callLog) api(backend, route string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Total++
	l.counts.ByBackend[backend]++
	l.counts.ByRoute[route]++
}

// oauth counts a request to the OAuth2 server.
func (l *callLog) oauth() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.OAuth++
}

// violation counts a call that a rate limit refused.
func (l *callLog) violation(backend string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.ViolationsByBackend[backend]++
	l.counts.RateLimitViolations++
}

// snapshot is a copy that later calls do not change.
func (l *callLog) snapshot() callCounts {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.counts
	out.ByBackend, out.ByRoute = maps.Clone(out.ByBackend), maps.Clone(out.ByRoute)
	out.ViolationsByBackend = maps.Clone(out.ViolationsByBackend)
	return out
}

// clear starts counting anew.
func (l *callLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts = callCounts{ByBackend: map[string]int64{}, ByRoute: map[string]int64{}, ViolationsByBackend: map[string]int64{}}
}
