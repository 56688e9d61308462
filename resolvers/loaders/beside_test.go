package loaders

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/marketgraph/marketgraph/auth"
)

// TestBesideIsBounded: as many run at once as the limit says, and all of them run.
func TestBesideIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var running, done atomic.Int32
		release := make(chan struct{})
		errs := make(chan []error)
		const n = 3*parallelLists + 1
		go func() {
			errs <- beside(n, func(int) error {
				running.Add(1)
				<-release
				running.Add(-1)
				done.Add(1)
				return nil
			})
		}()
		synctest.Wait()
		if got := running.Load(); got != parallelLists {
			t.Errorf("%d run at once, want %d", got, parallelLists)
		}
		close(release)
		if err := errors.Join(<-errs...); err != nil || done.Load() != n {
			t.Errorf("%d of %d done, %v", done.Load(), n, err)
		}
	})
}

// TestBesideKeepsPositions, of errors and of panics, and a panic says nothing
// of what it was about.
func TestBesideKeepsPositions(t *testing.T) {
	t.Parallel()
	failure := errors.New("away")
	errs := beside(4, func(i int) error {
		switch i {
		case 1:
			return failure
		case 2:
			panic("a backend's password")
		}
		return nil
	})
	if errs[0] != nil || !errors.Is(errs[1], failure) || errs[3] != nil {
		t.Errorf("errors %v", errs)
	}
	panicked, ok := errors.AsType[*PanicError](errs[2])
	if !ok || panicked.Value == nil || !strings.Contains(string(panicked.Stack), "TestBesideKeepsPositions") {
		t.Fatalf("error %v, want a panic with its stack", errs[2])
	}
	if strings.Contains(panicked.Error(), "password") {
		t.Errorf("the text quotes the panic: %v", panicked)
	}
}

// TestListsSurvivePanics: a list whose page makes our own code panic fails by
// itself, in each of the ways in which lists are read.
func TestListsSurvivePanics(t *testing.T) {
	t.Parallel()
	counted, tokens := newNumbers(t), newTokens(t)
	l, m := New(counted.tenant, auth.Anonymous("acme")), New(tokens.tenant, auth.Anonymous("acme"))
	fine, bad := counted.listing(l, "counted", 7, 5), counted.listing(l, "counted", 7, 5)
	askFine := bad.ask
	bad.ask = func(page int) ask {
		if page > 0 {
			panic("no such page")
		}
		return askFine(page)
	}
	straight, broken := tokens.trail(m, "plain", 7, 5), tokens.trail(m, "plain", 7, 5)
	askStraight := broken.ask
	broken.ask = func(token string) ask {
		if token != "" {
			panic("no such page")
		}
		return askStraight(token)
	}
	lists := []listing[int]{bad, fine}
	pages := read(t.Context(), l, lists, Page{first: 7})
	whole := readWhole(t.Context(), l, lists)
	runs := follow(t.Context(), m, []trail[int]{broken, straight}, Page{first: 7})
	for way, errs := range map[string][]error{"pages": pages.errs, "whole": whole.errs, "tokens": runs.errs} {
		if _, ok := errors.AsType[*PanicError](errs[0]); !ok || errs[1] != nil {
			t.Errorf("%s: %v", way, errs)
		}
	}
	if len(pages.values[1].Items) != 7 || len(whole.values[1]) != 7 || len(runs.values[1].Items) != 7 {
		t.Error("the other lists are not whole")
	}
}
