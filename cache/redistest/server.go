// Package redistest starts Redis for tests: real servers, alone, as a Cluster and behind a Sentinel, that can be killed,
// hung and failed over. They end with the test. Clients are the business of whoever asks. Nothing here is for binaries.
package redistest

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is one redis-server of one test.
type Server struct {
	// URL is where it listens, as cache.OpenRedis takes it.
	URL string
	// Socket is the path of its socket, "" where it listens on a port.
	Socket string
	// Port is its port on loopback, 0 where it listens on a socket.
	Port int

	args  []string
	ready string // what it says when it is; "" for redis-server's words
	cmd   *exec.Cmd
}

// Start starts a server on a socket of its own, so that no two tests, and no two test runs, can meet on a port.
func Start(t testing.TB, flags ...string) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "redis") // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	s := &Server{URL: "unix://" + socket, Socket: socket, args: plain(dir, "--port", "0", "--unixsocket", socket)}
	s.args = append(s.args, flags...)
	s.mustStart(t)
	return s
}

// plain are the flags of a server that keeps nothing on disk, and more.
func plain(dir string, flags ...string) []string {
	return append(flags, "--dir", dir, "--save", "", "--appendonly", "no")
}

// StartTCP starts a server on a free loopback port. Another process may take the port first, so it tries a few.
func StartTCP(t testing.TB, flags ...string) *Server {
	t.Helper()
	var err error
	for range 5 {
		port := FreePort(t)
		s := &Server{URL: fmt.Sprintf("redis://127.0.0.1:%d", port), Port: port}
		s.args = append(plain(t.TempDir(), "--port", fmt.Sprint(port), "--bind", "127.0.0.1"), flags...)
		if err = s.Restart(); err == nil {
			t.Cleanup(s.Kill)
			return s
		}
	}
	t.Fatal(err)
	return nil
}

// FreePort is a loopback port that nobody listens on, for now.
func FreePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func (s *Server) mustStart(t testing.TB) {
	t.Helper()
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
}

// Restart starts it again, empty, after [Server.Kill], and returns when it accepts connections.
func (s *Server) Restart() error {
	s.cmd = exec.CommandContext(context.Background(), "redis-server", s.args...)
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

// Kill ends it at once; its connections break, and nobody listens any more.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// Hang stops it without closing anything; [Server.Resume] lets it go on.
func (s *Server) Hang(t testing.TB) { s.signal(t, syscall.SIGSTOP) }

// Resume lets a server that hangs go on.
func (s *Server) Resume(t testing.TB) { s.signal(t, syscall.SIGCONT) }

func (s *Server) signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// Await returns when something is so; it fails the test long after it should be.
func Await(t testing.TB, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-late.C:
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}
