package upstream

import "time"

// The margins below a printed limit. A meter needs no margin for the network's jitter, because it charges a call from
// its send until its answer and so covers every moment at which the backend may have counted it. What is left is the
// backend's clock, its rounding, and its own bookkeeping after an answer.
const (
	// marginCalls is what a leaky bucket or semaphore of more than one keeps free: servers leak in ticks or count a
	// call until after its last byte.
	marginCalls = 1
	// marginTime stretches windows and slows leaks, for clocks that run apart.
	marginTime = 0.01
	// dailyWindow is a DailyQuota's default window.
	dailyWindow = 24 * time.Hour
	// dailyGrain is the share of its window into which a daily quota sums its calls, so that 200,000 calls a day need
	// no 200,000 entries.
	dailyGrain = 1.0 / 288
)

// margined is the bucket as it is used: what is printed, less the margins, and with its window.
func (b Bucket) margined() Bucket {
	switch b.Kind {
	case LeakyBucket, Semaphore:
		if b.Size > marginCalls {
			b.Size -= marginCalls
		}
		b.PerSecond *= 1 - marginTime
	default:
		if b.Window == 0 {
			b.Window = dailyWindow
		}
		b.Window += time.Duration(float64(b.Window) * marginTime)
	}
	return b
}

// part is what each of so many replicas may use who cannot agree: a part of the size, though at least one call, and of
// the rate.
func (b Bucket) part(parts int) Bucket {
	b.Size = max(1, b.Size/parts)
	b.PerSecond /= float64(parts)
	return b
}

// spareShare is the part of a limit that is promised to replicas, all together, for when they lose each other.
const spareShare = 5

// spare is what each of so many replicas is promised while nobody waits, of a bucket without its margins. It is for
// limits whose part would otherwise open late; a leaky bucket's has room for the next call soon.
func (b Bucket) spare(parts int) int {
	if parts == 1 || b.Kind != FixedWindow && b.Kind != Semaphore {
		return 0
	}
	return b.Size / (spareShare * parts)
}

// rest is for how long a bucket that only counts what is under way is not used when nobody knows what is.
func (b Bucket) rest() time.Duration {
	if b.Kind == Semaphore {
		return lostRest
	}
	return 0
}

// promise is how long what is promised holds: as long as what others may send beside it would count.
func (b Bucket) promise() time.Duration {
	d := b.memory() + b.rest()
	return d - time.Duration(float64(d)*marginTime)
}

// grain is within what time calls are summed up, of a bucket without its margins.
func (b Bucket) grain() time.Duration {
	if b.Kind != DailyQuota {
		return 0
	}
	return time.Duration(float64(b.Window) * dailyGrain)
}

// memory is for how long a call is remembered, of a bucket without its margins.
func (b Bucket) memory() time.Duration {
	if b.Kind == LeakyBucket {
		return seconds(float64(b.Size) / b.PerSecond)
	}
	return b.Window // 0 for a semaphore
}

// spacing is how long so many calls take to make room, at least, of a bucket without its margins that is full.
func (b Bucket) spacing(calls int) time.Duration {
	if b.Kind == LeakyBucket {
		return seconds(float64(calls) / b.PerSecond)
	}
	return time.Duration(calls/b.Size) * b.Window
}
