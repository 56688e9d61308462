package upstream

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// use makes so many calls at a gate, none of which has to wait.
func use(t *testing.T, g *gate, calls int) {
	t.Helper()
	for i := range calls {
		if got := took(t, g); got > 0 {
			t.Fatalf("call %d waits %v", i, got)
		}
	}
}

// TestOneReplicaKnowsAll: who is alone has made all the calls that there were, so that nothing is lost with the server
// nor with what it knew.
func TestOneReplicaKnowsAll(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		bucket   Bucket
		all      int           // how many go at once
		idle     time.Duration // what fills it had ended by then when the one before did
		thenWait time.Duration
	}{
		{Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4}, 19, 10 * time.Second, 250 * time.Millisecond},
		{Bucket{Kind: FixedWindow, Size: 100, Window: 10 * time.Second}, 100, 11 * time.Second, 10 * time.Second},
	} {
		for name, lose := range map[string]func(*testing.T, *fleet){
			"cut off":   func(_ *testing.T, f *fleet) { f.cut(true) },
			"forgotten": func(t *testing.T, f *fleet) { f.server.flush(t) },
		} {
			t.Run(fmt.Sprint(name, " ", tc.bucket.Kind), func(t *testing.T) {
				server := startRedis(t)
				synctest.Test(t, func(t *testing.T) {
					f := newFleet(t, server, &backendModel{bucket: tc.bucket}, 1, fleetTimeout)
					defer f.close()
					f.replicas[0].link.delay = nil
					g := f.gate(f.replicas[0])
					pass(tc.idle)
					use(t, g, tc.all/3)
					synctest.Wait()
					lose(t, f)
					use(t, g, tc.all-tc.all/3)
					if got := took(t, g); !near(got, tc.thenWait) {
						t.Errorf("one more waits %v, want %v", got, tc.thenWait)
					}
				})
			})
		}
	}
}

// TestOneReplicaIsNotTheFirst: the process before may have used all that there is.
func TestOneReplicaIsNotTheFirst(t *testing.T) {
	t.Parallel()
	bucket := Bucket{Kind: FixedWindow, Size: 100, Window: 10 * time.Second}
	withFleet(t, bucket, 1, func(t *testing.T, f *fleet, gates []*gate) {
		pass(4 * time.Second)
		f.cut(true)
		if got := took(t, gates[0]); !near(got, 6*time.Second) {
			t.Errorf("a call goes after %v, want 6 s", got)
		}
		use(t, f.replicas[0].pacer.gate(bucketKey{baseURL: f.name, account: "first used now"}, bucket), 10)
	})
}

// TestOneReplicaWasTold: what the bucket has said that is left still is, however young the process.
func TestOneReplicaWasTold(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*testing.T, *fleet){
		"cut off":               func(_ *testing.T, f *fleet) { f.cut(true) },
		"forgotten and cut off": func(t *testing.T, f *fleet) { f.server.flush(t); f.cut(true) },
	} {
		t.Run(name, func(t *testing.T) {
			server := startRedis(t)
			synctest.Test(t, func(t *testing.T) {
				f := newFleet(t, server, &backendModel{bucket: Bucket{Kind: FixedWindow, Size: 100, Window: 10 * time.Second}}, 1, fleetTimeout)
				defer f.close()
				f.replicas[0].link.delay = nil
				g := f.gate(f.replicas[0])
				use(t, g, 30)
				pass(time.Second)
				lose(t, f)
				use(t, g, 70)
				if got := took(t, g); !near(got, 9*time.Second) {
					t.Errorf("one more waits %v, want 9 s", got)
				}
			})
		})
	}
}

// TestWhoWasIdleNotices that the bucket was lost, and that others have used it: it counts as full.
func TestWhoWasIdleNotices(t *testing.T) {
	t.Parallel()
	withFleet(t, Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4}, 2, func(t *testing.T, f *fleet, gates []*gate) {
		took(t, gates[0])
		pass(10 * time.Minute)
		use(t, gates[1], 19)
		synctest.Wait()
		f.server.flush(t)
		if got := took(t, gates[0]); got < 250*time.Millisecond {
			t.Errorf("a call goes after %v, when the bucket is full", got)
		}
	})
}

