package upstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

// issuer is a token endpoint: token-1, token-2, … or what answer says.
type issuer struct {
	*httptest.Server

	mu     sync.Mutex
	hits   int
	answer http.HandlerFunc // nil issues tokens of life seconds
	life   int
	gate   chan struct{} // when set, an answer waits for it
	last   *http.Request

	arrived chan struct{} // one for each request
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{life: 3600, arrived: make(chan struct{}, 100)}
	i.Server = httptest.NewServer(http.HandlerFunc(i.serve))
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) serve(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	i.mu.Lock()
	i.hits++
	i.last = r
	n, answerer, gate, life := i.hits, i.answer, i.gate, i.life
	i.mu.Unlock()
	i.arrived <- struct{}{}
	if gate != nil {
		<-gate
	}
	if answerer != nil {
		answerer(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"bearer","expires_in":%d}`, n, life)
}

func (i *issuer) set(f func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f()
}

func (i *issuer) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.hits
}

// clock is a time that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (i *issuer) credentials(c *clock) upstream.Credentials {
	return upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
		TokenURL: i.URL + "/oauth2/token", ClientID: "app-1", ClientSecret: "s3cret",
		Scopes: []string{"ROLE_PARTNER", "ROLE_PARTNER_READ"}, Now: c.now, Transport: i.Client().Transport,
	})
}

func mustAuthorize(t *testing.T, c upstream.Credentials, want string) {
	t.Helper()
	got, err := c.Authorize(t.Context())
	if err != nil || got != want {
		t.Errorf("Authorize = %q, %v; want %q", got, err, want)
	}
}

func TestTokenRequest(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	mustAuthorize(t, i.credentials(&clock{at: time.Now()}), "Bearer token-1")
	id, secret, ok := i.last.BasicAuth()
	if !ok || id != "app-1" || secret != "s3cret" || i.last.Form.Has("client_secret") {
		t.Errorf("Basic %q %q %v, form %v", id, secret, ok, i.last.Form)
	}
	if i.last.Form.Get("grant_type") != "client_credentials" || i.last.Form.Get("scope") != "ROLE_PARTNER ROLE_PARTNER_READ" {
		t.Errorf("form %v", i.last.Form)
	}
}

func TestTokenLife(t *testing.T) {
	t.Parallel()
	i, c := newIssuer(t), &clock{at: time.Now()}
	creds := i.credentials(c)
	mustAuthorize(t, creds, "Bearer token-1")
	c.pass(58 * time.Minute)
	mustAuthorize(t, creds, "Bearer token-1")
	if i.count() != 1 {
		t.Errorf("%d fetches of a fresh token", i.count())
	}
	c.pass(3 * time.Minute) // past its expiry
	mustAuthorize(t, creds, "Bearer token-2")
}

func TestTokenWithoutStatedLife(t *testing.T) {
	t.Parallel()
	i, c := newIssuer(t), &clock{at: time.Now()}
	i.answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token":"forever","token_type":"bearer"}`)
	}
	creds := i.credentials(c)
	mustAuthorize(t, creds, "Bearer forever")
	c.pass(time.Hour)
	mustAuthorize(t, creds, "Bearer forever")
	if i.count() != 2 {
		t.Errorf("%d fetches: a token that states no life is not kept forever", i.count())
	}
}

// TestAgeingToken: within the margin the old token serves at once, whatever the token endpoint does.
func TestAgeingToken(t *testing.T) {
	t.Parallel()
	i, c := newIssuer(t), &clock{at: time.Now()}
	creds := i.credentials(c)
	mustAuthorize(t, creds, "Bearer token-1")
	c.pass(59*time.Minute + 30*time.Second)
	gate := make(chan struct{})
	i.set(func() { i.gate = gate })
	for range 5 {
		mustAuthorize(t, creds, "Bearer token-1")
	}
	i.set(func() { i.gate = nil })
	close(gate)
	for header := ""; header != "Bearer token-2"; { // the flight lands when it lands
		var err error
		if header, err = creds.Authorize(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if i.count() != 2 {
		t.Errorf("%d fetches", i.count())
	}
}

func TestSingleFlight(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.gate = make(chan struct{})
	creds := i.credentials(&clock{at: time.Now()})
	first, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := creds.Authorize(first)
		left <- err
	}()
	<-i.arrived // its fetch is under way
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { mustAuthorize(t, creds, "Bearer token-1") })
	}
	leave()
	var e *upstream.CredentialsError
	if err := <-left; !errors.As(err, &e) || e.Kind != upstream.Canceled || !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	close(i.gate) // the fetch goes on although its first caller is gone
	wg.Wait()
	if i.count() != 1 {
		t.Errorf("%d fetches", i.count())
	}
}

