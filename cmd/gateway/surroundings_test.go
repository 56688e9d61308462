package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/marketgraph/marketgraph/cache"
)

// surrounding is one case of testdata/surroundings, in the words of docs/reliability.md.
type surrounding struct{ Case, What, Sees string }

func readSurroundings(t *testing.T) []surrounding {
	t.Helper()
	return readYAML[surrounding](t, "testdata/surroundings")["surroundings"]
}

// surroundings plays each case on a gateway that shares a Redis.
var surroundings = map[string]func(*testing.T, *scene){
	"Redis is flushed": func(t *testing.T, s *scene) {
		if err := s.client.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		s.answersAsEver(t)
	},
	"Redis hangs": func(t *testing.T, s *scene) {
		for _, signal := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGCONT} {
			if err := syscall.Kill(s.pid, signal); err != nil {
				t.Fatal(err)
			}
			s.answersAsEver(t)
		}
	},
	"Redis refuses":        func(t *testing.T, s *scene) { s.kill(); s.answersAsEver(t) },
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

// sceneDoc asks a backend whose bucket is soon empty: buckets count as full while Redis is away, and when it comes back
// with nothing in it.
const sceneDoc = `query($id: ID!) { company(id: $id) { name memberships(first: 2) { nodes { user { email } } } } }`

// scene is a matrix with a Redis, and the gateway on it.
type scene struct {
	matrix
	gateway *front
	redis   string // its address
	kill    func()
	client  redis.UniversalClient // the test's own
	pid     int                   // Redis'
}

// TestSurroundings plays what is in the file, and knows nothing that is not there.
func TestSurroundings(t *testing.T) {
	rows := readSurroundings(t)
	if len(rows) != len(surroundings) {
		t.Errorf("the file has %d cases, and %d are known", len(rows), len(surroundings))
	}
	m := newMatrix(t)
	for _, row := range rows {
		t.Run(row.Case, func(t *testing.T) {
			play, ok := surroundings[row.Case]
			if !ok {
				t.Fatal("nobody knows how to play it")
			}
			play(t, m.scene(t))
		})
	}
}

// scene starts a Redis and a gateway that has used it.
func (m *matrix) scene(t *testing.T) *scene {
	t.Helper()
	s := &scene{matrix: *m}
	s.ask.doc = sceneDoc
	s.redis, s.kill = startRedis(t)
	s.gateway = m.start(t, onMatrix, withRedis(s.redis))
	s.well = s.gateway.must(t, s.ask)
	var err error
	if s.client, err = cache.OpenRedis(s.redis); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.client.Close() })
	info, err := s.client.Info(t.Context(), "server").Result()
	_, rest, _ := strings.Cut(info, "process_id:")
	digits, _, _ := strings.Cut(rest, "\r\n")
	var wrong error
	if s.pid, wrong = strconv.Atoi(digits); err != nil || wrong != nil {
		t.Fatal(err, wrong)
	}
	s.answersAsEver(t)
	return s
}

// answersAsEver demands the whole answer, in time, of the gateway and of one that starts now and has nothing yet.
func (s *scene) answersAsEver(t *testing.T) {
	t.Helper()
	late, stop := s.startUntil(t, onMatrix, withRedis(s.redis))
	defer stop()
	for name, g := range map[string]*front{"the gateway": s.gateway, "a new one": late} {
		begin := time.Now()
		if d := cmp.Diff(s.well, g.must(t, s.ask)); d != "" || time.Since(begin) > matrixDeadline {
			t.Errorf("%s, after %v (-want +got):\n%s", name, time.Since(begin), d)
		}
		if strings.Contains(g.log.String(), `"msg":"panic"`) {
			t.Errorf("%s panicked:\n%s", name, g.log)
		}
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
