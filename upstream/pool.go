package upstream

import (
	"math"
	"slices"
	"time"
)

const (
	// reportDelay is how long the end of a call may go untold, so that it can go with what is asked for next. It costs no
	// room: the bucket is told when it was.
	reportDelay = 500 * time.Millisecond
	// stuckPause is after how long to ask again when only the end of another replica's call can help.
	stuckPause = 100 * time.Millisecond
	// maxWant is how many rights are taken at once.
	maxWant = 100
	// maxEnded is how many ends are told apart; while Redis is away they are summed up.
	maxEnded = 100
	// endedGrain is within what ends are told as one, the last.
	endedGrain = time.Millisecond
)

// pool is the meter of a bucket that replicas share. It holds rights to send calls, each from some time on, and says
// what to ask the shared bucket for; its gate does the asking. While the shared bucket is away it goes by this replica's
// share. The gate holds the lock.
type pool struct {
	limit   Bucket        // without its margins
	share   meter         // this replica's part; it counts all its calls, and decides while alone
	parts   int           // in how many it was divided
	timeout time.Duration // of an exchange
	born    time.Time     // when this process began to call

	grants []time.Time // rights to send one call each, from then on; soonest first
	flight int         // calls under way
	ended  []ended     // calls whose ends have not been told
	untold int         // how many they are
	dirty  bool        // there is something to tell
	report time.Time   // when it is told at the latest, zero until somebody looked
	hold   time.Time   // until when the backend wants rest; zero once it was told

	asking    bool      // an exchange is under way
	turn      int64     // of the last order
	notBefore time.Time // nothing is asked for before
	heard     time.Time // last answer, or when this pool was made
	last      answer    // to the last order
	lapses    time.Time // when what it promised does

	alone  bool
	since  time.Time // alone: the first order that failed
	until  time.Time // alone: how long the share decides
	probe  time.Time // alone: when to ask again
	rested time.Time // nothing is sent before
}

// newPool shares a limit with the other replicas.
func newPool(limit Bucket, cfg PacerConfig, now time.Time) *pool {
	return &pool{
		limit: limit.margined(), share: newMeter(limit.part(cfg.Replicas)), parts: cfg.Replicas, timeout: cfg.SharedTimeout,
		born: cfg.born, heard: now, last: answer{free: limit.Size},
	}
}

func (p *pool) ready(now time.Time) (time.Duration, bool) {
	wait := p.rested.Sub(now)
	switch {
	case p.alone && !now.Before(p.until), !p.alone && len(p.grants) == 0:
		return 0, false
	case wait > 0:
		return wait, false
	case p.alone:
		return p.share.ready(now)
	}
	wait = p.grants[0].Sub(now)
	return max(0, wait), wait <= 0
}

// estimate goes by the last answer: what is left of it belongs to whoever asks first, so it says at least how long. The
// replicas take turns; what waits elsewhere goes between ours.
func (p *pool) estimate(now time.Time, ahead int) time.Duration {
	rest := max(0, p.rested.Sub(now))
	if p.alone {
		return max(rest, p.share.estimate(now, ahead))
	}
	if ahead < len(p.grants) {
		return max(rest, p.grants[ahead].Sub(now))
	}
	if p.last.number == 0 {
		return rest
	}
	ahead -= len(p.grants)
	ahead += min(p.last.others, ahead*p.last.rivals)
	free := max(p.last.free, p.promised(now))
	if ahead < free {
		return rest
	}
	return max(rest, p.last.next+p.limit.spacing(ahead-free)-now.Sub(p.heard))
}

func (p *pool) start() {
	if !p.alone {
		p.grants = p.grants[1:]
	}
	p.flight++
	p.share.start()
}

func (p *pool) finish(now time.Time) {
	p.flight--
	p.share.finish(now)
	p.end(ended{at: now, count: 1})
	switch {
	case p.limit.Kind == Semaphore: // nothing else makes room
		p.notBefore, p.report = now, now
		p.last.promised = min(p.last.promised+1, p.limit.spare(p.parts)) // the place is still ours
	case 2*p.untold >= p.limit.Size: // others would wait for it
		p.report = now
	}
}

func (p *pool) abandon() {
	p.flight--
	p.share.abandon()
	p.dirty = true
}

func (p *pool) fill(now time.Time, rest time.Duration) {
	p.share.fill(now, rest)
	p.hold, p.dirty, p.report = now.Add(rest), true, now
}

func (p *pool) exhaust(now, at time.Time, left int) { p.share.exhaust(now, at, left) }

func (p *pool) history(now time.Time) []ended { return p.share.history(now) }

// end notes calls that ended. What is close together, or too much to tell, is told as if all had ended with the last.
func (p *pool) end(e ended) {
	p.dirty = true
	p.untold += e.count
	if n := len(p.ended); n > 0 && (n >= maxEnded || e.at.Sub(p.ended[n-1].at) < endedGrain) {
		if e.at.After(p.ended[n-1].at) {
			p.ended[n-1].at = e.at
		}
		p.ended[n-1].count += e.count
		return
	}
	p.ended = append(p.ended, e)
}

