package cache

import "time"

// MaxJitter is the part of a value's Fresh by which it may be asked for again sooner,
// so that what was fetched together is not fetched together for ever.
const MaxJitter = 0.1

// Life says for how long a value is served, counted from its fill's beginning. The
// zero Life is never kept.
type Life struct {
	// Fresh is how long it is served without asking again.
	Fresh time.Duration
	// Grace is how long after that it is still served at once, while it is
	// refreshed in the background.
	Grace time.Duration
	// Hard is how long it may be served at all, to those who asked again and got no
	// answer. It is never less than Fresh and Grace together.
	Hard time.Duration
}

// bounded is the life with nothing negative in it or longer than [MaxFresh].
func (l Life) bounded() Life {
	l.Fresh = min(l.Fresh, MaxFresh)
	l.Grace = min(max(l.Grace, 0), MaxFresh-max(l.Fresh, 0))
	l.Hard = min(max(l.Hard, l.Fresh+l.Grace), MaxFresh)
	return l
}

// within is the life cut to another, part by part.
func (l Life) within(most Life) Life {
	return Life{Fresh: min(l.Fresh, most.Fresh), Grace: min(l.Grace, most.Grace), Hard: min(l.Hard, most.Hard)}.bounded()
}

// term is the life of one value: when it was asked for, and how much sooner than
// others its life is over.
type term struct {
	filled time.Time
	life   Life
	early  time.Duration
}

// phase is what a value's age makes of it.
type phase int

const (
	fresh  phase = iota // served
	ageing              // served, and refreshed
	old                 // asked for again, and served if there is no answer
	over                // gone
)

// at is the phase of a value at a time.
func (t term) at(now time.Time) phase {
	age := now.Sub(t.filled) + t.early
	switch {
	case age < t.life.Fresh:
		return fresh
	case age < t.life.Fresh+t.life.Grace:
		return ageing
	case age < t.life.Hard:
		return old
	}
	return over
}

// ends is when the value is gone.
func (t term) ends() time.Time { return t.filled.Add(t.life.Hard - t.early) }

// trusted is the term as far as this replica goes along: a clock that is ahead
// does not make a value younger, nor another release's life make it live longer.
func (t term) trusted(now time.Time, life Life) term {
	if t.filled.After(now) {
		t.filled = now
	}
	return t.cut(t.life.within(life))
}

// cut is the term with a life that is no longer, of which it is sooner over by the same part.
func (t term) cut(life Life) term {
	if t.life.Fresh > 0 {
		t.early = time.Duration(float64(t.early) * float64(life.Fresh) / float64(t.life.Fresh))
	}
	t.life = life
	return t
}

// term begins the life of a value that is asked for now.
func (c *Cache) term(life Life) term {
	return term{filled: c.now(), life: life, early: time.Duration(c.jitter() * MaxJitter * float64(life.Fresh))}
}

// Staleness says why a value was served that was no longer fresh.
type Staleness uint8

// The reasons for a stale value.
const (
	// Current is no staleness: the value was fresh.
	Current Staleness = iota
	// Refreshing: it was served at once, and is asked for in the background.
	Refreshing
	// Unanswered: it was asked for again, and there was no answer, or not in time.
	Unanswered
)

// String returns the staleness as a metric label.
func (s Staleness) String() string {
	names := [...]string{"current", "refreshing", "unanswered"}
	if int(s) >= len(names) {
		return "unknown"
	}
	return names[s]
}

// Stale tells of a value that was no longer fresh when it was served. The zero
// Stale is of one that was.
type Stale struct {
	// Why it was served nevertheless.
	Why Staleness
	// Age is how long ago it was asked for; 0 where it is Current.
	Age time.Duration
}

// Verdict is what Decode returns for bytes that say that there is no value, and why.
// That is an answer: it is kept as a value is while it is Fresh, and readers get Err.
type Verdict struct {
	// Err is what readers get; not nil.
	Err error
}

// Error implements error.
func (v *Verdict) Error() string { return "cache: a verdict: " + v.Err.Error() }

// Unwrap returns what readers get.
func (v *Verdict) Unwrap() error { return v.Err }
