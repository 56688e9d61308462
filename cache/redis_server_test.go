package cache

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/marketgraph/marketgraph/cache/redistest"
)

// redisServer is a real redis-server of one test.
type redisServer struct{ *redistest.Server }

func startRedis(t testing.TB) *redisServer {
	t.Helper()
	return &redisServer{redistest.Start(t)}
}

// client opens a client that is closed with the test.
func (s *redisServer) client(t testing.TB) redis.UniversalClient {
	t.Helper()
	return openRedis(t, s.URL)
}

func openRedis(t testing.TB, url string) redis.UniversalClient {
	t.Helper()
	client, err := OpenRedis(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

var errCut = errors.New("the network is cut")

// wire counts a client's round trips, and can be cut.
type wire struct {
	trips atomic.Int64
	cut   atomic.Bool
}

func (w *wire) DialHook(next redis.DialHook) redis.DialHook { return next }

func (w *wire) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if w.cut.Load() {
			cmd.SetErr(errCut)
			return errCut
		}
		w.trips.Add(1)
		return next(ctx, cmd)
	}
}

func (w *wire) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if w.cut.Load() {
			for _, cmd := range cmds {
				cmd.SetErr(errCut)
			}
			return errCut
		}
		w.trips.Add(1)
		return next(ctx, cmds)
	}
}

// count returns the round trips that f causes.
func (w *wire) count(f func()) int64 {
	before := w.trips.Load()
	f()
	return w.trips.Load() - before
}
