package kazoo_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// crossbar is a fake backend: it hands out token-1, token-2, … and takes the last one only.
type crossbar struct {
	*httptest.Server

	mu     sync.Mutex
	hits   int
	asked  string // method and path of the last login
	body   string
	answer http.HandlerFunc // nil gives tokens
	token  string           // the one to give, "" for the next of the row
	good   string           // the one that is taken
}

func newCrossbar(t *testing.T) *crossbar {
	t.Helper()
	c := &crossbar{}
	c.Server = httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(c.Close)
	return c
}

func (c *crossbar) serve(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if !strings.HasSuffix(r.URL.Path, "_auth") {
		if r.Header.Get(kazoo.AuthHeader) != c.good {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"status":"success","data":{"id":"a"}}`))
		return
	}
	c.hits++
	sent, _ := io.ReadAll(r.Body)
	c.asked, c.body = r.Method+" "+r.URL.Path, string(sent)
	if c.answer != nil {
		c.answer(w, r)
		return
	}
	if c.good = c.token; c.good == "" {
		c.good = fmt.Sprintf("token-%d", c.hits)
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"auth_token":%q,"status":"success","data":{"account_id":%q}}`, c.good, master)
}

func (c *crossbar) set(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *crossbar) logins() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hits
}

// login fills in what a test does not care about.
func (c *crossbar) login(t *testing.T, cfg kazoo.LoginConfig) *kazoo.Login {
	t.Helper()
	cfg.BaseURL, cfg.Transport = c.URL+"/v2/", c.Client().Transport
	if cfg.APIKey == "" && cfg.User == "" {
		cfg.APIKey = "s3cret-key"
	}
	l, err := kazoo.NewLogin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLoginRequests(t *testing.T) {
	t.Parallel()
	// md5 of "admin:Passw0rd", by md5sum.
	const digest = "78aa974230c1546e098dc936aabfeb50"
	for _, tc := range []struct {
		name string
		cfg  kazoo.LoginConfig
		path string
		data map[string]string
	}{
		{"key", kazoo.LoginConfig{APIKey: "s3cret-key"}, "/v2/api_auth", map[string]string{"api_key": "s3cret-key"}},
		{"key before user", kazoo.LoginConfig{APIKey: "s3cret-key", User: "admin", Password: "x"}, "/v2/api_auth", map[string]string{"api_key": "s3cret-key"}},
		{
			"name",
			kazoo.LoginConfig{User: "Admin", Password: "Passw0rd", AccountName: "acme"},
			"/v2/user_auth",
			map[string]string{"credentials": digest, "method": "md5", "account_name": "acme"},
		},
		{
			"realm",
			kazoo.LoginConfig{User: "admin", Password: "Passw0rd", AccountRealm: "acme.sip.example.com"},
			"/v2/user_auth",
			map[string]string{"credentials": digest, "method": "md5", "account_realm": "acme.sip.example.com"},
		},
		{
			"id and number",
			kazoo.LoginConfig{User: "ADMIN", Password: "Passw0rd", AccountID: master, PhoneNumber: "+14155550100"},
			"/v2/user_auth",
			map[string]string{"credentials": digest, "method": "md5", "account_id": master, "phone_number": "+14155550100"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := newCrossbar(t)
			token, err := c.login(t, tc.cfg).Authorize(t.Context())
			if err != nil || token != "token-1" {
				t.Fatalf("%q, %v", token, err)
			}
			var sent struct {
				Data map[string]string `json:"data"`
			}
			if err := json.Unmarshal([]byte(c.body), &sent); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.data, sent.Data); diff != "" || c.asked != "PUT "+tc.path {
				t.Errorf("%s (-want +got):\n%s", c.asked, diff)
			}
		})
	}
}

// TestLoginSamples: the printed answers, whose token is none that can be read, so that it lasts an hour.
func TestLoginSamples(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"auth-user", "auth-api"} {
		now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
		c := newCrossbar(t)
		c.set(func() { c.answer = func(w http.ResponseWriter, _ *http.Request) { w.Write(room.Sample(t, name)) } })
		l := c.login(t, kazoo.LoginConfig{Now: func() time.Time { return now }})
		if account, err := l.Account(t.Context()); err != nil || account != master {
			t.Errorf("%s: account %q, %v", name, account, err)
		}
		token, err := l.Authorize(t.Context())
		if err != nil || token != "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.c2FtcGxl.c2ln" || c.logins() != 1 {
			t.Errorf("%s: %q, %v after %d logins", name, token, err, c.logins())
		}
		if life := contract.Facts[facts](t, room).TokenTTLSeconds; life != 3600 {
			t.Errorf("documented life %d s", life)
		}
	}
}

