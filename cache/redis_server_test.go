package cache

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
)

// redisServer is a real redis-server of one test.
type redisServer struct {
	url   string
	args  []string
	ready string // what it says when it is; by default redis-server's words
	cmd   *exec.Cmd
}

// startRedis starts a server on a socket of its own, so that no two tests, and no
// two test runs, can meet on a port.
func startRedis(t testing.TB) *redisServer {
	t.Helper()
	dir, err := os.MkdirTemp("", "redis")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	s := &redisServer{
		url:  "unix://" + socket,
		args: []string{"--port", "0", "--unixsocket", socket, "--dir", dir, "--save", "", "--appendonly", "no"},
	}
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

// startRedisTCP starts a server on a free loopback port with further arguments.
// Another process may take the port first, so it tries a few.
func startRedisTCP(t testing.TB, args ...string) (s *redisServer, port int) {
	t.Helper()
	var err error
	for range 5 {
		port = freePort(t)
		s = &redisServer{args: append([]string{
			"--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--dir", t.TempDir(), "--save", "", "--appendonly", "no",
		}, args...)}
		if err = s.start(); err == nil {
			t.Cleanup(s.kill)
			return s, port
		}
	}
	t.Fatal(err)
	return nil, 0
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// start returns when the server accepts connections.
func (s *redisServer) start() error {
	s.cmd = exec.Command("redis-server", s.args...)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("these tests need redis-server (Debian: apt-get install redis-server): %w", err)
	}
	ready := cmp.Or(s.ready, "eady to accept connections")
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), ready) {
			go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the server
			return nil
		}
	}
	return fmt.Errorf("redis-server did not start: %w\n%s", s.cmd.Wait(), said.String())
}

func (s *redisServer) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// hang stops the server without closing anything; resume lets it go on.
func (s *redisServer) hang(t testing.TB)   { s.signal(t, syscall.SIGSTOP) }
func (s *redisServer) resume(t testing.TB) { s.signal(t, syscall.SIGCONT) }

func (s *redisServer) signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// client opens a client that is closed with the test.
func (s *redisServer) client(t testing.TB) redis.UniversalClient {
	t.Helper()
	return openRedis(t, s.url)
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
