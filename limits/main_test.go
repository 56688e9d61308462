package limits_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/marketgraph/marketgraph/limits"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// startRedis runs a real redis-server on a socket of its own and gives a client of it.
func startRedis(t *testing.T) *redis.Client {
	t.Helper()
	dir, err := os.MkdirTemp("", "limits")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "redis-server",
		"--port", "0", "--unixsocket", socket, "--dir", dir, "--save", "", "--appendonly", "no")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("these tests need redis-server (Debian: apt-get install redis-server): %v", err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "eady to accept connections") {
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the server
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
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
