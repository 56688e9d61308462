package upstream_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

// wire is a network in memory, so that a real server and a real transport run in simulated time.
type wire struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { w.once.Do(func() { close(w.closed) }); return nil }
func (w *wire) Addr() net.Addr { return &net.IPAddr{} }

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case w.conns <- theirs:
		return ours, nil
	case <-w.closed:
		return nil, errors.New("nobody listens")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// backend is a fake backend behind real HTTP; it remembers what arrived.
type backend struct {
	transport *http.Transport

	mu   sync.Mutex
	seen []arrival
}

// arrival is one request as the backend read it.
type arrival struct {
	at     time.Time
	method string
	url    string
	header http.Header
	body   string
}

// serve starts a backend on a wire; call it inside the synctest bubble.
func serve(t *testing.T, handler http.HandlerFunc) *backend {
	t.Helper()
	w := &wire{conns: make(chan net.Conn), closed: make(chan struct{})}
	b := &backend{transport: upstream.NewTransport(upstream.DefaultBounds())}
	b.transport.Proxy, b.transport.DialContext = nil, w.dial
	server := &http.Server{Handler: b.watch(handler)}
	go server.Serve(w)
	t.Cleanup(func() {
		b.transport.CloseIdleConnections()
		server.Close()
	})
	return b
}

func (b *backend) watch(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.mu.Lock()
		b.seen = append(b.seen, arrival{time.Now(), r.Method, r.URL.String(), r.Header.Clone(), string(body)})
		b.mu.Unlock()
		next(w, r)
	}
}

func (b *backend) arrivals() []arrival {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]arrival(nil), b.seen...)
}

// wide is a limit that no test reaches by accident.
var wide = upstream.Bucket{Kind: upstream.LeakyBucket, Size: 1000, PerSecond: 1000}

// client is a client of the backend; change adjusts its configuration.
func (b *backend) client(t *testing.T, change ...func(*upstream.Config)) *upstream.Client {
	t.Helper()
	cfg := upstream.Config{
		Backend: "b", BaseURL: "http://backend.test/root/api", Client: "app-1", General: wide,
		Credentials: &keys{}, Transport: b.transport,
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := upstream.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// keys are credentials that count: "Bearer key-1", and the next number after each Invalidate.
type keys struct {
	mu     sync.Mutex
	number int
	err    error
}

func (k *keys) Authorize(context.Context) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return "Bearer key-" + string(rune('1'+k.number)), k.err
}

func (k *keys) Invalidate(string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.number++
}

// log collects what OnCall is told.
type log struct {
	mu    sync.Mutex
	infos []upstream.CallInfo
}

func (l *log) add(i upstream.CallInfo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.infos = append(l.infos, i)
}

func (l *log) sent() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, i := range l.infos {
		if i.Sent {
			n++
		}
	}
	return n
}

func (l *log) on(cfg *upstream.Config) { cfg.OnCall = l.add }

var (
	readOne = &upstream.Route{
		Name: "b.one", Backend: "b", Method: "GET", Path: "/things/{id}", Query: []string{"expand"}, Authority: upstream.System,
	}
	readMine = &upstream.Route{Name: "b.mine", Backend: "b", Method: "GET", Path: "/mine", Authority: upstream.Viewer}
	readOurs = &upstream.Route{
		Name: "b.ours", Backend: "b", Method: "GET", Path: "/ours", Authority: upstream.Viewer, Else: upstream.ServiceUser,
	}
	writeOne = &upstream.Route{Name: "b.write", Backend: "b", Method: "POST", Path: "/things", Authority: upstream.System}
	dropOne  = &upstream.Route{Name: "b.drop", Backend: "b", Method: "DELETE", Path: "/things", Authority: upstream.System}
)

func aRead() upstream.Call {
	return upstream.Call{Route: readOne, Params: map[string]string{"id": "7"}}
}

func aWrite() upstream.Call {
	return upstream.Call{Route: writeOne, Body: []byte(`{"a":1}`)}
}

// answer writes one JSON answer; status 200 unless told.
func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	io.WriteString(w, body)
}

// script answers the n-th request by the n-th step and all later ones by the last.
func script(steps ...http.HandlerFunc) http.HandlerFunc {
	var (
		mu sync.Mutex
		n  int
	)
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		step := steps[min(n, len(steps)-1)]
		n++
		mu.Unlock()
		step(w, r)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { answer(w, code, `{"secret":"s3cret"}`) }
}

// hang never answers within a test's patience.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// cut promises more than it sends; drop sends nothing.
func cut(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "1000")
	answer(w, http.StatusOK, `{"a":`)
	panic(http.ErrAbortHandler)
}

func drop(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func later(d time.Duration, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(d):
			next(w, r)
		case <-r.Context().Done():
		}
	}
}
