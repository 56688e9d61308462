package upstream

import (
	"container/list"
	"context"
)

// Lane is a call's place in the queue: a waiting call of a lower number goes first. Within a lane viewers take turns,
// and each one's calls go in their order.
type Lane int

const (
	// Mutation is for writes: somebody pressed a button.
	Mutation Lane = iota - 1
	// Waiting is for reads that an operation waits for; the zero value.
	Waiting
	// Background is for refreshes and warming that nobody waits for. It gets what the others leave.
	Background
)

const laneCount = int(Background-Mutation) + 1

var laneNames = [laneCount]string{"mutation", "waiting", "background"}

// String is the lane in one lower-case word, fit for a metric label.
func (l Lane) String() string {
	if l < Mutation || l > Background {
		return "unknown"
	}
	return laneNames[l-Mutation]
}

// viewerKey is private, so that only this package reads and writes the viewer of a context.
type viewerKey struct{}

// WithViewer says for whom the calls under the returned context are made. Viewers are told apart by the text alone;
// calls without one are one viewer's together.
func WithViewer(ctx context.Context, viewer string) context.Context {
	return context.WithValue(ctx, viewerKey{}, viewer)
}

// viewerOf is the context's viewer, "" when it has none.
func viewerOf(ctx context.Context) string {
	viewer, _ := ctx.Value(viewerKey{}).(string)
	return viewer
}

// queue is the calls that wait in one lane. Viewers take turns, so that whoever asks for two things does not wait for
// somebody's two hundred. The zero value is empty; its gate holds the lock.
type queue struct {
	turns  list.List                // of *turn, the next one first
	turnOf map[string]*list.Element // by viewer; nil until somebody waits
	count  int
}

// turn is what one viewer waits for, oldest first; it is never empty.
type turn struct {
	viewer  string
	waiting list.List // of *waiter
}

// push queues a waiter behind its viewer's others.
func (q *queue) push(w *waiter) {
	if q.turnOf == nil {
		q.turnOf = make(map[string]*list.Element)
	}
	at, ok := q.turnOf[w.viewer]
	if !ok {
		at = q.turns.PushBack(&turn{viewer: w.viewer})
		q.turnOf[w.viewer] = at
	}
	w.place = at.Value.(*turn).waiting.PushBack(w)
	q.count++
}

// pop takes out whoever goes next, and its viewer's next turn comes last. The queue is not empty.
func (q *queue) pop() *waiter {
	at := q.turns.Front()
	q.turns.MoveToBack(at)
	w := at.Value.(*turn).waiting.Front().Value.(*waiter)
	q.remove(w)
	return w
}

// remove takes out a waiter, who then has no place.
func (q *queue) remove(w *waiter) {
	at := q.turnOf[w.viewer]
	mine := &at.Value.(*turn).waiting
	mine.Remove(w.place)
	w.place = nil
	q.count--
	if mine.Len() == 0 {
		q.turns.Remove(at)
		delete(q.turnOf, w.viewer)
	}
}

// ahead is how many go before the next call of a viewer: that viewer's own, and for each of them and for the call itself
// one of everybody whose turn comes before.
func (q *queue) ahead(viewer string) int {
	own := q.turnOf[viewer] // nil: behind all turns
	rounds, n := 1, 0
	if own != nil {
		rounds += own.Value.(*turn).waiting.Len()
		n = rounds - 1
	}
	for at := q.turns.Front(); at != nil; at = at.Next() {
		if at == own {
			rounds-- // whoever is behind has one turn less before the call
			continue
		}
		n += min(at.Value.(*turn).waiting.Len(), rounds)
	}
	return n
}

// inOrder lists who waits, in the order in which they would go.
func (q *queue) inOrder() []*waiter {
	next := make([]*list.Element, 0, q.turns.Len())
	for at := q.turns.Front(); at != nil; at = at.Next() {
		next = append(next, at.Value.(*turn).waiting.Front())
	}
	order := make([]*waiter, 0, q.count)
	for len(order) < q.count {
		for i, at := range next {
			if at != nil {
				order, next[i] = append(order, at.Value.(*waiter)), at.Next()
			}
		}
	}
	return order
}
