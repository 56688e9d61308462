package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// fixture is a sandbox behind real HTTP.
type fixture struct {
	box *Sandbox
	srv *httptest.Server

	mu     sync.Mutex
	tokens map[string]string
}

// fakeClock is a clock that moves when told to.
type fakeClock struct {
	mu sync.Mutex
	at time.Time
}

// testDay is the day that demo data is of in tests, whenever they run.
var testDay = time.Date(2026, time.January, 15, 0, 0, 0, 0, time.UTC)

// demoData is what the sandboxes of tests have copies of.
var demoData Worlds

func newClock() *fakeClock { return &fakeClock{at: time.Date(2026, 2, 1, 9, 0, 0, 0, time.UTC)} }

func (c *fakeClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func start(t *testing.T, o Options) *fixture {
	t.Helper()
	if o.Now == nil && o.Today.IsZero() {
		o.Today = testDay
	}
	o.Worlds = &demoData
	box, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(box.Handler())
	t.Cleanup(srv.Close)
	return &fixture{box: box, srv: srv}
}

// answer is a finished HTTP response.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) json(t *testing.T) any {
	t.Helper()
	var v any
	dec := json.NewDecoder(bytes.NewReader(a.body))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, a.body)
	}
	return v
}

// object reads the answer as a JSON object.
func (a answer) object(t *testing.T) map[string]any {
	t.Helper()
	m, ok := a.json(t).(map[string]any)
	if !ok {
		t.Fatalf("not an object: %s", a.body)
	}
	return m
}

// list reads the records of any of the list styles.
func (a answer) list(t *testing.T) []any {
	t.Helper()
	switch v := a.json(t).(type) {
	case []any:
		return v
	case map[string]any:
		for _, name := range []string{"content", "quotes"} {
			if list, ok := v[name].([]any); ok {
				return list
			}
		}
	}
	t.Fatalf("no list: %.300s", a.body)
	return nil
}

func do(t *testing.T, r *http.Request) answer {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, body}
}

func request(t *testing.T, method, address, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (f *fixture) base(tenant string) string { return f.box.BaseURL(f.srv.URL, tenant) }

// post sends a form to the token endpoint.
func (f *fixture) post(t *testing.T, tenant, client, secret string, form url.Values) answer {
	t.Helper()
	r := request(t, http.MethodPost, f.base(tenant)+"/oauth2/token", form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if client != "" {
		r.SetBasicAuth(client, secret)
	}
	return do(t, r)
}

// token fetches, once per fixture, an access token of a persona.
func (f *fixture) token(t *testing.T, tenant, persona string) string {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if token := f.tokens[tenant+persona]; token != "" {
		return token
	}
	p := personaOf(t, tenant, persona)
	form := url.Values{"grant_type": {p.Grant}, "scope": {strings.Join(p.Scopes, " ")}}
	if p.Grant == GrantPassword {
		form.Set("username", p.Email)
		form.Set("password", p.Password)
	}
	a := f.post(t, tenant, p.ClientID, p.ClientSecret, form)
	token, _ := a.object(t)["access_token"].(string)
	if a.status != http.StatusOK || token == "" {
		t.Fatalf("token of %s: %d %s", p, a.status, a.body)
	}
	if f.tokens == nil {
		f.tokens = map[string]string{}
	}
	f.tokens[tenant+persona] = token
	return token
}

func personaOf(t *testing.T, tenant, name string) Persona {
	t.Helper()
	for _, candidate := range Tenants() {
		if p, ok := candidate.Persona(name); ok && candidate.Name == tenant {
			return p
		}
	}
	t.Fatalf("no persona %s of %s", name, tenant)
	return Persona{}
}

// inJSON is a request's body; nil is no body.
func inJSON(t *testing.T, body any) string {
	t.Helper()
	if body == nil {
		return ""
	}
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// call makes an API call as a persona, asking for JSON.
func (f *fixture) call(t *testing.T, method, tenant, persona, path string) answer {
	t.Helper()
	return f.callWith(t, method, tenant, persona, path, nil)
}

// callWith makes an API call as a persona with a JSON body, or none.
func (f *fixture) callWith(t *testing.T, method, tenant, persona, path string, body any) answer {
	t.Helper()
	r := request(t, method, f.base(tenant)+"/api"+path, inJSON(t, body))
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, name := range []string{"AD-ShoppingCart-Partner", "AD-Tenant", "AD-Public-Developer-Key"} {
		r.Header.Set(name, "APPDIRECT") // which a few endpoints insist on
	}
	if persona != "" {
		r.Header.Set("Authorization", "Bearer "+f.token(t, tenant, persona))
	}
	return do(t, r)
}

// get reads a path of acme that must succeed.
func (f *fixture) get(t *testing.T, persona, path string) answer {
	t.Helper()
	a := f.call(t, http.MethodGet, "acme", persona, path)
	if a.status != http.StatusOK {
		t.Fatalf("GET %s as %s: %d %s", path, persona, a.status, a.body)
	}
	return a
}

// control makes a control call.
func (f *fixture) control(t *testing.T, method, path, body string) answer {
	t.Helper()
	return do(t, request(t, method, f.srv.URL+controlPath+path, body))
}

// steer makes a control call that must succeed.
func (f *fixture) steer(t *testing.T, method, path, body string) {
	t.Helper()
	if a := f.control(t, method, path, body); a.status != http.StatusOK {
		t.Fatalf("%s %s %s: %d %s", method, path, body, a.status, a.body)
	}
}

// calls reads the counts.
func (f *fixture) calls(t *testing.T) callCounts {
	t.Helper()
	var c callCounts
	if err := json.Unmarshal(f.control(t, http.MethodGet, "/calls", "").body, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// acme is the first tenant's data as it is now.
func (f *fixture) acme() *world { return f.box.tenants[0].world.Load() }

// field digs into decoded JSON: field(v, "page", "size").
func field(v any, path ...string) any {
	for _, name := range path {
		switch m := v.(type) {
		case map[string]any:
			v = m[name]
		case Document:
			v = m[name]
		default:
			return nil
		}
	}
	return v
}

// ids are the ids of a list's records, whatever they are called.
func ids(list []any) []string {
	out := make([]string, len(list))
	for i, v := range list {
		for _, name := range []string{"uuid", "id"} {
			if s := factText(field(v, name)); s != "" {
				out[i] = s
				break
			}
		}
		if out[i] == "" {
			out[i] = factText(field(v, "company", "uuid")) + "/" + factText(field(v, "user", "uuid"))
		}
	}
	return out
}