// TestCallsUnderWayAreHeardOf: what one replica has under way counts for another soon after the server forgot it.
func TestCallsUnderWayAreHeardOf(t *testing.T) {
	t.Parallel()
	withFleet(t, Bucket{Kind: Semaphore, Size: 4}, 2, func(t *testing.T, f *fleet, gates []*gate) {
		took(t, gates[1])
		for range 2 {
			time.AfterFunc(30*time.Second, mustAcquire(t, gates[0]).done)
		}
		pass(5 * time.Second)
		f.server.flush(t)
		mustAcquire(t, gates[1])
		if got := took(t, gates[1]); got < 20*time.Second {
			t.Errorf("a call beyond the limit goes after %v", got)
		}
	})
}

// TestSentAloneCountsOnce: what was sent while the server was away counts once, though the server hung and was told each
// second; and a bucket that the server forgot meanwhile is full and not more.
func TestSentAloneCountsOnce(t *testing.T) {
	t.Parallel()
	const calls, apart = 20, 500 * time.Millisecond
	for _, tc := range []struct {
		bucket Bucket
		lost   []string
		free   int // then
	}{
		{Bucket{Kind: DailyQuota, Size: 1000}, []string{"hung"}, 1000 - calls - 3},
		{Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4}, []string{"cut off", "flushed"}, 0},
	} {
		t.Run(fmt.Sprint(tc.lost), func(t *testing.T) {
			withFleet(t, tc.bucket, 2, func(t *testing.T, f *fleet, gates []*gate) {
				took(t, gates[1])
				took(t, gates[0])
				pass(time.Second)
				for _, kind := range tc.lost {
					lostServers[kind](t, f, calls*apart)
				}
				longest := time.Duration(0)
				for range calls + 1 {
					longest = max(longest, took(t, gates[0]))
					pass(apart)
				}
				if longest > 3*time.Second {
					t.Errorf("a call waits %v", longest)
				}
				pass(time.Second)
				synctest.Wait()
				if got := gates[0].pool.last.free; got != tc.free {
					t.Errorf("%d are left, want %d", got, tc.free)
				}
			})
		})
	}
}

// TestSentAloneIsToldAtLast: a replica that ends just when the server is back tells what it sent.
func TestSentAloneIsToldAtLast(t *testing.T) {
	t.Parallel()
	withFleet(t, Bucket{Kind: DailyQuota, Size: 1000}, 2, func(t *testing.T, f *fleet, gates []*gate) {
		took(t, gates[0])
		pass(time.Second)
		f.cut(true)
		for range 10 {
			took(t, gates[0])
		}
		f.cut(false)
		f.replicas[0].pacer.Close(t.Context())
		took(t, gates[1])
		pass(time.Second)
		synctest.Wait()
		if got := gates[1].pool.last.free; got != 1000-12 {
			t.Errorf("%d are left, want %d", got, 1000-12)
		}
	})
}

// TestOneReplicaComesBack: when the server is there again, who is alone has told what it sent meanwhile, and does not wait
// for others to do so.
func TestOneReplicaComesBack(t *testing.T) {
	t.Parallel()
	for replicas, want := range map[int]time.Duration{1: 0, 3: sharedPause} {
		bucket := Bucket{Kind: LeakyBucket, Size: 60, PerSecond: 300}
		withFleet(t, bucket, replicas, func(t *testing.T, f *fleet, gates []*gate) {
			took(t, gates[0])
			pass(time.Second)
			f.cut(true)
			for range 5 {
				took(t, gates[0])
				pass(200 * time.Millisecond)
			}
			f.cut(false)
			longest := time.Duration(0)
			for range 20 {
				longest = max(longest, took(t, gates[0]))
				pass(100 * time.Millisecond)
			}
			if longest < want || want == 0 && longest > 0 {
				t.Errorf("a call of %d replicas waits %v, want %v", replicas, longest, want)
			}
			if gates[0].pool.alone {
				t.Error("the server is back, and is not asked")
			}
		})
	}
}