// TestLoginLife: when a token ends is the token's own word, else the manual's.
func TestLoginLife(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	sign := func(issued, expires time.Time) string {
		claims := jwt.RegisteredClaims{}
		if !issued.IsZero() {
			claims.IssuedAt = jwt.NewNumericDate(issued)
		}
		if !expires.IsZero() {
			claims.ExpiresAt = jwt.NewNumericDate(expires)
		}
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte("anybody's"))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	for name, c := range map[string]struct {
		token string
		life  time.Duration
	}{
		"opaque":                        {"opaque", time.Hour},
		"without an end":                {sign(now, time.Time{}), time.Hour},
		"with an end":                   {sign(time.Time{}, now.Add(30*time.Minute)), 30 * time.Minute},
		"of a backend that is ahead":    {sign(now.Add(time.Hour), now.Add(80*time.Minute)), 20 * time.Minute},
		"ended, if one trusts our time": {sign(time.Time{}, now.Add(-time.Minute)), time.Hour},
		"ends before it began":          {sign(now, now.Add(-time.Minute)), time.Hour},
		"for ever":                      {sign(now, now.AddDate(100, 0, 0)), time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			passed := time.Duration(0)
			backend := newCrossbar(t)
			backend.set(func() { backend.token = c.token })
			l := backend.login(t, kazoo.LoginConfig{Now: func() time.Time { return now.Add(passed) }})
			after := func(d time.Duration, logins int) {
				t.Helper()
				passed = d
				if _, err := l.Authorize(t.Context()); err != nil || backend.logins() != logins {
					t.Errorf("after %s: %d logins, want %d: %v", d, backend.logins(), logins, err)
				}
			}
			after(0, 1)
			after(c.life-61*time.Second, 1) // a minute before the end it is renewed by the way
			after(c.life, 2)
		})
	}
}

// TestLoginIsShared: all who wait share one login.
func TestLoginIsShared(t *testing.T) {
	t.Parallel()
	c := newCrossbar(t)
	l := c.login(t, kazoo.LoginConfig{})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			token, err := l.Authorize(t.Context())
			account, also := l.Account(t.Context())
			if err != nil || also != nil || token != "token-1" || account != master {
				t.Errorf("%q, %v; %q, %v", token, err, account, also)
			}
		})
	}
	all.Wait()
	if c.logins() != 1 {
		t.Errorf("%d logins", c.logins())
	}
}

