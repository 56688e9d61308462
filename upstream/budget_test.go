package upstream

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestBudgetIsExact: whoever takes and gives back at the same time, exactly the limit is given out.
func TestBudgetIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(-1, 50).Draw(rt, "limit")
		routes := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 100).Draw(rt, "calls")
		returned := rapid.IntRange(0, 10).Draw(rt, "returned")
		b := NewBudget(limit)
		for range returned {
			if b.take("returned") {
				b.giveBack("returned")
			}
		}
		var wg sync.WaitGroup
		for _, r := range routes {
			wg.Go(func() { b.take(r) })
		}
		wg.Wait()
		sum := 0
		for _, n := range b.Calls() {
			sum += n
		}
		if want := min(max(0, limit), len(routes)); b.Total() != want || sum != want {
			rt.Fatalf("limit %d, %d calls: total %d, by route %v", limit, len(routes), b.Total(), b.Calls())
		}
	})
}

func TestBudgetInContext(t *testing.T) {
	t.Parallel()
	b := NewBudget(2)
	ctx := WithBudget(t.Context(), b)
	if BudgetFrom(ctx) != b || BudgetFrom(context.Background()) != nil {
		t.Fatal("the context's budget is another")
	}
	b.take("r")
	b.addWait(time.Second)
	b.addWait(time.Second)
	calls := b.Calls()
	calls["r"] = 99 // the map is the caller's
	if d := cmp.Diff(map[string]int{"r": 1}, b.Calls()); d != "" || b.Waited() != 2*time.Second || b.Limit() != 2 {
		t.Errorf("%s; waited %v, limit %d", d, b.Waited(), b.Limit())
	}
}

func TestNoBudgetIsUnlimited(t *testing.T) {
	t.Parallel()
	var b *Budget
	if !b.take("r") {
		t.Error("refused")
	}
	b.giveBack("r")
	b.addWait(time.Second)
	if b.Total() != 0 || b.Waited() != 0 || b.Limit() != 0 || len(b.Calls()) != 0 {
		t.Error("counted")
	}
}
