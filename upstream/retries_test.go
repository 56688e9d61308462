package upstream_test

import (
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

// TestOutageIsNotMultiplied: with three attempts each, 200 reads of a dead backend are hardly more than 200 calls; and
// once it lives again, failures among successes are retried as ever.
func TestOutageIsNotMultiplied(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const reads = 200
		var dead atomic.Bool
		var n atomic.Int64
		b := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if dead.Load() || n.Add(1)%10 == 0 {
				status(503)(w, r)
				return
			}
			status(200)(w, r)
		})
		c := b.client(t, func(cfg *upstream.Config) { cfg.Breakers = tripsAt(10 * reads) })
		dead.Store(true)
		for range reads {
			failing(t, c, aRead(), 0)
		}
		if sent := len(b.arrivals()); sent != reads+10 {
			t.Errorf("%d reads were sent %d times", reads, sent)
		}
		dead.Store(false)
		for range 5 { // earn a retry before one is needed
			succeed(t, c, aRead())
		}
		for range reads {
			succeed(t, c, aRead())
		}
	})
}

// TestBodyTimeout: an answer whose header came in time has a time of its own for its body.
func TestBodyTimeout(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header, body time.Duration
		took         time.Duration // until it was given up; 0 where it was not
	}{
		"in time":   {4 * time.Second, 2 * time.Second, 0},
		"no header": {6 * time.Second, 0, 5 * time.Second},
		"no end":    {4 * time.Second, 4 * time.Second, 7 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := serve(t, later(tc.header, func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(http.StatusOK)
					w.(http.Flusher).Flush()
					later(tc.body, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) })(w, r)
				}))
				c := b.client(t, func(cfg *upstream.Config) { cfg.Attempts, cfg.BodyTimeout = 1, 3*time.Second })
				begin := time.Now()
				if tc.took == 0 {
					succeed(t, c, aRead())
					return
				}
				if e := failing(t, c, aRead(), 0); e.Kind != upstream.Timeout || time.Since(begin) != tc.took {
					t.Errorf("%v after %v", e, time.Since(begin))
				}
			})
		})
	}
}

// TestConnectTimeout: a host that takes connections and does not shake hands is given up before the attempt's time is.
func TestConnectTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mute := &wire{conns: make(chan net.Conn, 1), closed: make(chan struct{})}
		transport := upstream.NewTransport(upstream.Bounds{ConnectTimeout: time.Second})
		transport.Proxy, transport.DialContext = nil, mute.dial
		b := &backend{transport: transport}
		c := b.client(t, func(cfg *upstream.Config) { cfg.BaseURL, cfg.Attempts = "https://backend.test", 1 })
		begin := time.Now()
		e := failing(t, c, aWrite(), 0)
		if e.Kind != upstream.Timeout || e.OutcomeUnknown() || time.Since(begin) != time.Second {
			t.Errorf("%v after %v, unknown: %t", e, time.Since(begin), e.OutcomeUnknown())
		}
		_ = (<-mute.conns).Close()
	})
}
