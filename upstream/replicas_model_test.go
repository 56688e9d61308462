package upstream

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// replica is one process of several that call a backend as the same client application.
type replica struct {
	pacer *Pacer
	link  *link
}

// fleet is replicas in front of one backend, in simulated time. The script is run by a real server, by the bubble's
// clock.
type fleet struct {
	server   *redisServer
	name     string
	model    *backendModel
	replicas []*replica
}

// newFleet starts replicas inside a bubble, with empty buckets at server and backend. The server takes real time while
// the bubble's stands still, so a time-out has to be one that no machine under load meets.
func newFleet(t *testing.T, server *redisServer, model *backendModel, size int, timeout time.Duration) *fleet {
	t.Helper()
	model.begun, model.inWindow = time.Now(), map[int64]int{}
	f := &fleet{server: server, name: t.Name(), model: model}
	for range size {
		l := server.link()
		l.delay = func() time.Duration { return time.Millisecond }
		f.replicas = append(f.replicas, &replica{
			link:  l,
			pacer: NewPacer(PacerConfig{Shared: NewRedis(l.client, time.Now), SharedTimeout: timeout, Replicas: size, MaxWait: 24 * time.Hour}),
		})
	}
	return f
}

// close ends what the bubble waits for.
func (f *fleet) close() {
	for _, r := range f.replicas {
		r.pacer.Close(context.Background())
		_ = r.link.client.Close()
	}
}

// cut parts all replicas from the server, or joins them again.
func (f *fleet) cut(off bool) {
	for _, r := range f.replicas {
		r.link.cut.Store(off)
	}
}

// hang leaves all replicas without answers for a while.
func (f *fleet) hang(span time.Duration) {
	for _, r := range f.replicas {
		r.link.hung.Store(true)
		time.AfterFunc(span, r.link.resume)
	}
}

func (f *fleet) trips() (n int64) {
	for _, r := range f.replicas {
		n += r.link.trips.Load()
	}
	return n
}

// gate is the replica's of the one backend; time begins anew in each bubble, and so must the bucket.
func (f *fleet) gate(r *replica) *gate {
	return r.pacer.gate(bucketKey{baseURL: f.name}, f.model.bucket)
}

// saturate keeps so many callers of each replica calling for a time, each call with another latency.
func (f *fleet) saturate(callers int, latency, span time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), span)
	defer cancel()
	var wg sync.WaitGroup
	for i, r := range f.replicas {
		g := f.gate(r)
		for j := range callers {
			wg.Go(func() {
				for n := i + 3*j; ctx.Err() == nil; n++ {
					share := time.Duration(n * 7919 % 100) // spread without chance
					f.call(ctx, g, latency*share/200, latency*(100-share)/200)
				}
			})
		}
	}
	wg.Wait()
}

// call makes a call that is this long on its way out and back. A refused one is tried again a second later.
func (f *fleet) call(ctx context.Context, g *gate, out, back time.Duration) {
	s, refused := g.acquire(ctx, Waiting)
	if refused != nil {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
		return
	}
	pass(out)
	f.model.arrive()
	f.model.answer()
	pass(back)
	s.done()
}

// allowed is how many calls the backend admits in a time.
func (m *backendModel) allowed(span time.Duration) float64 {
	if m.bucket.Kind == LeakyBucket {
		return float64(m.bucket.Size) + m.bucket.PerSecond*span.Seconds()
	}
	return float64(m.bucket.Size) * span.Seconds() / m.bucket.Window.Seconds()
}

// TestReplicasShareTheRate: three replicas that want more than there is, for ten minutes. Together they send nothing too
// much, at least 95 % of what is allowed, and ask the server about once a call at most.
func TestReplicasShareTheRate(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	for _, tc := range []struct {
		name    string
		bucket  Bucket
		latency time.Duration
	}{
		{"general 20 at 4/s", Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4}, 500 * time.Millisecond},
		{"telephony 100 at 10/s", Bucket{Kind: LeakyBucket, Size: 100, PerSecond: 10}, 200 * time.Millisecond},
		{"product 5 per 1s", Bucket{Kind: FixedWindow, Size: 5, Window: time.Second}, 30 * time.Millisecond},
		{"wallet 100 per 10s", Bucket{Kind: FixedWindow, Size: 100, Window: 10 * time.Second}, 300 * time.Millisecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const span = 10 * time.Minute
				f := newFleet(t, server, &backendModel{bucket: tc.bucket, phase: tc.bucket.Window / 3}, 3, 5*time.Second)
				defer f.close()
				f.saturate(20, tc.latency, span)
				used := float64(f.model.arrivals) / f.model.allowed(span)
				trips := float64(f.trips()) / float64(f.model.arrivals)
				t.Logf("%d calls, %.1f %% of the rate used, %.2f exchanges per call", f.model.arrivals, 100*used, trips)
				if f.model.violations > 0 || used < 0.95 || trips > 1.25 {
					t.Errorf("%d violations, %.1f %% of the rate used, %.2f exchanges per call", f.model.violations, 100*used, trips)
				}
			})
		})
	}
}

