package upstream_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
)

// tripsAt makes breakers that open after so many calls of which half failed.
func tripsAt(calls int) *upstream.Breakers {
	bounds := upstream.DefaultBounds()
	bounds.BreakerCalls, bounds.BreakerWindow = calls, 5*time.Minute
	return upstream.NewBreakers(bounds)
}

// once sends calls once, under these breakers.
func once(b *upstream.Breakers) func(*upstream.Config) {
	return func(cfg *upstream.Config) { cfg.Breakers, cfg.Attempts = b, 1 }
}

// restMost is longer than any rest of the default.
var restMost = upstream.DefaultBounds().BreakerRest * 6 / 5

// refusesAtOnce demands that a call is refused without being sent, and that this is no doubt about its outcome.
func refusesAtOnce(t *testing.T, b *backend, c *upstream.Client, call upstream.Call) {
	t.Helper()
	before, begin := len(b.arrivals()), time.Now()
	e := failing(t, c, call, 0)
	if e.Kind != upstream.Tripped || !e.Retryable() || e.OutcomeUnknown() || e.RetryAfter <= 0 || e.RetryAfter > restMost {
		t.Errorf("%v, retryable: %t, unknown: %t, after %v", e, e.Retryable(), e.OutcomeUnknown(), e.RetryAfter)
	}
	if n := len(b.arrivals()) - before; n != 0 || time.Since(begin) > 0 {
		t.Errorf("%d calls were sent, and it took %v", n, time.Since(begin))
	}
}

// TestBreakerTrips: a route that fails is left alone, is tried again after a rest, and is open to all after its first
// answer. Another route of the same backend goes on meanwhile.
func TestBreakerTrips(t *testing.T) {
	t.Parallel()
	for name, sick := range map[string]http.HandlerFunc{"5xx": status(503), "429": status(429), "no answer": drop, "cut": cut, "too slow": hang} {
		for what, call := range map[string]upstream.Call{"read": aRead(), "write": aWrite()} {
			t.Run(name+" to a "+what, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var well atomic.Bool
					b := serve(t, func(w http.ResponseWriter, r *http.Request) {
						if well.Load() || r.Method == http.MethodDelete {
							status(200)(w, r)
							return
						}
						sick(w, r)
					})
					c := b.client(t, once(tripsAt(4)))
					for range 4 {
						failing(t, c, call, 0)
					}
					refusesAtOnce(t, b, c, call)
					succeed(t, c, upstream.Call{Route: dropOne})
					time.Sleep(restMost)
					if e := failing(t, c, call, 0); e.Kind == upstream.Tripped {
						t.Errorf("after its rest: %v", e)
					}
					refusesAtOnce(t, b, c, call)
					well.Store(true)
					time.Sleep(restMost)
					for range 3 {
						succeed(t, c, call)
					}
				})
			})
		}
	}
}

// TestBreakerLeavesAlone: nothing of this says that the backend is away.
func TestBreakerLeavesAlone(t *testing.T) {
	t.Parallel()
	ofAccount := aRead()
	ofAccount.Account, ofAccount.Credentials = "sub-1", upstream.Static("Bearer sub")
	for _, tc := range []struct {
		name     string
		handler  http.HandlerFunc
		call     upstream.Call
		patience time.Duration // of the caller, 0 without end
	}{
		{name: "400", handler: status(400), call: aRead()},
		{name: "404", handler: status(404), call: aRead()},
		{name: "what cannot be read", handler: page, call: aRead()},
		{name: "an account's limit", handler: status(429), call: ofAccount},
		{name: "an impatient caller", handler: hang, call: aRead(), patience: 2 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := serve(t, tc.handler)
				breakers := tripsAt(2)
				c := b.client(t, once(breakers))
				for range 12 {
					failing(t, c, tc.call, tc.patience)
				}
				if n := len(b.arrivals()); n != 12 || breakers.Tripped() != nil {
					t.Errorf("%d of 12 calls were sent; %+v", n, breakers.Tripped())
				}
			})
		})
	}
}

// TestPatientCallersTrip: a deadline shorter than ours must not keep a breaker of a backend that hangs from opening.
func TestPatientCallersTrip(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, hang)
		c := b.client(t, once(tripsAt(2)))
		for range 2 {
			failing(t, c, aRead(), upstream.DefaultBounds().HeaderTimeout/2)
		}
		refusesAtOnce(t, b, c, aRead())
	})
}