// TestOneReplicaFindsOutOnce: of a server that hangs, the Calls of one bucket find out; those of others wait for it only
// where there are other replicas.
func TestOneReplicaFindsOutOnce(t *testing.T) {
	t.Parallel()
	bucket := Bucket{Kind: LeakyBucket, Size: 60, PerSecond: 300}
	for replicas, want := range map[int]time.Duration{1: 0, 3: fleetTimeout} {
		withFleet(t, bucket, replicas, func(t *testing.T, f *fleet, gates []*gate) {
			first, other := gates[0], f.replicas[0].pacer.gate(bucketKey{baseURL: f.name, account: "other"}, bucket)
			took(t, first)
			took(t, other)
			pass(time.Second) // it has been told by now
			f.replicas[0].link.hung.Store(true)
			const opens = 20 * time.Millisecond // a part that counts as full
			if got := took(t, first); got < fleetTimeout || got > fleetTimeout+opens {
				t.Errorf("of %d replicas the first bucket's call waits %v, want %v", replicas, got, fleetTimeout)
			}
			if got := took(t, other); got < want || got > want+opens {
				t.Errorf("of %d replicas the other bucket's call waits %v, want %v", replicas, got, want)
			}
		})
	}
}

// TestAnAbsenceIsWaitedForOnce: a bucket that is first asked for while the server is known to be away counts as full from
// when it went, and not anew. When nobody has tried for a while it may have been back.
func TestAnAbsenceIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ after, want time.Duration }{
		"at once":      {0, 0},
		"after a gap":  {5 * time.Second, 10 * time.Second},
		"within a gap": {time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			bucket := Bucket{Kind: FixedWindow, Size: 100, Window: 10 * time.Second}
			withFleet(t, bucket, 3, func(t *testing.T, f *fleet, gates []*gate) {
				f.cut(true)
				if got := took(t, gates[0]); !near(got, 10*time.Second) {
					t.Fatalf("the first bucket opens after %v, want 10 s", got)
				}
				synctest.Wait()
				gates[0].stop() // nobody asks any more
				pass(tc.after)
				other := f.replicas[0].pacer.gate(bucketKey{baseURL: f.name, account: "other"}, bucket)
				if got := took(t, other); !near(got, tc.want) {
					t.Errorf("the next bucket opens after %v, want %v", got, tc.want)
				}
			})
		})
	}
}

// trouble is something that befalls the server.
type trouble struct {
	After, For time.Duration
	Kind       string
}

func drawTrouble(t *rapid.T) trouble {
	return trouble{
		After: millis().Draw(t, "after"), For: millis().Draw(t, "for"),
		Kind: rapid.SampledFrom(slices.Sorted(maps.Keys(lostServers))).Draw(t, "kind"),
	}
}

// TestReplicasNeverViolateAlone is TestReplicasNeverViolate with a server that goes and comes as it likes, or loses what it
// knew. A day's quota may be missed then: each goes on with its part of what was left when it last heard of it, rather than
// not for a day.
func TestReplicasNeverViolateAlone(t *testing.T) {
	t.Parallel()
	server, tries := startRedis(t), 0
	rapid.Check(t, func(rt *rapid.T) {
		model := rapid.Custom(drawModel).Filter(func(m *backendModel) bool {
			return m.bucket.Size > 3 && m.bucket.Kind != DailyQuota // that can be divided
		}).Draw(rt, "backend")
		plans := rapid.SliceOfN(rapid.Custom(drawPlan), 40, 40).Draw(rt, "calls")
		troubles := rapid.SliceOfN(rapid.Custom(drawTrouble), 0, 4).Draw(rt, "troubles")
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, server, model, 3, 5*time.Second)
			defer f.close()
			tries++
			f.name += fmt.Sprint(tries)
			var gates []*gate
			for _, r := range f.replicas {
				gates = append(gates, f.gate(r))
			}
			var troubled sync.WaitGroup
			troubled.Go(func() {
				for _, tr := range troubles {
					pass(tr.After)
					lostServers[tr.Kind](t, f, tr.For)
					pass(tr.For)
				}
			})
			playAt(t, model, plans, gates...)
			troubled.Wait()
		})
		if model.violations > 0 {
			rt.Fatalf("%d violations of %+v in %d calls", model.violations, model.bucket, model.arrivals)
		}
	})
}
