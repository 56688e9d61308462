package upstream

import (
	"testing"
	"time"
)

func TestMeterMargins(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	for _, tc := range []struct {
		name   string
		bucket Bucket
		want   int // calls that may be in flight at once
	}{
		{"leaky keeps one free", Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4}, 19},
		{"leaky of one cannot", Bucket{Kind: LeakyBucket, Size: 1, PerSecond: 4}, 1},
		{"semaphore keeps one free", Bucket{Kind: Semaphore, Size: 5}, 4},
		{"semaphore of one cannot", Bucket{Kind: Semaphore, Size: 1}, 1},
		{"window is margined in time", Bucket{Kind: FixedWindow, Size: 5, Window: time.Second}, 5},
		{"quota is margined in time", Bucket{Kind: DailyQuota, Size: 7}, 7},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, got := newMeter(tc.bucket), 0
			for ok := true; ok && got < 100; got++ {
				m.start()
				_, ok = m.ready(now)
			}
			if got != tc.want {
				t.Errorf("%d calls at once, want %d", got, tc.want)
			}
			if wait, ok := m.ready(now); ok || wait != 0 {
				t.Errorf("full of calls in flight: ready = %v, %v; only a finish can help", wait, ok)
			}
			m.abandon()
			if _, ok := m.ready(now); !ok {
				t.Error("an abandoned call still counts")
			}
		})
	}
}

// TestMeterEstimate steps through the queue that an estimate speaks of: whoever has n ahead goes exactly then.
func TestMeterEstimate(t *testing.T) {
	t.Parallel()
	for _, bucket := range []Bucket{
		{Kind: LeakyBucket, Size: 1, PerSecond: 0.3},
		{Kind: LeakyBucket, Size: 20, PerSecond: 4},
		{Kind: FixedWindow, Size: 3, Window: time.Second},
		{Kind: FixedWindow, Size: 1, Window: 7 * time.Second},
	} {
		start := time.Unix(1_700_000_000, 0)
		first := newMeter(bucket)
		for ahead := range 50 {
			want := start.Add(first.estimate(start, ahead))
			m, now := newMeter(bucket), start
			for n := 0; ; {
				wait, ok := m.ready(now)
				if !ok {
					now = now.Add(wait)
					continue
				}
				if n == ahead {
					break
				}
				m.start()
				m.finish(now)
				n++
			}
			if d := now.Sub(want).Abs(); d > time.Microsecond {
				t.Fatalf("%+v with %d ahead: estimated %v, went after %v", bucket, ahead, want.Sub(start), now.Sub(start))
			}
		}
	}
}

func TestDailyQuotaSumsUp(t *testing.T) {
	t.Parallel()
	w := newWindow(Bucket{Kind: DailyQuota, Size: 200_000})
	now := time.Unix(1_700_000_000, 0)
	for range 200_000 {
		w.start()
		w.finish(now)
		now = now.Add(432 * time.Millisecond) // a day in all
	}
	if len(w.past) > 300 {
		t.Errorf("%d entries for a day of calls, want at most 300", len(w.past))
	}
	if _, ok := w.ready(now); ok {
		t.Error("the quota is used up, yet a call may go")
	}
	if wait := w.estimate(now, 0); wait <= 0 || wait > 24*time.Hour {
		t.Errorf("wait of %v for the first calls to expire", wait)
	}
	if _, ok := w.ready(now.Add(25 * time.Hour)); !ok {
		t.Error("nothing expires")
	}
}

// TestDailyQuotaKeepsTheLastOfAnEntry: summing up errs on the safe side.
func TestDailyQuotaKeepsTheLastOfAnEntry(t *testing.T) {
	t.Parallel()
	w := newWindow(Bucket{Kind: DailyQuota, Size: 2})
	first := time.Unix(1_700_000_000, 0)
	second := first.Add(4 * time.Minute)
	for _, at := range []time.Time{first, second} {
		w.start()
		w.finish(at)
	}
	if len(w.past) != 1 {
		t.Fatalf("%d entries for two calls of one grain", len(w.past))
	}
	if _, ok := w.ready(first.Add(w.length)); ok {
		t.Error("the second call was forgotten with the first")
	}
	if _, ok := w.ready(second.Add(w.length)); !ok {
		t.Error("nothing expires")
	}
}

func TestLeakyFill(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	m := newMeter(Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4})
	m.start()
	m.fill(now, 0)
	wait, ok := m.ready(now)
	if ok || wait < 240*time.Millisecond || wait > 260*time.Millisecond {
		t.Errorf("a bucket just filled: ready = %v, %v; want about a quarter second", wait, ok)
	}
}

func TestSecondsSaturates(t *testing.T) {
	t.Parallel()
	if got := seconds(1e300); got <= 0 {
		t.Errorf("seconds(1e300) = %v", got)
	}
	if got := seconds(1e-10); got != 1 {
		t.Errorf("seconds(1e-10) = %v, want 1ns: never too early", got)
	}
}

func TestBucketValidate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		bucket Bucket
		ok     bool
	}{
		{Bucket{}, true},
		{Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4}, true},
		{Bucket{Kind: FixedWindow, Size: 5, Window: time.Second, Scope: ScopeCaller}, true},
		{Bucket{Kind: DailyQuota, Size: 200_000}, true},
		{Bucket{Kind: Semaphore, Size: 1, Scope: ScopeRoute}, true},
		{Bucket{Kind: Semaphore + 1, Size: 1}, false},
		{Bucket{Kind: -1}, false},
		{Bucket{Scope: 3}, false},
		{Bucket{Kind: LeakyBucket, PerSecond: 4}, false},
		{Bucket{Kind: LeakyBucket, Size: 1}, false},
		{Bucket{Kind: FixedWindow, Size: 1}, false},
		{Bucket{Kind: DailyQuota, Size: 1, Window: -1}, false},
		{Bucket{Kind: Semaphore}, false},
	} {
		if err := tc.bucket.Validate(); (err == nil) != tc.ok {
			t.Errorf("%+v: %v", tc.bucket, err)
		}
	}
}
