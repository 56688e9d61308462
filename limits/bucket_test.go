package limits_test

import (
	"context"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/limits"
)

// ratio is a bucket as one would write it down: exact, and without a unit.
type ratio struct {
	limits.Bucket
	level *big.Rat
	at    time.Time
}

func (r *ratio) pour(now time.Time, points int) bool {
	if r.level.Sign() == 0 {
		r.at = now // an empty bucket has no past
	}
	if now.After(r.at) {
		seconds := big.NewRat(now.Sub(r.at).Microseconds(), 1_000_000)
		r.level.Sub(r.level, seconds.Mul(seconds, big.NewRat(int64(r.PerSecond), 1)))
		r.at = now
	}
	if r.level.Sign() < 0 {
		r.level.SetInt64(0)
	}
	after := new(big.Rat).Add(r.level, big.NewRat(int64(points), 1))
	if points > 0 && after.Cmp(big.NewRat(int64(r.Size), 1)) > 0 {
		return false
	}
	if after.Sign() < 0 {
		after.SetInt64(0)
	}
	r.level = after
	return true
}

func (r *ratio) available() int {
	left := new(big.Rat).Sub(big.NewRat(int64(r.Size), 1), r.level)
	return int(new(big.Int).Div(left.Num(), left.Denom()).Int64())
}

// TestBucketsAreTheModel pours, takes back and waits, and wants the same of
// both stores and of the model at every step.
func TestBucketsAreTheModel(t *testing.T) {
	t.Parallel()
	clock := newClock()
	both := stores(t, clock)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		key := fmt.Sprintf("bucket %d", run)
		b := limits.Bucket{Size: rapid.IntRange(1, 2000).Draw(rt, "size"), PerSecond: rapid.IntRange(1, 5000).Draw(rt, "perSecond")}
		want := &ratio{Bucket: b, level: new(big.Rat), at: clock.now()}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			clock.advance(time.Duration(rapid.IntRange(-10_000, 1_500_000).Draw(rt, "micros")) * time.Microsecond)
			points := rapid.IntRange(-b.Size, b.Size+1).Draw(rt, "points")
			fits := want.pour(clock.now(), points)
			for name, store := range both {
				level, ok, err := store.Pour(context.Background(), key, b, points)
				if err != nil || ok != fits || level.Available() != want.available() {
					rt.Fatalf("%s: %d points into %+v: fits %v and leaves %d (%v), want %v and %d", name, points, b, ok, level.Available(), err, fits, want.available())
				}
			}
		}
	})
}

// TestWaitIsTheLeast asks again at the moment that was told, and just before it.
func TestWaitIsTheLeast(t *testing.T) {
	t.Parallel()
	clock := newClock()
	rapid.Check(t, func(rt *rapid.T) {
		store := limits.NewMemory(clock.now)
		b := limits.Bucket{Size: rapid.IntRange(1, 2000).Draw(rt, "size"), PerSecond: rapid.IntRange(1, 5000).Draw(rt, "perSecond")}
		level, _, _ := store.Pour(t.Context(), "k", b, rapid.IntRange(0, b.Size).Draw(rt, "poured"))
		points := rapid.IntRange(1, b.Size).Draw(rt, "points")
		wait := level.Wait(points)
		if wait > 0 {
			clock.advance(wait - time.Microsecond)
			if _, fits, _ := store.Pour(t.Context(), "k", b, points); fits {
				rt.Fatalf("%d points fit a microsecond before %s", points, wait)
			}
			clock.advance(time.Microsecond)
		}
		if _, fits, _ := store.Pour(t.Context(), "k", b, points); !fits {
			rt.Fatalf("%d points do not fit after %s", points, wait)
		}
	})
}

func TestWaitForMoreThanEverFits(t *testing.T) {
	t.Parallel()
	b := limits.Bucket{Size: 10, PerSecond: 5}
	level, _, err := limits.NewMemory(newClock().now).Pour(t.Context(), "k", b, 10)
	if err != nil || level.Wait(1000) != 2*time.Second {
		t.Errorf("the wait is %s (%v), want the 2s in which the bucket empties", level.Wait(1000), err)
	}
}

