package loaders

import (
	"context"
	"errors"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
)

// chunk is one page of a backend's list.
type chunk[T any] struct {
	items []T
	total int // length of the whole list, or unknown
	// next is the token of the next page where pages are named by tokens; "" on the last one.
	next string
}

var (
	// errShort is a reply that a list's own count contradicts.
	errShort = errors.New("the page holds fewer items than the list's count says")
	// errLong is a reply whose items would stand on the next page as well.
	errLong = errors.New("the page holds more items than were asked for")
)

// whole refuses page i of a counted list when items are missing from it: what
// the reply left out must not look as if it did not exist.
func (c chunk[T]) whole(route *upstream.Route, i int) error {
	if c.total == unknown {
		return nil
	}
	if want := clamp(c.total-i*route.PageSize, route.PageSize); len(c.items) < want {
		return upstream.Malformed(route, errShort)
	}
	return nil
}

// listing is one list at a backend: how its pages are asked for, and what its
// cursors are bound to. Pages have always the same size, whatever the client
// asks for, so that different clients share cached pages.
type listing[T any] struct {
	// source may differ from list to list, but not its route: a page may have to be checked for whose it is.
	source source[chunk[T]]
	size   int
	ask    func(page int) ask
	mark   mark
}

// read gives the asked run of many lists. The first pages of all of them are
// looked up and called for together; only lists that need more go on.
func read[T any](ctx context.Context, l *Loaders, lists []listing[T], p Page) answers[*List[T]] {
	out := newAnswers[*List[T]](len(lists))
	var heads []cache.Request[chunk[T]]
	var runs []*run[T]
	var at []int
	for i, list := range lists {
		first, err := list.firstPage(p)
		if err != nil {
			out.errs[i] = err // a bad cursor is refused before it costs a call
			continue
		}
		heads, at = append(heads, list.source.request(l, list.ask(first))), append(at, i)
		runs = append(runs, &run[T]{listing: list, first: first, pages: map[int]chunk[T]{}})
	}
	if len(runs) == 0 {
		return out
	}
	pages := runs[0].source.collect(ctx, l, cache.GetMany(ctx, l.tenant.cache, heads))
	errs := beside(len(runs), func(i int) (err error) {
		out.values[at[i]], err = runs[i].read(ctx, l, p, pages.values[i], pages.errs[i])
		return err
	})
	for i, position := range at {
		out.errs[position] = errs[i]
	}
	return out
}

// firstPage is the page to begin with: where the window starts, or page 0 to
// learn the length when the window is counted from the back.
func (s listing[T]) firstPage(p Page) (int, error) {
	if p.fromBack() {
		return 0, nil
	}
	w, err := p.window(s.mark, unknown)
	if err != nil {
		return 0, err
	}
	return w.start / s.size, nil
}

// run collects the pages of one list that a window needs.
type run[T any] struct {
	listing[T]
	first int
	pages map[int]chunk[T]
	total int
}

func (r *run[T]) read(ctx context.Context, l *Loaders, p Page, head chunk[T], err error) (*List[T], error) {
	r.total = unknown
	if err == nil {
		err = r.keep(r.first, head)
	}
	if err != nil {
		return nil, err
	}
	w, err := p.window(r.mark, r.total)
	if err != nil {
		return nil, err
	}
	for i := w.start / r.size; r.needs(i, w); i++ {
		if err := r.fill(ctx, l, i); err != nil {
			return nil, err
		}
	}
	return r.cut(w), nil
}

// keep files page i and learns from it how long the list is, if it says.
func (r *run[T]) keep(i int, page chunk[T]) error {
	if err := page.whole(r.source.route, i); err != nil {
		return err
	}
	if len(page.items) > r.size {
		return upstream.Malformed(r.source.route, errLong)
	}
	r.pages[i] = page
	switch {
	case page.total != unknown:
		r.total = page.total
	case len(page.items) < r.size && (len(page.items) > 0 || i == 0):
		r.total = i*r.size + len(page.items)
	case len(page.items) == 0 && r.pages[i-1].items != nil:
		r.total = i * r.size
	}
	return nil
}

// needs reports whether page i is to be read for the window. Where the list's
// length is not known, one item further than the window tells whether a next
// page exists.
func (r *run[T]) needs(i int, w window) bool {
	begin := i * r.size
	if r.total == unknown {
		return begin <= w.end
	}
	return begin < min(w.end, r.total)
}

func (r *run[T]) fill(ctx context.Context, l *Loaders, i int) error {
	if _, known := r.pages[i]; known {
		return nil
	}
	page, err := r.source.get(ctx, l, r.ask(i))
	if err != nil {
		return err
	}
	return r.keep(i, page)
}

// cut takes the window out of the pages that were read.
func (r *run[T]) cut(w window) *List[T] {
	list := &List[T]{Start: w.start, mark: r.mark}
	more := false
	for i := w.start / r.size; i*r.size <= w.end; i++ {
		base, items := i*r.size, r.pages[i].items
		from, to := clamp(w.start-base, len(items)), clamp(w.end-base, len(items))
		list.Items = append(list.Items, items[from:to]...)
		more = more || to < len(items)
	}
	list.HasNext = more
	if r.total != unknown {
		list.Total = &r.total
		list.HasNext = w.start+len(list.Items) < r.total
	}
	return list
}

func clamp(n, most int) int { return min(max(n, 0), most) }
