package cache

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// aged is a house with an upstream whose replies have three ages.
type aged struct {
	*house
	up *source
	r  Request[string]
}

// newAged has an entry of the text "one" that is as old as told, and upstream says
// something else by now.
func newAged(t testing.TB, age time.Duration, text string, err error) *aged {
	t.Helper()
	a := &aged{house: newHouse(t, nil), up: &source{text: "one"}}
	a.r = a.up.request(scope(t, "acme", "system"), "1")
	a.r.Life = Life{Fresh: time.Minute, Grace: time.Minute, Hard: time.Hour}
	a.r.Outage = func(err error) bool { return errors.Is(err, errUpstream) }
	a.want(t, a.r, "one")
	a.clock.advance(age)
	a.up.set(text, err)
	return a
}

// first has something happen before upstream answers.
func (a *aged) first(happens func()) {
	a.r.Fill = func(ctx context.Context) (Reply, error) {
		happens()
		return a.up.fill(ctx)
	}
}

func (a *aged) get() Result[string] { return Get(context.Background(), a.Cache, a.r) }

func TestAgesOfAValue(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		age    time.Duration
		strict bool
		bears  time.Duration // StaleIfError
		err    error         // upstream's
		want   string
		stale  Stale
		fails  error
		later  string // what the next read gets, "" for an error
	}{
		"fresh":             {age: time.Minute - 1, want: "one", later: "one"},
		"ageing":            {age: time.Minute, want: "one", stale: Stale{Refreshing, time.Minute}, later: "two"},
		"ageing, strictly":  {age: time.Minute, strict: true, want: "two", later: "two"},
		"ageing, no answer": {age: time.Minute, err: errUpstream, want: "one", stale: Stale{Refreshing, time.Minute}, later: "one"},
		"ageing, refused":   {age: time.Minute, err: errRefused, want: "one", stale: Stale{Refreshing, time.Minute}},
		"old":               {age: 2 * time.Minute, want: "two", later: "two"},
		"old, no answer":    {age: 2 * time.Minute, err: errUpstream, want: "one", stale: Stale{Unanswered, 2 * time.Minute}, later: "one"},
		"old, too late":     {age: 2 * time.Minute, err: context.DeadlineExceeded, want: "one", stale: Stale{Unanswered, 2 * time.Minute}, later: "one"},
		"old, strictly":     {age: 2 * time.Minute, strict: true, err: errUpstream, fails: errUpstream},
		"old, lent":         {age: 2 * time.Minute, strict: true, bears: 2*time.Minute + 1, err: errUpstream, want: "one", stale: Stale{Unanswered, 2 * time.Minute}, later: "one"},
		"old, not lent":     {age: 2 * time.Minute, strict: true, bears: 2 * time.Minute, err: errUpstream, fails: errUpstream},
		"old, answered":     {age: 2 * time.Minute, strict: true, bears: time.Hour, want: "two", later: "two"},
		"lent, refused":     {age: 2 * time.Minute, strict: true, bears: time.Hour, err: errRefused, fails: errRefused},
		"ageing, lent":      {age: time.Minute, strict: true, bears: time.Hour, err: errUpstream, want: "one", stale: Stale{Unanswered, time.Minute}, later: "one"},
		"over, lent":        {age: time.Hour, strict: true, bears: 2 * time.Hour, err: errUpstream, fails: errUpstream},
		"old, refused":      {age: 2 * time.Minute, err: errRefused, fails: errRefused},
		"over":              {age: time.Hour, want: "two", later: "two"},
		"over, no answer":   {age: time.Hour, err: errUpstream, fails: errUpstream},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAged(t, test.age, "two", test.err)
				a.r.Strict, a.r.StaleIfError = test.strict, test.bears
				if got := a.get(); got.Value != test.want || got.Stale != test.stale || !errors.Is(got.Err, test.fails) {
					t.Errorf("got %+v", got)
				}
				synctest.Wait() // for the refresh
				if got := a.get(); got.Value != test.later || (got.Err == nil) != (test.later != "") {
					t.Errorf("later: got %+v, want %q", got, test.later)
				}
			})
		})
	}
}

// TestNobodyAsksAgainAtOnce: after no answer there is a pause, in which readers are
// not kept waiting; then one asks again.
func TestNobodyAsksAgainAtOnce(t *testing.T) {
	t.Parallel()
	for name, age := range map[string]time.Duration{"ageing": 61 * time.Second, "old": 10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAged(t, age, "two", errUpstream)
				for range 20 {
					if got := a.get(); got.Value != "one" || got.Stale.Why == Current {
						t.Fatalf("got %+v", got)
					}
					synctest.Wait()
				}
				a.up.wantFills(t, 2)
				if got := a.get(); got.Stale.Why != Unanswered {
					t.Errorf("the failed attempt is not told: %+v", got)
				}
				a.clock.advance(RefreshPause)
				a.get()
				synctest.Wait()
				a.up.wantFills(t, 3)
			})
		})
	}
}

