package server

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/marketgraph/marketgraph/limits"
)

// slowBackend answers each call with no products after a while, in simulated time.
type slowBackend struct {
	takes time.Duration
	calls atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (b *slowBackend) RoundTrip(r *http.Request) (*http.Response, error) {
	b.calls.Add(1)
	<-time.After(b.takes)
	const body = `{"content":[],"page":{"size":1,"totalElements":0}}`
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {typeJSON}}, Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// TestOverload: at three times the load that it can carry, it goes on carrying as much as it can, each within the
// deadline, and refuses the rest soon and without asking anybody. Who looks after it is answered all the same.
func TestOverload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const (
			places   = 10
			takes    = 200 * time.Millisecond // so 50 a second can be carried
			every    = takes / places / 3
			lasts    = 10 * time.Second
			deadline = time.Second
			queue    = 500 * time.Millisecond
		)
		backend := &slowBackend{takes: takes}
		h := assemble(t, Options{
			Limits: limits.Config{Operations: places, Queue: queue, Deadline: deadline, ViewerOperations: 1000, TenantOperations: 1000},
		}, "http://backend.test", &http.Client{Transport: backend}, func(tenant *Tenant) {
			tenant.Cost.Each = limits.Bucket{Size: 1_000_000, PerSecond: 1_000_000}
		}).Handler()
		var wg sync.WaitGroup
		var carried, refused atomic.Int64
		for i := range int(lasts / every) {
			wg.Go(func() {
				w, took := ask(h, i)
				switch {
				case w.Code == http.StatusOK && !strings.Contains(w.Body.String(), "errors") && took <= deadline:
					carried.Add(1)
				case w.Code == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "1" && took <= queue &&
					strings.Contains(w.Body.String(), string(RateLimitExceeded)):
					refused.Add(1)
				default:
					t.Errorf("%d after %v: %s", w.Code, took, w.Body)
				}
			})
			time.Sleep(every)
		}
		for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
			if w.Code != http.StatusOK {
				t.Errorf("%s answers %d", path, w.Code)
			}
		}
		wg.Wait()
		could := int64(lasts/takes) * places
		if n := carried.Load(); n < could*95/100 || refused.Load() == 0 || backend.calls.Load() != n {
			t.Errorf("%d carried of %d that could be, %d refused, %d calls", n, could, refused.Load(), backend.calls.Load())
		}
	})
}

// ask asks for what nobody has asked before.
func ask(h http.Handler, i int) (*httptest.ResponseRecorder, time.Duration) {
	body := fmt.Sprintf(`{"query":"{ products(first: 1, searchText: \"%d\") { totalCount } }"}`, i)
	r := httptest.NewRequest(http.MethodPost, "http://acme.example"+pathProduction, strings.NewReader(body))
	r.Header.Set("Content-Type", typeJSON)
	w, begin := httptest.NewRecorder(), time.Now()
	h.ServeHTTP(w, r)
	return w, time.Since(begin)
}
