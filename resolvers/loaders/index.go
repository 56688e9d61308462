package loaders

import (
	"context"
	"errors"
)

// index finds objects by id in the cheaper of two ways: single reads, or the
// pages of a list that counts itself.
type index[T any] struct {
	typeName string
	id       func(T) string
	list     source[chunk[T]]
	page     func(page int) ask
	one      source[T]
	// read asks for one object; false where it can only be found in the list.
	read func(id string) (ask, bool)
	// listFirst says that the list is always worth its calls: other fields need it as well.
	listFirst bool
}

// fewIDs is up to how many objects single reads are never more calls than a list.
const fewIDs = 2

// find answers each id with its object, [NotFoundError], or why it could not be read.
func (x *index[T]) find(ctx context.Context, l *Loaders, ids []string) answers[T] {
	f := &finding[T]{index: x, l: l, found: make(map[string]T, len(ids)), failed: map[string]error{}}
	f.missing = distinct(ids)
	f.fromCache(ctx)
	f.listErr = f.fromList(ctx)
	f.oneByOne(ctx)
	return f.answer(ids)
}

// finding is one search in progress.
type finding[T any] struct {
	*index[T]
	l       *Loaders
	found   map[string]T
	failed  map[string]error
	missing []string
	listErr error
}

// fromCache takes what single reads have left in the cache.
func (f *finding[T]) fromCache(ctx context.Context) {
	asks, ids := f.reads()
	got := f.one.lookup(ctx, f.l, asks)
	for i, id := range ids {
		if got.errs[i] == nil {
			f.take(got.values[i], id)
		}
	}
	f.remain()
}

// fromList walks the list while that is cheaper than reading one by one.
func (f *finding[T]) fromList(ctx context.Context) error {
	if len(f.missing) == 0 || (!f.listFirst && len(f.missing) <= fewIDs && !f.headCached(ctx)) {
		return nil
	}
	head, err := f.list.get(ctx, f.l, f.page(0))
	if err != nil {
		return err
	}
	if err := head.whole(f.list.route, 0); err != nil {
		return err
	}
	f.takeAll(head)
	rest := f.restOf(head)
	f.l.tenant.sizes.learn(f.list.route, 1+len(rest))
	if len(f.missing) == 0 || len(rest) == 0 || (!f.listFirst && f.list.misses(ctx, f.l, rest) > len(f.missing)) {
		return nil
	}
	got := f.list.getMany(ctx, f.l, rest)
	for i, page := range got.values {
		if got.errs[i] == nil {
			got.errs[i] = page.whole(f.list.route, i+1)
			f.takeAll(page)
		}
	}
	return errors.Join(got.errs...)
}

// headCached reports whether the first page is there for nothing.
func (f *finding[T]) headCached(ctx context.Context) bool {
	return f.list.misses(ctx, f.l, []ask{f.page(0)}) == 0
}

// restOf are the pages behind the first one, as many as it says there are.
func (f *finding[T]) restOf(head chunk[T]) (rest []ask) {
	for i := 1; i*f.list.route.PageSize < head.total; i++ {
		rest = append(rest, f.page(i))
	}
	return rest
}

// oneByOne reads what is still missing, side by side.
func (f *finding[T]) oneByOne(ctx context.Context) {
	asks, ids := f.reads()
	got := f.one.getMany(ctx, f.l, asks)
	for i, id := range ids {
		if got.errs[i] != nil {
			f.failed[id] = absent(f.typeName, got.errs[i])
			continue
		}
		f.take(got.values[i], id)
	}
	f.remain()
}

// reads are the single reads of what is missing, as far as such a read exists.
func (f *finding[T]) reads() (asks []ask, ids []string) {
	for _, id := range f.missing {
		if a, ok := f.read(id); ok {
			asks, ids = append(asks, a), append(ids, id)
		}
	}
	return asks, ids
}

func (f *finding[T]) takeAll(page chunk[T]) {
	for _, item := range page.items {
		f.found[f.id(item)] = item
	}
	f.remain()
}

// take keeps an object that was read by itself, if it is the one that was meant:
// the backend also answers to other spellings, under which nothing is filed here.
func (f *finding[T]) take(item T, id string) {
	if f.id(item) == id {
		f.found[id] = item
	}
}

func (f *finding[T]) remain() {
	var still []string
	for _, id := range f.missing {
		if _, ok := f.found[id]; !ok {
			still = append(still, id)
		}
	}
	f.missing = still
}

func (f *finding[T]) answer(ids []string) answers[T] {
	out := newAnswers[T](len(ids))
	for i, id := range ids {
		value, ok := f.found[id]
		switch {
		case ok:
			out.values[i] = value
		case f.failed[id] != nil:
			out.errs[i] = f.failed[id]
		case f.listErr != nil:
			// Not seen in a list that could not be read whole: that is no proof of absence.
			out.errs[i] = f.listErr
		default:
			out.errs[i] = &NotFoundError{Type: f.typeName}
		}
	}
	return out
}

func distinct(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	var out []string
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}