// due is when to exchange with the shared bucket: 0 is now, false means not until something happens.
func (p *pool) due(now time.Time, waiting int) (time.Duration, bool) {
	if p.asking {
		return 0, false
	}
	if p.alone {
		wait := max(0, p.probe.Sub(now))
		return wait, wait == 0 || waiting > 0 || p.untold > 0 // the others wait for what was sent alone
	}
	wait, ok := time.Duration(math.MaxInt64), false
	if waiting > len(p.grants) {
		wait, ok = max(0, p.notBefore.Sub(now)), true
	}
	if p.dirty || len(p.grants) > waiting {
		if p.report.IsZero() {
			p.report = now.Add(reportDelay)
		}
		wait, ok = min(wait, max(0, p.report.Sub(now))), true
	}
	if p.flight+len(p.grants) > 0 {
		wait, ok = min(wait, max(0, p.heard.Add(sharedPause).Sub(now))), true
	}
	return wait, ok
}

// order begins an exchange for so many waiting calls. Rights that nobody waits for are given back. While alone it only asks
// whether the server is back: what hangs carries out everything that it was sent, and would count each call as often.
func (p *pool) order(now time.Time, waiting int, patience time.Duration) order {
	p.grants = p.grants[:min(len(p.grants), waiting)]
	if now.Sub(p.heard) > p.limit.memory()+sharedRecall {
		p.last.number = 0
	}
	p.turn++
	o := order{
		turn: p.turn, flight: p.flight + len(p.grants), rights: len(p.grants), patience: patience, hold: max(0, p.hold.Sub(now)), parts: p.parts, sent: now,
		known: p.last.number, silence: now.Sub(p.heard), pause: sharedPause + 2*p.timeout, promised: p.promised(now),
	}
	p.asking = true
	if p.flight == 0 && len(p.grants) > 0 {
		o.soonest = max(0, p.grants[0].Sub(now))
	}
	if p.alone {
		o.away = max(time.Microsecond, now.Sub(p.since))
		return o
	}
	o.want, o.ended = min(waiting-len(p.grants), maxWant), p.ended
	p.ended, p.untold, p.dirty, p.report = nil, 0, false, time.Time{}
	return o
}

// settle ends an exchange that was answered.
func (p *pool) settle(now time.Time, o order, a answer) {
	p.asking, p.alone, p.heard, p.last = false, false, now, a
	if a.anew {
		p.lapses = o.sent.Add(p.limit.promise())
	}
	if o.hold > 0 && !p.hold.After(now.Add(o.hold)) {
		p.hold = time.Time{}
	}
	if o.away > 0 {
		p.report = now // what was sent alone
	}
	p.rested = now.Add(a.rest)
	for _, wait := range a.grants {
		p.grants = append(p.grants, now.Add(wait))
	}
	switch {
	case len(a.grants) > 0 && len(a.grants) < o.want: // the next is further ahead than is taken
		p.notBefore = p.grants[len(p.grants)-1]
	case a.stuck:
		p.notBefore = now.Add(max(stuckPause, a.look))
	default:
		p.notBefore = now
	}
	if a.lost {
		p.tellAgain(now)
	}
}

// tellAgain tells a bucket that has lost its past what this replica knows of it. Unless that is all, short pasts are made
// up for by the bucket itself, which counts as full.
func (p *pool) tellAgain(now time.Time) {
	switch {
	case p.parts == 1:
		p.ended = p.history(now) // those that ended meanwhile are part of it
	case p.limit.Kind == DailyQuota:
		p.ended = append(p.ended, p.history(now)...) // not summed up
	default:
		return
	}
	p.dirty, p.report = true, now
}

// promised is how many calls the last answer allows whatever happens.
func (p *pool) promised(now time.Time) int {
	if !now.Before(p.lapses) {
		return 0
	}
	return p.last.promised
}

// free is how many calls there was room for at the last answer and not asked for since, if nobody else did. Of a bucket
// that has lost its past, and one that never answered, nobody knows.
func (p *pool) free() int {
	if p.last.number == 0 || p.last.lost {
		return 0
	}
	return len(p.grants) + p.last.free
}

// rights is how many of them hold by now.
func (p *pool) rights(now time.Time) (n int) {
	for n < len(p.grants) && !p.grants[n].After(now) {
		n++
	}
	return n
}

// bypass goes by the share while the shared bucket is known to be away. Only who has no other replicas may: what others
// would take for theirs meanwhile has to be asked for, bucket by bucket.
func (p *pool) bypass(now time.Time, a *absence) {
	if p.parts > 1 || p.asking {
		return
	}
	asks := !p.alone && len(p.grants) == 0 || p.alone && !now.Before(p.probe)
	if asks && a.known(now) {
		p.fail(now, now, order{})
	}
}

// fail ends an exchange that got no answer, nor has any other of this process since a time: from now on the share
// decides, and begins as if it had been full then, but for what was given or promised to it: all else that there was may
// have been in use. If there are no other replicas, what was free at the last answer still is; without one it was full when
// this one began, at most: the one before may have filled it. Of a day's quota, which would be closed for a day, it begins
// with a part of what was left.
func (p *pool) fail(now, lost time.Time, o order) {
	left, free := p.rights(now)+p.promised(now), p.free()
	p.asking, p.grants, p.dirty, p.last.promised = false, nil, true, 0
	since := p.ended
	p.ended, p.untold = nil, 0
	for _, e := range slices.Concat(o.ended, since) {
		p.end(e)
	}
	if !p.alone {
		p.alone, p.since = true, now
		if p.limit.Kind == DailyQuota {
			left = p.last.free / p.parts
		}
		if p.parts == 1 {
			lost, left = p.born, max(left, free)
		}
		p.share.exhaust(now, lost, left)
	}
	p.until = now.Add(sharedPause)
	p.probe = p.until.Add(-min(2*p.timeout, sharedPause/2)) // so that the answer is there before the share's time is over
}