// TestBucketsUnderConcurrency pours from many sides while the clock stands
// still: whatever the order, the bucket never overflows, nothing that would
// have fitted last was refused, and the level is what was let in.
func TestBucketsUnderConcurrency(t *testing.T) {
	t.Parallel()
	clock := newClock()
	both := stores(t, clock)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		b := limits.Bucket{Size: rapid.IntRange(1, 200).Draw(rt, "size"), PerSecond: 100}
		pours := rapid.SliceOfN(rapid.IntRange(1, 60), 1, 24).Draw(rt, "pours")
		for name, store := range both {
			key := fmt.Sprintf("crowd %d", run)
			let := pourAll(rt, store, key, b, pours)
			in, least := 0, b.Size+1
			for i, points := range pours {
				if let[i] {
					in += points
				} else {
					least = min(least, points)
				}
			}
			level, _, err := store.Pour(context.Background(), key, b, 0)
			switch {
			case err != nil:
				rt.Fatal(err)
			case in > b.Size:
				rt.Fatalf("%s: %d points are in a bucket of %d", name, in, b.Size)
			case in+least <= b.Size:
				rt.Fatalf("%s: %d points were refused with %d of %d in", name, least, in, b.Size)
			case level.Available() != b.Size-in:
				rt.Fatalf("%s: %d are available with %d of %d in", name, level.Available(), in, b.Size)
			}
		}
	})
}

// pourAll pours everything at once and says what was let in.
func pourAll(rt *rapid.T, store limits.Buckets, key string, b limits.Bucket, pours []int) []bool {
	let, errs := make([]bool, len(pours)), make([]error, len(pours))
	var wg sync.WaitGroup
	for i, points := range pours {
		wg.Go(func() { _, let[i], errs[i] = store.Pour(context.Background(), key, b, points) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			rt.Fatal(err)
		}
	}
	return let
}

// TestMemoryIsBounded fills more buckets than are kept, while one client asks
// for too much all the time: it must not be forgotten for the others' sake.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	store := limits.NewSmallMemory(newClock().now, 64)
	b := limits.Bucket{Size: 1000, PerSecond: 1}
	for i := range 1000 {
		if _, _, err := store.Pour(t.Context(), fmt.Sprint(i), b, 1+i%7); err != nil {
			t.Fatal(err)
		}
		if level, fits, _ := store.Pour(t.Context(), "greedy", b, 1000); fits != (i == 0) || level.Available() != 0 {
			t.Fatalf("after %d others the greedy one has %d left", i, level.Available())
		}
		if n := store.Len(); n > 64 {
			t.Fatalf("%d buckets are kept, want at most 64", n)
		}
	}
}

// TestMemoryForgetsWhatIsEmpty leaves nothing of clients that have gone.
func TestMemoryForgetsWhatIsEmpty(t *testing.T) {
	t.Parallel()
	clock := newClock()
	store := limits.NewSmallMemory(clock.now, 16)
	b := limits.Bucket{Size: 10, PerSecond: 10}
	for i := range 16 {
		_, _, _ = store.Pour(t.Context(), fmt.Sprint(i), b, 10)
	}
	clock.advance(time.Second)
	_, _, _ = store.Pour(t.Context(), "new", b, 1)
	if n := store.Len(); n != 1 {
		t.Errorf("%d buckets are kept, want the one that is not empty", n)
	}
	_, _, _ = store.Pour(t.Context(), "new", b, -1)
	if n := store.Len(); n != 0 {
		t.Errorf("%d buckets are kept after all was given back", n)
	}
}

// TestRedisKeepsTheServersTime has no clock handed in.
func TestRedisKeepsTheServersTime(t *testing.T) {
	t.Parallel()
	client := startRedis(t)
	store := limits.NewRedis(client, nil)
	b := limits.Bucket{Size: 1000, PerSecond: 1}
	if _, fits, err := store.Pour(t.Context(), "k", b, 1000); err != nil || !fits {
		t.Fatalf("an empty bucket refuses: %v", err)
	}
	server, err := client.Time(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	at, err := client.HGet(t.Context(), "k", "at").Int64()
	if err != nil || server.Sub(time.UnixMicro(at)).Abs() > time.Minute {
		t.Errorf("poured at %s by the server's %s (%v)", time.UnixMicro(at), server, err)
	}
	ttl, err := client.TTL(t.Context(), "k").Result()
	if err != nil || ttl < 17*time.Minute || ttl > 19*time.Minute {
		t.Errorf("the bucket is kept for %s (%v), want about the 1000s in which it empties", ttl, err)
	}
	if _, _, err := store.Pour(t.Context(), "k", b, -1000); err != nil {
		t.Fatal(err)
	}
	if n, err := client.Exists(t.Context(), "k").Result(); err != nil || n != 0 {
		t.Errorf("an empty bucket is still kept (%v)", err)
	}
}

func TestRedisTellsItsErrors(t *testing.T) {
	t.Parallel()
	client := startRedis(t)
	if err := client.Set(t.Context(), "k", "no hash", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := limits.NewRedis(client, nil).Pour(t.Context(), "k", limits.DefaultBucket(), 1); err == nil {
		t.Error("a key of another type was taken for a bucket")
	}
}