// TestWhoCouldNotAskChangesNothing: the next reader asks at once, and the old value is
// still there.
func TestWhoCouldNotAskChangesNothing(t *testing.T) {
	t.Parallel()
	a, errUnasked := newAged(t, 10*time.Minute, "two", nil), errors.New("not asked")
	a.r.Unasked = func(err error) bool { return errors.Is(err, errUnasked) }
	a.up.set("", errUnasked)
	if got := a.get(); !errors.Is(got.Err, errUnasked) {
		t.Errorf("got %+v", got)
	}
	a.up.set("", errUpstream)
	if got := a.get(); got.Value != "one" || got.Stale.Why != Unanswered {
		t.Errorf("the next: %+v", got)
	}
	a.up.wantFills(t, 3)
}

// TestWhoCouldNotAskKeepsNobodyFromIt: whoever waited for the same fill asks instead, once for all parts of an operation.
// Whoever could not ask is told, however often the operation wants the same.
func TestWhoCouldNotAskKeepsNobodyFromIt(t *testing.T) {
	t.Parallel()
	type poor struct{}
	errUnasked := errors.New("not asked")
	synctest.Test(t, func(t *testing.T) {
		h, up, hold := newHouse(t, nil), &source{text: "x"}, make(chan struct{})
		asked := atomic.Int64{}
		r := up.request(scope(t, "acme", "system"), "1")
		r.Fresh, r.Unasked = 0, func(err error) bool { return errors.Is(err, errUnasked) }
		r.Fill = func(ctx context.Context) (Reply, error) {
			if ctx.Value(poor{}) != nil {
				asked.Add(1)
				<-hold
				return Reply{}, errUnasked
			}
			return up.fill(ctx)
		}
		get := func(ctx context.Context, o *Operation) *answer {
			r.Operation = o
			defer synctest.Wait()
			return h.get(ctx, r)
		}
		one, other, spent := new(Operation), new(Operation), context.WithValue(t.Context(), poor{}, true)
		refused := []*answer{get(spent, one), get(spent, one)}
		answered := []*answer{get(t.Context(), other), get(t.Context(), other)}
		up.wantFills(t, 0)
		close(hold)
		for _, a := range append(refused, get(spent, one)) {
			a.want(t, "", errUnasked)
		}
		for _, a := range append(answered, get(t.Context(), other)) {
			a.want(t, "x", nil)
		}
		up.wantFills(t, 1)
		if n := asked.Load(); n != 1 {
			t.Errorf("who could not ask tried %d times", n)
		}
	})
}

// TestPatience: where there is an old value, a slow fill is not waited for to its end.
// It goes on, and the next read has what it brought.
func TestPatience(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAged(t, 10*time.Minute, "two", nil)
		a.first(func() { time.Sleep(5 * time.Second) })
		began := time.Now()
		if got := a.get(); got.Value != "one" || got.Stale.Why != Unanswered || time.Since(began) != DefaultPatience {
			t.Errorf("%+v after %v", got, time.Since(began))
		}
		time.Sleep(5 * time.Second)
		if got := a.get(); got.Value != "two" || got.Stale != (Stale{}) {
			t.Errorf("later: %+v", got)
		}
	})
}

// TestPatienceWithNothingElse: an old value that is evicted while its reader waits is not served, and the fill is waited
// for.
func TestPatienceWithNothingElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAged(t, 10*time.Minute, "two", nil)
		a.first(func() { time.Sleep(5 * time.Second) })
		waiting := a.house.get(t.Context(), a.r)
		synctest.Wait()
		if err := a.Evict(t.Context(), a.r.Tags...); err != nil {
			t.Fatal(err)
		}
		waiting.want(t, "two", nil)
	})
}

// TestRefreshesGoBehind: a refresh carries nothing of its caller, and nobody who waits
// joins it.
func TestRefreshesGoBehind(t *testing.T) {
	t.Parallel()
	type mark struct{}
	synctest.Test(t, func(t *testing.T) {
		a, hold := newAged(t, 61*time.Second, "two", nil), make(chan struct{})
		a.r.Fill = func(ctx context.Context) (Reply, error) {
			if IsRefresh(ctx) {
				if ctx.Value(mark{}) != nil {
					t.Error("a refresh has its caller's values")
				}
				<-hold
			} else if ctx.Value(mark{}) == nil {
				t.Error("a fill has not its caller's values")
			}
			return a.up.fill(ctx)
		}
		ctx := context.WithValue(t.Context(), mark{}, true)
		if got := Get(ctx, a.Cache, a.r); got.Stale.Why != Refreshing {
			t.Errorf("got %+v", got)
		}
		strict := a.r
		strict.Strict = true
		if got := Get(ctx, a.Cache, strict); got.Value != "two" || got.Source != FromFill {
			t.Errorf("who waits: %+v", got)
		}
		close(hold)
	})
}

