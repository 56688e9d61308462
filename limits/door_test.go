package limits_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/limits"
)

// visit is what became of one operation at a door.
type visit struct {
	waited time.Duration
	in     bool
}

// storm sends operations of one length at an even pace, and gives what became of each.
func storm(t *testing.T, door *limits.Door, every, work, lasts time.Duration) (visits []visit) {
	t.Helper()
	visits = make([]visit, int(lasts/every))
	var wg sync.WaitGroup
	for i := range visits {
		wg.Go(func() {
			begin := time.Now()
			leave, err := door.Enter(t.Context())
			visits[i] = visit{waited: time.Since(begin), in: err == nil}
			if err == nil {
				<-time.After(work)
				leave()
			}
		})
		<-time.After(every)
	}
	wg.Wait()
	return visits
}

// TestDoorUnderOverload: at three times what can be carried, as much as can be carried is, nobody waits longer than they
// may, and once it is clear that the load stays, nearly nobody waits at all.
func TestDoorUnderOverload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const (
			places   = 50
			work     = 200 * time.Millisecond // so 250 a second can be carried
			patience = 500 * time.Millisecond
			lasts    = 30 * time.Second
		)
		door := limits.NewDoor(limits.Config{Operations: places, Queue: patience})
		carried, could := 0, int(lasts/work)*places
		visits := storm(t, door, work/places/3, work, lasts)
		for i, v := range visits {
			if v.in {
				carried++
			}
			most := patience
			if at := time.Duration(i) * work / places / 3; at > 2*patience && at < lasts-patience {
				most = patience / 2
			}
			if v.waited > most {
				t.Fatalf("operation %d waited %v", i, v.waited)
			}
		}
		if carried < could*95/100 || carried > could+2*places {
			t.Errorf("%d of %d carried, and %d could be", carried, len(visits), could)
		}
	})
}

// TestDoorTakesBursts: a crowd that comes at once and could be served within everybody's patience is.
func TestDoorTakesBursts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		door := limits.NewDoor(limits.Config{Operations: 10, Queue: time.Second})
		for range 3 {
			for _, v := range storm(t, door, time.Nanosecond, 400*time.Millisecond, 20) {
				if !v.in {
					t.Fatalf("refused after %v", v.waited)
				}
			}
			time.Sleep(2 * time.Second)
		}
	})
}

// TestDoorCounts: whoever comes, waits, leaves and gives up in whatever order, there are never too many inside, and
// afterwards everybody has room.
func TestDoorCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		most := rapid.IntRange(1, 5).Draw(rt, "most")
		plans := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) [3]time.Duration {
			draw := func(name string) time.Duration {
				return time.Duration(rapid.IntRange(0, 300).Draw(rt, name)) * time.Millisecond
			}
			return [3]time.Duration{draw("comes"), draw("works"), draw("waits")}
		}), 1, 40).Draw(rt, "plans")
		synctest.Test(t, func(t *testing.T) {
			door := limits.NewDoor(limits.Config{Operations: most, Queue: 200 * time.Millisecond})
			var mu sync.Mutex
			inside := 0
			count := func(by int) {
				mu.Lock()
				defer mu.Unlock()
				if inside += by; inside > most {
					t.Errorf("%d inside, and %d are allowed", inside, most)
				}
			}
			var wg sync.WaitGroup
			for _, p := range plans {
				wg.Go(func() {
					time.Sleep(p[0])
					ctx, cancel := context.WithTimeout(t.Context(), p[2])
					defer cancel()
					leave, err := door.Enter(ctx)
					if err != nil {
						if crowded, ok := errors.AsType[*limits.Crowded](err); !ok || crowded.Limit != "operations" {
							t.Errorf("refused with %v", err)
						}
						return
					}
					count(1)
					time.Sleep(p[1])
					count(-1)
					leave()
				})
			}
			wg.Wait()
			for range most {
				if _, err := door.Enter(t.Context()); err != nil {
					t.Error("places were lost")
				}
			}
		})
	})
}
