package limits_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/marketgraph/marketgraph/cache/redistest"
	"github.com/marketgraph/marketgraph/limits"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// startRedis gives a client of a real redis-server.
func startRedis(t *testing.T) *redis.Client {
	t.Helper()
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: redistest.Start(t).Socket})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// clock is handed in; it moves when it is told to.
type clock struct{ micros atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.micros.Store(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC).UnixMicro())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMicro(c.micros.Load()) }
func (c *clock) advance(d time.Duration) { c.micros.Add(d.Microseconds()) }

// stores are both ways to keep buckets, by the same clock.
func stores(t *testing.T, c *clock) map[string]limits.Buckets {
	t.Helper()
	return map[string]limits.Buckets{"memory": limits.NewMemory(c.now), "redis": limits.NewRedis(startRedis(t), c.now)}
}

// away is a store that fails until it is told to work.
type away struct {
	limits.Buckets
	down  atomic.Bool
	asked atomic.Int64
}

var errAway = errors.New("away")

func (a *away) Pour(ctx context.Context, key string, b limits.Bucket, points int) (limits.Level, bool, error) {
	a.asked.Add(1)
	if a.down.Load() {
		return limits.Level{}, false, errAway
	}
	return a.Buckets.Pour(ctx, key, b, points)
}
