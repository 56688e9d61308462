package limits

import (
	"context"
	"fmt"
	"time"
)

// Bucket is a leaky bucket: what is poured into it must fit, and leaks out at
// a steady rate. Both are in points and at least 1.
type Bucket struct {
	// Size is how many points it holds.
	Size int
	// PerSecond is how many leak out of it.
	PerSecond int
}

// DefaultBucket is a client application's where nothing else is configured.
func DefaultBucket() Bucket { return Bucket{Size: 1000, PerSecond: 100} }

// Level is how full a bucket was at one moment.
type Level struct {
	// Bucket is whose level it is.
	Bucket
	used int64 // in millionths of a point, so that a leak of a microsecond is a whole number
}

// micro is one point in the unit of levels. A second has as many microseconds,
// so a bucket leaks PerSecond of them in each.
const micro = 1_000_000

// Available is how many whole points would fit.
func (l Level) Available() int { return max(0, int((int64(l.Size)*micro-l.used)/micro)) }

// Wait is the time until so many points fit, as far as nobody else pours; for
// more than the size, the time until the bucket is empty.
func (l Level) Wait(points int) time.Duration {
	over := l.used + int64(min(points, l.Size)-l.Size)*micro
	if over <= 0 {
		return 0
	}
	rate := int64(l.PerSecond)
	return time.Duration((over+rate-1)/rate) * time.Microsecond
}

// Buckets keep the levels of many buckets by key. They are safe for concurrent
// use; one pour is one atomic step.
type Buckets interface {
	// Pour adds points to the bucket of a key if they fit, and says how full it
	// is then; if they do not fit, it is left as it is. Points below zero always
	// fit: they take back what was poured, as far as it has not leaked. The error
	// is of whatever keeps the levels.
	Pour(ctx context.Context, key string, b Bucket, points int) (level Level, fits bool, err error)
}

// Throttled is a refusal for now: the same operation fits later. Its text is
// safe for clients.
type Throttled struct {
	// Points is what the operation costs.
	Points int
	// Level is how full the bucket was.
	Level Level
}

// Wait is the time until the operation would fit.
func (t *Throttled) Wait() time.Duration { return t.Level.Wait(t.Points) }

// Error says what is needed, what is left, and how fast more comes.
func (t *Throttled) Error() string {
	return fmt.Sprintf("the operation costs %d points, and %d are left; %d are restored each second", t.Points, t.Level.Available(), t.Level.PerSecond)
}

// fill is a bucket's level at a moment, in microseconds since 1970. The zero
// value is an empty bucket.
type fill struct{ level, at int64 }

// leaked is the fill as it is now. A clock that goes backwards leaks nothing.
func (f fill) leaked(b Bucket, now int64) fill {
	elapsed := max(0, now-f.at)
	if rate := int64(b.PerSecond); elapsed > f.level/rate {
		f.level = 0
	} else {
		f.level -= elapsed * rate
	}
	f.at = max(f.at, now)
	return f
}

// pour is one step of [Buckets.Pour].
func (f fill) pour(b Bucket, now int64, points int) (after fill, fits bool) {
	f = f.leaked(b, now)
	wanted := f.level + int64(points)*micro
	if points > 0 && wanted > int64(b.Size)*micro {
		return f, false
	}
	f.level = max(0, wanted)
	return f, true
}
