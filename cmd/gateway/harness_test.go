package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/sandbox"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// backends is a sandbox behind real HTTP on loopback, as `gateway serve` runs it.
type backends struct {
	box    *sandbox.Sandbox
	server *httptest.Server
	client *http.Client

	mu      sync.Mutex
	tokens  map[string]string
	lenient bool // calls beyond the limits are answered
}

// demoDay is the day that demo data is of in tests, whenever they run.
var demoDay = time.Date(2026, time.January, 15, 0, 0, 0, 0, time.UTC)

// demoData is what the sandboxes of tests have copies of.
var demoData sandbox.Worlds

// startBackends starts the demo marketplaces of a seed.
func startBackends(t *testing.T, seed uint64) *backends {
	t.Helper()
	return backendsOf(t, sandbox.Options{Seed: seed, Today: demoDay, Worlds: &demoData})
}

func backendsOf(t *testing.T, o sandbox.Options) *backends {
	t.Helper()
	box, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	b := &backends{box: box, server: httptest.NewServer(box.Handler()), tokens: map[string]string{}}
	t.Cleanup(b.server.Close)
	transport := &http.Transport{}
	b.client = &http.Client{Transport: transport}
	t.Cleanup(transport.CloseIdleConnections)
	return b
}

// front is one gateway, made by the code that the binary runs, in front of backends.
type front struct {
	*backends
	url     string
	gateway *gateway
	log     *logBook
}

// patience is the deadline of operations in tests that are not about time: a
// machine under load must not fail them.
const patience = time.Minute

// start builds a cold gateway with its own cache and its own pacer. It is
// closed by the test, or earlier by stop.
func (b *backends) start(t *testing.T, adjust ...func(*Config)) *front {
	t.Helper()
	g, stop := b.startUntil(t, adjust...)
	t.Cleanup(stop)
	return g
}

func (b *backends) startUntil(t *testing.T, adjust ...func(*Config)) (*front, func()) {
	t.Helper()
	cfg := sandboxConfig(b.box, strings.TrimPrefix(b.server.URL, "http://"))
	cfg.Redis = Secret{} // whatever REDIS_URL says: a cold gateway is cold
	cfg.easy()
	if b.isLenient() {
		cfg.unpaced()
	}
	for _, f := range adjust {
		f(cfg)
	}
	book := &logBook{}
	g, err := build(t.Context(), cfg, slog.New(slog.NewJSONHandler(book, nil)))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g.server.Handler())
	stop := sync.OnceFunc(func() { server.Close(); g.close() })
	return &front{backends: b, url: server.URL, gateway: g, log: book}, stop
}

// easy is a configuration in tests that are not about time, nor about who asks how much, except where they say so.
func (cfg *Config) easy() {
	cfg.Limits.Deadline = patience
	for i := range cfg.Tenants {
		cfg.Tenants[i].Cost.Each = &PointsConfig{Size: maxPoints, PerSecond: maxPoints}
	}
}

// unpaced lets a gateway make any number of calls to AppDirect without a wait.
func (cfg *Config) unpaced() {
	granted := BucketConfig{Size: 1 << 20, PerSecond: 1 << 20}
	routes := map[string]BucketConfig{}
	for _, r := range appdirect.Routes() {
		if r.Bucket.Kind != upstream.General {
			routes[r.Name] = granted
		}
	}
	for i := range cfg.Tenants {
		cfg.Tenants[i].AppDirect.Limits = BucketsConfig{General: &granted, Routes: routes}
	}
}

// logBook keeps what a gateway logs.
type logBook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// ask is one GraphQL request. Zero fields mean acme, and nobody signed in.
type ask struct {
	tenant string // by host; "" is acme
	as     string // persona of that tenant; "" sends no token
	stage  string // "/preview", or "" for production
	header http.Header
	doc    string
	vars   map[string]any
}

// reply is its answer.
type reply struct {
	status int
	header http.Header
	body   []byte
	data   map[string]any
	errors []fault
}

// fault is one of errors[].
type fault struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path"`
	Extensions map[string]any `json:"extensions"`
}

func (f fault) code() string {
	code, _ := f.Extensions["code"].(string)
	return code
}

// query posts a request as a client would.
func (g *front) query(t testing.TB, a ask) reply {
	t.Helper()
	return g.read(t, g.request(t, a))
}

// request makes the request of an ask.
func (g *front) request(t testing.TB, a ask) *http.Request {
	t.Helper()
	if a.tenant == "" {
		a.tenant = "acme"
	}
	body, err := json.Marshal(map[string]any{"query": a.doc, "variables": a.vars})
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, http.MethodPost, g.url+"/api/graphql"+a.stage, body)
	r.Host = a.tenant + ".localhost"
	r.Header.Set("Content-Type", "application/json")
	if a.as != "" {
		r.Header.Set("Authorization", "Bearer "+g.token(t, a.tenant, a.as))
	}
	maps.Copy(r.Header, a.header)
	return r
}

