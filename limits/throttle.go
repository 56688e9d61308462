package limits

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"
)

const (
	// DefaultSharedTimeout bounds one pour into the shared buckets.
	DefaultSharedTimeout = 50 * time.Millisecond
	// sharedPause is how long they are left alone after they failed.
	sharedPause = time.Second
)

// Event is something that an operator wants to know of a [Throttle].
type Event uint8

const (
	// Charged means that points were poured.
	Charged Event = iota + 1
	// Refused means that points did not fit.
	Refused
	// Alone means that the shared buckets were away, and this process's own decided.
	Alone
)

// String is the event's name in metrics.
func (e Event) String() string {
	switch e {
	case Charged:
		return "charged"
	case Refused:
		return "refused"
	case Alone:
		return "alone"
	}
	return "unknown"
}

// Throttle charges operations to buckets: to shared ones while they answer, to
// the process's own otherwise. It is safe for concurrent use.
type Throttle struct {
	shared  Buckets // nil where there are none
	timeout time.Duration
	own     *Memory
	onEvent func(Event)
	now     func() time.Time
	resume  atomic.Int64 // until when the shared buckets are left alone, in microseconds
}

// ThrottleOptions are what a [Throttle] is made of. The zero value works, with
// buckets of this process alone.
type ThrottleOptions struct {
	// Shared keeps the levels for all processes; nil for none.
	Shared Buckets
	// SharedTimeout bounds one exchange with them; 0 is [DefaultSharedTimeout].
	SharedTimeout time.Duration
	// OnEvent is told what happens; it must not block. Nil ignores.
	OnEvent func(Event)
	// Now is the clock of the process's own buckets; nil is time.Now.
	Now func() time.Time
}

// NewThrottle has all buckets empty.
func NewThrottle(o ThrottleOptions) *Throttle {
	t := &Throttle{shared: o.Shared, timeout: cmp.Or(o.SharedTimeout, DefaultSharedTimeout), own: NewMemory(o.Now), onEvent: o.OnEvent, now: o.Now}
	if t.onEvent == nil {
		t.onEvent = func(Event) {}
	}
	if t.now == nil {
		t.now = time.Now
	}
	return t
}

// Charge is what was charged for one operation, until it is settled.
type Charge struct {
	throttle *Throttle
	buckets  Buckets // where it was charged
	key      string
	points   int
	level    Level
}

// Level is the bucket's after the charge, and after it was settled.
func (c *Charge) Level() Level { return c.level }

// Charge pours an operation's points into the bucket of a key. Zero points ask
// how full it is. The error is a [*Throttled] where they do not fit; buckets that
// are away are no error.
func (t *Throttle) Charge(ctx context.Context, key string, b Bucket, points int) (*Charge, error) {
	c := &Charge{throttle: t, key: key, points: points}
	level, fits := t.pour(ctx, c, b)
	c.level = level
	switch {
	case !fits:
		t.onEvent(Refused)
		return nil, &Throttled{Points: points, Level: level}
	case points > 0:
		t.onEvent(Charged)
	}
	return c, nil
}

// pour asks the shared buckets if they are to be had, and remembers in the charge who answered.
func (t *Throttle) pour(ctx context.Context, c *Charge, b Bucket) (Level, bool) {
	if t.shared != nil && t.now().UnixMicro() >= t.resume.Load() {
		c.buckets = t.shared
		level, fits, err := t.ask(ctx, t.shared, c.key, b, c.points)
		if err == nil {
			return level, fits
		}
	}
	if t.shared != nil {
		t.onEvent(Alone)
	}
	c.buckets = t.own
	level, fits, _ := t.own.Pour(ctx, c.key, b, c.points) // never fails
	return level, fits
}

// ask is one pour with its time bounded. The request's own end is kept from it, so a failure is the
// buckets', and rests them.
func (t *Throttle) ask(ctx context.Context, buckets Buckets, key string, b Bucket, points int) (Level, bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.timeout)
	defer cancel()
	level, fits, err := buckets.Pour(ctx, key, b, points)
	if err != nil {
		t.resume.Store(t.now().Add(sharedPause).UnixMicro())
	}
	return level, fits, err
}

// Settle gives back what an operation did not use, where it was charged. More
// than the charge is never used; settling again does nothing. If the buckets
// are away meanwhile, the points leak out by and by.
func (c *Charge) Settle(ctx context.Context, used int) {
	used = max(0, used)
	back := c.points - used
	if back <= 0 {
		return
	}
	c.points = used
	if level, _, err := c.throttle.ask(ctx, c.buckets, c.key, c.level.Bucket, -back); err == nil {
		c.level = level
	}
}
