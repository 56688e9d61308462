package sandbox

import (
	"net/http"
	"sync"
	"testing"
)

// TestTwilioBoundsConcurrency: so many calls of an account may run at once, and
// the next one is refused until one has ended.
func TestTwilioBoundsConcurrency(t *testing.T) {
	t.Parallel()
	f, _ := quiet(t)
	sub, _ := busyChain(t, f.addOns())
	most := twilioFactsOf(t).RateLimit.Concurrent
	key := bucketKey{tenant: "acme", backend: BackendTwilio, client: sub.ID}
	for i := range most {
		if running, ok := f.box.limits.enter(key, most); !ok || running != i+1 {
			t.Fatalf("call %d: %d running, %t", i, running, ok)
		}
	}
	a := f.twilio(t, http.MethodGet, sub, "/v1/AvailableAddOns", "")
	if a.status != http.StatusTooManyRequests || factText(a.object(t)["code"]) != "20429" || a.header.Get("Twilio-Concurrent-Requests") != "25" {
		t.Errorf("over the bound: %d %s", a.status, a.body)
	}
	if a := f.twilio(t, http.MethodGet, f.parentAccount(), "/v1/AvailableAddOns", ""); a.status != http.StatusOK {
		t.Errorf("another account: %d", a.status)
	}
	if got := f.calls(t); got.RateLimitViolations != 1 || got.ViolationsByBackend[BackendTwilio] != 1 || got.ByBackend[BackendTwilio] != 2 {
		t.Errorf("counted %+v", got)
	}
	f.steer(t, http.MethodPut, "/limits", `{"enforce":false}`)
	if a := f.twilio(t, http.MethodGet, sub, "/v1/AvailableAddOns", ""); a.status != http.StatusOK {
		t.Errorf("not enforced: %d", a.status)
	}
	f.steer(t, http.MethodPut, "/limits", `{"enforce":true}`)
	f.box.limits.leave(key)
	if a := f.twilio(t, http.MethodGet, sub, "/v1/AvailableAddOns", ""); a.status != http.StatusOK || a.header.Get("Twilio-Concurrent-Requests") != "25" {
		t.Errorf("after one has ended: %d", a.status)
	}
}

// TestEnteringIsExact under contention: never more than the bound, and nothing
// is left over.
func TestEnteringIsExact(t *testing.T) {
	t.Parallel()
	const most = 4
	l := newLimiter(newClock().now)
	key := bucketKey{backend: BackendTwilio}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 200 {
				running, ok := l.enter(key, most)
				if !ok {
					continue
				}
				if running < 1 || running > most {
					t.Errorf("%d running", running)
				}
				l.leave(key)
			}
		})
	}
	wg.Wait()
	if l.running[key] != 0 {
		t.Errorf("%d calls never ended", l.running[key])
	}
}

// TestTwilioFaults in the backend's own style, and nowhere else.
func TestTwilioFaults(t *testing.T) {
	t.Parallel()
	f, _ := quiet(t)
	sub, _ := busyChain(t, f.addOns())
	f.steer(t, http.MethodPut, "/faults", `{"backend":"twilio","route":"GET /v1/AvailableAddOns","status":503}`)
	a := f.twilio(t, http.MethodGet, sub, "/v1/AvailableAddOns", "")
	if body := a.object(t); a.status != http.StatusServiceUnavailable || factText(body["code"]) != "20503" || factText(body["status"]) != "503" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := f.twilio(t, http.MethodGet, sub, "/v1/InstalledAddOns", ""); a.status != http.StatusOK {
		t.Errorf("another route: %d", a.status)
	}
	f.steer(t, http.MethodPut, "/faults", `{"backend":"twilio","status":500}`)
	if a := f.call(t, http.MethodGet, "acme", "admin", "/account/v2/companies"); a.status != http.StatusOK {
		t.Errorf("another backend: %d", a.status)
	}
	if a := f.twilio(t, http.MethodGet, sub, "/v1/InstalledAddOns", ""); a.status != http.StatusInternalServerError {
		t.Errorf("the whole backend: %d", a.status)
	}
}
