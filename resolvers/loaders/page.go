package loaders

import "fmt"

// defaultItems is the length of a page when the client names none.
const defaultItems = 20

// Page says which run of a list is asked for. It is comparable: equal pages
// of the same list are read once per operation.
type Page struct {
	first, last   int // exactly one is positive
	after, before string
}

// NewPage checks the four arguments of a connection against the tenant's
// bound. Every refusal is an [InputError] that names the argument.
func (l *Loaders) NewPage(first *int32, after *string, last *int32, before *string) (Page, error) {
	page := Page{after: value(after), before: value(before)}
	if first != nil && last != nil {
		return Page{}, &InputError{Argument: "last", Reason: "give either `first` or `last`, not both"}
	}
	var err error
	switch {
	case first != nil:
		page.first, err = l.count("first", *first)
	case last != nil:
		page.last, err = l.count("last", *last)
	default:
		page.first = min(defaultItems, l.tenant.maxItems)
	}
	return page, err
}

func (l *Loaders) count(argument string, n int32) (int, error) {
	if n < 1 || int(n) > l.tenant.maxItems {
		return 0, &InputError{Argument: argument, Reason: fmt.Sprintf("ask for 1 to %d items, the limit `pageItems`", l.tenant.maxItems)}
	}
	return int(n), nil
}

// window is a run of a list: the items from start up to end. An end before or
// at start is an empty run.
type window struct{ start, end int }

// unknown stands for the length of a list that the backend does not count.
const unknown = -1

// window turns cursors into positions. total may be unknown, except where the
// page is counted from the back of the list.
func (p Page) window(m mark, total int) (window, error) {
	w := window{start: 0, end: total}
	if p.after != "" {
		at, err := m.decode("after", p.after)
		if err != nil {
			return w, err
		}
		w.start = at + 1
	}
	if p.before != "" {
		at, err := m.decode("before", p.before)
		if err != nil {
			return w, err
		}
		if w.end == unknown || at < w.end {
			w.end = at
		}
	}
	return p.cut(w)
}

// cut shortens w to the asked number of items, from the front or the back.
func (p Page) cut(w window) (window, error) {
	switch {
	case p.first > 0 && (w.end == unknown || w.start+p.first < w.end):
		w.end = w.start + p.first
	case p.last > 0 && w.end == unknown:
		return w, &InputError{Argument: "last", Reason: "this list is not counted; give `before` as well, or page with `first`"}
	case p.last > 0 && w.end-p.last > w.start:
		w.start = w.end - p.last
	}
	w.end = max(w.end, w.start)
	return w, nil
}

// fromBack reports whether the list's length must be known before the window is.
func (p Page) fromBack() bool { return p.last > 0 && p.before == "" }

// List is a run of a list with its place in the whole.
type List[T any] struct {
	// Items in the backend's order; possibly none.
	Items []T
	// Start is the position of the first item in the whole list.
	Start int
	// Total is the length of the whole list; nil where it is not known.
	Total *int
	// HasNext says whether items follow the last one.
	HasNext bool
	mark    mark
}

// Cursor is the opaque cursor of item i of this run.
func (l *List[T]) Cursor(i int) string { return l.mark.encode(l.Start + i) }

// cutAll takes the run out of a list that is known whole.
func cutAll[T any](m mark, all []T, p Page) (*List[T], error) {
	w, err := p.window(m, len(all))
	if err != nil {
		return nil, err
	}
	start, end := min(w.start, len(all)), min(w.end, len(all))
	total := len(all)
	return &List[T]{Items: all[start:end:end], Start: start, Total: &total, HasNext: end < total, mark: m}, nil
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
