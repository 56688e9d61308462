package cache

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGetFillsOnceAndDecodesOnce(t *testing.T) {
	t.Parallel()
	h, up := newHouse(t, nil), &source{text: "one"}
	r := up.request(scope(t, "acme", "system"), "1")
	for range 5 {
		h.want(t, r, "one")
	}
	if fills, decodes := up.counts(); fills != 1 || decodes != 1 {
		t.Errorf("%d fills and %d decodes, want 1 and 1", fills, decodes)
	}
	if hits, misses := h.events.count(Hit), h.events.count(Miss); hits != 4 || misses != 1 {
		t.Errorf("%d hits and %d misses, want 4 and 1", hits, misses)
	}
}

func TestEntriesExpire(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fresh, wait time.Duration
		fills       int
	}{
		"just before":          {time.Minute, time.Minute - 1, 1},
		"on the instant":       {time.Minute, time.Minute, 2},
		"a nanosecond":         {1, 1, 2},
		"never stored":         {0, 0, 2},
		"negative":             {-time.Second, 0, 2},
		"at most MaxFresh":     {1000 * MaxFresh, MaxFresh, 2},
		"up to MaxFresh":       {1000 * MaxFresh, MaxFresh - 1, 1},
		"the largest duration": {1<<63 - 1, MaxFresh - 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, up := newHouse(t, nil), &source{text: "x"}
			r := up.request(scope(t, "acme", "system"), "1")
			r.Fresh = test.fresh
			h.want(t, r, "x")
			h.clock.advance(test.wait)
			h.want(t, r, "x")
			up.wantFills(t, test.fills)
		})
	}
}

func TestFreshCountsFromTheFillsBeginning(t *testing.T) {
	t.Parallel()
	h, up := newHouse(t, nil), &source{text: "x"}
	r := up.request(scope(t, "acme", "system"), "1")
	r.Fill = func(ctx context.Context) (Reply, error) {
		h.clock.advance(r.Fresh) // a slow upstream: the answer is as old as the call
		return up.fill(ctx)
	}
	h.want(t, r, "x")
	h.want(t, r, "x")
	up.wantFills(t, 2)
}

