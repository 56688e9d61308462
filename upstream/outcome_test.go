package upstream_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

// outcomes are the ways in which a call ends, in the order of how far it gets.
var outcomes = []struct {
	name    string
	handler http.HandlerFunc           // what the backend does; nil where nothing gets to it
	change  func(cfg *upstream.Config) // nil for none
	network func(tr *http.Transport)   // nil for one that works
	caller  time.Duration              // how long the caller waits, 0 for as long as it takes
	kind    upstream.Kind              // of the error
	unknown bool                       // whether a write may have been done
	retry   bool                       // whether a write may be tried again as it is
}{
	{name: "no name for the host", network: dialing(&net.DNSError{IsNotFound: true}), kind: upstream.Unavailable, retry: true},
	{name: "nobody listens", network: dialing(errors.New("refused")), kind: upstream.Unavailable, retry: true},
	{name: "dialling takes too long", network: stuck, kind: upstream.Timeout, retry: true},
	{name: "the caller leaves while it is dialled", network: stuck, caller: time.Second, kind: upstream.Timeout, retry: true},
	{name: "hung up unread", network: hungUp, kind: upstream.Unavailable, unknown: true},
	{name: "no answer", handler: hang, kind: upstream.Timeout, unknown: true},
	{name: "the caller leaves while it waits", handler: hang, caller: time.Second, kind: upstream.Timeout, unknown: true},
	{name: "reset after it was read", handler: drop, kind: upstream.Unavailable, unknown: true},
	{name: "half of an answer", handler: cut, kind: upstream.Unavailable, unknown: true},
	{name: "half of a header", handler: halfHeader, kind: upstream.Unavailable, unknown: true},
	{name: "an answer that never ends", handler: trickle, kind: upstream.Timeout, unknown: true},
	{name: "500", handler: status(500), kind: upstream.Unavailable, unknown: true},
	{name: "502", handler: status(502), kind: upstream.Unavailable, unknown: true},
	{name: "503", handler: status(503), kind: upstream.Unavailable, unknown: true},
	{name: "504", handler: status(504), kind: upstream.Unavailable, unknown: true},
	{name: "303", handler: status(303), kind: upstream.Refused, unknown: true},
	{name: "a page for people", handler: page, kind: upstream.MalformedReply, unknown: true},
	{name: "too much of an answer", handler: status(200), change: tiny, kind: upstream.TooLarge, unknown: true},
	{name: "400", handler: status(400), kind: upstream.Refused},
	{name: "401", handler: status(401), kind: upstream.Unauthenticated},
	{name: "403", handler: status(403), kind: upstream.Forbidden},
	{name: "404", handler: status(404), kind: upstream.NotFound},
	{name: "409", handler: status(409), kind: upstream.Refused},
	{name: "429", handler: status(429), kind: upstream.RateLimited, retry: true},
}

// TestOutcomes: an error of a write says whether it may have been done, and no error of a read says so.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, tc := range outcomes {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := serve(t, tc.handler)
				if tc.network != nil {
					tc.network(b.transport)
				}
				c := b.client(t, func(cfg *upstream.Config) {
					cfg.Attempts, cfg.Credentials = 1, upstream.Static("Bearer key")
					if tc.change != nil {
						tc.change(cfg)
					}
				})
				for _, call := range []upstream.Call{aWrite(), {Route: dropOne}, {Route: armedGet}, aRead(), {Route: posted, Body: []byte(`{}`)}} {
					writes := !call.Route.Idempotent()
					e := failing(t, c, call, tc.caller)
					if e.Kind != tc.kind || e.OutcomeUnknown() != (tc.unknown && writes) {
						t.Errorf("%s: %v, outcome unknown: %t", call.Route.Name, e, e.OutcomeUnknown())
					}
					if writes && e.Retryable() != tc.retry {
						t.Errorf("%s: %v, retryable: %t", call.Route.Name, e, e.Retryable())
					}
				}
			})
		})
	}
}

var (
	armedGet = &upstream.Route{Name: "b.armed", Backend: "b", Method: "GET", Path: "/armed", Effect: upstream.Writes, Authority: upstream.System}
	posted   = &upstream.Route{Name: "b.posted", Backend: "b", Method: "POST", Path: "/posted", Effect: upstream.Reads, Authority: upstream.System}
)

