package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// balancer sends each request to the next gateway that it holds for ready.
type balancer struct {
	*httptest.Server
	turn atomic.Uint64

	mu    sync.Mutex
	ready []*peer
}

// peer is a gateway as a balancer sees it.
type peer struct {
	*url.URL
	sent sync.WaitGroup // to it, and not answered yet
}

// toPeer is the context's key of whom a request goes to.
type toPeer struct{}

func newBalancer(t *testing.T) *balancer {
	t.Helper()
	b, transport := &balancer{}, &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(r.In.Context().Value(toPeer{}).(*peer).URL)
			r.Out.Host = r.In.Host
		},
		Transport: transport,
	}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := b.next()
		defer to.sent.Done()
		proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), toPeer{}, to)))
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *balancer) next() *peer {
	b.mu.Lock()
	defer b.mu.Unlock()
	to := b.ready[b.turn.Add(1)%uint64(len(b.ready))]
	to.sent.Add(1)
	return to
}

// add takes a gateway in.
func (b *balancer) add(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ready = append(b.ready, &peer{URL: u})
}

// drop sends nothing more to a gateway, and returns when it has answered what was sent.
func (b *balancer) drop(address string) {
	b.mu.Lock()
	i := slices.IndexFunc(b.ready, func(to *peer) bool { return to.String() == address })
	left := b.ready[i]
	b.ready = slices.Delete(b.ready, i, i+1)
	b.mu.Unlock()
	left.sent.Wait()
}

// load asks again and again until it is stopped, and counts the answers. Each has to be whole.
type load struct {
	answered atomic.Int64
	wg       sync.WaitGroup
	stop     context.CancelFunc
}

// The load of a rolling restart: who asks at once, and how often each at most.
const (
	rollingClients = 4
	rollingMost    = 5000
)

func startLoad(t *testing.T, g *front) *load {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l := &load{stop: stop}
	g.token(t, "acme", "buyer")
	for range rollingClients {
		l.wg.Go(func() {
			for range rollingMost {
				if ctx.Err() != nil {
					return
				}
				got := g.query(t, ask{as: "buyer", doc: `{ me { id memberships { account { name } } } products(first: 3) { nodes { name } } }`})
				if got.status != http.StatusOK || len(got.errors) > 0 {
					t.Errorf("an operation was lost: %d %.300s", got.status, got.body)
					return
				}
				l.answered.Add(1)
			}
		})
	}
	return l
}

// goesOn returns once the load has been answered some times more.
func (l *load) goesOn(t *testing.T) {
	t.Helper()
	for from := l.answered.Load(); l.answered.Load() < from+3*rollingClients; {
		if t.Failed() || t.Context().Err() != nil {
			t.FailNow()
		}
	}
}

func (l *load) end() {
	l.stop()
	l.wg.Wait()
}

// Two gateways are replaced one after the other while clients ask. Each first says that it is not ready, goes on answering
// until the balancer has heard it, finishes what it has begun, and leaves with a clean exit. No operation is lost.
func TestRollingRestart(t *testing.T) {
	redis, _ := startRedis(t)
	b := startBackends(t, 1)
	b.enforce(t, false)
	lb := newBalancer(t)
	children := map[string]*os.Process{}
	begin := func() {
		t.Helper()
		child := b.startChild(t, redis)
		children[child.url] = child.process
		lb.add(t, child.url)
	}
	begin()
	begin()
	l := startLoad(t, &front{backends: b, url: lb.URL})
	defer l.end()
	l.goesOn(t)
	for address, old := range children {
		signalTo(t, old)
		b.unready(t, address)
		l.goesOn(t) // through the one that leaves, too
		lb.drop(address)
		signalTo(t, old) // the balancer has heard it: no need to wait any longer
		if state, err := old.Wait(); err != nil || !state.Success() {
			t.Errorf("it left with %v, %v", state, err)
		}
		delete(children, address)
		begin()
		l.goesOn(t)
		if len(children) != 2 {
			t.Fatal(children)
		}
	}
	l.end()
	if l.answered.Load() == rollingClients*rollingMost {
		t.Error("the load ended before the restart")
	}
}

func signalTo(t *testing.T, p *os.Process) {
	t.Helper()
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// unready returns once a gateway says that nothing should be sent to it.
func (b *backends) unready(t *testing.T, address string) {
	t.Helper()
	for {
		response, err := b.client.Do(request(t, http.MethodGet, address+"/readyz", nil))
		if err != nil {
			t.Fatalf("it left before it said so: %v", err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if response.StatusCode == http.StatusServiceUnavailable {
			return
		}
	}
}
