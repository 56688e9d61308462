package loaders

import (
	"context"
	"errors"
	"fmt"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
)

// followedPages is how many pages of one list are followed at most: nobody can
// step into the middle of a list whose pages are named by tokens.
const followedPages = 50

// errCircle is a page that leads back to one which was read before.
var errCircle = errors.New("the list's pages lead in a circle")

// trail is one list whose pages name the next one by a token, and do not count.
// Positions in it are offsets from its beginning, so that its cursors are like
// all others, and hold no token of the backend's. Pages have always the same
// size and each is cached by itself, so that different clients share them.
type trail[T any] struct {
	// source may differ from list to list: an item may have to know whose it is.
	source source[chunk[T]]
	// ask asks for the page that a token names, "" for the first.
	ask  func(token string) ask
	mark mark
}

// follow gives the asked run of many lists. The first pages of all of them are
// looked up and called for together; only lists that need more go on, page by
// page. Counting from the back takes all of a list's pages. A next page is
// taken at its word: that it is named says that items follow.
func follow[T any](ctx context.Context, l *Loaders, trails []trail[T], p Page) answers[*List[T]] {
	out := newAnswers[*List[T]](len(trails))
	var good []trail[T]
	var at []int
	for i, t := range trails {
		if _, err := p.reach(t.mark); err != nil {
			out.errs[i] = err // a bad cursor is refused before it costs a call
			continue
		}
		good, at = append(good, t), append(at, i)
	}
	paths := walk(ctx, l, good, p)
	for i, position := range at {
		if out.errs[position] = paths.errs[i]; paths.errs[i] == nil {
			out.values[position], out.errs[position] = paths.values[i].cut(p)
		}
	}
	return out
}

// followAll reads many lists to their ends.
func followAll[T any](ctx context.Context, l *Loaders, trails []trail[T]) answers[[]T] {
	paths := walk(ctx, l, trails, Page{last: 1})
	out := newAnswers[[]T](len(trails))
	for i, path := range paths.values {
		if out.errs[i] = paths.errs[i]; out.errs[i] == nil {
			out.values[i] = path.items
		}
	}
	return out
}

// reach is how many items from the beginning the page needs, unknown for all.
func (p Page) reach(m mark) (int, error) {
	if p.fromBack() {
		_, err := p.window(m, 0) // a cursor in `after` is still to be checked
		return unknown, err
	}
	w, err := p.window(m, unknown)
	return w.end, err
}

// walk follows many lists side by side as far as p reaches.
func walk[T any](ctx context.Context, l *Loaders, trails []trail[T], p Page) answers[*path[T]] {
	out := newAnswers[*path[T]](len(trails))
	if len(trails) == 0 {
		return out
	}
	heads := firstPages(ctx, l, trails)
	out.errs = beside(len(trails), func(i int) error {
		out.values[i] = &path[T]{trail: trails[i], seen: map[string]bool{"": true}}
		return out.values[i].walk(ctx, l, p, heads.values[i], heads.errs[i])
	})
	return out
}

func firstPages[T any](ctx context.Context, l *Loaders, trails []trail[T]) answers[chunk[T]] {
	requests := make([]cache.Request[chunk[T]], len(trails))
	for i, t := range trails {
		requests[i] = t.source.request(l, t.ask(""))
	}
	return trails[0].source.collect(ctx, l, cache.GetMany(ctx, l.tenant.cache, requests))
}

// path is how far one list has been followed.
type path[T any] struct {
	trail[T]
	items []T
	next  string          // the token of the next page; "" at the end
	seen  map[string]bool // tokens that were named
	pages int
}

// walk begins with the first page and goes on as far as p reaches.
func (s *path[T]) walk(ctx context.Context, l *Loaders, p Page, head chunk[T], err error) error {
	if err != nil {
		return err
	}
	reach, err := p.reach(s.mark)
	if err != nil {
		return err
	}
	for page := head; ; {
		if err := s.keep(page); err != nil {
			return err
		}
		if s.next == "" || (reach != unknown && len(s.items) >= reach) {
			return nil
		}
		if s.pages >= followedPages {
			return p.tooFar()
		}
		if page, err = s.source.get(ctx, l, s.ask(s.next)); err != nil {
			return err
		}
	}
}

func (s *path[T]) keep(page chunk[T]) error {
	if page.next != "" && s.seen[page.next] {
		return upstream.Malformed(s.source.route, errCircle)
	}
	s.seen[page.next] = true
	s.items, s.next, s.pages = append(s.items, page.items...), page.next, s.pages+1
	return nil
}

// cut takes the window out of what was read. That is all of it that there is:
// the list has ended, or it reaches as far as the window.
func (s *path[T]) cut(p Page) (*List[T], error) {
	total := unknown
	if s.next == "" {
		total = len(s.items)
	}
	w, err := p.window(s.mark, total)
	if err != nil {
		return nil, err
	}
	start, end := clamp(w.start, len(s.items)), clamp(w.end, len(s.items))
	list := &List[T]{Items: s.items[start:end:end], Start: start, HasNext: end < len(s.items) || s.next != "", mark: s.mark}
	if total != unknown {
		list.Total = &total
	}
	return list, nil
}

// tooFar refuses what lies behind the last page that is followed.
func (p Page) tooFar() error {
	argument := "first"
	switch {
	case p.fromBack():
		argument = "last"
	case p.after != "":
		argument = "after"
	case p.before != "":
		argument = "before"
	}
	return &InputError{Argument: argument, Reason: fmt.Sprintf(
		"this list has to be read from its beginning, and at most %d pages of it are, the limit `followedPages`", followedPages)}
}