// TestRefreshesAreBounded: so many of one tenant, and more as they end.
func TestRefreshesAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, up, hold := newHouse(t, nil), &source{text: "x"}, make(chan struct{})
		var rs []Request[string]
		for i := range 2 * MaxRefreshes {
			r := up.request(scope(t, "acme", "system"), strings.Repeat("i", i+1))
			r.Grace = time.Minute
			h.want(t, r, "x")
			r.Fill = func(ctx context.Context) (Reply, error) { <-hold; return up.fill(ctx) }
			rs = append(rs, r)
		}
		h.clock.advance(time.Minute)
		GetMany(t.Context(), h.Cache, rs)
		synctest.Wait()
		if got := h.flights.asides["acme"]; got != MaxRefreshes {
			t.Errorf("%d refreshes under way", got)
		}
		close(hold)
		synctest.Wait()
		if got := h.events.count(Refreshed); got != MaxRefreshes || len(h.flights.asides) != 0 {
			t.Errorf("%d refreshed, still counted: %v", got, h.flights.asides)
		}
	})
}

// TestVerdicts: that there is nothing is kept, for as long as the reply says, and
// ends with what makes it; a value does not.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	sc, nothing := scope(t, "acme", "system"), errors.New("nothing there")
	for name, test := range map[string]struct {
		text  string
		then  func(*house) error
		fills int
	}{
		"kept":             {"none", func(*house) error { return nil }, 1},
		"for a while":      {"none", func(h *house) error { h.clock.advance(5 * time.Second); return nil }, 2},
		"until it is made": {"none", func(h *house) error { return h.Evict(t.Context(), sc.Tag("born")) }, 2},
		"until it changes": {"none", func(h *house) error { return h.Evict(t.Context(), sc.Tag("company", "1")) }, 2},
		"a value stays":    {"some", func(h *house) error { return h.Evict(t.Context(), sc.Tag("born")) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, up := startRedis(t), &source{text: test.text}
			a, b := newHouse(t, server.client(t)), newHouse(t, server.client(t))
			r := up.request(sc, "1")
			r.Births = []Tag{sc.Tag("born")}
			r.Fill = func(ctx context.Context) (Reply, error) {
				reply, err := up.fill(ctx)
				if test.text == "none" {
					reply.Most = &Life{Fresh: 5 * time.Second}
				}
				return reply, err
			}
			r.Decode = func(b []byte) (string, error) {
				if string(b) == "none" {
					return "", &Verdict{Err: nothing}
				}
				return string(b), nil
			}
			first := Get(t.Context(), a.Cache, r)
			if err := test.then(a); err != nil {
				t.Fatal(err)
			}
			b.clock.advance(a.clock.now().Sub(b.clock.now()))
			for _, h := range []*house{a, b} {
				got := Get(t.Context(), h.Cache, r)
				if got.Err != first.Err || got.Value != first.Value || errors.Is(got.Err, nothing) != (test.text == "none") { //nolint:errorlint // as it is
					t.Errorf("%+v, and first %+v", got, first)
				}
			}
			up.wantFills(t, test.fills)
		})
	}
}

// TestJitterAndShorterLives: chance takes up to a tenth off a value's freshness, and the reply's own word
// shortens it.
func TestJitterAndShorterLives(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		jitter float64
		most   *Life
		fresh  time.Duration
	}{
		"none":           {fresh: time.Minute},
		"half":           {jitter: 0.5, fresh: 57 * time.Second},
		"a shorter life": {most: &Life{Fresh: 10 * time.Second}, fresh: 10 * time.Second},
		"a longer life":  {most: &Life{Fresh: time.Hour, Hard: time.Hour}, fresh: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, nil, func(o *Options) { o.Jitter = func() float64 { return test.jitter } })
			up := &source{text: "x"}
			r := up.request(scope(t, "acme", "system"), "1")
			r.Fill = func(ctx context.Context) (Reply, error) {
				reply, err := up.fill(ctx)
				reply.Most = test.most
				return reply, err
			}
			h.want(t, r, "x")
			h.clock.advance(test.fresh - 1)
			h.want(t, r, "x")
			up.wantFills(t, 1)
			h.clock.advance(1)
			h.want(t, r, "x")
			up.wantFills(t, 2)
		})
	}
}
