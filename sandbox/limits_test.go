package sandbox

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestLeakyBucketAgainstModel compares the limiter with a queue: each call that
// passes leaves one leak interval after the one before it, and as many calls may
// be waiting as the bucket holds.
func TestLeakyBucketAgainstModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule := RateLimit{Bucket: rapid.IntRange(1, 25).Draw(t, "bucket"), LeakPerSecond: rapid.SampledFrom([]int{1, 2, 4, 5, 10}).Draw(t, "leak")}
		each := time.Second / time.Duration(rule.LeakPerSecond)
		clock := newClock()
		l := newLimiter(clock.now)
		lastLeaves := clock.now()
		for range rapid.IntRange(1, 80).Draw(t, "calls") {
			clock.advance(time.Duration(rapid.IntRange(0, 600).Draw(t, "ms")) * time.Millisecond)
			start := lastLeaves
			if start.Before(clock.now()) {
				start = clock.now()
			}
			leaves := start.Add(each)
			want := max(0, leaves.Sub(clock.now())-time.Duration(rule.Bucket)*each)
			if got := l.take(bucketKey{}, rule); got != want {
				t.Fatalf("wait %v, want %v", got, want)
			}
			if want == 0 {
				lastLeaves = leaves
			}
		}
	})
}

// TestWaitingAsToldPasses takes the limiter at its word, for both kinds.
func TestWaitingAsToldPasses(t *testing.T) {
	t.Parallel()
	rules := []RateLimit{{Bucket: 20, LeakPerSecond: 4}, {Bucket: 20, LeakPerSecond: 5}, {MaxRequests: 5, WindowSeconds: 1}, {MaxRequests: 20, WindowSeconds: 2}}
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.SampledFrom(rules).Draw(t, "rule")
		clock := newClock()
		l := newLimiter(clock.now)
		for range 60 {
			clock.advance(time.Duration(rapid.IntRange(0, 90).Draw(t, "ms")) * time.Millisecond)
			if wait := l.take(bucketKey{}, rule); wait > 0 {
				clock.advance(wait)
				if again := l.take(bucketKey{}, rule); again != 0 {
					t.Fatalf("waited %v as told, told to wait %v more", wait, again)
				}
			}
		}
	})
}

func TestFixedWindow(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := newLimiter(clock.now)
	rule := RateLimit{MaxRequests: 5, WindowSeconds: 1}
	for i := range 5 {
		if wait := l.take(bucketKey{}, rule); wait != 0 {
			t.Fatalf("call %d waits %v", i, wait)
		}
	}
	clock.advance(400 * time.Millisecond)
	if wait := l.take(bucketKey{}, rule); wait != 600*time.Millisecond {
		t.Errorf("the sixth waits %v", wait)
	}
	clock.advance(600 * time.Millisecond)
	if wait := l.take(bucketKey{}, rule); wait != 0 {
		t.Errorf("in the next window: waits %v", wait)
	}
}

// burst makes calls until one is refused and tells how many passed.
func burst(t *testing.T, f *fixture, tenant, persona, path string) (int, answer) {
	t.Helper()
	for n := range 40 {
		if a := f.call(t, http.MethodGet, tenant, persona, path); a.status == http.StatusTooManyRequests {
			return n, a
		}
	}
	return 40, answer{}
}

// TestPrintedLimitsOverHTTP finds each limit by running into it.
func TestPrintedLimitsOverHTTP(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f := start(t, Options{Now: clock.now})
	product := f.acme().products.all()[0].ID
	tests := []struct {
		name, tenant, persona, path string
		passes                      int
	}{
		{"everything without a limit of its own shares a bucket", "acme", "admin", "/channel/v1/discounts", 20},
		{"and finds it full", "acme", "buyer", "/marketplace/v1/listing", 0},
		{"the companies list has its own", "acme", "admin", "/account/v2/companies", 20},
		{"a product has a window per caller", "acme", "admin", "/marketplace/v1/products/" + product, 5},
		{"another client application has its own bucket", "acme", "partner", "/channel/v1/discounts", 20},
		{"another tenant too", "globex", "admin", "/channel/v1/discounts", 20},
		{"even what is not answered is counted", "acme", "partner", "/channel/v1/events", 0},
	}
	violations := int64(0)
	for _, test := range tests {
		passed, refused := burst(t, f, test.tenant, test.persona, test.path)
		violations++
		if passed != test.passes {
			t.Errorf("%s: %d calls passed, want %d", test.name, passed, test.passes)
		}
		if got := refused.header.Get("Retry-After"); got != "1" {
			t.Errorf("%s: Retry-After %q", test.name, got)
		}
		if body := refused.object(t); body["code"] != "TOO_MANY_REQUESTS" {
			t.Errorf("%s: %v", test.name, body)
		}
	}
	if got := f.calls(t).RateLimitViolations; got != violations {
		t.Errorf("%d violations counted, want %d", got, violations)
	}
	clock.advance(250 * time.Millisecond)
	if passed, _ := burst(t, f, "acme", "admin", "/channel/v1/discounts"); passed != 1 {
		t.Errorf("a quarter of a second later %d calls pass, want 1", passed)
	}
}

// TestRetryAfterIsRoundedUp keeps callers that trust the header out of trouble.
func TestRetryAfterIsRoundedUp(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]int{1: 1, time.Second: 1, time.Second + 1: 2, 1500 * time.Millisecond: 2} {
		if got := wholeSeconds(wait); got != want {
			t.Errorf("%v: %s, want %d", wait, strconv.Itoa(got), want)
		}
	}
}

func TestLimitsCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	f.steer(t, http.MethodPut, "/limits", `{"enforce": false}`)
	if passed, _ := burst(t, f, "acme", "admin", "/channel/v1/discounts"); passed != 40 {
		t.Errorf("%d calls passed", passed)
	}
	if got := f.calls(t).RateLimitViolations; got != 0 {
		t.Errorf("%d violations", got)
	}
}
