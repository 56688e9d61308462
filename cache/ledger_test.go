package cache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// ledgerWorld is what the promises of a ledger are tested on: two doors to one
// ledger, and a way to make the time pass that a dead holder's claim takes.
type ledgerWorld struct {
	a, b *house
	key  LedgerKey
	// lapse lets the key's claim end without its holder.
	lapse func(*testing.T)
}

// eachLedger runs a test on both kinds of ledger.
func eachLedger(t *testing.T, f func(*testing.T, *ledgerWorld)) {
	t.Parallel()
	key := scope(t, "acme", "viewer:ann").LedgerKey("finalizeCart", "k1")
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, nil)
		f(t, &ledgerWorld{a: h, b: h, key: key, lapse: func(*testing.T) { h.clock.advance(DefaultClaimLease) }})
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		server := startRedis(t)
		w := &ledgerWorld{a: newHouse(t, server.client(t), patient), b: newHouse(t, server.client(t), patient), key: key}
		w.lapse = func(t *testing.T) { lapse(t, w.a, w.a.ledger.names.ledger(w.key)) }
		f(t, w)
	})
}

// patient is for tests that no slow machine may turn into an outage.
func patient(o *Options) { o.ClaimTimeout = 5 * time.Second }

// lapse moves the end of a claim's lease to the past.
func lapse(t *testing.T, h *house, name string) {
	t.Helper()
	if err := h.redis.client.HSet(t.Context(), name, "until", 0).Err(); err != nil {
		t.Fatal(err)
	}
}