func (b *backends) read(t testing.TB, r *http.Request) reply {
	t.Helper()
	status, header, body := b.do(t, r)
	out := reply{status: status, header: header, body: body}
	var answer struct {
		Data   map[string]any `json:"data"`
		Errors []fault        `json:"errors"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil {
		t.Fatalf("no GraphQL answer: %v\n%.500s", err, body)
	}
	out.data, out.errors = answer.Data, answer.Errors
	return out
}

// must is query for requests that have to succeed as a whole.
func (g *front) must(t testing.TB, a ask) map[string]any {
	t.Helper()
	got := g.query(t, a)
	if got.status != http.StatusOK || len(got.errors) > 0 {
		t.Fatalf("%s\nanswered %d: %.2000s", a.doc, got.status, got.body)
	}
	return got.data
}

func request(t testing.TB, method, address string, body []byte) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (b *backends) do(t testing.TB, r *http.Request) (int, http.Header, []byte) {
	t.Helper()
	response, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, body
}

// token signs a persona in, once per sandbox, by a request of the test's own.
func (b *backends) token(t testing.TB, tenant, persona string) string {
	t.Helper()
	return b.tokenFor(t, tenant, persona)
}

// tokenFor is token with only these scopes of the persona's; all when none is named.
func (b *backends) tokenFor(t testing.TB, tenant, persona string, scopes ...string) string {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	key := tenant + "/" + persona + "/" + strings.Join(scopes, " ")
	if known := b.tokens[key]; known != "" {
		return known
	}
	p, err := findPersona(tenant, persona)
	if err != nil {
		t.Fatal(err)
	}
	if len(scopes) > 0 {
		p.Scopes = scopes
	}
	b.tokens[key] = b.signIn(t, tenant, p)
	return b.tokens[key]
}

// signIn gets a token for whoever p is.
func (b *backends) signIn(t testing.TB, tenant string, p sandbox.Persona) string {
	t.Helper()
	form := url.Values{
		"grant_type": {p.Grant}, "scope": {strings.Join(p.Scopes, " ")}, "username": {p.Email}, "password": {p.Password},
	}
	r := request(t, http.MethodPost, b.rest(tenant)+"/oauth2/token", []byte(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(p.ClientID, p.ClientSecret)
	status, _, body := b.do(t, r)
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &got); err != nil || got.Token == "" {
		t.Fatalf("no token for %s of %s: %d %s", p, tenant, status, body)
	}
	return got.Token
}

// rest is the address of a tenant's REST interface.
func (b *backends) rest(tenant string) string { return b.server.URL + "/" + tenant + "/appdirect" }

// control steers the sandbox, without a network, and must succeed.
func (b *backends) control(t testing.TB, method, path, body string) []byte {
	t.Helper()
	answer := httptest.NewRecorder()
	b.server.Config.Handler.ServeHTTP(answer, httptest.NewRequest(method, "/_sandbox"+path, strings.NewReader(body)))
	if answer.Code != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, answer.Code, answer.Body)
	}
	return answer.Body.Bytes()
}

// calls is what the sandbox counted since the last forgetCalls.
type calls struct {
	Total      int            `json:"total"`
	ByBackend  map[string]int `json:"byBackend"`
	ByRoute    map[string]int `json:"byRoute"`
	Violations int            `json:"rateLimitViolations"`
	Violated   map[string]int `json:"violationsByBackend"`
}

func (b *backends) calls(t testing.TB) calls {
	t.Helper()
	var c calls
	if err := json.Unmarshal(b.control(t, http.MethodGet, "/calls", ""), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *backends) forgetCalls(t testing.TB) { b.control(t, http.MethodDelete, "/calls", "") }

// enforce says whether the sandbox refuses calls beyond its documented limits.
// Tests that are not about pacing let it take any number, and the gateways that
// they start from then on do not wait.
func (b *backends) enforce(t testing.TB, limits bool) {
	t.Helper()
	b.mu.Lock()
	b.lenient = !limits
	b.mu.Unlock()
	b.control(t, http.MethodPut, "/limits", `{"enforce":`+strconv.FormatBool(limits)+`}`)
}

func (b *backends) isLenient() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lenient
}

// withoutLimits runs f while the sandbox lets any number of calls through, for
// walks of the test's own.
func (b *backends) withoutLimits(t testing.TB, f func()) {
	t.Helper()
	b.enforce(t, false)
	defer b.enforce(t, true)
	f()
}

// counter reads one of a gateway's metrics, 0 where it has none of that name yet.
func (g *front) counter(t testing.TB, name string) float64 {
	t.Helper()
	status, _, body := g.do(t, request(t, http.MethodGet, g.url+"/metrics", nil))
	if status != http.StatusOK {
		t.Fatalf("the metrics: %d", status)
	}
	for line := range strings.Lines(string(body)) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	return 0
}

// at digs into decoded JSON: at(data, "companies", "totalCount").
func at(v any, path ...string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// list is at for a list; nil where there is none.
func list(v any, path ...string) []any {
	out, _ := at(v, path...).([]any)
	return out
}

// text is at for a text or a number; "" where there is none.
func text(v any, path ...string) string {
	switch s := at(v, path...).(type) {
	case string:
		return s
	case json.Number:
		return s.String()
	default:
		return ""
	}
}
