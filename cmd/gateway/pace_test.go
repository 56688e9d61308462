//go:build pace

package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/cache/redistest"
)

// paceSpan is how long TestPace calls.
const paceSpan = time.Minute

// TestPace is a minute of real time: three gateway processes on one Redis, each
// asked for more than all of them together may call. The sandbox counts what is
// above the documented limits. It prints its figures.
func TestPace(t *testing.T) {
	t.Run("one server", func(t *testing.T) {
		t.Parallel()
		url, _ := startRedis(t)
		paces(t, url)
	})
	t.Run("a Cluster", func(t *testing.T) {
		t.Parallel()
		paces(t, redistest.StartCluster(t).URL)
	})
}

func paces(t *testing.T, url string) {
	b := startBackends(t, 1)
	replicas := b.startChildren(t, 3, url)
	b.forgetCalls(t)
	began := time.Now()
	answered := b.load(t, replicas, 15)
	took := time.Since(began).Seconds()
	got := b.calls(t)
	calls := got.ByRoute["GET /channel/v1/applications"]
	const size, perSecond = 20, 4
	allowed := size + perSecond*took
	exchanges := 0.0
	for _, g := range replicas {
		exchanges += g.counter(t, `marketgraph_pacing_exchanges_total{kind="shared"}`)
	}
	t.Logf("%.0f s, 3 processes: %d operations, %d calls, %.1f %% of the documented rate, %d violations, %.2f exchanges per call",
		took, answered, calls, 100*float64(calls)/allowed, got.Violations, exchanges/float64(calls))
	if got.Violations > 0 || float64(calls) < 0.95*allowed {
		t.Errorf("%d calls of %.0f allowed, %d violations: %v", calls, allowed, got.Violations, got.ByRoute)
	}
}

// load asks every replica from so many clients until the time is over, and gives
// the number of answers. Nothing is asked for twice.
func (b *backends) load(t *testing.T, replicas []child, clients int) int64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), paceSpan)
	defer cancel()
	var all sync.WaitGroup
	var answered atomic.Int64
	for i, g := range replicas {
		for j := range clients {
			all.Go(func() {
				for n := 0; ctx.Err() == nil; n++ {
					r := g.request(t, ask{doc: searches(fmt.Sprint(i, " ", j, " ", n), 1)}).WithContext(ctx)
					if response, err := b.client.Do(r); err == nil {
						_ = response.Body.Close()
						answered.Add(1)
					}
				}
			})
		}
	}
	all.Wait()
	return answered.Load()
}
