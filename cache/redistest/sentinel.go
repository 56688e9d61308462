package redistest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Watched is a master, its replica, and the Sentinel that watches them.
type Watched struct {
	// URL is the Sentinel's, as cache.OpenRedis takes it.
	URL string
	// Sentinel is the Sentinel's port on loopback.
	Sentinel int
	// Master is the master that it begins with.
	Master *Server
	// Replica takes over in [Watched.FailOver].
	Replica *Server
}

// StartWatched returns when the replica is in step, and the Sentinel knows both. The Sentinel does nothing of itself: a
// hung master stays the master.
func StartWatched(t testing.TB) *Watched {
	t.Helper()
	w := &Watched{Master: StartTCP(t), Sentinel: FreePort(t)}
	w.Replica = StartTCP(t, "--replicaof", fmt.Sprint("127.0.0.1 ", w.Master.Port), "--repl-diskless-sync-delay", "0")
	w.URL = fmt.Sprintf("redis+sentinel://127.0.0.1:%d/main", w.Sentinel)
	replica := direct(t, w.Replica.Port)
	Await(t, "the replica is in step", func() bool { return inStep(t, replica) })
	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor main 127.0.0.1 %d 1\nsentinel down-after-milliseconds main 3600000\n", w.Master.Port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &Server{args: []string{conf, "--sentinel", "--port", fmt.Sprint(w.Sentinel), "--bind", "127.0.0.1"}, ready: "Sentinel ID is"}
	s.mustStart(t)
	sentinel := direct(t, w.Sentinel)
	Await(t, "the sentinel knows the replica", func() bool {
		known := fmt.Sprint(sentinel.Do(t.Context(), "SENTINEL", "REPLICAS", "main").Val())
		return strings.Contains(known, fmt.Sprint(w.Replica.Port)) && strings.Contains(known, "master-link-status:ok")
	})
	return w
}

// FailOver kills the master, and returns when the replica has taken over.
func (w *Watched) FailOver(t testing.TB) {
	t.Helper()
	w.Master.Kill()
	do(t, direct(t, w.Sentinel), "SENTINEL", "FAILOVER", "main")
	replica := direct(t, w.Replica.Port)
	Await(t, "the replica is promoted", func() bool { return promoted(t, replica) })
}
