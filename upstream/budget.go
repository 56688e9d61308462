package upstream

import (
	"context"
	"maps"
	"sync"
	"time"
)

// Budget is the number of calls that one operation may make; it lives in the operation's context. Every attempt counts,
// retries included, since the backend counts them too. A nil Budget is unlimited and counts nothing.
type Budget struct {
	limit int // never changes

	mu     sync.Mutex
	total  int
	calls  map[string]int
	waited time.Duration
}

// NewBudget allows limit calls; a limit below 1 allows none.
func NewBudget(limit int) *Budget {
	return &Budget{limit: limit, calls: make(map[string]int)}
}

// budgetKey is private, so that only this package reads and writes the budget of a context.
type budgetKey struct{}

// WithBudget gives the calls made under the returned context this budget.
func WithBudget(ctx context.Context, b *Budget) context.Context {
	return context.WithValue(ctx, budgetKey{}, b)
}

// BudgetFrom is the context's budget, nil when it has none.
func BudgetFrom(ctx context.Context) *Budget {
	b, _ := ctx.Value(budgetKey{}).(*Budget)
	return b
}

// Limit is the number of calls allowed; 0 for a nil Budget.
func (b *Budget) Limit() int {
	if b == nil {
		return 0
	}
	return b.limit
}

// Calls is how often each route was called, by the route's name. The map is the caller's.
func (b *Budget) Calls() map[string]int {
	if b == nil {
		return map[string]int{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.calls)
}

// Total is how many calls were made.
func (b *Budget) Total() int {
	if b == nil {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.total
}

// Waited is the time that calls spent in the pacer, summed; concurrent waits count each.
func (b *Budget) Waited() time.Duration {
	if b == nil {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waited
}

// take counts a call of the route, or reports that the budget is spent.
func (b *Budget) take(route string) bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.total >= b.limit {
		return false
	}
	b.total++
	b.calls[route]++
	return true
}

// giveBack undoes a take whose call was never sent, so that a refusal by the pacer does not count as a call.
func (b *Budget) giveBack(route string) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total--
	if b.calls[route]--; b.calls[route] == 0 {
		delete(b.calls, route)
	}
}

// addWait counts time in the pacer, also of calls that were given up when their turn came.
func (b *Budget) addWait(d time.Duration) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waited += d
}
