package upstream

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// backendModel is a backend's own bucket, written from the documentation and not from our meters. It has no margin.
type backendModel struct {
	bucket Bucket
	phase  time.Duration // of a fixed window
	tick   time.Duration // a leaky bucket that leaks in ticks, 0 for steadily
	drift  float64       // by how much its clock is faster than ours

	mu         sync.Mutex
	begun      time.Time
	level      float64
	leaked     time.Time
	inWindow   map[int64]int
	atOnce     int
	arrivals   int
	violations int
}

func (m *backendModel) arrive() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.arrivals++
	m.atOnce++
	now := m.begun.Add(time.Duration(float64(time.Since(m.begun)) * (1 + m.drift)))
	var over bool
	switch m.bucket.Kind {
	case LeakyBucket:
		if m.tick > 0 {
			now = m.begun.Add(now.Sub(m.begun).Truncate(m.tick))
		}
		if m.leaked.IsZero() {
			m.leaked = m.begun
		}
		m.level = max(0, m.level-now.Sub(m.leaked).Seconds()*m.bucket.PerSecond)
		m.leaked = now
		over = m.level+1 > float64(m.bucket.Size)+1e-6
		m.level++
	case Semaphore:
		over = m.atOnce > m.bucket.Size
	default:
		index := int64((now.Sub(m.begun) + m.phase) / m.bucket.Window)
		m.inWindow[index]++
		over = m.inWindow[index] > m.bucket.Size
	}
	if over {
		m.violations++
	}
}

func (m *backendModel) answer() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.atOnce--
}

// plan is one call of a scenario, as times from its begin.
type plan struct {
	At, Out, Work, Back time.Duration // asked, on its way out, at the backend, on its way back
	Lane                Lane
	Patience            time.Duration // canceled after that in the queue; 0 waits
}

type outcome struct {
	admitted, canceled, refused int
	took                        time.Duration
}

func pass(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
}

// play runs the plans against the model in simulated time, in one process.
func play(t *testing.T, model *backendModel, plans []plan) (out outcome) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		out = playAt(t, model, plans, NewPacer(PacerConfig{MaxQueue: len(plans), MaxWait: 24 * time.Hour}).gate(bucketKey{}, model.bucket))
	})
	return out
}

// playAt runs the plans at gates, in turn, inside a bubble.
func playAt(t *testing.T, model *backendModel, plans []plan, gates ...*gate) (out outcome) {
	t.Helper()
	begin := time.Now()
	model.begun, model.inWindow = begin, map[int64]int{}
	var (
		mu sync.Mutex
		wg sync.WaitGroup
	)
	for i, p := range plans {
		g := gates[i%len(gates)]
		wg.Go(func() {
			pass(p.At)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if p.Patience > 0 {
				defer time.AfterFunc(p.Patience, cancel).Stop()
			}
			s, refused := g.acquire(ctx, p.Lane)
			mu.Lock()
			switch {
			case refused == nil:
				out.admitted++
			case refused.kind == Canceled:
				out.canceled++
			default:
				out.refused++
			}
			mu.Unlock()
			if refused != nil {
				return
			}
			pass(p.Out)
			model.arrive()
			pass(p.Work)
			model.answer()
			pass(p.Back)
			s.done()
		})
	}
	wg.Wait()
	out.took = time.Since(begin)
	for _, g := range gates {
		for i := range g.lanes {
			if n := g.lanes[i].count; n > 0 {
				t.Errorf("%d calls left in lane %d", n, i)
			}
		}
	}
	return out
}

// millis is made anew for each test: tests that run at the same time may not share a generator.
func millis() *rapid.Generator[time.Duration] {
	return rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond
	})
}

func drawPlan(t *rapid.T) plan {
	p := plan{
		At: millis().Draw(t, "at"), Out: millis().Draw(t, "out"), Work: millis().Draw(t, "work"), Back: millis().Draw(t, "back"),
		Lane: Lane(rapid.IntRange(int(Mutation), int(Background)).Draw(t, "lane")),
	}
	if rapid.IntRange(0, 4).Draw(t, "impatient") == 0 {
		p.Patience = millis().Draw(t, "patience") + 1
	}
	return p
}