func TestEvictKillsWhatDependsOnTheTag(t *testing.T) {
	t.Parallel()
	sys, viewer, other := scope(t, "acme", "system"), scope(t, "acme", "viewer:7"), scope(t, "globex", "system")
	for name, test := range map[string]struct {
		evict func(*house) error
		dead  map[string]bool
	}{
		"one company, under every authority": {
			func(h *house) error { return h.Evict(t.Context(), viewer.Tag("company", "1")) },
			map[string]bool{"acme system 1": true, "acme viewer 1": true},
		},
		"a wider tag": {
			func(h *house) error { return h.Evict(t.Context(), sys.Tag("companies")) },
			map[string]bool{"acme system 1": true, "acme system 2": true, "acme viewer 1": true},
		},
		"several tags": {
			func(h *house) error {
				return h.Evict(t.Context(), sys.Tag("company", "2"), other.Tag("company", "1"))
			},
			map[string]bool{"acme system 2": true, "globex system 1": true},
		},
		"a tenant": {
			func(h *house) error { return h.Clear(t.Context(), "globex") },
			map[string]bool{"globex system 1": true},
		},
		"a tag of nothing": {
			func(h *house) error { return h.Evict(t.Context(), sys.Tag("company")) },
			map[string]bool{},
		},
		"no tag": {func(h *house) error { return h.Evict(t.Context()) }, map[string]bool{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, up := newHouse(t, nil), &source{text: "x"}
			rs := map[string]Request[string]{
				"acme system 1": up.request(sys, "1"), "acme system 2": up.request(sys, "2"),
				"acme viewer 1": up.request(viewer, "1"), "globex system 1": up.request(other, "1"),
			}
			for _, r := range rs {
				h.want(t, r, "x")
			}
			if err := test.evict(h); err != nil {
				t.Fatal(err)
			}
			dead := map[string]bool{}
			for name, r := range rs {
				if res := Lookup(t.Context(), h.Cache, []Request[string]{r}); errors.Is(res[0].Err, ErrMiss) {
					dead[name] = true
				}
			}
			if diff := cmp.Diff(test.dead, dead); diff != "" {
				t.Errorf("dead (-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrorsAreReturnedAndNotCached(t *testing.T) {
	t.Parallel()
	h, up := newHouse(t, nil), &source{}
	r := up.request(scope(t, "acme", "system"), "1")

	up.set("", errUpstream)
	if _, err := got(t.Context(), h.Cache, r); err != errUpstream { //nolint:errorlint // as it is, not wrapped
		t.Errorf("err = %v, want the fill's own", err)
	}
	up.set("bad", nil)
	_, err := got(t.Context(), h.Cache, r)
	if de := (*DecodeError)(nil); !errors.As(err, &de) || de.Route != "companies.get" || de.Unwrap() == nil {
		t.Errorf("err = %v, want a DecodeError of the route", err)
	}
	up.set("good", nil)
	h.want(t, r, "good")
	up.wantFills(t, 3)
	if got := h.events.count(FillFailed); got != 2 {
		t.Errorf("%d failed fills counted, want 2", got)
	}
}

func TestPanicsBecomeErrors(t *testing.T) {
	t.Parallel()
	h, up := newHouse(t, nil), &source{text: "x"}
	fill, decode := up.request(scope(t, "acme", "system"), "1"), up.request(scope(t, "acme", "system"), "2")
	fill.Fill = func(context.Context) (Reply, error) { panic("token 4711") }
	decode.Decode = func([]byte) (string, error) { panic(errUpstream) }
	missing := Request[string]{Key: fill.Key, Life: Life{Fresh: time.Minute}}
	for name, r := range map[string]Request[string]{"fill": fill, "decode": decode, "no functions": missing} {
		_, err := got(t.Context(), h.Cache, r)
		if pe := (*PanicError)(nil); !errors.As(err, &pe) || len(pe.Stack) == 0 || pe.Value == nil {
			t.Errorf("%s: err = %v, want a PanicError", name, err)
		} else if strings.Contains(err.Error(), "4711") {
			t.Errorf("%s: the error's text tells the panic's value: %v", name, err)
		}
	}
	if got := h.logs.lines("fill panicked"); got != 3 {
		t.Errorf("%d panics logged, want 3", got)
	}
}

func TestOversizedValuesAreServedNotStored(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil, func(o *Options) { o.MaxValue = 3 })
	up := &source{text: "four"}
	r := up.request(scope(t, "acme", "system"), "1")
	h.want(t, r, "four")
	h.want(t, r, "four")
	up.set("two", nil)
	h.want(t, r, "two")
	h.want(t, r, "two")
	up.wantFills(t, 3)
	if got := h.events.count(Oversized); got != 2 {
		t.Errorf("%d oversized, want 2", got)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	const limit = 64 << 10
	h := newHouse(t, nil, func(o *Options) { o.MaxBytes = limit })
	up, sc := &source{text: strings.Repeat("x", 1000)}, scope(t, "acme", "system")
	for i := range 500 {
		h.want(t, up.request(sc, strings.Repeat("i", i+1)), up.text)
	}
	h.memory.store.CleanUp()
	if got := h.memory.store.WeightedSize(); got > limit {
		t.Errorf("the tier weighs %d bytes, want at most %d", got, limit)
	}
	if h.memory.store.EstimatedSize() == 0 {
		t.Error("the tier kept nothing")
	}
}

func TestAnotherTypeOrOtherTagsAreAMiss(t *testing.T) {
	t.Parallel()
	h, up := newHouse(t, nil), &source{text: "12"}
	sc := scope(t, "acme", "system")
	r := up.request(sc, "1")
	h.want(t, r, "12")

	length, err := got(t.Context(), h.Cache, Request[int]{
		Key: r.Key, Tags: r.Tags, Life: Life{Fresh: r.Fresh}, Fill: up.fill,
		Decode: func(b []byte) (int, error) { return len(b), nil },
	})
	if err != nil || length != 2 {
		t.Errorf("as int: %d, %v; want 2", length, err)
	}
	h.want(t, r, "12")
	up.wantFills(t, 3)

	r.Tags = append(r.Tags, sc.Tag("more"))
	h.want(t, r, "12")
	up.wantFills(t, 4)
}

func TestNilIsAValue(t *testing.T) {
	t.Parallel()
	h, fills := newHouse(t, nil), 0
	r := Request[error]{
		Key:  scope(t, "acme", "system").Key(KeySpec{Route: "r"}),
		Life: Life{Fresh: time.Minute}, Fill: func(context.Context) (Reply, error) { fills++; return Reply{}, nil },
		Decode: func([]byte) (error, error) { return nil, nil },
	}
	for range 2 {
		if v, err := got(t.Context(), h.Cache, r); v != nil || err != nil {
			t.Fatalf("Get = %v, %v; want nil, nil", v, err)
		}
	}
	if fills != 1 {
		t.Errorf("%d fills, want 1: a nil value was not cached", fills)
	}
}

func TestWhatHasNoScopeIsRefused(t *testing.T) {
	t.Parallel()
	h, up := newHouse(t, nil), &source{text: "x"}
	acme, globex := scope(t, "acme", "system"), scope(t, "globex", "system")
	bad := map[string]Request[string]{
		"zero request":         {},
		"zero scope":           up.request(Scope{}, "1"),
		"no route":             {Key: acme.Key(KeySpec{ID: "1"}), Life: Life{Fresh: time.Minute}, Fill: up.fill, Decode: up.decode},
		"another tenant's tag": up.request(acme, "1"),
		"a zero tag":           up.request(acme, "2"),
	}
	bad["another tenant's tag"].Tags[1] = globex.Tag("companies")
	bad["a zero tag"].Tags[0] = acme.Tag()
	for name, r := range bad {
		se := (*ScopeError)(nil)
		if _, err := got(t.Context(), h.Cache, r); !errors.As(err, &se) {
			t.Errorf("Get, %s: err = %v, want a ScopeError", name, err)
		}
		for _, res := range append(GetMany(t.Context(), h.Cache, []Request[string]{r}), Lookup(t.Context(), h.Cache, []Request[string]{r})...) {
			if !errors.As(res.Err, &se) || res.Source != FromNone {
				t.Errorf("GetMany or Lookup, %s: %+v, want a ScopeError", name, res)
			}
		}
	}
	se := (*ScopeError)(nil)
	if err := h.Evict(t.Context(), acme.Tag("a"), Tag{}); !errors.As(err, &se) {
		t.Errorf("Evict of a zero tag: %v", err)
	}
	if err := h.Clear(t.Context(), "acme", ""); !errors.As(err, &se) {
		t.Errorf("Clear of no tenant: %v", err)
	}
	up.wantFills(t, 0)
}

func TestGetManyAnswersByPosition(t *testing.T) {
	t.Parallel()
	h, sc := newHouse(t, nil), scope(t, "acme", "system")
	a, b, broken := &source{text: "a"}, &source{text: "b"}, &source{err: errUpstream}
	h.want(t, a.request(sc, "a"), "a")
	rs := []Request[string]{
		b.request(sc, "b"), a.request(sc, "a"), broken.request(sc, "c"), b.request(sc, "b"), {},
	}
	got := GetMany(t.Context(), h.Cache, rs)
	want := []Result[string]{
		{Value: "b", Source: FromFill, Fresh: time.Minute},
		{Value: "a", Source: FromMemory, Fresh: time.Minute},
		{Err: errUpstream},
		{Value: "b", Source: FromFlight, Fresh: time.Minute},
		{Err: &ScopeError{Reason: "a request has no key"}},
	}
	same := cmp.Comparer(func(a, b error) bool { return (a == nil) == (b == nil) && (a == nil || a.Error() == b.Error()) })
	// The second b may come just after the first one's flight.
	if got[3].Source == FromMemory {
		got[3].Source = FromFlight
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.wantFills(t, 1)
	if got := GetMany(t.Context(), h.Cache, []Request[string]{}); len(got) != 0 {
		t.Errorf("nothing asked, %d results", len(got))
	}
}

func TestLookupNeverFills(t *testing.T) {
	t.Parallel()
	h, up, sc := newHouse(t, nil), &source{text: "x"}, scope(t, "acme", "system")
	r := up.request(sc, "1")
	if res := Lookup(t.Context(), h.Cache, []Request[string]{r}); !errors.Is(res[0].Err, ErrMiss) {
		t.Errorf("%+v, want ErrMiss", res[0])
	}
	up.wantFills(t, 0)
	h.want(t, r, "x")
	res := Lookup(t.Context(), h.Cache, []Request[string]{up.request(sc, "2"), r})
	if !errors.Is(res[0].Err, ErrMiss) || res[1] != (Result[string]{Value: "x", Source: FromMemory, Fresh: time.Minute}) {
		t.Errorf("%+v, want a miss and x", res)
	}
}

func TestClosedCacheRefuses(t *testing.T) {
	t.Parallel()
	h, up := newHouse(t, nil), &source{text: "x"}
	sc := scope(t, "acme", "system")
	h.want(t, up.request(sc, "1"), "x")
	for range 2 {
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := got(t.Context(), h.Cache, up.request(sc, "1")); !errors.Is(err, ErrClosed) {
		t.Errorf("Get: %v", err)
	}
	if err := h.Evict(t.Context(), sc.Tag("x")); !errors.Is(err, ErrClosed) {
		t.Errorf("Evict: %v", err)
	}
}

func TestHitAllocatesNothing(t *testing.T) {
	h, up := newHouse(t, nil), &source{text: "x"}
	r, ctx := up.request(scope(t, "acme", "system"), "1"), t.Context()
	h.want(t, r, "x")
	h.emit = func(Event) {}
	if got := testing.AllocsPerRun(100, func() { Get(ctx, h.Cache, r) }); got > 0 {
		t.Errorf("%v allocations a hit, want none", got)
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for s := FromNone; s <= FromFlight+1; s++ {
		seen["source "+s.String()] = true
	}
	for k := Hit; k <= Followed+1; k++ {
		seen["event "+k.String()] = true
	}
	if want := int(FromFlight+2) + int(Followed+2); len(seen) != want || !seen["source unknown"] || !seen["event unknown"] {
		t.Errorf("%d labels, want %d: %v", len(seen), want, seen)
	}
}
