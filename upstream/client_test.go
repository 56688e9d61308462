package upstream_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
)

func TestRequestAndReply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Set-Cookie", "JSESSIONID=1")
			w.Header().Set("X-Request", "r-1")
			answer(w, http.StatusOK, `{"a":1}`)
		})
		calls, budget := &log{}, upstream.NewBudget(5)
		c := b.client(t, calls.on)
		for range 2 {
			call := upstream.Call{
				Route: readOne, Params: map[string]string{"id": "a/b"}, Query: url.Values{"expand": {"x y", "z"}},
			}
			reply, err := c.Do(upstream.WithBudget(t.Context(), budget), call)
			if err != nil {
				t.Fatal(err)
			}
			want := &upstream.Reply{Status: 200, Body: []byte(`{"a":1}`), Header: reply.Header}
			if d := cmp.Diff(want, reply); d != "" || reply.Header.Get("X-Request") != "r-1" || reply.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s; header %v", d, reply.Header)
			}
		}
		for _, got := range b.arrivals() {
			got.header.Del("Accept-Encoding")
			want := http.Header{
				"Accept": {"application/json"}, "User-Agent": {"marketgraph"}, "Authorization": {"Bearer key-1"},
			}
			if d := cmp.Diff(want, got.header); d != "" {
				t.Errorf("headers (-want +got):\n%s", d)
			}
			if got.url != "/root/api/things/a%2Fb?expand=x+y&expand=z" || got.method != "GET" || got.body != "" {
				t.Errorf("%s %s %q", got.method, got.url, got.body)
			}
		}
		if d := cmp.Diff(map[string]int{"b.one": 2}, budget.Calls()); d != "" {
			t.Error(d)
		}
		for _, i := range calls.infos {
			if i.Route != readOne || i.Attempt != 1 || !i.Sent || i.Status != 200 || i.Kind != 0 {
				t.Errorf("told %+v", i)
			}
		}
	})
}

func TestWriteAndViewer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) })
		c := b.client(t)
		if _, err := c.Do(t.Context(), aWrite()); err != nil {
			t.Fatal(err)
		}
		got := b.arrivals()[0]
		if got.body != `{"a":1}` || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("sent %q as %q", got.body, got.header.Get("Content-Type"))
		}
		_, err := c.Do(t.Context(), upstream.Call{Route: readMine, Token: "mine"})
		if upstream.KindOf(err) != upstream.MalformedReply { // an empty read
			t.Error(err)
		}
		if got := b.arrivals()[1].header.Get("Authorization"); got != "Bearer mine" {
			t.Errorf("Authorization %q", got)
		}
	})
}

// TestKindOfEachAnswer also proves that reads of the same route are repeated exactly where the kind says so.
func TestKindOfEachAnswer(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		handler http.HandlerFunc
		kind    upstream.Kind
		status  int
		sends   int
	}{
		{"400", status(400), upstream.Refused, 400, 1},
		{"403", status(403), upstream.Forbidden, 403, 1},
		{"404", status(404), upstream.NotFound, 404, 1},
		{"409", status(409), upstream.Refused, 409, 1},
		{"410", status(410), upstream.NotFound, 410, 1},
		{"429", status(429), upstream.RateLimited, 429, 3},
		{"500", status(500), upstream.Unavailable, 500, 3},
		{"503", status(503), upstream.Unavailable, 503, 3},
		{"dropped", drop, upstream.Unavailable, 0, 3},
		{"cut", cut, upstream.Unavailable, 0, 3},
		{"hanging", hang, upstream.Timeout, 0, 3},
		{"hanging body", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, upstream.Timeout, 0, 3},
		{"HTML", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, "<p>s3cret</p>")
		}, upstream.MalformedReply, 200, 1},
		{"no type", func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			io.WriteString(w, `{}`)
		}, upstream.MalformedReply, 200, 1},
		{"empty", func(http.ResponseWriter, *http.Request) {}, upstream.MalformedReply, 200, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, calls := serve(t, tc.handler), &log{}
				c := b.client(t, calls.on)
				call := aRead()
				call.Query = url.Values{"expand": {"s3cret"}}
				reply, err := c.Do(t.Context(), call)
				var e *upstream.Error
				if reply != nil || !errors.As(err, &e) {
					t.Fatalf("got %v, %v", reply, err)
				}
				if e.Kind != tc.kind || e.Status != tc.status || e.Backend != "b" || e.Route != "b.one" {
					t.Errorf("got %v: %+v", e, *e)
				}
				if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "backend.test") {
					t.Errorf("text tells too much: %s", err)
				}
				if got := len(b.arrivals()); got != tc.sends || calls.sent() != tc.sends {
					t.Errorf("%d arrived, %d told; want %d", got, calls.sent(), tc.sends)
				}
				last := calls.infos[len(calls.infos)-1]
				if last.Kind != tc.kind || last.Status != tc.status || last.Attempt != tc.sends {
					t.Errorf("told %+v", last)
				}
			})
		})
	}
}

