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
	// Master is the master.
	Master *Server
	// Replica is its replica; nil once it has taken over.
	Replica *Server
}

// StartWatched returns when the replica is in step, and the Sentinel knows both. The Sentinel does nothing of itself: a
// hung master stays the master.
func StartWatched(t testing.TB) *Watched {
	t.Helper()
	w := &Watched{Master: StartTCP(t), Sentinel: FreePort(t)}
	do(t, direct(t, w.Master.Port), "CONFIG", "SET", "repl-diskless-sync-delay", "0")
	w.Replica = StartTCP(t)
	w.URL = fmt.Sprintf("redis+sentinel://127.0.0.1:%d/main", w.Sentinel)
	do(t, direct(t, w.Replica.Port), "REPLICAOF", "127.0.0.1", w.Master.Port)
	w.awaitReplica(t)
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

func (w *Watched) awaitReplica(t testing.TB) {
	t.Helper()
	replica := direct(t, w.Replica.Port)
	Await(t, "the replica is in step", func() bool { return inStep(t, replica) })
}

// KillMaster kills the master when the replica is in step.
func (w *Watched) KillMaster(t testing.TB) {
	t.Helper()
	w.awaitReplica(t)
	w.Master.Kill()
}

// FailOver returns when the replica has taken over, once, for a master that was killed.
func (w *Watched) FailOver(t testing.TB) {
	t.Helper()
	sentinel, replica := direct(t, w.Sentinel), direct(t, w.Replica.Port)
	do(t, sentinel, "SENTINEL", "FAILOVER", "main")
	Await(t, "the replica is promoted", func() bool {
		address, _ := sentinel.Do(t.Context(), "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main").StringSlice()
		return promoted(t, replica) && len(address) == 2 && address[1] == fmt.Sprint(w.Replica.Port)
	})
	w.Master, w.Replica = w.Replica, nil
}