func drawModel(t *rapid.T) *backendModel {
	size := rapid.IntRange(1, 25).Draw(t, "size")
	m := &backendModel{drift: rapid.Float64Range(-0.009, 0.009).Draw(t, "drift")} // within the margin of time
	switch rapid.SampledFrom([]BucketKind{LeakyBucket, FixedWindow, DailyQuota, Semaphore}).Draw(t, "kind") {
	case LeakyBucket:
		rate := rapid.Float64Range(0.2, 20).Draw(t, "rate")
		m.bucket = Bucket{Kind: LeakyBucket, Size: size, PerSecond: rate}
		if size > 1 && rapid.Bool().Draw(t, "ticks") { // one call at a time, which the margin of one call covers
			m.tick = time.Duration(float64(time.Second) / rate)
		}
	case FixedWindow:
		m.bucket = Bucket{Kind: FixedWindow, Size: size, Window: millis().Draw(t, "window") + time.Millisecond}
		m.phase = time.Duration(rapid.Float64Range(0, 1).Draw(t, "phase") * float64(m.bucket.Window))
	case DailyQuota:
		m.bucket = Bucket{Kind: DailyQuota, Size: size, Window: time.Minute}
		m.phase = millis().Draw(t, "phase")
	default:
		m.bucket = Bucket{Kind: Semaphore, Size: size}
	}
	return m
}

// TestPacerNeverViolates: whatever the limit, the jitter on both ways and who leaves the queue, the backend never sees
// a call too many, and everybody who stays gets a turn.
func TestPacerNeverViolates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		model := rapid.Custom(drawModel).Draw(rt, "backend")
		n := rapid.IntRange(1, 150).Draw(rt, "n") // by itself, since drawn slices are mostly short
		plans := rapid.SliceOfN(rapid.Custom(drawPlan), n, n).Draw(rt, "calls")
		patient := 0
		for _, p := range plans {
			if p.Patience == 0 {
				patient++
			}
		}
		out := play(t, model, plans)
		switch {
		case model.violations > 0:
			rt.Fatalf("%d violations of %+v in %d calls", model.violations, model.bucket, model.arrivals)
		case out.refused > 0 || out.admitted < patient || out.admitted+out.canceled != len(plans):
			rt.Fatalf("%d patient calls of %d: %+v", patient, len(plans), out)
		case model.arrivals != out.admitted:
			rt.Fatalf("%d admitted, %d arrived", out.admitted, model.arrivals)
		}
	})
}

// TestPacerUsesTheRate: safe is easy when nothing is sent. Under saturation at least 95 % of what the limit allows over
// the whole run must be used, the initial burst included.
func TestPacerUsesTheRate(t *testing.T) {
	t.Parallel()
	const calls = 2000
	for _, tc := range []struct {
		name    string
		bucket  Bucket
		latency time.Duration // at most, spread over the calls
	}{
		{"general 20 at 4/s", Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4}, 500 * time.Millisecond},
		{"companies 20 at 5/s", Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 5}, 2 * time.Second},
		{"telephony 100 at 10/s", Bucket{Kind: LeakyBucket, Size: 100, PerSecond: 10}, 200 * time.Millisecond},
		{"product 5 per 1s", Bucket{Kind: FixedWindow, Size: 5, Window: time.Second}, 30 * time.Millisecond},
		{"wallet 100 per 10s", Bucket{Kind: FixedWindow, Size: 100, Window: 10 * time.Second}, 300 * time.Millisecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			plans := make([]plan, calls)
			for i := range plans {
				share := time.Duration(i * 7919 % 100) // spread without chance: the same run each time
				plans[i] = plan{Out: tc.latency * share / 200, Back: tc.latency * (100 - share) / 200}
			}
			model := &backendModel{bucket: tc.bucket}
			out := play(t, model, plans)
			rate := tc.bucket.PerSecond
			if tc.bucket.Kind == FixedWindow {
				rate = float64(tc.bucket.Size) / tc.bucket.Window.Seconds()
			}
			ideal := float64(calls-tc.bucket.Size) / rate
			used := ideal / out.took.Seconds()
			t.Logf("%.1f %% of the rate used", 100*used)
			if model.violations > 0 || used < 0.95 {
				t.Errorf("%d violations, %.1f %% of the rate used", model.violations, 100*used)
			}
		})
	}
}

// TestPacerOutlivesADriftingClock saturates for minutes, where a clock that is slower than ours by less than the margin
// would show.
func TestPacerOutlivesADriftingClock(t *testing.T) {
	t.Parallel()
	for _, bucket := range []Bucket{
		{Kind: LeakyBucket, Size: 1, PerSecond: 5},
		{Kind: LeakyBucket, Size: 20, PerSecond: 4},
		{Kind: FixedWindow, Size: 5, Window: time.Second},
	} {
		for _, drift := range []float64{-0.009, 0.009} {
			model := &backendModel{bucket: bucket, drift: drift, phase: bucket.Window / 3}
			play(t, model, make([]plan, 1000)) // without latency, so that nothing else keeps calls apart
			if model.violations > 0 {
				t.Errorf("%+v at drift %v: %d violations", bucket, drift, model.violations)
			}
		}
	}
}