// TestReplicasNeverViolate is TestPacerNeverViolates for calls that come to two or three replicas: whatever the limit,
// the jitter of backend and server and who leaves the queue.
func TestReplicasNeverViolate(t *testing.T) {
	t.Parallel()
	server, tries := startRedis(t), 0
	rapid.Check(t, func(rt *rapid.T) {
		model := rapid.Custom(drawModel).Draw(rt, "backend")
		size := rapid.IntRange(2, 3).Draw(rt, "replicas")
		delays := rapid.SliceOfN(rapid.IntRange(0, 20), 8, 8).Draw(rt, "delays") // of one way, within the time-out
		plans := rapid.SliceOfN(rapid.Custom(drawPlan), 20, 20).Draw(rt, "calls")
		patient := 0
		for _, p := range plans {
			if p.Patience == 0 {
				patient++
			}
		}
		var out outcome
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, server, model, size, 5*time.Second)
			defer f.close()
			f.name += fmt.Sprint(tries)
			tries++
			var gates []*gate
			for i, r := range f.replicas {
				n := i
				r.link.delay = func() time.Duration {
					n++
					return time.Duration(delays[n%len(delays)]) * time.Millisecond
				}
				gates = append(gates, f.gate(r))
			}
			out = playAt(t, model, plans, gates...)
		})
		switch {
		case model.violations > 0:
			rt.Fatalf("%d violations of %+v in %d calls", model.violations, model.bucket, model.arrivals)
		case out.refused > 0 || out.admitted < patient || out.admitted+out.canceled != len(plans):
			rt.Fatalf("%d patient calls of %d: %+v", patient, len(plans), out)
		}
	})
}

// TestReplicasThroughAnOutage: the server is cut off from all, at once or one after the other, hangs, loses all that it
// knew, and comes back, while three replicas call as much as they may. Nothing is sent too much, and what goes on meanwhile
// are the replicas' shares.
func TestReplicasThroughAnOutage(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	for _, tc := range []struct {
		name    string
		bucket  Bucket
		latency time.Duration
		least   float64 // share of the rate that is used all the same
	}{
		{"leaky", Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4}, 300 * time.Millisecond, 0.85},
		{"leaky at once", Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4}, 2 * time.Millisecond, 0.85},
		{"window", Bucket{Kind: FixedWindow, Size: 100, Window: 10 * time.Second}, 300 * time.Millisecond, 0.75},
		{"window at once", Bucket{Kind: FixedWindow, Size: 5, Window: time.Second}, 2 * time.Millisecond, 0.75},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const span = 10 * time.Minute
				f := newFleet(t, server, &backendModel{bucket: tc.bucket, phase: tc.bucket.Window / 3}, 3, 500*time.Millisecond)
				defer f.close()
				outage := func(begin, end, apart time.Duration, lost bool) {
					for i, r := range f.replicas {
						time.AfterFunc(begin, func() { r.link.cut.Store(true) })
						time.AfterFunc(end+time.Duration(i)*apart, func() { r.link.cut.Store(false) })
					}
					if lost {
						time.AfterFunc(end-time.Millisecond, func() { f.server.flush(t) })
					}
				}
				outage(time.Minute, 70*time.Second, 0, false)
				outage(2*time.Minute, 150*time.Second, 300*time.Millisecond, false)
				outage(4*time.Minute, 250*time.Second, 0, true)
				outage(6*time.Minute, 360*time.Second+10*time.Millisecond, 0, false)
				for i := range 3 {
					time.AfterFunc(7*time.Minute+time.Duration(i)*15*time.Second, func() { f.hang(time.Duration(i)*3*time.Second + 600*time.Millisecond) })
				}
				for i := range 3 {
					time.AfterFunc(8*time.Minute+time.Duration(i)*10700*time.Millisecond, func() { f.server.flush(t) })
				}
				f.saturate(20, tc.latency, span)
				used := float64(f.model.arrivals) / f.model.allowed(span)
				t.Logf("%d calls, %.1f %% of the rate used", f.model.arrivals, 100*used)
				if f.model.violations > 0 || used < tc.least {
					t.Errorf("%d violations, %.1f %% of the rate used", f.model.violations, 100*used)
				}
			})
		})
	}
}
