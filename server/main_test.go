package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/resolvers"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// doc is JSON as a backend writes it.
type doc = map[string]any

// gateway is a server with one tenant over real HTTP, its backend and its log.
type gateway struct {
	*httptest.Server
	server *Server
	log    *lines

	mu    sync.Mutex
	calls map[string]int              // by path
	serve map[string]http.HandlerFunc // what the backend answers, by path
}

// claims are what introspection says of each token in use. There is no other
// token: everything else is inactive.
var claims = map[string]doc{
	"service-token-000000": {"active": true, "client_id": "batch", "grant_type": "client_credentials", "scope": "ROLE_PARTNER_READ"},
	"member-token-0000000": {"active": true, "sub": "ann", "client_id": "shop", "scope": "ROLE_USER"},
	"powerless-token-0000": {"active": true, "sub": "ann", "client_id": "shop", "scope": "openid"},
	"stranger-token-00000": {"active": true, "sub": "nobody", "client_id": "shop", "scope": "ROLE_USER"},
	"manager-token-000000": {"active": true, "sub": "max", "client_id": "shop", "scope": "ROLE_USER ROLE_CHANNEL_ADMIN"},
	"claimant-token-00000": {"active": true, "sub": "ann", "client_id": "shop", "scope": "ROLE_USER ROLE_CHANNEL_ADMIN"},
	"ghost-token-00000000": {"active": true, "sub": "ghost", "client_id": "shop", "scope": "ROLE_USER"},
}

// people is the directory: ann exists, max manages the marketplace, the ghost panics, the rest is nobody.
type people struct{}

// Person implements auth.Directory.
func (people) Person(_ context.Context, _, subject string) (auth.Person, error) {
	switch subject {
	case "ann":
		return auth.Person{ID: "ann", Roles: []auth.Role{auth.RoleUser}, Memberships: []auth.Membership{{CompanyID: "c1", Enabled: true}}}, nil
	case "max":
		return auth.Person{ID: "max", Memberships: []auth.Membership{{CompanyID: "c1", Enabled: true, Roles: []auth.Role{auth.RoleChannelAdmin}}}}, nil
	case "ghost":
		panic("a secret inside a panic")
	default:
		return auth.Person{}, nil
	}
}

// Customers implements auth.Directory: nobody here is a reseller.
func (people) Customers(context.Context, *auth.Viewer, auth.Role) ([]string, error) {
	return []string{}, nil
}

// start serves with these options; Tenants, Directory, Metrics and Log are set where absent.
func start(t *testing.T, o Options) *gateway {
	t.Helper()
	return startWith(t, o, func(*Tenant) {})
}

// startWith is start with a tenant that is changed first.
func startWith(t *testing.T, o Options, change func(*Tenant)) *gateway {
	t.Helper()
	g := &gateway{log: &lines{}, calls: map[string]int{}, serve: map[string]http.HandlerFunc{}}
	backend := httptest.NewServer(http.HandlerFunc(g.backend))
	t.Cleanup(backend.Close)
	o.Log = slog.New(slog.NewJSONHandler(g.log, nil))
	g.server = assemble(t, o, backend.URL, backend.Client(), change)
	g.Server = httptest.NewServer(g.server.Handler())
	t.Cleanup(g.Close)
	return g
}

