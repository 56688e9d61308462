package upstream

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/marketgraph/marketgraph/cache/redistest"
)

// redisServer is a real redis-server of one test, on a socket of its own.
type redisServer struct{ *redistest.Server }

func startRedis(t *testing.T) *redisServer {
	t.Helper()
	s := &redisServer{redistest.Start(t)}
	l := s.link()
	defer func() { _ = l.client.Close() }()
	if err := paceScript.Load(t.Context(), l.client).Err(); err != nil { // so that the first exchange is one round trip too
		t.Fatal(err)
	}
	return s
}

// link is a replica's way to the server: it counts exchanges, takes its time, and can be cut.
type link struct {
	client *redis.Client
	delay  func() time.Duration // of one way; nil for none; set before the first exchange
	cut    atomic.Bool
	hung   atomic.Bool
	trips  atomic.Int64

	mu   sync.Mutex
	late []func() // what was sent while it hung
}

var errCut = errors.New("the link is cut")

// link opens a client that lives as long as whoever opens it; in a bubble that is until close.
func (s *redisServer) link() *link {
	l := &link{client: redis.NewClient(&redis.Options{
		Network: "unix", Addr: s.Socket, MaxRetries: -1, ContextTimeoutEnabled: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}, // it looks names up, outside the bubble
	})}
	l.client.AddHook(l)
	return l
}

func (l *link) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (l *link) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if l.cut.Load() {
			cmd.SetErr(errCut)
			return errCut
		}
		if !strings.HasPrefix(cmd.Name(), "eval") { // a new connection has commands of its own
			return next(ctx, cmd)
		}
		l.trips.Add(1)
		if l.hung.Load() {
			l.keep(cmd, next)
		}
		if err := l.pass(ctx); err != nil {
			cmd.SetErr(err)
			return err
		}
		if err := next(ctx, cmd); err != nil {
			return err
		}
		return l.pass(ctx)
	}
}

func (l *link) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (l *link) pass(ctx context.Context) error {
	delay := time.Duration(0)
	switch {
	case l.hung.Load():
		delay = time.Hour // which outlasts every time-out
	case l.delay != nil:
		delay = l.delay()
	}
	if delay == 0 {
		return nil
	}
	select {
	case <-time.After(delay):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// keep has the server carry out an exchange when it hangs no longer, though nobody waits for the answer then.
func (l *link) keep(cmd redis.Cmder, next redis.ProcessHook) {
	const timeOfDay = 6 // by which the script goes in tests
	l.mu.Lock()
	defer l.mu.Unlock()
	l.late = append(l.late, func() {
		args := slices.Clone(cmd.Args())
		args[timeOfDay] = time.Now().UnixMicro()
		_ = next(context.Background(), redis.NewCmd(context.Background(), args...))
	})
}

// resume ends a hanging: first the server does what it was sent meanwhile.
func (l *link) resume() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.late {
		f()
	}
	l.late = nil
	l.hung.Store(false)
}

// flush makes the server forget everything.
func (s *redisServer) flush(t *testing.T) {
	t.Helper()
	l := s.link()
	defer func() { _ = l.client.Close() }()
	if err := l.client.FlushAll(context.Background()).Err(); err != nil {
		t.Error(err)
	}
}