func TestInvalidateDropsExactlyThatToken(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	creds := i.credentials(&clock{at: time.Now()})
	mustAuthorize(t, creds, "Bearer token-1")
	creds.Invalidate("Bearer token-1")
	mustAuthorize(t, creds, "Bearer token-2")
	creds.Invalidate("Bearer token-1") // a late 401 of the old one
	mustAuthorize(t, creds, "Bearer token-2")
	if i.count() != 2 {
		t.Errorf("%d fetches", i.count())
	}
}

func TestTokenFailures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		answer http.HandlerFunc
		kind   upstream.Kind
		status int
	}{
		{"invalid client", status(400), upstream.Unauthenticated, 400},
		{"401", status(401), upstream.Unauthenticated, 401},
		{"403", status(403), upstream.Unauthenticated, 403},
		{"429", status(429), upstream.RateLimited, 429},
		{"503", status(503), upstream.Unavailable, 503},
		{"redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", 307) }, upstream.Refused, 307},
		{"dropped", drop, upstream.Unavailable, 0},
		{"no token", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, `{"x":"s3cret"}`) }, upstream.MalformedReply, 0},
		{"not JSON", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, `s3cret`) }, upstream.MalformedReply, 0},
		{"no header value", func(w http.ResponseWriter, _ *http.Request) {
			answer(w, 200, `{"access_token":"s3cret\r\nX: 1"}`)
		}, upstream.MalformedReply, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			i := newIssuer(t)
			i.answer = tc.answer
			_, err := i.credentials(&clock{at: time.Now()}).Authorize(t.Context())
			var e *upstream.CredentialsError
			if !errors.As(err, &e) || e.Kind != tc.kind || e.Status != tc.status {
				t.Fatalf("got %v: %+v", err, e)
			}
			if text := err.Error(); strings.Contains(text, "s3cret") || strings.Contains(text, "127.0.0.1") {
				t.Errorf("text tells too much: %s", text)
			}
		})
	}
}

func TestRefusedClientIsNotPresentedAgainAtOnce(t *testing.T) {
	t.Parallel()
	i, c := newIssuer(t), &clock{at: time.Now()}
	i.answer = status(401)
	creds := i.credentials(c)
	for range 10 {
		if _, err := creds.Authorize(t.Context()); err == nil {
			t.Fatal("authorised")
		}
	}
	if i.count() != 1 {
		t.Errorf("%d fetches with a refused secret", i.count())
	}
	i.set(func() { i.answer = nil })
	c.pass(6 * time.Second)
	mustAuthorize(t, creds, "Bearer token-2")
}

// TestOutageWithinTheMargin: the old token serves to its end, and the endpoint is not asked at each call.
func TestOutageWithinTheMargin(t *testing.T) {
	t.Parallel()
	i, c := newIssuer(t), &clock{at: time.Now()}
	creds := i.credentials(c)
	mustAuthorize(t, creds, "Bearer token-1")
	i.set(func() { i.answer = status(503) })
	c.pass(59*time.Minute + 10*time.Second)
	mustAuthorize(t, creds, "Bearer token-1")
	<-i.arrived
	<-i.arrived
	c.pass(time.Minute)
	var e *upstream.CredentialsError
	if _, err := creds.Authorize(t.Context()); !errors.As(err, &e) || e.Kind != upstream.Unavailable {
		t.Errorf("after its expiry: %v", err)
	}
}

func TestTokenTimeout(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.answer = hang
	creds := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
		TokenURL: i.URL, ClientID: "app-1", ClientSecret: "s3cret", Timeout: time.Millisecond, Transport: i.Client().Transport,
	})
	var e *upstream.CredentialsError
	if _, err := creds.Authorize(t.Context()); !errors.As(err, &e) || e.Kind != upstream.Timeout {
		t.Error(err)
	}
}

func TestSecretIsNotPrinted(t *testing.T) {
	t.Parallel()
	cfg := upstream.ClientCredentialsConfig{ClientID: "app-1", ClientSecret: "s3cret"}
	creds := upstream.NewClientCredentials(cfg)
	for _, v := range []any{cfg, &cfg, creds, struct {
		C upstream.ClientCredentialsConfig
	}{cfg}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "s3cret") {
				t.Errorf("%s of %T: %s", verb, v, got)
			}
		}
		if got, _ := json.Marshal(v); strings.Contains(string(got), "s3cret") {
			t.Errorf("JSON of %T: %s", v, got)
		}
	}
}