// TestOneProbe: of many who wait for a route to come back, one tries; and where that one goes away before there is an
// answer, another may.
func TestOneProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, script(status(503), status(503), hang, later(time.Second, status(200)), status(200)))
		breakers := tripsAt(2)
		c := b.client(t, once(breakers))
		for range 2 {
			failing(t, c, aRead(), 0)
		}
		time.Sleep(restMost)
		ctx, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Do(ctx, aRead()); upstream.KindOf(err) != upstream.Canceled {
				t.Errorf("the probe that left: %v", err)
			}
		})
		synctest.Wait()
		want := []upstream.BreakerState{{Backend: "b", Route: "b.one", Probing: true}}
		if d := cmp.Diff(want, breakers.Tripped()); d != "" {
			t.Error(d)
		}
		refusesAtOnce(t, b, c, aRead())
		leave()
		wg.Wait()

		wg.Go(func() { succeed(t, c, aRead()) })
		synctest.Wait()
		for range 5 {
			refusesAtOnce(t, b, c, aRead())
		}
		wg.Wait()
		succeed(t, c, aRead())
		if breakers.Tripped() != nil {
			t.Errorf("%+v", breakers.Tripped())
		}
	})
}

// TestLateAnswersDoNotDecide: what was sent before a breaker opened says nothing of how things are now.
func TestLateAnswersDoNotDecide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := later(20*time.Second, status(200))
		b := serve(t, script(slow, status(503), status(503), status(503)))
		breakers := tripsAt(2)
		c := b.client(t, once(breakers), func(cfg *upstream.Config) { cfg.HeaderTimeout = time.Minute })
		var wg sync.WaitGroup
		wg.Go(func() { succeed(t, c, aRead()) })
		synctest.Wait()
		for range 2 {
			failing(t, c, aRead(), 0)
		}
		wg.Wait()
		if len(breakers.Tripped()) != 1 {
			t.Error("an answer to an old call closed the breaker")
		}
	})
}

// TestQueueOfATrippedRoute: those who wait for their turn are told, too, and their turns go to others.
func TestQueueOfATrippedRoute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				status(503)(w, r)
				return
			}
			status(200)(w, r)
		})
		budget := upstream.NewBudget(100)
		c := b.client(t, once(tripsAt(3)), func(cfg *upstream.Config) {
			cfg.General = upstream.Bucket{Kind: upstream.LeakyBucket, Size: 1, PerSecond: 1}
		})
		var kinds [2]atomic.Int64
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() {
				_, err := c.Do(upstream.WithBudget(t.Context(), budget), aRead())
				if upstream.KindOf(err) == upstream.Tripped {
					kinds[1].Add(1)
					return
				}
				kinds[0].Add(1)
			})
		}
		begin := time.Now()
		wg.Wait()
		if sent, told := kinds[0].Load(), kinds[1].Load(); sent != 3 || told != 27 || budget.Total() != 3 {
			t.Errorf("%d sent, %d told, %d counted", sent, told, budget.Total())
		}
		succeed(t, c, upstream.Call{Route: dropOne})
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("it took %v until the queue was empty, and another route had its turn", took)
		}
	})
}

// TestTrippedRetryTellsTheFailure: where the breaker opens between two attempts, the first one's failure is the news.
func TestTrippedRetryTellsTheFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, status(503))
		c := b.client(t, func(cfg *upstream.Config) { cfg.Breakers = tripsAt(1) })
		if e := failing(t, c, aRead(), 0); e.Kind != upstream.Unavailable || e.Status != 503 || len(b.arrivals()) != 1 {
			t.Errorf("%v after %d calls", e, len(b.arrivals()))
		}
	})
}

// TestBreakersAreTheTenants: what one marketplace's client meets says nothing to another's at the same host.
func TestBreakersAreTheTenants(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, script(status(503), status(200)))
		breakers := tripsAt(1)
		c := b.client(t, once(breakers))
		other := b.client(t, once(breakers), func(cfg *upstream.Config) { cfg.Client = "app-2" })
		failing(t, c, aRead(), 0)
		refusesAtOnce(t, b, c, aRead())
		succeed(t, other, aRead())
		got := breakers.Tripped()
		if len(got) != 1 || got[0].Rest <= 0 || got[0].Rest > restMost {
			t.Errorf("%+v", got)
		}
	})
}