func failing(t *testing.T, c *upstream.Client, call upstream.Call, patience time.Duration) *upstream.Error {
	t.Helper()
	ctx := t.Context()
	if patience > 0 {
		limited, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		ctx = limited
	}
	_, err := c.Do(ctx, call)
	var e *upstream.Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: %v", call.Route.Name, err)
	}
	return e
}

func succeed(t *testing.T, c *upstream.Client, call upstream.Call) {
	t.Helper()
	if _, err := c.Do(t.Context(), call); err != nil {
		t.Errorf("%s: %v", call.Route.Name, err)
	}
}

func dialing(err error) func(*http.Transport) {
	return func(tr *http.Transport) {
		tr.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
}

func stuck(tr *http.Transport) {
	tr.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
}

// hungUp takes a connection and none of what is written to it.
func hungUp(tr *http.Transport) {
	tr.DialContext = func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		return ours, theirs.Close()
	}
}

func page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, "<html>")
}

func tiny(cfg *upstream.Config) { cfg.MaxBody = 4 }

func halfHeader(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Ty")
		_ = conn.Close()
	}
}

// trickle begins to answer, and goes on for ever.
func trickle(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, `{"a":`)
	_ = http.NewResponseController(w).Flush()
	hang(w, r)
}

// TestUnsentIsKnown: what did not leave this process was not done.
func TestUnsentIsKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, later(20*time.Second, status(200)))
		one := upstream.Bucket{Kind: upstream.Semaphore, Size: 1}
		c := b.client(t, func(cfg *upstream.Config) { cfg.General, cfg.HeaderTimeout = one, time.Hour })
		go succeed(t, c, aRead())
		synctest.Wait()
		if e := failing(t, c, aWrite(), time.Second); e.Kind != upstream.Paced || e.OutcomeUnknown() || !e.Retryable() {
			t.Errorf("paced: %v, outcome unknown: %t", e, e.OutcomeUnknown())
		}
		spent := upstream.WithBudget(t.Context(), upstream.NewBudget(0))
		_, err := c.Do(spent, aWrite())
		var e *upstream.Error
		if !errors.As(err, &e) || e.Kind != upstream.BudgetSpent || e.OutcomeUnknown() {
			t.Errorf("budget: %v", err)
		}
		if n := len(b.arrivals()); n != 1 {
			t.Errorf("%d arrived", n)
		}
		time.Sleep(2 * time.Minute) // lets the first one end
	})
}

// TestSilentTransportProvesNothing: one that tells nothing of its connections is not believed to have had none.
func TestSilentTransportProvesNothing(t *testing.T) {
	t.Parallel()
	c, err := upstream.NewClient(upstream.Config{
		Backend: "b", BaseURL: "http://backend.test", General: wide, Credentials: upstream.Static("Bearer key"),
		Transport: mute{},
	})
	if err != nil {
		t.Fatal(err)
	}
	if e := failing(t, c, aWrite(), 0); !e.OutcomeUnknown() {
		t.Error(e)
	}
}

type mute struct{}

func (mute) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("gone") }

// TestMalformedWrite: the decoder of a write's answer comes after it was done.
func TestMalformedWrite(t *testing.T) {
	t.Parallel()
	for route, unknown := range map[*upstream.Route]bool{writeOne: true, readOne: false, posted: false, armedGet: true} {
		var e *upstream.Error
		if err := upstream.Malformed(route, io.EOF); !errors.As(err, &e) || e.OutcomeUnknown() != unknown || e.Retryable() {
			t.Errorf("%s: %v, outcome unknown: %t", route.Name, err, e.OutcomeUnknown())
		}
		if err := upstream.Answered(route, upstream.NotFound, io.EOF); !errors.As(err, &e) || e.OutcomeUnknown() || e.Kind != upstream.NotFound {
			t.Errorf("%s: %v, outcome unknown: %t", route.Name, err, e.OutcomeUnknown())
		}
		if strings.Contains(e.Error(), "EOF") || !errors.Is(e, io.EOF) {
			t.Errorf("%s: %v", route.Name, e)
		}
	}
}

