package cache

import (
	"context"
	"sync"
)

// turns let one after the other do something, by name, in the order they came.
// The zero value is ready. It is safe for concurrent use.
type turns struct {
	mu    sync.Mutex
	lines map[string]*line
}

// line is where those wait who want one name's turn. It is gone when they are.
type line struct {
	turn  chan struct{} // full while somebody has the turn
	users int
}

// take returns when the turn is this caller's, or its context has ended. The turn
// is given back by calling give once.
func (t *turns) take(ctx context.Context, name string) (give func(), err error) {
	l := t.join(name)
	select {
	case l.turn <- struct{}{}: // the runtime serves senders in their order
		return func() { <-l.turn; t.quit(name, l) }, nil
	case <-ctx.Done():
		t.quit(name, l)
		return nil, ctx.Err()
	}
}

func (t *turns) join(name string) *line {
	t.mu.Lock()
	defer t.mu.Unlock()
	l, ok := t.lines[name]
	if !ok {
		if t.lines == nil {
			t.lines = map[string]*line{}
		}
		l = &line{turn: make(chan struct{}, 1)}
		t.lines[name] = l
	}
	l.users++
	return l
}

func (t *turns) quit(name string, l *line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l.users--; l.users == 0 {
		delete(t.lines, name)
	}
}