// TestRevokedToken: a 401 to a call costs one login and no error.
func TestRevokedToken(t *testing.T) {
	t.Parallel()
	c := newCrossbar(t)
	l := c.login(t, kazoo.LoginConfig{})
	client, err := upstream.NewClient(upstream.Config{
		Backend: kazoo.Backend, BaseURL: c.URL + "/v2", AuthHeader: kazoo.AuthHeader, Credentials: l, General: kazoo.General(), Transport: c.Client().Transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	call := upstream.Call{Route: kazoo.ReadAccount, Params: map[string]string{"accountId": "a"}, Account: "a"}
	for _, logins := range []int{1, 2} {
		reply, err := client.Do(t.Context(), call)
		if err != nil || c.logins() != logins {
			t.Fatalf("%d logins, want %d: %v", c.logins(), logins, err)
		}
		if _, err := kazoo.DecodeAccount(reply.Body); err != nil {
			t.Error(err)
		}
		c.set(func() { c.good = "revoked" })
	}
}

// TestLoginRefused: the kind says whose fault it is, and the text nothing that was sent or answered.
func TestLoginRefused(t *testing.T) {
	t.Parallel()
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = w.Write([]byte(body))
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   upstream.Kind
		status int
	}{
		"wrong secret":     {status(401, string(room.Sample(t, "error-401"))), upstream.Unauthenticated, 401},
		"invalid":          {status(400, string(room.Sample(t, "error-400"))), upstream.Unauthenticated, 400},
		"unknown account":  {status(404, `s3cret`), upstream.Unauthenticated, 404},
		"too often":        {status(429, `s3cret`), upstream.RateLimited, 429},
		"out of order":     {status(503, `s3cret`), upstream.Unavailable, 503},
		"elsewhere":        {http.RedirectHandler("http://elsewhere.invalid/s3cret", 307).ServeHTTP, upstream.MalformedReply, 307},
		"not JSON":         {status(201, `<html>s3cret`), upstream.MalformedReply, 201},
		"an error":         {status(201, `{"status":"error","auth_token":"s3cret","data":{"account_id":"a"}}`), upstream.MalformedReply, 201},
		"without token":    {status(201, `{"status":"success","data":{"account_id":"s3cret"}}`), upstream.MalformedReply, 201},
		"without account":  {status(201, `{"status":"success","auth_token":"s3cret","data":{}}`), upstream.MalformedReply, 201},
		"no token at all":  {status(201, `{"status":"success","auth_token":"s3cret\r\nX: y","data":{"account_id":"a"}}`), upstream.MalformedReply, 201},
		"without an end":   {status(201, `{"status":"success","auth_token":"`+strings.Repeat("s3cret", 20_000)+`"}`), upstream.MalformedReply, 201},
		"breaks off":       {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, upstream.Unavailable, 0},
		"cut in the midst": {cut(`{"status":"s3cret`), upstream.Unavailable, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			backend := newCrossbar(t)
			backend.set(func() { backend.answer = c.answer })
			l := backend.login(t, kazoo.LoginConfig{})
			for range 2 {
				account, err := l.Account(t.Context())
				var refused *upstream.CredentialsError
				if !errors.As(err, &refused) || refused.Kind != c.kind || refused.Status != c.status || account != "" {
					t.Errorf("%q, %v; want %s (%d)", account, err, c.kind, c.status)
				} else if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), backend.URL) {
					t.Errorf("it says too much: %v", err)
				}
			}
			if c.kind == upstream.Unauthenticated && backend.logins() != 1 {
				t.Errorf("a wrong secret was sent %d times at once", backend.logins())
			}
		})
	}
}

// cut promises more than it sends.
func cut(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(body))
	}
}

func TestLoginGivenUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := newCrossbar(t)
	release := make(chan struct{})
	c.set(func() { c.answer = func(http.ResponseWriter, *http.Request) { <-release } })
	_, err := c.login(t, kazoo.LoginConfig{}).Authorize(ctx)
	close(release)
	var refused *upstream.CredentialsError
	if !errors.As(err, &refused) || refused.Kind != upstream.Canceled {
		t.Errorf("%v", err)
	}
}

func TestLoginConfig(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cfg  kazoo.LoginConfig
		want string // "" is valid
	}{
		{kazoo.LoginConfig{BaseURL: "https://k.example.com/v2", APIKey: "s3cret"}, ""},
		{kazoo.LoginConfig{BaseURL: "http://k:8000/v2", User: "u", Password: "s3cret", AccountName: "a"}, ""},
		{kazoo.LoginConfig{BaseURL: "http://k:8000/v2", User: "u", Password: "s3cret", PhoneNumber: "+1"}, ""},
		{kazoo.LoginConfig{BaseURL: "k.example.com", APIKey: "s3cret"}, "base URL"},
		{kazoo.LoginConfig{BaseURL: "ftp://k.example.com", APIKey: "s3cret"}, "base URL"},
		{kazoo.LoginConfig{BaseURL: "http://k/%zz", APIKey: "s3cret"}, "base URL"},
		{kazoo.LoginConfig{BaseURL: "http://k", User: "u", AccountName: "a"}, "neither"},
		{kazoo.LoginConfig{BaseURL: "http://k", Password: "s3cret", AccountName: "a"}, "neither"},
		{kazoo.LoginConfig{BaseURL: "http://k", User: "u", Password: "s3cret"}, "whose user"},
	} {
		l, err := kazoo.NewLogin(c.cfg)
		if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: %v, want %q", c.cfg, err, c.want)
		}
		printed := fmt.Sprintf("%v %+v %#v %v", c.cfg, c.cfg, c.cfg, err)
		if err == nil {
			printed += fmt.Sprintf("%v %+v %#v", l, l, l)
		}
		if strings.Contains(printed, "s3cret") {
			t.Errorf("a secret was printed: %s", printed)
		}
		if written, err := json.Marshal(c.cfg.String()); err != nil || strings.Contains(string(written), "s3cret") {
			t.Errorf("%s, %v", written, err)
		}
	}
}
