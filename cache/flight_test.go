package cache

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// blocked is an upstream that answers when told.
type blocked struct {
	source
	release chan struct{}
	ctx     chan context.Context
}

func newBlocked(text string) *blocked {
	return &blocked{source: source{text: text}, release: make(chan struct{}), ctx: make(chan context.Context, 8)}
}

func (b *blocked) request(sc Scope, id string) Request[string] {
	r := b.source.request(sc, id)
	r.Fill = func(ctx context.Context) (Reply, error) {
		bytes, err := b.source.fill(ctx) // the answer as of now, late
		b.ctx <- ctx
		select {
		case <-b.release:
			return bytes, err
		case <-ctx.Done():
			return Reply{}, ctx.Err()
		}
	}
	return r
}

// answer is a Get under way.
type answer struct {
	done  chan struct{}
	value string
	err   error
}

func (h *house) get(ctx context.Context, r Request[string]) *answer {
	a := &answer{done: make(chan struct{})}
	go func() {
		defer close(a.done)
		a.value, a.err = got(ctx, h.Cache, r)
	}()
	return a
}

func (a *answer) want(t *testing.T, value string, err error) {
	t.Helper()
	<-a.done
	if a.value != value || !errors.Is(a.err, err) {
		t.Errorf("answer %q, %v; want %q, %v", a.value, a.err, value, err)
	}
}

func TestCallersShareAFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, up := newHouse(t, nil), newBlocked("x")
		for _, fresh := range []time.Duration{time.Minute, 0} {
			r := up.request(scope(t, "acme", "system"), fresh.String())
			r.Fresh = fresh
			var answers []*answer
			for range 20 {
				answers = append(answers, h.get(t.Context(), r))
			}
			synctest.Wait()
			up.release <- struct{}{}
			for _, a := range answers {
				a.want(t, "x", nil)
			}
		}
		if fills, decodes := up.counts(); fills != 2 || decodes != 2 {
			t.Errorf("%d fills, %d decodes for 2 keys", fills, decodes)
		}
		if got := h.events.count(Shared); got != 38 {
			t.Errorf("%d shared, want 38", got)
		}
	})
}

// One operation asks for a thing once, kept or not, answered or not, until it is evicted.
func TestAnOperationAsksOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	for name, err := range map[string]error{"answered": nil, "unanswered": errors.New("away")} {
		up := &source{text: "x", err: err}
		sc, one := scope(t, "acme", "system"), new(Operation)
		r := up.request(sc, name)
		r.Fresh, r.Tags = 0, []Tag{sc.Tag("thing", name)}
		ask := func(op *Operation, fills int) {
			t.Helper()
			r.Operation = op
			for _, res := range append(GetMany(t.Context(), h.Cache, []Request[string]{r}), Get(t.Context(), h.Cache, r)) {
				if !errors.Is(res.Err, err) || err == nil && res.Value != "x" {
					t.Errorf("%s: %q, %v", name, res.Value, res.Err)
				}
			}
			up.wantFills(t, fills)
		}
		ask(one, 1)
		ask(one, 1)
		ask(new(Operation), 2)
		ask(nil, 4) // who names none shares only what is under way
		if err := h.Evict(t.Context(), r.Tags...); err != nil {
			t.Fatal(err)
		}
		ask(one, 5)
	}
}

func TestAFlightOutlivesItsFirstCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, up := newHouse(t, nil), newBlocked("x")
		r := up.request(scope(t, "acme", "system"), "1")
		type name struct{}
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), name{}, "first"))
		first := h.get(ctx, r)
		synctest.Wait()
		second := h.get(t.Context(), r)
		synctest.Wait()

		cancel()
		first.want(t, "", context.Canceled)
		if fill := <-up.ctx; fill.Err() != nil || fill.Value(name{}) != "first" {
			t.Errorf("the fill's context: %v, %v", fill.Err(), fill.Value(name{}))
		}
		close(up.release)
		second.want(t, "x", nil)
		h.want(t, r, "x")
		up.wantFills(t, 1)
	})
}

func TestAFlightWithoutCallersIsStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, up := newHouse(t, nil), newBlocked("x")
		r := up.request(scope(t, "acme", "system"), "1")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		h.get(ctx, r).want(t, "", context.DeadlineExceeded)
		close(up.release)
		synctest.Wait()
		h.want(t, r, "x")
		up.wantFills(t, 1)
	})
}

func TestNobodyWaitingNothingFilled(t *testing.T) {
	t.Parallel()
	h, up := newHouse(t, nil), &source{text: "x"}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := got(ctx, h.Cache, up.request(scope(t, "acme", "system"), "1")); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	up.wantFills(t, 0)
}

func TestFillsHaveATimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, func(o *Options) { o.FillTimeout = 3 * time.Second })
		began := time.Now()
		h.get(t.Context(), newBlocked("x").request(scope(t, "acme", "system"), "1")).want(t, "", context.DeadlineExceeded)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("gave up after %v, want 3s", took)
		}
	})
}