// begin wants an entry of this note and result; "" is none.
func (h *house) begin(t *testing.T, key LedgerKey, note, result string) *Entry {
	t.Helper()
	e, err := h.Begin(t.Context(), key, []byte("input"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	got, made := e.Result()
	if string(e.Note()) != note || string(got) != result || made != (result != "") {
		t.Fatalf("note %q, result %q, made %v; want note %q, result %q", e.Note(), got, made, note, result)
	}
	return e
}

func step(t *testing.T, e *Entry, note string) {
	t.Helper()
	if err := e.Step(t.Context(), []byte(note)); err != nil {
		t.Fatal(err)
	}
}

func TestAWriteIsMadeOnce(t *testing.T) {
	eachLedger(t, func(t *testing.T, w *ledgerWorld) {
		e := w.a.begin(t, w.key, "", "")
		step(t, e, "sending")
		if err := e.Done(t.Context(), []byte("purchase 1")); err != nil {
			t.Fatal(err)
		}
		for _, h := range []*house{w.a, w.b} {
			again := h.begin(t, w.key, "", "purchase 1")
			if err := again.Step(t.Context(), nil); !errors.Is(err, ErrClaimLost) {
				t.Errorf("a step of a write that was made: %v", err)
			}
		}
		if got := w.a.events.count(Replayed) + w.b.events.count(Replayed); got < 2 {
			t.Errorf("%d replays counted", got)
		}
		if err := e.Done(t.Context(), nil); !errors.Is(err, ErrClaimLost) {
			t.Errorf("Done again: %v", err)
		}
	})
}

// TestAnEmptyResultIsAResult, and an empty note a note.
func TestAnEmptyResultIsAResult(t *testing.T) {
	eachLedger(t, func(t *testing.T, w *ledgerWorld) {
		e := w.a.begin(t, w.key, "", "")
		if err := e.Step(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		e.Close()
		e = w.b.begin(t, w.key, "", "")
		if e.Note() == nil {
			t.Error("the empty note is gone")
		}
		if err := e.Done(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		again, err := w.a.Begin(t.Context(), w.key, []byte("input"))
		if err != nil {
			t.Fatal(err)
		}
		if result, made := again.Result(); !made || len(result) != 0 {
			t.Errorf("result %q, made %v", result, made)
		}
	})
}

// TestAnotherInputIsRefused while the first runs, when it is made, and when it was
// left unfinished.
func TestAnotherInputIsRefused(t *testing.T) {
	eachLedger(t, func(t *testing.T, w *ledgerWorld) {
		refused := func(when string) {
			t.Helper()
			if e, err := w.b.Begin(t.Context(), w.key, []byte("other")); !errors.Is(err, ErrLedgerMismatch) || e != nil {
				t.Errorf("%s: %v, %v", when, e, err)
			}
		}
		e := w.a.begin(t, w.key, "", "")
		refused("running")
		step(t, e, "n")
		e.Close()
		refused("left")
		if err := w.a.begin(t, w.key, "n", "").Done(t.Context(), []byte("r")); err != nil {
			t.Fatal(err)
		}
		refused("made")
	})
}

func TestWhoComesMeanwhileWaitsForTheResult(t *testing.T) {
	eachLedger(t, func(t *testing.T, w *ledgerWorld) {
		e := w.a.begin(t, w.key, "", "")
		got := make(chan string, 4)
		for i := range cap(got) {
			h := []*house{w.a, w.b}[i%2]
			go func() {
				again, err := h.Begin(t.Context(), w.key, []byte("input"))
				if err != nil {
					got <- err.Error()
					return
				}
				defer again.Close()
				result, _ := again.Result()
				got <- string(result)
			}()
		}
		if err := e.Done(t.Context(), []byte("r")); err != nil {
			t.Fatal(err)
		}
		for range cap(got) {
			if result := <-got; result != "r" {
				t.Errorf("a waiter got %q", result)
			}
		}
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	eachLedger(t, func(t *testing.T, w *ledgerWorld) {
		w.a.begin(t, w.key, "", "")
		ctx, cancel := context.WithTimeout(t.Context(), 3*maxClaimPause)
		defer cancel()
		if _, err := w.b.Begin(ctx, w.key, []byte("input")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("err = %v", err)
		}
	})
}

// TestADeadHoldersWriteIsResumed: its last note is handed over, and if it was only
// paused it can neither go on nor record anything.
func TestADeadHoldersWriteIsResumed(t *testing.T) {
	eachLedger(t, func(t *testing.T, w *ledgerWorld) {
		dead := w.a.begin(t, w.key, "", "")
		step(t, dead, "first")
		step(t, dead, "second")
		w.lapse(t)
		e := w.b.begin(t, w.key, "second", "")
		if w.b.events.count(Resumed) != 1 {
			t.Error("not counted as resumed")
		}
		if err := dead.Step(t.Context(), []byte("third")); !errors.Is(err, ErrClaimLost) {
			t.Errorf("a paused holder's step: %v", err)
		}
		if err := dead.Done(t.Context(), []byte("wrong")); !errors.Is(err, ErrClaimLost) {
			t.Errorf("a paused holder's result: %v", err)
		}
		dead.Close()
		if err := e.Done(t.Context(), []byte("settled")); err != nil {
			t.Fatal(err)
		}
		w.a.begin(t, w.key, "", "settled")
	})
}

func TestALapsedClaimThatNobodyTookGoesOn(t *testing.T) {
	eachLedger(t, func(t *testing.T, w *ledgerWorld) {
		e := w.a.begin(t, w.key, "", "")
		w.lapse(t)
		step(t, e, "n")
		if err := e.Done(t.Context(), []byte("r")); err != nil {
			t.Error(err)
		}
	})
}

func TestHowAWriteIsGivenBack(t *testing.T) {
	for name, tc := range map[string]struct {
		note string
		end  func(*testing.T, *Entry)
		left string
	}{
		"closed with a note":    {"n", func(_ *testing.T, e *Entry) { e.Close() }, "n"},
		"closed without a note": {"", func(_ *testing.T, e *Entry) { e.Close(); e.Close() }, ""},
		"released": {"n", func(t *testing.T, e *Entry) {
			if err := e.Release(t.Context()); err != nil {
				t.Error(err)
			}
			if err := e.Release(t.Context()); !errors.Is(err, ErrClaimLost) {
				t.Errorf("released again: %v", err)
			}
		}, ""},
		"released by who has gone": {"n", func(t *testing.T, e *Entry) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := e.Release(ctx); err != nil {
				t.Error(err)
			}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			eachLedger(t, func(t *testing.T, w *ledgerWorld) {
				e := w.a.begin(t, w.key, "", "")
				if tc.note != "" {
					step(t, e, tc.note)
				}
				tc.end(t, e)
				w.b.begin(t, w.key, tc.left, "")
			})
		})
	}
}

func TestAForgottenWriteMayHaveAnotherInput(t *testing.T) {
	eachLedger(t, func(t *testing.T, w *ledgerWorld) {
		if err := w.a.begin(t, w.key, "", "").Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		e, err := w.b.Begin(t.Context(), w.key, []byte("other"))
		if err != nil {
			t.Fatal(err)
		}
		e.Close()
	})
}

func TestTooMuchToRemember(t *testing.T) {
	eachLedger(t, func(t *testing.T, w *ledgerWorld) {
		e := w.a.begin(t, w.key, "", "")
		step(t, e, "n")
		for name, err := range map[string]error{
			"note":   e.Step(t.Context(), make([]byte, MaxResult+1)),
			"result": e.Done(t.Context(), make([]byte, MaxResult+1)),
		} {
			if size := (*SizeError)(nil); !errors.As(err, &size) || size.Size != MaxResult+1 {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := e.Done(t.Context(), []byte(strings.Repeat("x", MaxResult))); err != nil {
			t.Errorf("the largest result: %v", err)
		}
		w.b.begin(t, w.key, "", strings.Repeat("x", MaxResult))
	})
}

// TestWritesOfOthersAreOthers: each tenant, viewer, mutation and key has its own.
func TestWritesOfOthersAreOthers(t *testing.T) {
	eachLedger(t, func(t *testing.T, w *ledgerWorld) {
		keys := map[LedgerKey]bool{{}: true}
		for _, tenant := range []string{"acme", "globex"} {
			for _, viewer := range []string{"viewer:ann", "viewer:ann:a"} {
				for _, parts := range [][2]string{{"a:b", "c"}, {"a", "b:c"}, {"a", strings.Repeat("c", 2*maxName)}} {
					key := scope(t, tenant, viewer).LedgerKey(parts[0], parts[1])
					if keys[key] {
						t.Fatalf("%v is another's", parts)
					}
					keys[key] = true
					result := fmt.Sprint(tenant, viewer, parts)
					if err := w.a.begin(t, key, "", "").Done(t.Context(), []byte(result)); err != nil {
						t.Fatal(err)
					}
					w.b.begin(t, key, "", result)
				}
			}
		}
	})
}

func TestTheLedgerRefuses(t *testing.T) {
	t.Parallel()
	h, sc := newHouse(t, nil), scope(t, "acme", "viewer:ann")
	for _, key := range []LedgerKey{{}, sc.LedgerKey("", "k"), sc.LedgerKey("m", ""), Scope{}.LedgerKey("m", "k")} {
		if _, err := h.Begin(t.Context(), key, nil); !key.IsZero() || !errors.As(err, new(*ScopeError)) {
			t.Errorf("a key without %v: %v", key, err)
		}
	}
	e := h.begin(t, sc.LedgerKey("m", "k"), "", "")
	_ = h.Close()
	if _, err := h.Begin(t.Context(), sc.LedgerKey("m", "other"), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := h.claims.keep(t.Context(), e.held); !errors.Is(err, ErrClosed) {
		t.Errorf("a renewal after Close: %v", err)
	}
}
