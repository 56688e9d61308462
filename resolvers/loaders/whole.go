package loaders

import (
	"context"
	"errors"
)

// readWhole reads counted lists to their ends. The first pages of all of them
// are called for together; they tell how many follow.
func readWhole[T any](ctx context.Context, l *Loaders, lists []listing[T]) answers[[]T] {
	out := newAnswers[[]T](len(lists))
	if len(lists) == 0 {
		return out
	}
	asks := make([]ask, len(lists))
	for i, list := range lists {
		asks[i] = list.ask(0)
	}
	heads := lists[0].source.getMany(ctx, l, asks)
	out.errs = beside(len(lists), func(i int) (err error) {
		if err = heads.errs[i]; err == nil {
			out.values[i], err = lists[i].behind(ctx, l, heads.values[i])
		}
		return err
	})
	return out
}

// readBelow reads a counted list to its end if that takes fewer than so many
// calls. It reports false where it would not, or the list could not be read.
func readBelow[T any](ctx context.Context, l *Loaders, list listing[T], calls int) ([]T, bool) {
	if calls == 0 || calls <= fewIDs && list.source.misses(ctx, l, []ask{list.ask(0)}) > 0 {
		return nil, false
	}
	head, err := list.source.get(ctx, l, list.ask(0))
	if err == nil {
		l.tenant.sizes.learn(list.source.route, 1+len(list.rest(head)))
	}
	if err != nil || list.source.misses(ctx, l, list.rest(head)) >= calls {
		return nil, false // another way may still answer for some
	}
	all, err := list.behind(ctx, l, head)
	return all, err == nil
}

// behind is the whole list, of which the first page is known.
func (s listing[T]) behind(ctx context.Context, l *Loaders, head chunk[T]) ([]T, error) {
	got := s.source.getMany(ctx, l, s.rest(head))
	err := errors.Join(got.errs...)
	all := []T{}
	for i, page := range append([]chunk[T]{head}, got.values...) {
		if err == nil {
			err = page.whole(s.source.route, i)
		}
		all = append(all, page.items...)
	}
	if err != nil {
		return nil, err
	}
	return all, nil
}

// rest are the pages behind the first one, as many as it says there are.
func (s listing[T]) rest(head chunk[T]) (asks []ask) {
	for i := 1; i*s.size < head.total; i++ {
		asks = append(asks, s.ask(i))
	}
	return asks
}
