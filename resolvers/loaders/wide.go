package loaders

import (
	"context"
	"sync"
	"time"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
)

// Subscriptions of many parents can be had in two ways: a call for each
// parent, or the pages of the marketplace's whole list. The list does not count
// itself, so it is walked only as far as it stays clearly cheaper, and what a
// walk that had to stop has learned is remembered.

// widthAge is how long it is remembered that a list was too long: it may have
// become shorter, and finding out costs a few calls.
const widthAge = time.Hour

// width remembers how many pages of a list were not enough, by the status that it is narrowed to; "" for none.
type width struct {
	mu     sync.Mutex
	beyond map[model.SubscriptionStatus]lesson
}

type lesson struct {
	pages int
	until time.Time
}

func (w *width) tooNarrow(status model.SubscriptionStatus, pages int, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	known := w.beyond[status]
	return pages <= known.pages && now.Before(known.until)
}

func (w *width) learn(status model.SubscriptionStatus, pages int, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.beyond == nil {
		w.beyond = map[model.SubscriptionStatus]lesson{}
	}
	w.beyond[status] = lesson{pages: pages, until: now.Add(widthAge)}
}

// fetchCompanySubscriptions answers for companies.
func (l *Loaders) fetchCompanySubscriptions(ctx context.Context, keys []listKey) answers[*List[*model.Subscription]] {
	rows := l.viewer.Rows(auth.RuleSubscriptionRead)
	return perParent(keys, rows.Allows, errForbiddenList, func(keys []listKey) answers[*List[*model.Subscription]] {
		return l.cheaper(ctx, keys,
			func(key listKey) listing[*model.Subscription] {
				return l.companySubscriptions(key.parent, key.subscriptions())
			},
			func(s *model.Subscription) string { return s.CompanyID })
	})
}

// fetchProductSubscriptions answers for products: of the whole marketplace, or
// of the viewer's companies.
func (l *Loaders) fetchProductSubscriptions(ctx context.Context, keys []listKey) answers[*List[*model.Subscription]] {
	// Without a number there is nothing to ask by: an empty filter would be no filter.
	numbered := func(number string) bool { return number != "" }
	return perParent(keys, numbered, &NotFoundError{Type: "Product"}, func(keys []listKey) answers[*List[*model.Subscription]] {
		return l.fetchSold(ctx, keys)
	})
}

func (l *Loaders) fetchSold(ctx context.Context, keys []listKey) answers[*List[*model.Subscription]] {
	rows := l.viewer.Rows(auth.RuleSubscriptionRead)
	product := func(s *model.Subscription) string { return s.ProductLegacyID }
	if rows.All() {
		return l.cheaper(ctx, keys,
			func(key listKey) listing[*model.Subscription] {
				return l.allSubscriptions(key.subscriptions(), key.parent)
			}, product)
	}
	all, err := l.ownSubscriptions(ctx, rows, keys[0].subscriptions())
	if err != nil {
		return failed[*List[*model.Subscription]](len(keys), err)
	}
	return cutGroups(keys, all, product, func(key listKey) mark {
		return l.subscriptionsMark(key.subscriptions(), key.parent, rows)
	})
}

// cheaper reads the lists of many parents by whichever way is fewer calls.
// All keys of a batch ask with the same arguments.
func (l *Loaders) cheaper(
	ctx context.Context, keys []listKey,
	narrow func(listKey) listing[*model.Subscription],
	parent func(*model.Subscription) string,
) answers[*List[*model.Subscription]] {
	lists := make([]listing[*model.Subscription], len(keys))
	for i, key := range keys {
		lists[i] = narrow(key)
	}
	all, ok := l.walk(ctx, keys[0].subscriptions(), missing(ctx, l, lists, keys[0].page)/2)
	if !ok {
		return read(ctx, l, lists, keys[0].page)
	}
	marks := make(map[listKey]mark, len(keys))
	for i, key := range keys {
		marks[key] = lists[i].mark
	}
	return cutGroups(keys, all, parent, func(key listKey) mark { return marks[key] })
}

// missing counts the narrow lists whose first page would cost a call.
func missing[T any](ctx context.Context, l *Loaders, lists []listing[T], p Page) int {
	asks := make([]ask, 0, len(lists))
	for _, list := range lists {
		if first, err := list.firstPage(p); err == nil {
			asks = append(asks, list.ask(first))
		}
	}
	if len(asks) == 0 { // nor need there be a list
		return 0
	}
	return lists[0].source.misses(ctx, l, asks)
}

// walk reads the whole list if it ends within so many pages. It reports false
// where the narrow way is cheaper, or the list could not be read.
func (l *Loaders) walk(ctx context.Context, status model.SubscriptionStatus, pages int) ([]*model.Subscription, bool) {
	if pages < 1 || l.tenant.width.tooNarrow(status, pages, time.Now()) {
		return nil, false
	}
	list := l.allSubscriptions(status, "")
	var all []*model.Subscription
	for i := range pages {
		page, err := list.source.get(ctx, l, list.ask(i))
		if err != nil {
			return nil, false // the narrow way may still answer for some
		}
		all = append(all, page.items...)
		if len(page.items) < list.size {
			l.tenant.sizes.learn(list.source.route, i+1)
			return all, true
		}
	}
	l.tenant.sizes.learn(list.source.route, pages+1)
	l.tenant.width.learn(status, pages, time.Now())
	return nil, false
}

// cutGroups cuts each key's run out of a list that holds all parents' items.
func cutGroups[T any](keys []listKey, all []T, parent func(T) string, markOf func(listKey) mark) answers[*List[T]] {
	groups := make(map[string][]T, len(keys))
	for _, s := range all {
		groups[parent(s)] = append(groups[parent(s)], s)
	}
	out := newAnswers[*List[T]](len(keys))
	for i, key := range keys {
		out.values[i], out.errs[i] = cutAll(markOf(key), groups[key.parent], key.page)
	}
	return out
}