// TestAReadAfterAnEvictionDoesNotJoin: the flight that began before still serves
// who waited for it, but no later read, and is not stored.
func TestAReadAfterAnEvictionDoesNotJoin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, up := newHouse(t, nil), newBlocked("old")
		r := up.request(scope(t, "acme", "system"), "1")
		before := h.get(t.Context(), r)
		synctest.Wait()
		if err := h.Evict(t.Context(), r.Tags[0]); err != nil {
			t.Fatal(err)
		}
		up.set("new", nil)
		after := h.get(t.Context(), r)
		synctest.Wait()
		up.wantFills(t, 2)
		close(up.release)
		before.want(t, "old", nil)
		after.want(t, "new", nil)
		h.want(t, r, "new")
		up.wantFills(t, 2)
		if got := h.events.count(Late); got != 1 {
			t.Errorf("%d late, want 1", got)
		}
	})
}

func TestPanicsAndExitsReleaseAllWaiters(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(){"panic": func() { panic("no") }, "exit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, release := newHouse(t, nil), make(chan struct{})
				r := (&source{}).request(scope(t, "acme", "system"), "1")
				r.Fill = func(context.Context) (Reply, error) { <-release; end(); return Reply{}, nil }
				answers := []*answer{h.get(t.Context(), r), h.get(t.Context(), r)}
				synctest.Wait()
				close(release)
				for _, a := range answers {
					<-a.done
					pe := (*PanicError)(nil)
					if !errors.As(a.err, &pe) && !errors.Is(a.err, ErrAborted) {
						t.Errorf("err = %v", a.err)
					}
				}
				h.want(t, (&source{text: "x"}).request(scope(t, "acme", "system"), "1"), "x")
			})
		})
	}
}

func TestCloseEndsFlights(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, up := newHouse(t, nil), newBlocked("x")
		a := h.get(t.Context(), up.request(scope(t, "acme", "system"), "1"))
		synctest.Wait()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		a.want(t, "", context.Canceled)
		if _, _, err := h.flights.join(t.Context(), flightKey{}, nil); !errors.Is(err, ErrClosed) {
			t.Errorf("join: %v", err)
		}
	})
}

func TestCloseDoesNotWaitForeverForAFill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, release := newFlights(time.Second), make(chan struct{})
		fl, _, err := f.join(t.Context(), flightKey{}, func(context.Context) (*entry, Source, error) {
			<-release // ignores its context
			return nil, FromNone, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.close(); err == nil {
			t.Error("close says nothing of the fill")
		}
		close(release)
		if err := fl.wait(t.Context(), 0); err != nil {
			t.Error(err)
		}
	})
}

// TestWritesAreGathered: while one commit is under way the writes that come wait
// for the next, which takes all of them, within its bound.
func TestWritesAreGathered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		proceed := make(chan struct{})
		w := &writer{commit: func(_ context.Context, batch []*write) {
			sizes = append(sizes, len(batch))
			<-proceed
		}}
		var all sync.WaitGroup
		submit := func() { all.Go(func() { w.submit(t.Context(), &write{}) }) }
		submit()
		synctest.Wait()
		for range maxWriteBatch + 2 {
			submit()
		}
		synctest.Wait()
		close(proceed)
		all.Wait()
		if len(sizes) != 3 || sizes[0] != 1 || sizes[1] != maxWriteBatch || sizes[2] != 2 || w.busy {
			t.Errorf("batches of %v", sizes)
		}
		submit()
		all.Wait()
		if len(sizes) != 4 {
			t.Errorf("a lone write later is not committed: %v", sizes)
		}
	})
}

// TestAFlightLooksAgainBeforeItFills: between a caller's look and its flight,
// another's flight may have landed.
func TestAFlightLooksAgainBeforeItFills(t *testing.T) {
	t.Parallel()
	h, up := newHouse(t, nil), &source{text: "x"}
	r := up.request(scope(t, "acme", "system"), "1")
	looked := newProbe(h.Cache, 0, &r)
	h.want(t, r, "x")
	var out Result[string]
	land(t.Context(), h.Cache, &r, looked, begin(t.Context(), h.Cache, &r, looked, &out), &out)
	if out != (Result[string]{Value: "x", Source: FromMemory, Fresh: time.Minute}) {
		t.Errorf("%+v, want x from memory", out)
	}
	up.wantFills(t, 1)
}

// TestAShortAnswerIsKept: an answer that cuts its request's life short is over sooner
// by a part of its own life, not of the longer one.
func TestAShortAnswerIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil, func(o *Options) { o.Jitter = func() float64 { return 1 } })
	fills := 0
	r := Request[string]{
		Key: scope(t, "acme", "system").Key(KeySpec{Route: "r"}), Life: Life{Fresh: time.Hour},
		Decode: func(b []byte) (string, error) { return string(b), nil },
		Fill: func(context.Context) (Reply, error) {
			fills++
			return Reply{Bytes: []byte("x"), Most: &Life{Fresh: time.Second}}, nil
		},
	}
	for range 2 {
		if got := Get(t.Context(), h.Cache, r); got.Err != nil {
			t.Fatal(got.Err)
		}
	}
	h.clock.advance(time.Second)
	if _ = Get(t.Context(), h.Cache, r); fills != 2 {
		t.Errorf("%d fills, want one while it is fresh and one after", fills)
	}
}