// assemble makes a server of these options, with a backend that is reached by a client.
func assemble(t *testing.T, o Options, url string, client *http.Client, change func(*Tenant)) *Server {
	t.Helper()
	o.Directory, o.Metrics = people{}, NewMetrics()
	if o.Breakers == nil {
		o.Breakers = upstream.NewBreakers(upstream.DefaultBounds())
	}
	o.Tenants, o.DefaultTenant = []*Tenant{newTenant(t, o, url, client)}, "acme"
	change(o.Tenants[0])
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wide is a limit that no test reaches.
var wide = upstream.Bucket{Kind: upstream.LeakyBucket, Size: 1_000_000, PerSecond: 1_000_000}

// newTenant is wired as cmd does it, with a backend that also introspects tokens.
func newTenant(t *testing.T, o Options, url string, reach *http.Client) *Tenant {
	t.Helper()
	client, err := upstream.NewClient(upstream.Config{
		Backend: appdirect.Backend, BaseURL: url, Client: "test", Credentials: credentials{}, General: wide,
		Transport: reach.Transport, Bounds: upstream.Bounds{Attempts: 1}, Breakers: o.Breakers, OnCall: o.Metrics.Call,
	})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := cache.New(cache.Options{OnEvent: o.Metrics.Cache, Now: o.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	loading, err := loaders.NewTenant("acme", loaders.Backends{AppDirect: client}, loaders.Links{}, kept, limits.Default().PageItems)
	if err != nil {
		t.Fatal(err)
	}
	authenticator, err := auth.NewAuthenticator(t.Context(), auth.TenantConfig{
		Name: "acme", HTTP: reach,
		Introspection: &auth.IntrospectionConfig{URL: url + "/introspect", ClientID: "gateway", ClientSecret: "secret"},
	}, auth.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(authenticator.Close)
	return &Tenant{Name: "acme", Hosts: []string{"acme.example"}, Auth: authenticator, Loaders: loading, Introspection: IntrospectionEveryone}
}

type credentials struct{}

func (credentials) Authorize(context.Context) (string, error) { return "Bearer system", nil }
func (credentials) Invalidate(string)                         {}

// on says what the backend answers at a path.
func (g *gateway) on(path string, serve http.HandlerFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.serve[path] = serve
}

// answers makes the backend answer with a body at a path.
func (g *gateway) answers(path string, body any) {
	g.on(path, func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, body) })
}

func writeJSON(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

func (g *gateway) backend(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	serve := g.serve[r.URL.Path]
	if r.URL.Path != "/introspect" {
		g.calls[r.URL.Path]++
	}
	g.mu.Unlock()
	switch {
	case serve != nil:
		serve(w, r)
	case r.URL.Path == "/introspect":
		known, ok := claims[r.FormValue("token")]
		if !ok {
			known = doc{"active": false}
		}
		writeJSON(w, known)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// counts gives the backend's calls so far, by path.
func (g *gateway) counts() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls
}

// result is an answer as a client sees it.
type result struct {
	status int
	header http.Header
	text   string
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
	Extensions struct {
		Cost      *costReport
		Upstream  *upstreamReport
		Staleness []resolvers.Stale
	}
}

// codes are the errors' codes in their order.
func (r result) codes() (out []string) {
	for _, e := range r.Errors {
		code, _ := e.Extensions["code"].(string)
		out = append(out, code)
	}
	return out
}

// send sends a request whose host and headers come as name, value, name, value, …
func (g *gateway) send(t *testing.T, method, path, body string, header ...string) result {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, g.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "acme.example"
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Add(header[i], header[i+1])
	}
	response, err := g.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := result{status: response.StatusCode, header: response.Header, text: withoutCost(string(text))}
	if strings.Contains(response.Header.Get("Content-Type"), "json") && len(text) > 0 {
		if err := json.Unmarshal(text, &out); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
	return out
}

// withoutCost is the text of an answer that has nothing but its cost in extensions, without them.
func withoutCost(text string) string {
	if before, _, found := strings.Cut(text, `,"extensions":{"cost":`); found {
		return before + "}"
	}
	return text
}

// query posts a document, with a token where it is not "".
func (g *gateway) query(t *testing.T, token, document string, header ...string) result {
	t.Helper()
	body, err := json.Marshal(doc{"query": document})
	if err != nil {
		t.Fatal(err)
	}
	header = append(header, "Content-Type", "application/json")
	if token != "" {
		header = append(header, "Authorization", "Bearer "+token)
	}
	return g.send(t, http.MethodPost, "/api/graphql", string(body), header...)
}

// lines is a log that can be read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// events gives the log's lines with this message.
func (l *lines) events(t *testing.T, message string) (out []doc) {
	t.Helper()
	for line := range strings.Lines(l.String()) {
		var event doc
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		if event["msg"] == message {
			out = append(out, event)
		}
	}
	return out
}

// clock stands still.
func clock() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

var errSecret = errors.New("dial tcp 10.0.0.7: token=s3cret")

// quote writes a text as JSON.
func quote(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}