// TestWritesGoFirst: the queue lets a write out before reads that came before it, unless it was put elsewhere.
func TestWritesGoFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, later(time.Second, status(200)))
		c := b.client(t, func(cfg *upstream.Config) { cfg.General = upstream.Bucket{Kind: upstream.Semaphore, Size: 1} })
		behind := aWrite()
		behind.Lane = upstream.Background
		for _, call := range []upstream.Call{aRead(), behind, aRead(), {Route: posted, Body: []byte(`{}`)}, aWrite(), {Route: armedGet}} {
			go succeed(t, c, call)
			synctest.Wait()
		}
		time.Sleep(10 * time.Second)
		var got []string
		for _, a := range b.arrivals() {
			got = append(got, a.method+" "+a.url)
		}
		want := "GET /root/api/things/7, POST /root/api/things, GET /root/api/armed, GET /root/api/things/7, POST /root/api/posted, POST /root/api/things"
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s\nwant %s", s, want)
		}
	})
}

// TestWritesAreWaitedFor longer than reads, but no longer than their caller waits.
func TestWritesAreWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, later(20*time.Second, status(200)))
		c := b.client(t)
		succeed(t, c, aWrite())
		begin := time.Now()
		if e := failing(t, c, aWrite(), 10*time.Second); e.Kind != upstream.Timeout || time.Since(begin) != 10*time.Second {
			t.Errorf("%v after %v", e, time.Since(begin))
		}
		short := b.client(t, func(cfg *upstream.Config) { cfg.WriteTimeout = time.Second })
		begin = time.Now()
		if e := failing(t, short, aWrite(), 0); e.Kind != upstream.Timeout || time.Since(begin) != time.Second {
			t.Errorf("%v after %v", e, time.Since(begin))
		}
		if e := failing(t, c, aRead(), 0); e.Kind != upstream.Timeout {
			t.Error(e)
		}
	})
}

// TestPostedReadIsRetried although its method is a write's.
func TestPostedReadIsRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, script(status(503), drop, status(200)))
		if _, err := b.client(t).Do(t.Context(), upstream.Call{Route: posted, Body: []byte(`{"query":"q"}`)}); err != nil {
			t.Fatal(err)
		}
		for i, a := range b.arrivals() {
			if a.body != `{"query":"q"}` {
				t.Errorf("attempt %d sent %q", i+1, a.body)
			}
		}
	})
}

// TestEmptyWriteSaysSo: a length of 0, not a body of unknown length.
func TestEmptyWriteSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var length int64
		var encoding []string
		b := serve(t, func(w http.ResponseWriter, r *http.Request) {
			length, encoding = r.ContentLength, r.TransferEncoding
			status(200)(w, r)
		})
		if _, err := b.client(t).Do(t.Context(), upstream.Call{Route: writeOne}); err != nil {
			t.Fatal(err)
		}
		if got := b.arrivals()[0].header.Get("Content-Length"); length != 0 || encoding != nil || got != "0" {
			t.Errorf("length %d (header %q), encoding %v", length, got, encoding)
		}
	})
}

// TestRouteHeader: what a route names is sent with it alone, and without a value it is not sent.
func TestRouteHeader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, status(200))
		named := *writeOne
		named.Header = []string{"AD-Partner"}
		header := http.Header{}
		header.Set("AD-Partner", "ACME")
		c := b.client(t, func(cfg *upstream.Config) { cfg.RouteHeader = header })
		for _, r := range []*upstream.Route{&named, writeOne} {
			if _, err := c.Do(t.Context(), upstream.Call{Route: r}); err != nil {
				t.Fatal(err)
			}
		}
		if seen := b.arrivals(); seen[0].header.Get("AD-Partner") != "ACME" || seen[1].header.Get("AD-Partner") != "" {
			t.Errorf("%v, %v", seen[0].header, seen[1].header)
		}
		e := failing(t, b.client(t), upstream.Call{Route: &named}, 0)
		if e.Kind != upstream.Forbidden || !strings.Contains(e.Error(), "AD-Partner") || len(b.arrivals()) != 2 {
			t.Errorf("without a value: %v", e)
		}
	})
}
