package upstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// one is a gate through which one call passes at a time, so that a test decides who is next.
func one(cfg PacerConfig) *gate {
	return NewPacer(cfg).gate(bucketKey{}, Bucket{Kind: Semaphore, Size: 1})
}

// mustAcquire takes a slot that is free.
func mustAcquire(t *testing.T, g *gate) *slot {
	t.Helper()
	s, refused := g.acquire(t.Context(), Waiting)
	if refused != nil {
		t.Fatalf("refused: %+v", refused)
	}
	return s
}

// line is calls queued one after the other; order is the order in which they were admitted.
type line struct {
	gate *gate
	wg   sync.WaitGroup

	mu    sync.Mutex
	order []string
}

func (l *line) queue(ctx context.Context, name string, lane Lane) {
	l.wg.Go(func() {
		s, refused := l.gate.acquire(ctx, lane)
		l.mu.Lock()
		defer l.mu.Unlock()
		if refused != nil {
			l.order = append(l.order, name+" "+refused.kind.String())
			return
		}
		l.order = append(l.order, name)
		s.done()
	})
	synctest.Wait() // it is in the queue now
}

func TestLanes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &line{gate: one(PacerConfig{})}
		first := mustAcquire(t, l.gate)
		for i, lane := range []Lane{Background, Waiting, Background, Mutation, Waiting, Mutation} {
			l.queue(t.Context(), fmt.Sprintf("%d:%d", lane, i), lane)
		}
		first.done()
		l.wg.Wait()
		want := []string{"-1:3", "-1:5", "0:1", "0:4", "1:0", "1:2"}
		if d := cmp.Diff(want, l.order); d != "" {
			t.Errorf("order of lanes and within them (-want +got):\n%s", d)
		}
	})
}

func TestCancelLeavesNoHole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &line{gate: one(PacerConfig{})}
		first := mustAcquire(t, l.gate)
		leaving, leave := context.WithCancel(t.Context())
		l.queue(leaving, "leaver", Waiting)
		l.queue(t.Context(), "stayer", Waiting)
		leave()
		synctest.Wait()
		first.done()
		l.wg.Wait()
		if d := cmp.Diff([]string{"leaver canceled", "stayer"}, l.order); d != "" {
			t.Error(d)
		}
	})
}

// TestLastToLeaveStopsTheTimer: an empty queue costs nothing.
func TestLastToLeaveStopsTheTimer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &line{gate: NewPacer(PacerConfig{}).gate(bucketKey{}, Bucket{Kind: LeakyBucket, Size: 1, PerSecond: 0.1})}
		mustAcquire(t, l.gate).done()
		ctx, leave := context.WithCancel(t.Context())
		l.queue(ctx, "leaver", Waiting)
		leave()
		l.wg.Wait()
		if l.gate.timer == nil || l.gate.timer.Stop() {
			t.Error("the timer still runs")
		}
	})
}

func TestSlotOfTheDeadWakesTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &line{gate: NewPacer(PacerConfig{}).gate(bucketKey{}, Bucket{Kind: LeakyBucket, Size: 1, PerSecond: 0.01})}
		first := mustAcquire(t, l.gate)
		l.queue(t.Context(), "next", Waiting)
		begin := time.Now()
		first.unsent()
		l.wg.Wait()
		if time.Since(begin) > 0 || len(l.order) != 1 {
			t.Errorf("next went after %v: %v", time.Since(begin), l.order)
		}
	})
}

func TestRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		cfg     PacerConfig
		bucket  Bucket
		timeout time.Duration
		wait    time.Duration // named in the refusal, about
		text    string
	}{
		{"leak after the deadline", PacerConfig{}, Bucket{Kind: LeakyBucket, Size: 1, PerSecond: 0.1}, 9 * time.Second, 10 * time.Second, "deadline"},
		{"window after the deadline", PacerConfig{}, Bucket{Kind: FixedWindow, Size: 1, Window: 10 * time.Second}, 9 * time.Second, 10 * time.Second, "deadline"},
		{"quota without deadline", PacerConfig{}, Bucket{Kind: DailyQuota, Size: 1}, 0, 24 * time.Hour, "maximum wait of 1m0s"},
		{"own maximum", PacerConfig{MaxWait: 5 * time.Second}, Bucket{Kind: LeakyBucket, Size: 1, PerSecond: 0.1}, 0, 10 * time.Second, "maximum wait of 5s"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := NewPacer(tc.cfg).gate(bucketKey{}, tc.bucket)
				mustAcquire(t, g).done()
				ctx := t.Context()
				if tc.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tc.timeout)
					defer cancel()
				}
				begin := time.Now()
				_, r := g.acquire(ctx, Waiting)
				if took := time.Since(begin); took > 0 {
					t.Errorf("refused only after %v", took)
				}
				if r == nil || r.kind != Paced || r.wait < tc.wait || r.wait > tc.wait+tc.wait/40 || !strings.Contains(r.text, tc.text) {
					t.Errorf("refusal %+v", r)
				}
			})
		})
	}
}

func TestWaitEndsWithTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := one(PacerConfig{MaxWait: time.Minute}) // a semaphore cannot know
		first := mustAcquire(t, g)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, r := g.acquire(ctx, Waiting)
		if r == nil || r.kind != Paced {
			t.Errorf("refusal %+v", r)
		}
		begin := time.Now()
		_, r = g.acquire(t.Context(), Background)
		if r == nil || r.kind != Paced || time.Since(begin) != time.Minute {
			t.Errorf("after %v: %+v", time.Since(begin), r)
		}
		if _, r = g.acquire(ctx, Waiting); r == nil || r.kind != Paced || !errors.Is(r.cause, context.DeadlineExceeded) {
			t.Errorf("dead before it began: %+v", r)
		}
		first.done()
		mustAcquire(t, g).done()
	})
}

func TestQueueIsFinite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &line{gate: one(PacerConfig{MaxQueue: 2})}
		first := mustAcquire(t, l.gate)
		l.queue(t.Context(), "a", Background)
		l.queue(t.Context(), "b", Background)
		_, r := l.gate.acquire(t.Context(), Background)
		if r == nil || r.kind != Paced || !strings.Contains(r.text, "maximum of 2 calls") {
			t.Errorf("refusal %+v", r)
		}
		l.queue(t.Context(), "m", Mutation) // a queue full of background work keeps no mutation out
		first.done()
		l.wg.Wait()
		if d := cmp.Diff([]string{"m", "a", "b"}, l.order); d != "" {
			t.Error(d)
		}
	})
}

func TestLimitedRestsTheBucket(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name       string
		retryAfter time.Duration
		want       time.Duration
	}{
		{"as long as asked", 7 * time.Second, 7 * time.Second},
		{"a second when nothing is asked", 0, time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := NewPacer(PacerConfig{}).gate(bucketKey{}, Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4})
				mustAcquire(t, g).limited(tc.retryAfter)
				begin := time.Now()
				mustAcquire(t, g).done()
				if took := time.Since(begin); took != tc.want {
					t.Errorf("next call after %v, want %v", took, tc.want)
				}
			})
		})
	}
}

func TestOddRetryAfterClosesNoBucketForGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := NewPacer(PacerConfig{MaxWait: time.Minute}).gate(bucketKey{}, Bucket{Kind: FixedWindow, Size: 5, Window: time.Second})
		mustAcquire(t, g).limited(24 * time.Hour)
		_, r := g.acquire(t.Context(), Waiting)
		if r == nil || r.kind != Paced || r.wait != time.Minute {
			t.Errorf("refusal %+v", r)
		}
		pass(time.Second)
		begin := time.Now()
		mustAcquire(t, g).done()
		if took := time.Since(begin); took != 59*time.Second {
			t.Errorf("next call after %v", took)
		}
	})
}

func TestGateIdentity(t *testing.T) {
	t.Parallel()
	p := NewPacer(PacerConfig{})
	client := func(base, app string, scope BucketScope) *Client {
		c, err := NewClient(Config{
			Backend: "b", BaseURL: base, Client: app, Pacer: p,
			General: Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4, Scope: scope},
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	plain, other := &Route{Name: "b.plain"}, &Route{Name: "b.other"}
	own := &Route{Name: "b.own", Bucket: Bucket{Kind: FixedWindow, Size: 5, Window: time.Second, Scope: ScopeCaller}}
	printed := Bucket{Kind: LeakyBucket, Size: 10, PerSecond: 1}
	graph := &Route{Name: "b.one", Method: "POST", Path: "/graphql", Bucket: printed}
	graphToo := &Route{Name: "b.two", Method: "POST", Path: "/graphql", Bucket: printed}
	a, again := client("http://a/api", "app", ScopeClient), client("http://a/api/", "app", ScopeClient)
	host, app := client("http://b/api", "app", ScopeClient), client("http://a/api", "app2", ScopeClient)
	perRoute := client("http://c/api", "app", ScopeRoute)
	for _, tc := range []struct {
		name string
		x, y *gate
		same bool
	}{
		{"routes share the general bucket", a.gate(Call{Route: plain}), a.gate(Call{Route: other}), true},
		{"clients of one application share it", a.gate(Call{Route: plain}), again.gate(Call{Route: plain}), true},
		{"another host is another bucket", a.gate(Call{Route: plain}), host.gate(Call{Route: plain}), false},
		{"another application is another bucket", a.gate(Call{Route: plain}), app.gate(Call{Route: plain}), false},
		{"a printed bucket is its endpoint's alone", a.gate(Call{Route: own}), a.gate(Call{Route: plain}), false},
		{"another printed bucket is another", a.gate(Call{Route: own}), a.gate(Call{Route: graph}), false},
		{"routes of one endpoint share what it prints", a.gate(Call{Route: graph}), a.gate(Call{Route: graphToo}), true},
		{"and the same at each call", a.gate(Call{Route: own}), again.gate(Call{Route: own}), true},
		{"another account is another bucket", a.gate(Call{Route: plain, Account: "1"}), a.gate(Call{Route: plain, Account: "2"}), false},
		{"an account's routes share one", a.gate(Call{Route: plain, Account: "1"}), a.gate(Call{Route: other, Account: "1"}), true},
		{"scope route parts the general bucket", perRoute.gate(Call{Route: plain}), perRoute.gate(Call{Route: other}), false},
	} {
		if same := tc.x == tc.y; same != tc.same {
			t.Errorf("%s: same = %v", tc.name, same)
		}
	}
}
