package upstream_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

// TestHostIsNotCrowded: all clients of a host share its places, and whoever waits has their turn in the order of coming.
func TestHostIsNotCrowded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out, most atomic.Int64
		b := serve(t, func(w http.ResponseWriter, r *http.Request) {
			most.Store(max(most.Load(), out.Add(1)))
			defer out.Add(-1)
			later(time.Second, status(200))(w, r)
		})
		hosts := upstream.NewHosts(upstream.Bounds{PerHost: 2})
		one := b.client(t, func(cfg *upstream.Config) { cfg.Hosts = hosts })
		two := b.client(t, func(cfg *upstream.Config) {
			cfg.Hosts, cfg.Client, cfg.BaseURL = hosts, "app-2", "http://backend.test/other"
		})
		begin := time.Now()
		var wg sync.WaitGroup
		for i := range 6 {
			c := one
			if i%2 == 1 {
				c = two
			}
			wg.Go(func() {
				succeed(t, c, aRead())
				if took, want := time.Since(begin), time.Duration(i/2+1)*time.Second; took != want {
					t.Errorf("call %d took %v, want %v", i, took, want)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		if most.Load() != 2 {
			t.Errorf("%d calls were out at a time", most.Load())
		}
	})
}

// TestFullHostRefuses: whoever finds no place in time was not sent, and takes nothing from anybody.
func TestFullHostRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		caller, took time.Duration
		kind         upstream.Kind
	}{
		"as long as a call may take":  {0, upstream.DefaultBounds().HeaderTimeout, upstream.Paced},
		"as long as the caller waits": {2 * time.Second, 2 * time.Second, upstream.Paced},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := serve(t, script(later(25*time.Second, status(200)), status(200)))
				c := b.client(t, func(cfg *upstream.Config) {
					cfg.Hosts = upstream.NewHosts(upstream.Bounds{PerHost: 1})
					cfg.General = upstream.Bucket{Kind: upstream.LeakyBucket, Size: 3, PerSecond: 0.001}
				})
				var wg sync.WaitGroup
				wg.Go(func() { succeed(t, c, aWrite()) }) // has more time than a read
				synctest.Wait()
				for range 4 { // more than the bucket holds
					begin := time.Now()
					e := failing(t, c, aRead(), tc.caller)
					if e.Kind != tc.kind || !e.Retryable() || time.Since(begin) != tc.took {
						t.Errorf("%v after %v", e, time.Since(begin))
					}
				}
				wg.Wait()
				succeed(t, c, aRead())
				if n := len(b.arrivals()); n != 2 {
					t.Errorf("%d calls were sent", n)
				}
			})
		})
	}
}

// TestIdleConnectionsAreKept, as many as a host may be called with at a time, so that a burst does not dial each time.
func TestIdleConnectionsAreKept(t *testing.T) {
	t.Parallel()
	for perHost, want := range map[int]int{2: 64, 300: 300} {
		if got := upstream.NewTransport(upstream.Bounds{PerHost: perHost}); got.MaxIdleConnsPerHost != want || got.MaxIdleConns != 4*want {
			t.Errorf("of %d calls at a time %d connections are kept, %d in all", perHost, got.MaxIdleConnsPerHost, got.MaxIdleConns)
		}
	}
}
