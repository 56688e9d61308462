package upstream

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestQueueTakesTurns compares with a model that keeps one list and looks for the viewer who was served longest ago.
func TestQueueTakesTurns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var q queue
		var model turnModel
		for i := range rapid.IntRange(1, 60).Draw(rt, "steps") {
			viewer := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(rt, "viewer")
			switch action := rapid.IntRange(0, 5).Draw(rt, "action"); {
			case action == 0 && len(model.waiting) > 0:
				i := rapid.IntRange(0, len(model.waiting)-1).Draw(rt, "leaver")
				q.remove(model.waiting[i])
				model.drop(model.waiting[i])
			case action <= 2 && len(model.waiting) > 0:
				if got, want := q.pop(), model.next(); got != want {
					rt.Fatalf("step %d: %q goes, want %q", i, got.viewer, want.viewer)
				}
			default:
				w := &waiter{viewer: viewer}
				ahead := q.ahead(viewer)
				q.push(w)
				model.push(w)
				if at := slices.Index(q.inOrder(), w); at != ahead {
					rt.Fatalf("step %d: %d are told to be ahead of %q, there are %d", i, ahead, viewer, at)
				}
			}
			if d := cmp.Diff(names(model.inOrder()), names(q.inOrder())); d != "" || q.count != len(model.waiting) || len(q.turnOf) != q.turns.Len() {
				rt.Fatalf("step %d: %d wait, want %d, in order (-want +got):\n%s", i, q.count, len(model.waiting), d)
			}
		}
	})
}

func names(waiting []*waiter) (out []string) {
	for _, w := range waiting {
		out = append(out, fmt.Sprintf("%q %p", w.viewer, w))
	}
	return out
}

// turnModel is who waits, oldest first, and whose turn is next.
type turnModel struct {
	waiting []*waiter
	turns   []string
}

func (m *turnModel) push(w *waiter) {
	if !slices.Contains(m.turns, w.viewer) {
		m.turns = append(m.turns, w.viewer)
	}
	m.waiting = append(m.waiting, w)
}

func (m *turnModel) has(viewer string) bool {
	return slices.ContainsFunc(m.waiting, func(w *waiter) bool { return w.viewer == viewer })
}

func (m *turnModel) drop(w *waiter) {
	m.waiting = slices.DeleteFunc(slices.Clone(m.waiting), func(other *waiter) bool { return other == w })
	m.turns = slices.DeleteFunc(slices.Clone(m.turns), func(viewer string) bool { return !m.has(viewer) })
}

func (m *turnModel) next() *waiter {
	viewer := m.turns[0]
	w := m.waiting[slices.IndexFunc(m.waiting, func(w *waiter) bool { return w.viewer == viewer })]
	m.turns = append(slices.Clone(m.turns[1:]), viewer)
	m.drop(w)
	return w
}

func (m turnModel) inOrder() (order []*waiter) {
	for len(m.waiting) > 0 {
		order = append(order, m.next())
	}
	return order
}

// TestViewersTakeTurns: two calls do not wait for somebody else's two hundred, in whatever order they came.
func TestViewersTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &line{gate: one(PacerConfig{})}
		first := mustAcquire(t, l.gate)
		many, few := WithViewer(t.Context(), "many"), WithViewer(t.Context(), "few")
		for i := range 200 {
			l.queue(many, fmt.Sprintf("many %d", i), Waiting)
		}
		l.queue(few, "few 0", Waiting)
		l.queue(few, "few 1", Waiting)
		l.queue(few, "written", Mutation)
		first.done()
		l.wg.Wait()
		want := []string{"written", "many 0", "few 0", "many 1", "few 1", "many 2", "many 3"}
		if d := cmp.Diff(want, l.order[:len(want)]); d != "" {
			t.Errorf("order (-want +got):\n%s", d)
		}
	})
}

// TestEstimateCountsTurns: a call of a viewer who waits for nothing yet is not refused for those of somebody else.
func TestEstimateCountsTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &line{gate: NewPacer(PacerConfig{}).gate(bucketKey{}, Bucket{Kind: LeakyBucket, Size: 1, PerSecond: 1})}
		mustAcquire(t, l.gate).done()
		many, leave := context.WithCancel(WithViewer(t.Context(), "many"))
		for i := range 20 {
			l.queue(many, fmt.Sprintf("many %d", i), Waiting)
		}
		soon, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, r := l.gate.acquire(WithViewer(soon, "many"), Waiting); r == nil || r.kind != Paced {
			t.Errorf("behind twenty of its own: %+v", r)
		}
		if s, r := l.gate.acquire(WithViewer(soon, "few"), Waiting); r != nil {
			t.Errorf("behind one of somebody else's: %+v", r)
		} else {
			s.done()
		}
		leave()
		l.wg.Wait()
	})
}

func TestLaneNames(t *testing.T) {
	t.Parallel()
	var got []string
	for lane := Mutation - 1; lane <= Background+1; lane++ {
		got = append(got, lane.String())
	}
	if d := cmp.Diff([]string{"unknown", "mutation", "waiting", "background", "unknown"}, got); d != "" {
		t.Error(d)
	}
}
