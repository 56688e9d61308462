package cache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// eachTier runs a test on a cache in this process alone, and on one with Redis.
func eachTier(t *testing.T, f func(t *testing.T, h *house)) {
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		f(t, newHouse(t, nil))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		f(t, newHouse(t, startRedis(t).client(t), patient))
	})
}

var neighbourhoods atomic.Int64

// neighbours are scopes of which some share the tenant and some the authority, all
// spelt to be mistaken for each other. The tenants are this run's own.
func neighbours(t *rapid.T) []Scope {
	full := nasty().Filter(func(s string) bool { return s != "" })
	names := rapid.SliceOfN(full, 2, 3).Draw(t, "names")
	run := strconv.FormatInt(neighbourhoods.Add(1), 10)
	var out []Scope
	for _, tenant := range names {
		for _, authority := range append(names, "system") {
			if s := (Scope{tenant: run + ":" + tenant, authority: authority}); !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// TestNeighboursAtOnce: the same read of many authorities at the same time is as
// many fills, and each caller gets the value or the error of their own.
func TestNeighboursAtOnce(t *testing.T) {
	eachTier(t, func(t *testing.T, h *house) {
		rapid.Check(t, func(rt *rapid.T) {
			scopes, spec := neighbours(rt), nastySpec().Draw(rt, "spec")
			ends := rapid.SliceOfN(rapid.SampledFrom([]string{"value", "error", "verdict"}), len(scopes), len(scopes)).Draw(rt, "ends")
			// No fill ends before all have begun, so a shared one would never end.
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var begun, callers sync.WaitGroup
			begun.Add(len(scopes))
			all := make(chan struct{})
			go func() { begun.Wait(); close(all) }()
			for i, s := range scopes {
				arrive := sync.OnceFunc(begun.Done) // who comes after a failure fills again
				for range 2 {
					callers.Go(func() {
						got := Get(ctx, h.Cache, ownRead(s, spec, ends[i], func(ctx context.Context) error {
							arrive()
							select {
							case <-all:
								return nil
							case <-ctx.Done():
								return ctx.Err()
							}
						}))
						checkOwn(rt, s, got, ends[i] != "value")
					})
				}
			}
			callers.Wait()
		})
	})
}

// theirError is what a scope's fill fails with.
type theirError struct{ scope Scope }

func (e *theirError) Error() string { return fmt.Sprintf("%q", e.scope) }

// ownRead is a read whose value, error or verdict says whose it is.
func ownRead(s Scope, spec KeySpec, ends string, before func(context.Context) error) Request[string] {
	return Request[string]{
		Key: s.Key(spec), Tags: []Tag{s.Tag("company", spec.ID)}, Life: Life{Fresh: time.Minute},
		Decode: func(b []byte) (string, error) {
			if ends == "verdict" {
				return "", &Verdict{Err: &theirError{s}}
			}
			return string(b), nil
		},
		Fill: func(ctx context.Context) (Reply, error) {
			if err := before(ctx); err != nil {
				return Reply{}, err
			}
			if ends == "error" {
				return Reply{}, &theirError{s}
			}
			return Reply{Bytes: fmt.Appendf(nil, "%q", s)}, nil
		},
	}
}

func checkOwn(t *rapid.T, s Scope, got Result[string], fails bool) {
	theirs := (*theirError)(nil)
	if fails != errors.As(got.Err, &theirs) || fails && theirs.scope != s || !fails && (got.Err != nil || got.Value != fmt.Sprintf("%q", s)) {
		t.Errorf("%q got %q, %v", s, got.Value, got.Err)
	}
}

// TestEvictionsStayAtHome: what one tenant drops, of one company or altogether, costs
// another no fill, and what it keeps is dropped for all of its authorities.
func TestEvictionsStayAtHome(t *testing.T) {
	eachTier(t, func(t *testing.T, h *house) {
		rapid.Check(t, func(rt *rapid.T) {
			scopes, companies := neighbours(rt), []string{"", "a:b", "a"}
			kept := map[Scope]map[string]bool{}
			for _, s := range scopes {
				kept[s] = map[string]bool{}
			}
			scope, company := rapid.SampledFrom(scopes), rapid.SampledFrom(companies)
			drop := func(tenant string, gone ...string) {
				for s := range kept {
					for _, c := range gone {
						if s.tenant == tenant {
							delete(kept[s], c)
						}
					}
				}
			}
			rt.Repeat(map[string]func(*rapid.T){
				"read": func(rt *rapid.T) {
					s, c, filled := scope.Draw(rt, "scope"), company.Draw(rt, "company"), false
					ends := map[string]string{"a": "verdict"}[c] // that company is not there, which is kept as well
					got := Get(t.Context(), h.Cache, ownRead(s, KeySpec{Route: "company", ID: c}, ends, func(context.Context) error { filled = true; return nil }))
					checkOwn(rt, s, got, ends == "verdict")
					if filled == kept[s][c] {
						rt.Errorf("%q, company %q: filled %v, kept %v", s, c, filled, kept[s][c])
					}
					kept[s][c] = true
				},
				"evict": func(rt *rapid.T) {
					s, c := scope.Draw(rt, "scope"), company.Draw(rt, "company")
					if err := h.Evict(t.Context(), s.Tag("company", c)); err != nil {
						rt.Fatal(err)
					}
					drop(s.tenant, c)
				},
				"clear": func(rt *rapid.T) {
					s := scope.Draw(rt, "scope")
					if err := h.Clear(t.Context(), s.tenant); err != nil {
						rt.Fatal(err)
					}
					drop(s.tenant, companies...)
				},
			})
		})
	})
}

// sale is a write as its ledger key names it.
type sale struct {
	scope         Scope
	mutation, key string
}

// TestLedgersAreOnesOwn: under the same key nobody is told of another's write, of
// another mutation's, nor that there was one.
func TestLedgersAreOnesOwn(t *testing.T) {
	eachTier(t, func(t *testing.T, h *house) {
		rapid.Check(t, func(rt *rapid.T) {
			scope, word := rapid.SampledFrom(neighbours(rt)), nasty().Filter(func(s string) bool { return s != "" })
			made := map[sale]bool{}
			for range rapid.IntRange(2, 6).Draw(rt, "writes") {
				w := sale{scope.Draw(rt, "scope"), word.Draw(rt, "mutation"), word.Draw(rt, "key")}
				e, err := h.Begin(t.Context(), w.scope.LedgerKey(w.mutation, w.key), []byte("the same input"))
				if err != nil {
					rt.Fatal(err)
				}
				got, known := e.Result()
				if known != made[w] || known && string(got) != fmt.Sprintf("%q", w) || e.Note() != nil {
					rt.Fatalf("%q is told %q, %v, note %q", w, got, known, e.Note())
				}
				if made[w] = true; !known {
					if err := errors.Join(e.Step(t.Context(), []byte("sending")), e.Done(t.Context(), fmt.Appendf(nil, "%q", w))); err != nil {
						rt.Fatal(err)
					}
				}
				e.Close()
			}
		})
	})
}

// TestLocksStayAtHome: while one tenant holds a lock, another's of the same name is free.
func TestLocksStayAtHome(t *testing.T) {
	eachTier(t, func(t *testing.T, h *house) {
		rapid.Check(t, func(rt *rapid.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			name := nasty().Draw(rt, "name")
			held := map[string]bool{}
			for _, s := range neighbours(rt) {
				if held[s.tenant] {
					continue
				}
				held[s.tenant] = true
				unlock, err := h.Lock(ctx, s.Tag("cart", name))
				if err != nil {
					rt.Fatalf("%q waits for a lock of %v: %v", s, held, err)
				}
				rt.Cleanup(unlock)
			}
		})
	})
}

// TestOneTenantsSlots: however many values one tenant puts, another's in Redis stay,
// and what one has put no other is told of.
func TestOneTenantsSlots(t *testing.T) {
	t.Parallel()
	client := startRedis(t).client(t)
	writer := slotsOf(t, newHouse(t, client))
	writer.Put(t.Context(), "acme", []byte("acme's"))
	for i := range 200 {
		writer.Put(t.Context(), "globex", strconv.AppendInt(nil, int64(i), 10))
	}
	reader := slotsOf(t, newHouse(t, client)) // another replica: it has nothing in process
	got := map[string]bool{}
	for _, tenant := range []string{"acme", "globex", "a", "acme}", "{acme", "ACME"} {
		_, got[tenant] = reader.Get(t.Context(), tenant, digestOf("acme's"))
	}
	want := map[string]bool{"acme": true, "globex": false, "a": false, "acme}": false, "{acme": false, "ACME": false}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("who is told (-want +got):\n%s", diff)
	}
}
