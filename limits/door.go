package limits

import (
	queue "container/list"
	"context"
	"sync"
	"time"
)

// standing divides the patience of a line that does not go away.
const standing = 20

// Door lets [Config.Operations] operations in at a time and has the others wait in line. A line that comes and goes is
// what patience is for; one that has stood for as long as anybody may wait is overload, and waiting in it helps nobody:
// then those who come get a twentieth of the patience, so that the line is short and whoever is let in has nearly all of
// their deadline left. (Nichols and Jacobson's controlled delay, in the form that Facebook gave it for servers.)
type Door struct {
	most     int
	patience time.Duration

	mu     sync.Mutex
	inside int
	line   queue.List // of *arrival, oldest first
	since  time.Time  // when the line began that stands now, or stood last
}

// arrival waits in line; place is nil once it is let in.
type arrival struct {
	in    chan struct{}
	place *queue.Element
}

// NewDoor makes a door of limits that have their defaults.
func NewDoor(c Config) *Door { return &Door{most: c.Operations, patience: c.Queue} }

// Enter counts an operation until leave is called, once. The error is a [*Crowded], and nothing is counted: the wait
// would be too long, or ctx ended before it was over.
func (d *Door) Enter(ctx context.Context) (leave func(), err error) {
	a, patience := d.join(time.Now())
	if a == nil {
		return nil, d.crowded()
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-a.in:
		return d.leave, nil
	case <-timer.C:
	case <-ctx.Done():
	}
	if d.quit(a) {
		return nil, d.crowded()
	}
	return d.leave, nil // let in at this very moment
}

func (d *Door) crowded() error { return &Crowded{Limit: "operations", Most: d.most} }

// join lets an operation in or puts it in line, and says for how long; nil when the line is as long as there are places.
func (d *Door) join(now time.Time) (*arrival, time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := &arrival{in: make(chan struct{})}
	if d.inside < d.most {
		d.inside++
		close(a.in)
		return a, d.patience
	}
	switch n := d.line.Len(); {
	case n >= d.most:
		return nil, 0
	case n == 0:
		d.since = now
	}
	a.place = d.line.PushBack(a)
	if now.Sub(d.since) >= d.patience {
		return a, d.patience / standing
	}
	return a, d.patience
}

// leave hands the place to whoever waits longest.
func (d *Door) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	first := d.line.Front()
	if first == nil {
		d.inside--
		return
	}
	a := d.line.Remove(first).(*arrival)
	a.place = nil
	close(a.in)
}

// quit takes an arrival out of the line; false when it has been let in meanwhile.
func (d *Door) quit(a *arrival) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a.place == nil {
		return false
	}
	d.line.Remove(a.place)
	return true
}
