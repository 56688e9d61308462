package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/cache/redistest"
)

// surrounding is one case of testdata/surroundings, in the words of docs/reliability.md.
type surrounding struct{ Case, What, Sees string }

func readSurroundings(t *testing.T) []surrounding {
	t.Helper()
	return readYAML[surrounding](t, "testdata/surroundings")["surroundings"]
}

// surroundings plays each case on a gateway whose Redis is found by a Sentinel. Each leaves things as they were, but for
// the server that failed over.
var surroundings = map[string]func(*testing.T, *scene){
	"Redis is flushed": func(t *testing.T, s *scene) {
		s.trouble(t, func() {
			if err := s.client.FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		}, func() {})
	},
	"Redis hangs": func(t *testing.T, s *scene) {
		s.trouble(t, func() { s.redis.Master.Hang(t) }, func() { s.redis.Master.Resume(t) })
	},
	"Redis refuses": func(t *testing.T, s *scene) {
		s.trouble(t, s.redis.Master.Kill, func() {
			if err := s.redis.Master.Restart(); err != nil {
				t.Fatal(err)
			}
		})
	},
	"Redis fails over": func(t *testing.T, s *scene) {
		s.trouble(t, func() { s.redis.KillMaster(t) }, func() { s.redis.FailOver(t) })
	},
	"a replica is killed":  func(t *testing.T, s *scene) { s.withoutReplica(t) },
	"the client goes away": func(t *testing.T, s *scene) { s.withoutClient(t) },
	"the client is slow to ask": func(t *testing.T, s *scene) {
		s.slow(t, readHeaderTimeout, "", "GET /schema.graphqls HTTP/1.1\r\nHost:")
	},
	"the client is slow to send": func(t *testing.T, s *scene) {
		s.slow(t, readTimeout, "HTTP/1.1 408", "POST /api/graphql HTTP/1.1\r\nHost: acme.localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	},
	"the client is slow to read": func(t *testing.T, s *scene) {
		s.slow(t, writeTimeout, "", "GET /schema.graphqls HTTP/1.1\r\nHost: acme.localhost\r\n\r\n")
	},
}

// scene is a matrix with a Redis, and the gateway on it.
type scene struct {
	*matrix
	gateway *front
	client  redis.UniversalClient // the test's own
	redis   *redistest.Watched    // nil if it is another
}

// TestSurroundings plays what is in the file, and knows nothing that is not there; and what happens to Redis with the
// masters of a Cluster as well. In the end both gateways are as they were before.
func TestSurroundings(t *testing.T) {
	watched, cluster := redistest.StartWatched(t), redistest.StartCluster(t)
	s, onCluster := newScene(t, watched.URL), newScene(t, cluster.URL)
	s.redis = watched
	defer comeToRest(t, s, onCluster)()
	t.Run("all", func(t *testing.T) {
		t.Run("a server", func(t *testing.T) {
			t.Parallel()
			s.playAll(t, readSurroundings(t))
		})
		t.Run("a Cluster", func(t *testing.T) {
			t.Parallel()
			onCluster.playCluster(t, cluster)
		})
	})
}

// playAll plays the cases of the file.
func (s *scene) playAll(t *testing.T, rows []surrounding) {
	if len(rows) != len(surroundings) {
		t.Errorf("the file has %d cases, and %d are known", len(rows), len(surroundings))
	}
	for _, row := range rows {
		t.Run(row.Case, func(t *testing.T) {
			play, ok := surroundings[row.Case]
			if !ok {
				t.Fatal("nobody knows how to play it")
			}
			play(t, s)
		})
	}
}

// playCluster troubles one master after the other: the names of a Tenant are on one of them. The first has a replica, which
// takes over from it; the others have none.
func (s *scene) playCluster(t *testing.T, cluster *redistest.Cluster) {
	for i, master := range cluster.Masters {
		t.Run(fmt.Sprintf("master %d is flushed", i), func(t *testing.T) {
			s.trouble(t, func() { cluster.Nodes[i].FlushAll(t.Context()) }, func() {})
		})
		t.Run(fmt.Sprintf("master %d is lost", i), func(t *testing.T) {
			if i > 0 {
				s.trouble(t, func() { master.Hang(t) }, func() { master.Resume(t) })
				return
			}
			cluster.AwaitReplica(t)
			s.trouble(t, master.Kill, func() { cluster.AwaitPromotion(t) })
		})
	}
}

// newScene starts a gateway that has used this Redis.
func newScene(t *testing.T, url string) *scene {
	t.Helper()
	s := &scene{matrix: newMatrix(t)}
	s.gateway = s.start(t, onMatrix, withRedis(url))
	var err error
	if s.client, err = cache.OpenRedis(url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.client.Close() })
	s.answersAsEver(t)
	return s
}

const (
	// What may be more at rest: connections and timers of the moment; and what the runtime has not given back.
	slackGoroutines, slackHeap = 16, 16 << 20
)

// comeToRest is to be called when all is over, and demands that what the process holds is what it is now.
func comeToRest(t *testing.T, scenes ...*scene) func() {
	goroutines := func() int {
		for _, s := range scenes {
			s.backends.client.CloseIdleConnections()
		}
		return runtime.NumGoroutine()
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	runningBefore, heapBefore := goroutines(), heap()
	return func() {
		redistest.Await(t, "goroutines at rest", func() bool { return goroutines() <= runningBefore+slackGoroutines })
		if now := heap(); now > heapBefore+slackHeap {
			t.Errorf("the heap is %d MiB, was %d", now>>20, heapBefore>>20)
		}
		for _, s := range scenes {
			if strings.Contains(s.gateway.log.String(), `"msg":"panic"`) {
				t.Errorf("it panicked:\n%s", s.gateway.log)
			}
		}
	}
}

// trouble demands whole answers, by Calls to all backends, when something happens to Redis, as long as it lasts, and when
// it is over; and that Redis is used again then.
func (s *scene) trouble(t *testing.T, begin, end func()) {
	t.Helper()
	s.matrix.forget(t, s.gateway)
	s.forgetCalls(t)
	begin()
	s.answersAsEver(t)
	s.turnToOthers()                          // nobody has their accounts' tokens yet
	_ = s.gateway.gateway.forget(t.Context()) // as far as it can while Redis is away
	s.answersAsEver(t)
	if got := s.calls(t); len(got.ByBackend) < len(lostWith) {
		t.Errorf("not all backends were called: %v", got.ByBackend)
	}
	end()
	s.answersAsEver(t)
	redistest.Await(t, "Redis is used again", func() bool {
		s.gateway.must(t, ask{as: "partner", doc: `query($id: ID!) { company(id: $id) { name } }`, vars: s.ask.vars})
		lost, back := strings.Count(s.gateway.log.String(), "redis lost"), strings.Count(s.gateway.log.String(), "redis is back")
		return lost == back && s.client.DBSize(t.Context()).Val() > 0
	})
	s.matrix.forget(t, s.gateway)
	s.answersAsEver(t)
}

// turnToOthers asks for another company from now on, for those that were not asked for yet first.
func (s *scene) turnToOthers() {
	next := s.others[0]
	s.ask, s.well, s.others = askMatrix(next.company), next.well, append(s.others[1:], next)
}

// answersAsEver demands the whole answer, in time.
func (s *scene) answersAsEver(t *testing.T) {
	t.Helper()
	begin := time.Now()
	if d := cmp.Diff(s.well, s.gateway.must(t, s.ask)); d != "" || time.Since(begin) > matrixDeadline {
		t.Errorf("after %v (-want +got):\n%s", time.Since(begin), d)
	}
}

// routeCompany is what matrixDoc begins with.
const routeCompany = "GET /account/v2/companies/{companyUuid}"

// withoutReplica kills one while the backend keeps it waiting.
func (s *scene) withoutReplica(t *testing.T) {
	child := s.startChild(t, "") // with a Redis that has the answer it would not ask the backend
	s.hold(t, routeCompany, false)
	s.forgetCalls(t)
	broke := make(chan error)
	go func() { broke <- leaveBody(s.backends.client.Do(child.request(t, s.ask))) }()
	s.reached(t, routeCompany)
	if err := child.process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-broke; err == nil {
		t.Error("a dead replica answered")
	}
	s.control(t, http.MethodDelete, "/faults", "")
	s.answersAsEver(t)
}

// withoutClient hangs up while the backend keeps the operation waiting.
func (s *scene) withoutClient(t *testing.T) {
	g, stop := s.startUntil(t, onMatrix)
	defer stop()
	s.hold(t, routeCompany, false)
	s.forgetCalls(t)
	ctx, hangUp := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { left <- leaveBody(s.backends.client.Do(g.request(t, s.ask).WithContext(ctx))) }()
	s.reached(t, routeCompany)
	hangUp()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the client that left: %v", err)
	}
	s.control(t, http.MethodDelete, "/faults", "")
	s.answersAsEver(t)
}

func leaveBody(r *http.Response, err error) error {
	if err == nil {
		_ = r.Body.Close()
	}
	return err
}

// slow writes what a client writes and nothing more, and reads nothing until the server has let it go: after this time,
// and with an answer that begins so where there is one. Time is simulated, the server is the one of `gateway serve`.
func (s *scene) slow(t *testing.T, after time.Duration, answer, text string) {
	handler := s.gateway.gateway.server.Handler()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		wire := newPipes()
		ended := make(chan error)
		go func() { ended <- serveAll(ctx, nil, 0, site{wire, handler}) }()
		client := wire.dial()
		begin, got := time.Now(), make(chan string)
		_, err := io.WriteString(client, text)
		if answer != "" {
			go func() { line, _ := bufio.NewReader(client).ReadString('\n'); got <- line }()
		}
		<-wire.let // the server has closed its end
		if took := time.Since(begin); err != nil || took != after {
			t.Errorf("let go after %v, want %v; %v", took, after, err)
		}
		if answer != "" {
			if line := <-got; !strings.HasPrefix(line, answer) {
				t.Errorf("answered %q, want %q", line, answer)
			}
		}
		_ = client.Close()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
