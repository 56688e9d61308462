package upstream_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

func TestReadIsRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, script(status(503), cut, status(200)))
		calls, budget := &log{}, upstream.NewBudget(10)
		c := b.client(t, calls.on)
		if _, err := c.Do(upstream.WithBudget(t.Context(), budget), aRead()); err != nil {
			t.Fatal(err)
		}
		seen := b.arrivals()
		if len(seen) != 3 || budget.Total() != 3 || calls.sent() != 3 {
			t.Fatalf("%d arrived, %d counted, %d told", len(seen), budget.Total(), calls.sent())
		}
		for i, most := range []time.Duration{100 * time.Millisecond, 200 * time.Millisecond} {
			if pause := seen[i+1].at.Sub(seen[i].at); pause < most/2 || pause > most {
				t.Errorf("pause %d is %v, want %v to %v", i, pause, most/2, most)
			}
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]func() string{
		"seconds": func() string { return "7" },
		"date":    func() string { return time.Now().Add(7 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		for _, code := range []int{429, 503} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					limited := func(w http.ResponseWriter, r *http.Request) {
						w.Header().Set("Retry-After", header())
						status(code)(w, r)
					}
					b := serve(t, script(limited, status(200)))
					if _, err := b.client(t).Do(t.Context(), aRead()); err != nil {
						t.Fatal(err)
					}
					seen := b.arrivals()
					if pause := seen[1].at.Sub(seen[0].at); pause < 6*time.Second || pause > 8*time.Second {
						t.Errorf("came back after %v", pause)
					}
				})
			})
		}
	}
}

// TestRateLimitedRestsTheBucket: what one call was told, the next ones know.
func TestRateLimitedRestsTheBucket(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, script(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "7")
			status(429)(w, r)
		}, status(200)))
		c := b.client(t)
		if _, err := c.Do(t.Context(), aWrite()); upstream.KindOf(err) != upstream.RateLimited {
			t.Error(err)
		}
		if _, err := c.Do(t.Context(), aWrite()); err != nil {
			t.Error(err)
		}
		seen := b.arrivals()
		if pause := seen[1].at.Sub(seen[0].at); pause != 7*time.Second {
			t.Errorf("next call after %v", pause)
		}
	})
}

func TestOddRetryAfter(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"": 0, "-5": 0, "soon": 0, "1.5": 0, "Fri, 02 Jan 1998 15:04:05 GMT": 0, "99999999999999999999": 0,
		"4000000000": 24 * time.Hour, "Fri, 31 Dec 9999 23:59:59 GMT": 24 * time.Hour, "3": 3 * time.Second,
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := serve(t, func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Retry-After", header)
					status(429)(w, r)
				})
				_, err := b.client(t).Do(t.Context(), aWrite())
				var e *upstream.Error
				if !errors.As(err, &e) || e.RetryAfter != want || !e.Retryable() {
					t.Errorf("%v: retry after %v, want %v", err, e.RetryAfter, want)
				}
				if n := len(b.arrivals()); n != 1 {
					t.Errorf("a write was sent %d times", n)
				}
			})
		})
	}
}

// TestNoWaitPastTheDeadline: when the pause would outlast the deadline, the answer is there at once.
func TestNoWaitPastTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "60")
			status(429)(w, r)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begin := time.Now()
		_, err := b.client(t).Do(ctx, aRead())
		var e *upstream.Error
		if !errors.As(err, &e) || e.Kind != upstream.RateLimited || e.RetryAfter != time.Minute || time.Since(begin) > 0 {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}

func TestWritesAreSentOnce(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{"503": status(503), "dropped": drop, "cut": cut, "hanging": hang} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := serve(t, handler)
				for _, call := range []upstream.Call{aWrite(), {Route: dropOne}} {
					before := len(b.arrivals())
					_, err := b.client(t).Do(t.Context(), call)
					var e *upstream.Error
					if !errors.As(err, &e) || e.Retryable() {
						t.Errorf("%v: a write that may have been done is not retryable", err)
					}
					if n := len(b.arrivals()) - before; n != 1 {
						t.Errorf("sent %d times", n)
					}
				}
			})
		})
	}
}

// TestNoHiddenRepetition: net/http repeats a read by itself when a reused connection breaks. Such a call would have no
// slot and no budget; here each arrival must be one that we know of.
func TestNoHiddenRepetition(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, script(status(200), drop, drop, status(200)))
		calls, budget := &log{}, upstream.NewBudget(10)
		c, ctx := b.client(t, calls.on), upstream.WithBudget(t.Context(), budget)
		for range 2 { // the second finds the first one's connection
			if _, err := c.Do(ctx, aRead()); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(b.arrivals()); n != 4 || calls.sent() != n || budget.Total() != n {
			t.Errorf("%d arrived, %d told, %d counted", n, calls.sent(), budget.Total())
		}
	})
}

func TestHeaderTimeoutAndDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, hang)
		c := b.client(t, func(cfg *upstream.Config) { cfg.HeaderTimeout = 2 * time.Second })
		begin := time.Now()
		_, err := c.Do(t.Context(), aRead())
		if took := time.Since(begin); upstream.KindOf(err) != upstream.Timeout || took < 6*time.Second || took > 7*time.Second {
			t.Errorf("three attempts of 2 s: %v after %v", err, took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		begin = time.Now()
		_, err = c.Do(ctx, aRead())
		if took := time.Since(begin); upstream.KindOf(err) != upstream.Timeout || took != 3*time.Second {
			t.Errorf("deadline of 3 s: %v after %v", err, took)
		}
		begin = time.Now()
		if _, err = c.Do(ctx, aRead()); upstream.KindOf(err) != upstream.Paced || time.Since(begin) > 0 {
			t.Errorf("dead before it began: %v after %v", err, time.Since(begin))
		}
	})
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"in flight": hang,
		"between attempts": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "30")
			status(503)(w, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := serve(t, handler)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				begin := time.Now()
				_, err := b.client(t).Do(ctx, aRead())
				var e *upstream.Error
				if !errors.As(err, &e) || e.Kind != upstream.Canceled || e.Retryable() || time.Since(begin) != time.Second {
					t.Errorf("%v after %v", err, time.Since(begin))
				}
				if n := len(b.arrivals()); n != 1 {
					t.Errorf("sent %d times", n)
				}
			})
		})
	}
}

// TestWaitInTheQueueEndsAsPaced: nothing was sent, so it is no timeout of the backend; the reads' retries keep that.
func TestWaitInTheQueueEndsAsPaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, later(4*time.Second, status(200)))
		c := b.client(t, func(cfg *upstream.Config) { cfg.General = upstream.Bucket{Kind: upstream.Semaphore, Size: 1} })
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Do(t.Context(), aRead()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		for _, call := range []upstream.Call{aRead(), aWrite()} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := c.Do(ctx, call); upstream.KindOf(err) != upstream.Paced {
				t.Error(err)
			}
			cancel()
		}
		wg.Wait()
	})
}

func TestRetryTakesANewSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, status(503))
		c := b.client(t, func(cfg *upstream.Config) {
			cfg.General = upstream.Bucket{Kind: upstream.LeakyBucket, Size: 1, PerSecond: 0.1}
		})
		if _, err := c.Do(t.Context(), aRead()); upstream.KindOf(err) != upstream.Unavailable {
			t.Error(err)
		}
		seen := b.arrivals()
		for i := range len(seen) - 1 {
			if gap := seen[i+1].at.Sub(seen[i].at); gap < 10*time.Second {
				t.Errorf("attempt %d came %v after the one before, at 1 in 10 s", i+2, gap)
			}
		}
	})
}

// TestUnsentRetryTellsTheFirstFailure: what the backend said is better news than that there was no second try.
func TestUnsentRetryTellsTheFirstFailure(t *testing.T) {
	t.Parallel()
	for name, setup := range map[string]func(*upstream.Config, context.Context) context.Context{
		"budget spent": func(_ *upstream.Config, ctx context.Context) context.Context {
			return upstream.WithBudget(ctx, upstream.NewBudget(1))
		},
		"no turn before the deadline": func(cfg *upstream.Config, ctx context.Context) context.Context {
			cfg.General = upstream.Bucket{Kind: upstream.LeakyBucket, Size: 1, PerSecond: 0.1}
			return ctx
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, calls := serve(t, status(503)), &log{}
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				c := b.client(t, calls.on, func(cfg *upstream.Config) { ctx = setup(cfg, ctx) })
				_, err := c.Do(ctx, aRead())
				if upstream.KindOf(err) != upstream.Unavailable || !strings.Contains(err.Error(), "503") {
					t.Error(err)
				}
				if calls.sent() != 1 || len(calls.infos) != 2 {
					t.Errorf("told %+v", calls.infos)
				}
			})
		})
	}
}

func TestOurRefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	accepts := func(header string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != header {
				status(401)(w, r)
				return
			}
			answer(w, 200, `{}`)
		}
	}
	for _, tc := range []struct {
		name   string
		accept string
		call   upstream.Call
		kind   upstream.Kind
		sends  int
	}{
		{"read", "Bearer key-2", aRead(), 0, 2},
		{"write", "Bearer key-2", aWrite(), 0, 2},
		{"still refused", "Bearer key-9", aRead(), upstream.Unauthenticated, 2},
		{"viewer", "Bearer key-2", upstream.Call{Route: readMine, Token: "old"}, upstream.Unauthenticated, 1},
		{"service user", "Bearer key-2", upstream.Call{Route: readOurs, As: upstream.ServiceUser}, 0, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, calls, budget := serve(t, accepts(tc.accept)), &log{}, upstream.NewBudget(9)
				c := b.client(t, calls.on, func(cfg *upstream.Config) { cfg.ServiceUser = &keys{} })
				_, err := c.Do(upstream.WithBudget(t.Context(), budget), tc.call)
				if upstream.KindOf(err) != tc.kind {
					t.Error(err)
				}
				if n := len(b.arrivals()); n != tc.sends || calls.sent() != n || budget.Total() != n {
					t.Errorf("%d arrived, %d told, %d counted; want %d", n, calls.sent(), budget.Total(), tc.sends)
				}
			})
		})
	}
}

func TestCredentialsFail(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		err  error
		kind upstream.Kind
	}{
		{errors.New("s3cret"), upstream.Unauthenticated},
		{&upstream.CredentialsError{Kind: upstream.Unauthenticated, Status: 401}, upstream.Unauthenticated},
		{&upstream.CredentialsError{Kind: upstream.Unavailable, Status: 503}, upstream.Unavailable},
	} {
		synctest.Test(t, func(t *testing.T) {
			b, budget := serve(t, status(200)), upstream.NewBudget(9)
			c := b.client(t, func(cfg *upstream.Config) { cfg.Credentials = &keys{err: tc.err} })
			_, err := c.Do(upstream.WithBudget(t.Context(), budget), aRead())
			if upstream.KindOf(err) != tc.kind || strings.Contains(err.Error(), "s3cret") || !errors.Is(err, tc.err) {
				t.Errorf("%v, want %v", err, tc.kind)
			}
			if len(b.arrivals()) != 0 || budget.Total() != 0 {
				t.Errorf("%d arrived, %d counted", len(b.arrivals()), budget.Total())
			}
		})
	}
}

// TestNoRateLimitIsHit sends far more than allowed through everything at once: the real transport, retries of a flaky
// backend, three lanes and two routes of which one has its own limit.
func TestNoRateLimitIsHit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		printed := *readOne
		printed.Name, printed.Path = "b.printed", "/printed/{id}"
		printed.Bucket = upstream.Bucket{Kind: upstream.FixedWindow, Size: 5, Window: time.Second, Scope: upstream.ScopeCaller}
		limits := newLimits(20, 4, 5)
		b := serve(t, func(w http.ResponseWriter, r *http.Request) {
			n, ok := limits.allow(strings.Contains(r.URL.Path, "/printed/"))
			switch {
			case !ok:
				status(429)(w, r)
			case n%10 == 0:
				later(time.Duration(n%7)*100*time.Millisecond, status(503))(w, r)
			default:
				later(time.Duration(n%5)*80*time.Millisecond, status(200))(w, r)
			}
		})
		c := b.client(t, func(cfg *upstream.Config) {
			cfg.General = upstream.Bucket{Kind: upstream.LeakyBucket, Size: 20, PerSecond: 4}
			cfg.Pacer = upstream.NewPacer(upstream.PacerConfig{MaxWait: time.Hour})
			cfg.Attempts = 5
		})
		begin := time.Now()
		var wg sync.WaitGroup
		for i := range 300 {
			call := aRead()
			call.Lane = upstream.Lane(i%3) - 1
			if i%4 == 0 {
				call.Route = &printed
			}
			wg.Go(func() {
				if _, err := c.Do(t.Context(), call); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if limits.refused > 0 {
			t.Errorf("%d of %d calls met a limit", limits.refused, limits.count)
		}
		if ideal := float64(limits.general-20) / 4; time.Since(begin).Seconds() > 1.1*ideal {
			t.Errorf("took %v, ideally %.0f s", time.Since(begin), ideal)
		}
	})
}

// limits are a backend's general leaky bucket and one route's fixed window.
type limits struct {
	size, perSecond, perWindow float64

	mu             sync.Mutex
	begun, at      time.Time
	level          float64
	window         map[int]float64
	count, general int
	refused        int
}

func newLimits(size, perSecond, perWindow float64) *limits {
	return &limits{size: size, perSecond: perSecond, perWindow: perWindow, begun: time.Now(), at: time.Now(), window: map[int]float64{}}
}

func (l *limits) allow(printed bool) (int, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	var ok bool
	if printed {
		second := int(time.Since(l.begun).Seconds() + 0.4)
		l.window[second]++
		ok = l.window[second] <= l.perWindow
	} else {
		l.general++
		l.level = max(0, l.level-l.perSecond*time.Since(l.at).Seconds()) + 1
		l.at = time.Now()
		ok = l.level <= l.size+1e-6
	}
	if !ok {
		l.refused++
	}
	return l.count, ok
}
