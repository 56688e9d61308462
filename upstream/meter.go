package upstream

import (
	"math"
	"slices"
	"time"
)

// epsilon is what a level may exceed its bucket by, in calls: floating point, far below the margin.
const epsilon = 1e-9

// meter counts the calls in one bucket. It is not safe for concurrent use; its gate holds the lock.
type meter interface {
	// ready reports whether a call may be sent now; if not, after which time to look again, 0 if only a finish helps.
	ready(now time.Time) (wait time.Duration, ok bool)
	// estimate is the least time until a call with so many others ahead may be sent.
	estimate(now time.Time, ahead int) time.Duration
	// start charges a call that is about to be sent.
	start()
	// finish is the end of a started call: answered, or given up after it may have been counted.
	finish(now time.Time)
	// abandon undoes the start of a call that was never sent.
	abandon()
	// fill makes it as full as the backend has just said it is, when it asked for so much rest.
	fill(now time.Time, rest time.Duration)
	// exhaust leaves room for so many calls at most, as if all others had been made by somebody else, the last of them at a
	// time that is not after now.
	exhaust(now, at time.Time, left int)
	// history is the calls that still count, as they would be told to a bucket that knows nothing.
	history(now time.Time) []ended
}

func newMeter(b Bucket) meter {
	m := b.margined()
	switch b.Kind {
	case LeakyBucket:
		return &leaky{size: m.Size, perSecond: m.PerSecond}
	case Semaphore:
		return &semaphore{size: m.Size}
	default:
		return newWindow(b)
	}
}

// leaky holds the calls in flight beside a level that leaks. A call adds to the level when it finishes, not when it is
// sent: the backend counted it at some moment between, so level plus flight is never below the backend's own level,
// whatever the network did.
type leaky struct {
	size, flight int
	perSecond    float64
	level        float64
	at           time.Time // of level
}

// leak brings the level up to date. Time that goes backwards leaks nothing.
func (l *leaky) leak(now time.Time) {
	if elapsed := now.Sub(l.at); elapsed > 0 && !l.at.IsZero() {
		l.level = max(0, l.level-l.perSecond*elapsed.Seconds())
	}
	l.at = now
}

// over is by how much the bucket would overflow with so many more calls.
func (l *leaky) over(now time.Time, more int) float64 {
	l.leak(now)
	return l.level + float64(l.flight+more-l.size)
}

func (l *leaky) ready(now time.Time) (time.Duration, bool) {
	over := l.over(now, 1)
	switch {
	case over <= epsilon:
		return 0, true
	case l.flight >= l.size: // what is in flight does not leak
		return 0, false
	}
	return seconds(over / l.perSecond), false
}

func (l *leaky) estimate(now time.Time, ahead int) time.Duration {
	over := l.over(now, ahead+1)
	if over <= epsilon {
		return 0
	}
	return seconds(over / l.perSecond)
}

func (l *leaky) start()   { l.flight++ }
func (l *leaky) abandon() { l.flight-- }

// finish turns flight into level, which leaves their sum as it is and lets it leak from now on.
func (l *leaky) finish(now time.Time) {
	l.leak(now)
	l.flight--
	l.level++
}

func (l *leaky) fill(now time.Time, _ time.Duration) { l.exhaust(now, now, 0) }

func (l *leaky) exhaust(now, at time.Time, left int) {
	l.leak(now)
	most := float64(l.size - left)
	others := max(0, most-l.perSecond*now.Sub(at).Seconds())
	l.level = max(l.level, min(l.level+others, most-float64(l.flight)))
}

func (l *leaky) history(now time.Time) []ended {
	l.leak(now)
	if l.level == 0 {
		return nil
	}
	return []ended{{at: now, count: int(math.Ceil(l.level))}}
}

// window remembers when calls finished. Nobody knows when the backend's window begins, so it admits no more than size
// in any stretch of that length: each call counts from its send until one length after its answer.
type window struct {
	size   int
	length time.Duration
	grain  time.Duration // finishes this close together share an entry
	past   []finished    // oldest first
	counts int           // sum over past
	flight int
}

// finished is some calls that finished between first and last; all are kept as long as the last.
type finished struct {
	first, last time.Time
	count       int
}