func TestAcceptedBodies(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, media, body string
		status            int
		call              upstream.Call
	}{
		{"plain", "application/json", `{}`, 200, aRead()},
		{"problem", "application/problem+json", `{}`, 200, aRead()},
		{"capitals", "Application/JSON; charset=utf-8", `{}`, 200, aRead()},
		{"read with 204", "", "", 204, aRead()},
		{"write without answer", "", "", 200, aWrite()},
		{"delete", "", "", 204, upstream.Call{Route: dropOne}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header()["Content-Type"] = []string{tc.media}
					w.WriteHeader(tc.status)
					io.WriteString(w, tc.body)
				})
				reply, err := b.client(t).Do(t.Context(), tc.call)
				if err != nil || string(reply.Body) != tc.body || reply.Status != tc.status {
					t.Errorf("got %v, %v", reply, err)
				}
			})
		})
	}
}

func TestBodyIsBounded(t *testing.T) {
	t.Parallel()
	const limit = 1000
	doc := `"` + strings.Repeat("x", 10*limit) + `"`
	for name, write := range map[string]func(w http.ResponseWriter){
		"stated length": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "10002")
			io.WriteString(w, doc)
		},
		"chunked": func(w http.ResponseWriter) {
			w.(http.Flusher).Flush()
			io.WriteString(w, doc)
		},
		"small when compressed": func(w http.ResponseWriter) {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			io.WriteString(z, doc)
			z.Close()
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(b.Bytes())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					write(w)
				})
				c := b.client(t, func(cfg *upstream.Config) { cfg.MaxBody = limit })
				_, err := c.Do(t.Context(), aRead())
				if upstream.KindOf(err) != upstream.TooLarge || !strings.Contains(err.Error(), "maximum of 1000 bytes") {
					t.Error(err)
				}
				if n := len(b.arrivals()); n != 1 {
					t.Errorf("asked %d times", n)
				}
			})
		})
	}
}

func TestErrorBodyIsKeptShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			answer(w, 422, `{"code":"INVALID"}`+strings.Repeat(" s3cret", 10_000))
		})
		_, err := b.client(t).Do(t.Context(), aWrite())
		var e *upstream.Error
		if !errors.As(err, &e) || len(e.Body()) != 32<<10 || !bytes.HasPrefix(e.Body(), []byte(`{"code":"INVALID"}`)) {
			t.Fatalf("%v with %d bytes", err, len(e.Body()))
		}
		if strings.Contains(err.Error(), "s3cret") || e.Retryable() {
			t.Errorf("%v, retryable %v", err, e.Retryable())
		}
	})
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	hits := 0
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits++ }))
	defer stranger.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(stranger.URL, code))
		c, err := upstream.NewClient(upstream.Config{Backend: "b", BaseURL: server.URL, General: wide, Credentials: &keys{}})
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range []upstream.Call{aRead(), aWrite()} {
			_, err = c.Do(t.Context(), call)
			if upstream.KindOf(err) != upstream.Refused {
				t.Errorf("%d: %v", code, err)
			}
		}
		c.CloseIdleConnections()
		server.Close()
	}
	if hits > 0 {
		t.Errorf("credentials went to another host %d times", hits)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c, err := upstream.NewClient(upstream.Config{Backend: "b", BaseURL: server.URL, General: wide, Credentials: &keys{}, Bounds: upstream.Bounds{Attempts: 1}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(t.Context(), aRead())
	if upstream.KindOf(err) != upstream.Unavailable || strings.Contains(err.Error(), "127.0.0.1") {
		t.Error(err)
	}
}

func TestMisuseIsNotSent(t *testing.T) {
	t.Parallel()
	route := func(change func(*upstream.Route)) *upstream.Route {
		r := *readOne
		r.Path = "/things"
		change(&r)
		return &r
	}
	for _, tc := range []struct {
		name string
		call upstream.Call
		kind upstream.Kind
		text string
	}{
		{"no route", upstream.Call{}, upstream.Misused, "route"},
		{"no parameter", upstream.Call{Route: readOne}, upstream.Misused, `"id"`},
		{"unknown query", upstream.Call{Route: readOne, Params: map[string]string{"id": "1"}, Query: url.Values{"evil": {"s3cret"}}}, upstream.Misused, `"evil"`},
		{"foreign route", upstream.Call{Route: route(func(r *upstream.Route) { r.Backend = "c" })}, upstream.Misused, "client of b"},
		{"relative path", upstream.Call{Route: route(func(r *upstream.Route) { r.Path = ".evil.test/" })}, upstream.Misused, "slash"},
		{"bad method", upstream.Call{Route: route(func(r *upstream.Route) { r.Method = "B AD" })}, upstream.Misused, "request"},
		{"bad bucket", upstream.Call{Route: route(func(r *upstream.Route) { r.Bucket.Kind = 99 })}, upstream.Misused, "kind"},
		{"lane", upstream.Call{Route: route(func(*upstream.Route) {}), Lane: 7}, upstream.Misused, "lane"},
		{"read with body", upstream.Call{Route: route(func(*upstream.Route) {}), Body: []byte("{}")}, upstream.Misused, "body"},
		{"system with token", upstream.Call{Route: route(func(*upstream.Route) {}), Token: "s3cret"}, upstream.Misused, "token"},
		{"token with a line break", upstream.Call{Route: readMine, Token: "s3cret\r\nX: 1"}, upstream.Misused, "token"},
		{"viewer without token", upstream.Call{Route: readMine}, upstream.NoAuthority, `["viewer"]`},
		{"no service user", upstream.Call{Route: readOurs, As: upstream.ServiceUser}, upstream.NoAuthority, `["viewer" "serviceUser"]`},
		{"neither of both", upstream.Call{Route: readOurs}, upstream.NoAuthority, `["viewer" "serviceUser"]`},
		{"an authority that is not the route's", upstream.Call{Route: readMine, As: upstream.System}, upstream.Misused, `as "system"`},
		{"service user with a token", upstream.Call{Route: readOurs, As: upstream.ServiceUser, Token: "s3cret"}, upstream.Misused, "token"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := serve(t, status(200))
				_, err := b.client(t).Do(t.Context(), tc.call)
				if upstream.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text) || strings.Contains(err.Error(), "s3cret") {
					t.Errorf("got %v", err)
				}
				if n := len(b.arrivals()); n > 0 {
					t.Errorf("%d requests were sent", n)
				}
			})
		})
	}
}

func TestSystemWithoutCredentials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, status(200))
		c := b.client(t, func(cfg *upstream.Config) { cfg.Credentials = nil })
		_, err := c.Do(t.Context(), aRead())
		if upstream.KindOf(err) != upstream.NoAuthority || !strings.Contains(err.Error(), `["system"]`) {
			t.Error(err)
		}
	})
}

func TestConfigFaults(t *testing.T) {
	t.Parallel()
	_, err := upstream.NewClient(upstream.Config{BaseURL: "http://user:s3cret@host/?q", Bounds: upstream.Bounds{MaxBody: -1, Attempts: -1}})
	for _, want := range []string{"backend", "base URL", "general bucket", "above 0"} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	for _, raw := range []string{"", "host", "ftp://host", "http://", "http://host/#f", "http://ho st", "://"} {
		if _, err := upstream.NewClient(upstream.Config{Backend: "b", BaseURL: raw, General: wide}); err == nil {
			t.Errorf("base URL %q is accepted", raw)
		}
	}
}

func TestBudgetIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, calls := serve(t, status(200)), &log{}
		c, ctx := b.client(t, calls.on), upstream.WithBudget(t.Context(), upstream.NewBudget(2))
		for range 2 {
			if _, err := c.Do(ctx, aRead()); err != nil {
				t.Fatal(err)
			}
		}
		_, err := c.Do(ctx, aRead())
		var e *upstream.Error
		if !errors.As(err, &e) || e.Kind != upstream.BudgetSpent || e.Retryable() || !strings.Contains(err.Error(), "2 calls") {
			t.Error(err)
		}
		if n := len(b.arrivals()); n != 2 || calls.sent() != 2 || len(calls.infos) != 3 {
			t.Errorf("%d arrived, told %+v", n, calls.infos)
		}
	})
}

func TestPacedCallsAreNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, calls, budget := serve(t, status(200)), &log{}, upstream.NewBudget(10)
		c := b.client(t, calls.on, func(cfg *upstream.Config) {
			cfg.General = upstream.Bucket{Kind: upstream.LeakyBucket, Size: 1, PerSecond: 0.1}
		})
		ctx := upstream.WithBudget(t.Context(), budget)
		if _, err := c.Do(ctx, aRead()); err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		begin := time.Now()
		_, err := c.Do(short, aRead())
		var e *upstream.Error
		if !errors.As(err, &e) || e.Kind != upstream.Paced || !e.Retryable() || e.RetryAfter < 10*time.Second || e.RetryAfter > 11*time.Second {
			t.Errorf("%v: %+v", err, e)
		}
		if time.Since(begin) > 0 || len(b.arrivals()) != 1 || budget.Total() != 1 {
			t.Errorf("after %v: %d arrived, %d counted", time.Since(begin), len(b.arrivals()), budget.Total())
		}
		if _, err := c.Do(ctx, aRead()); err != nil || budget.Waited() < 10*time.Second || budget.Waited() > 11*time.Second {
			t.Errorf("%v, waited %v", err, budget.Waited())
		}
		last := calls.infos[len(calls.infos)-1]
		if calls.infos[1].Sent || calls.infos[1].Kind != upstream.Paced || last.Waited != budget.Waited() {
			t.Errorf("told %+v", calls.infos)
		}
	})
}

// endsLate is a context that is alive in the queue and over when its turn comes.
type endsLate struct {
	context.Context
	asked int
}

func (c *endsLate) Err() error {
	if c.asked++; c.asked > 1 {
		return context.Canceled
	}
	return nil
}

func TestUnusedSlotIsGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, budget := serve(t, status(200)), upstream.NewBudget(10)
		c := b.client(t, func(cfg *upstream.Config) {
			cfg.General = upstream.Bucket{Kind: upstream.LeakyBucket, Size: 1, PerSecond: 0.1}
		})
		ctx := upstream.WithBudget(t.Context(), budget)
		_, err := c.Do(&endsLate{Context: ctx}, aWrite())
		if upstream.KindOf(err) != upstream.Canceled || !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		begin := time.Now()
		if _, err := c.Do(ctx, aWrite()); err != nil || time.Since(begin) > 0 {
			t.Errorf("next call after %v: %v", time.Since(begin), err)
		}
		if len(b.arrivals()) != 1 || budget.Total() != 1 {
			t.Errorf("%d arrived, %d counted", len(b.arrivals()), budget.Total())
		}
	})
}

func TestSemaphoreIsHeldUntilTheBodyIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, later(time.Second, status(200)))
		c := b.client(t, func(cfg *upstream.Config) {
			cfg.General = upstream.Bucket{Kind: upstream.Semaphore, Size: 1}
		})
		begin, done := time.Now(), make(chan error)
		for range 3 {
			go func() {
				_, err := c.Do(t.Context(), aRead())
				done <- err
			}()
		}
		for range 3 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("three calls of a second, one at a time, took %v", took)
		}
	})
}

// TestReadsOverHTTP2: the body that keeps net/http from repeating reads is invisible there too.
func TestReadsOverHTTP2(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if r.ProtoMajor != 2 || len(body) > 0 || err != nil {
			t.Errorf("%s with %d bytes, %v", r.Proto, len(body), err)
		}
		answer(w, 200, `{}`)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	c, err := upstream.NewClient(upstream.Config{
		Backend: "b", BaseURL: server.URL, General: wide, Credentials: &keys{}, Transport: server.Client().Transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()
	if _, err := c.Do(t.Context(), aRead()); err != nil {
		t.Error(err)
	}
}
