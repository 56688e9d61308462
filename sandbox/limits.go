package sandbox

import (
	"sync"
	"time"
)

// bucketKey tells one rate-limit bucket from another. Client is empty in a
// bucket that all callers share, Route in one that all routes share.
type bucketKey struct {
	tenant, backend, client, route string
}

// limiter enforces the printed rate limits. Its buckets are few: one per client
// application of the demo data, and one more per endpoint with its own limit.
type limiter struct {
	now func() time.Time

	mu      sync.Mutex
	off     map[string]bool // by backend; "" is all of them
	buckets map[bucketKey]*bucket
	running map[bucketKey]int // calls that have entered and not left
}

// bucket is the state of either kind of limit.
type bucket struct {
	at     time.Time     // when level or the window was last brought up to date
	level  time.Duration // leaky: time until the bucket is empty
	passed int           // window: calls let through since at
}

// newLimiter starts with empty buckets, enforcing.
func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, off: map[string]bool{}, buckets: map[bucketKey]*bucket{}, running: map[bucketKey]int{}}
}

// take asks for one call. Zero means go ahead; otherwise the call is over the
// limit and would pass after the returned wait.
func (l *limiter) take(key bucketKey, rule RateLimit) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.off[""] || l.off[key.backend] {
		return 0
	}
	now := l.now()
	b := l.buckets[key]
	if b == nil {
		b = &bucket{at: now}
		l.buckets[key] = b
	}
	if rule.MaxRequests > 0 {
		return b.window(now, rule)
	}
	return b.leak(now, rule)
}

// left is how many calls a leaky bucket would still let through at once.
func (l *limiter) left(key bucketKey, rule RateLimit) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		return rule.Bucket
	}
	drop := time.Second / time.Duration(rule.LeakPerSecond)
	level := max(0, b.level-l.now().Sub(b.at))
	return rule.Bucket - int((level+drop-1)/drop)
}

// leak measures the bucket in time rather than in calls, which keeps the sum
// exact: one call is worth the time it takes to leak away.
func (b *bucket) leak(now time.Time, rule RateLimit) time.Duration {
	drop := time.Second / time.Duration(rule.LeakPerSecond)
	b.level = max(0, b.level-now.Sub(b.at))
	b.at = now
	if over := b.level + drop - drop*time.Duration(rule.Bucket); over > 0 {
		return over
	}
	b.level += drop
	return 0
}

// window counts calls since the first one of the current window.
func (b *bucket) window(now time.Time, rule RateLimit) time.Duration {
	length := time.Duration(rule.WindowSeconds) * time.Second
	if now.Sub(b.at) >= length {
		b.at, b.passed = now, 0
	}
	if b.passed >= rule.MaxRequests {
		return b.at.Add(length).Sub(now)
	}
	b.passed++
	return 0
}

// setEnforce switches refusals on or off, of one backend or with "" of all.
// Calls let through while they are off fill no bucket.
func (l *limiter) setEnforce(backend string, on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if backend == "" {
		clear(l.off)
	}
	l.off[backend] = !on
}

// enforced reports whether calls of a backend over a limit are refused.
func (l *limiter) enforced(backend string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.off[""] && !l.off[backend]
}

// clear empties every bucket; whether limits are enforced stays as it is.
func (l *limiter) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.buckets)
}

// enter counts a call as running, unless so many run already. The number is that
// of running calls, this one included; false means that it may not run, and must
// not leave. Calls are counted while limits are off, too, since they end later.
func (l *limiter) enter(key bucketKey, most int) (int, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running[key] >= most && !l.off[""] && !l.off[key.backend] {
		return l.running[key], false
	}
	l.running[key]++
	return l.running[key], true
}

// leave ends a call that has entered.
func (l *limiter) leave(key bucketKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running[key]--
}

// used is how many calls of the current window have been let through.
func (l *limiter) used(key bucketKey, rule RateLimit) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil || l.now().Sub(b.at) >= time.Duration(rule.WindowSeconds)*time.Second {
		return 0
	}
	return b.passed
}