func newWindow(b Bucket) *window {
	m := b.margined()
	return &window{size: m.Size, length: m.Window, grain: m.grain()}
}

// forget drops the calls that no window of the backend can still hold.
func (w *window) forget(now time.Time) {
	gone := 0
	for gone < len(w.past) && !now.Before(w.past[gone].last.Add(w.length)) {
		w.counts -= w.past[gone].count
		gone++
	}
	w.past = w.past[gone:]
}

func (w *window) ready(now time.Time) (time.Duration, bool) {
	w.forget(now)
	switch {
	case w.flight+w.counts < w.size:
		return 0, true
	case len(w.past) == 0:
		return 0, false
	}
	return w.past[0].last.Add(w.length).Sub(now), false
}

// estimate hands the size places out in rounds of one length: the free ones first, then those of finished calls as
// they expire, then those of calls in flight, which finish now at the earliest.
func (w *window) estimate(now time.Time, ahead int) time.Duration {
	w.forget(now)
	wait := time.Duration(ahead/w.size) * w.length
	place := ahead%w.size - (w.size - w.flight - w.counts)
	if place < 0 {
		return wait
	}
	for _, f := range w.past {
		if place -= f.count; place < 0 {
			return wait + f.last.Add(w.length).Sub(now)
		}
	}
	return wait + w.length
}

func (w *window) start()   { w.flight++ }
func (w *window) abandon() { w.flight-- }

func (w *window) finish(now time.Time) {
	w.flight--
	w.add(now, 1)
}

// add joins a call to the newest entry of its grain, which then lives as long as its last call.
func (w *window) add(now time.Time, count int) {
	w.counts += count
	if n := len(w.past); n > 0 && now.Sub(w.past[n-1].first) <= w.grain {
		w.past[n-1].last = now
		w.past[n-1].count += count
		return
	}
	w.past = append(w.past, finished{first: now, last: now, count: count})
}

// fill does nothing: a whole window's wait for a single refusal would be a day for a quota. The gate's hold suffices,
// and asks again when that is over.
func (w *window) fill(time.Time, time.Duration) {}

func (w *window) exhaust(now, at time.Time, left int) {
	w.forget(now)
	more := w.size - w.flight - w.counts - left
	if more <= 0 || !now.Before(at.Add(w.length)) {
		return
	}
	place, _ := slices.BinarySearchFunc(w.past, at, func(f finished, at time.Time) int { return f.last.Compare(at) })
	w.past = slices.Insert(w.past, place, finished{first: at, last: at, count: more})
	w.counts += more
}

func (w *window) history(now time.Time) []ended {
	w.forget(now)
	told := make([]ended, 0, len(w.past))
	for _, f := range w.past {
		told = append(told, ended{at: f.last, count: f.count})
	}
	return told
}

// semaphore counts calls in flight only. How long they take is unknown, so it never refuses by estimate, unless others
// may have some under way: then ours may only take the places of ours.
type semaphore struct {
	size, flight int
	most         int       // at once, until then
	until        time.Time // when those of others have ended
}

func (s *semaphore) ready(now time.Time) (time.Duration, bool) {
	if wait := s.until.Sub(now); wait > 0 && s.flight >= s.most {
		return wait, false
	}
	return 0, s.flight < s.size
}

func (s *semaphore) estimate(now time.Time, ahead int) time.Duration {
	if s.flight+ahead < s.most {
		return 0
	}
	return max(0, s.until.Sub(now))
}

func (s *semaphore) start()                        { s.flight++ }
func (s *semaphore) abandon()                      { s.flight-- }
func (s *semaphore) finish(time.Time)              { s.flight-- }
func (s *semaphore) fill(time.Time, time.Duration) {}

func (s *semaphore) exhaust(_, at time.Time, left int) {
	s.most, s.until = s.flight+left, at.Add(lostRest)
}

func (s *semaphore) history(time.Time) []ended { return nil }

// seconds rounds up, so that a timer never fires a nanosecond too early, and saturates before it overflows.
func seconds(s float64) time.Duration {
	const most = 1e9 // 31 years
	return time.Duration(math.Ceil(min(s, most) * float64(time.Second)))
}
