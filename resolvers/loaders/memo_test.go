package loaders

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// recorder is a fetch that keeps its batches. Odd keys have no value.
type recorder struct {
	mu      sync.Mutex
	batches [][]int
}

var errOdd = errors.New("odd")

func (r *recorder) fetch(_ context.Context, keys []int) answers[string] {
	r.mu.Lock()
	r.batches = append(r.batches, slices.Clone(keys))
	r.mu.Unlock()
	out := newAnswers[string](len(keys))
	for i, key := range keys {
		if key%2 != 0 {
			out.errs[i] = errOdd
			continue
		}
		out.values[i] = fmt.Sprint(key)
	}
	return out
}

// wrong says what is not as fetch answers.
func wrong(keys []int, values []string, errs []error) error {
	for i, key := range keys {
		switch {
		case key%2 != 0 && !errors.Is(errs[i], errOdd):
			return fmt.Errorf("key %d: error %w, want %w", key, errs[i], errOdd)
		case key%2 == 0 && (errs[i] != nil || values[i] != fmt.Sprint(key)):
			return fmt.Errorf("key %d: %q, %w", key, values[i], errs[i])
		}
	}
	return nil
}

func TestMemoBatchesOncePerLoad(t *testing.T) {
	t.Parallel()
	var r recorder
	m := newMemo(r.fetch)
	for _, keys := range [][]int{{2, 1, 2}, {1, 2}, {3, 2, 4, 4}, {}, {4, 3, 2, 1}} {
		values, errs := m.load(t.Context(), keys)
		if err := wrong(keys, values, errs); err != nil {
			t.Error(err)
		}
	}
	// A batch has the keys that are new, in their order; a key that failed is not asked for again.
	if diff := cmp.Diff([][]int{{2, 1}, {3, 4}}, r.batches); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

func TestMemoPrime(t *testing.T) {
	t.Parallel()
	var r recorder
	m := newMemo(r.fetch)
	m.prime(t.Context(), 7, "seven")
	m.prime(t.Context(), 7, "never")
	if got, err := m.one(t.Context(), 7); err != nil || got != "seven" {
		t.Errorf("a primed key is %q, %v", got, err)
	}
	if got, _ := m.one(t.Context(), 2); got != "2" {
		t.Fatalf("got %q", got)
	}
	m.prime(t.Context(), 2, "changed")
	if got, _ := m.one(t.Context(), 2); got != "2" {
		t.Errorf("an answer given before was changed to %q", got)
	}
	if diff := cmp.Diff([][]int{{2}}, r.batches); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

// TestMemoPanic: a fetch that panics fails its keys, and not the process.
func TestMemoPanic(t *testing.T) {
	t.Parallel()
	m := newMemo(func(context.Context, []int) answers[string] { panic("broken") })
	_, errs := m.load(t.Context(), []int{1, 2})
	for i, err := range errs {
		if _, ok := errors.AsType[*PanicError](err); !ok {
			t.Errorf("key %d: error %v, want a PanicError", i, err)
		}
	}
}

// TestMemoAsksEachKeyOnce: however many resolvers load at the same time, each
// key is in exactly one batch, and there are no more batches than loads.
func TestMemoAsksEachKeyOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		loads := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 9), 0, 6), 1, 8).Draw(t, "loads")
		var r recorder
		m := newMemo(r.fetch)
		faults := make([]error, len(loads))
		var wg sync.WaitGroup
		for i, keys := range loads {
			wg.Go(func() {
				values, errs := m.load(context.Background(), keys)
				faults[i] = wrong(keys, values, errs)
			})
		}
		wg.Wait()
		if err := errors.Join(faults...); err != nil {
			t.Fatal(err)
		}
		asked := slices.Concat(r.batches...)
		if want := distinctInts(slices.Concat(loads...)); !slices.Equal(slices.Sorted(slices.Values(asked)), want) {
			t.Fatalf("asked for %v, want each of %v once", asked, want)
		}
		if len(r.batches) > len(loads) {
			t.Fatalf("%d batches for %d loads: %v", len(r.batches), len(loads), r.batches)
		}
	})
}

func distinctInts(keys []int) []int {
	slices.Sort(keys)
	return slices.Compact(keys)
}

func TestOptional(t *testing.T) {
	t.Parallel()
	var asked []string
	failure := errors.New("away")
	m := newMemo(func(_ context.Context, ids []string) answers[*string] {
		asked = ids
		out := newAnswers[*string](len(ids))
		for i, id := range ids {
			switch id {
			case "gone":
				out.errs[i] = &NotFoundError{Type: "Thing"}
			case "broken":
				out.errs[i] = failure
			default:
				out.values[i] = &ids[i]
			}
		}
		return out
	})
	ids := []string{"a", "", "secret", "gone", "broken", "b", "a"}
	values, errs := optional(t.Context(), m, ids, func(id string) bool { return id != "secret" })
	var got []string
	for i, v := range values {
		got = append(got, fmt.Sprintf("%s:%s:%v", ids[i], value(v), errs[i]))
	}
	want := "a:a:<nil> ::<nil> secret::<nil> gone::<nil> broken::away b:b:<nil> a:a:<nil>"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	if diff := cmp.Diff([]string{"a", "gone", "broken", "b"}, asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
}
