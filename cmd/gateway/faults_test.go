package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	routeCompanySubscriptions = "GET /billing/v1/companies/{companyId}/subscriptions"
	routeProductAlone         = routeProduct
)

// faultyDoc is the milestone's query for one company, so that retries meet no pacing.
const faultyDoc = `query($name: String) { companies(first: 1, name: $name) { totalCount nodes { id name
	subscriptions(first: 3) { nodes { id status product { id name } edition { name } } }
	memberships(first: 3) { nodes { user { id email } roles } } } } }`

// broken is what a backend may do, and how the answer has to say it.
var broken = []struct {
	name      string
	fault     map[string]any
	code      string
	retryable bool
}{
	{"503", map[string]any{"status": 503}, "INTERNAL_SERVER_ERROR", true},
	{"429", map[string]any{"status": 429}, "RATE_LIMIT_EXCEEDED", true},
	{"slow", map[string]any{"latencyMs": 60_000}, "INTERNAL_SERVER_ERROR", true},
	{"cut body", map[string]any{"cutBody": true}, "INTERNAL_SERVER_ERROR", true},
	{"bad JSON", map[string]any{"badJSON": true}, "INTERNAL_SERVER_ERROR", false},
	{"dropped", map[string]any{"drop": true}, "INTERNAL_SERVER_ERROR", true},
}

// shortDeadline ends operations on a backend that never answers.
const shortDeadline = 3 * time.Second

func TestFaultyBackend(t *testing.T) {
	for _, test := range []struct {
		name   string
		routes []string
		lost   string   // what is null then; "" is everything
		kept   []string // what is there all the same
	}{
		{"users", []string{routeUsers}, "", nil},
		{"a user's memberships", []string{routeUserMembership}, "", nil},
		{"companies", []string{routeCompanies}, "companies", nil},
		{
			"memberships",
			[]string{routeMemberships},
			"companies.nodes.memberships",
			[]string{"companies.nodes.name", "companies.nodes.subscriptions.nodes.product.name"},
		},
		{
			"subscriptions",
			[]string{routeCompanySubscriptions},
			"companies.nodes.subscriptions",
			[]string{"companies.nodes.name", "companies.nodes.memberships.nodes.user.email"},
		},
		{
			"products",
			[]string{routeApplications, routeProductAlone},
			"companies.nodes.subscriptions.nodes.product",
			[]string{"companies.nodes.subscriptions.nodes.edition.name", "companies.nodes.memberships.nodes.user.email"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := startBackends(t, 1)
			b.enforce(t, false)
			name := walk{b, "acme"}.goodCustomer(t)
			for _, kind := range broken {
				t.Run(kind.name, func(t *testing.T) {
					b.breakRoutes(t, kind.fault, test.routes...)
					g, stop := b.startUntil(t, func(c *Config) {
						if kind.fault["latencyMs"] != nil {
							c.Limits.Deadline = shortDeadline
						}
					})
					defer stop()
					got := g.query(t, ask{as: "admin", doc: faultyDoc, vars: map[string]any{"name": name}})
					got.checkErrors(t, kind.code, kind.retryable)
					got.checkLost(t, test.lost, test.kept)
				})
			}
		})
	}
}

// breakRoutes puts one fault on routes, in the place of all others.
func (b *backends) breakRoutes(t *testing.T, fault map[string]any, routes ...string) {
	t.Helper()
	b.control(t, http.MethodDelete, "/faults", "")
	var faults []map[string]any
	for _, route := range routes {
		f := maps.Clone(fault)
		f["backend"], f["route"] = "appdirect", route
		faults = append(faults, f)
	}
	body, err := json.Marshal(faults)
	if err != nil {
		t.Fatal(err)
	}
	b.control(t, http.MethodPut, "/faults", string(body))
}

// goodCustomer is the name of a company that has members, and subscriptions to
// products on sale only.
func (w walk) goodCustomer(t *testing.T) string {
	t.Helper()
	f := w.facts(t)
	for _, c := range f.companies {
		theirs := f.of(text(c, "uuid"))
		if len(theirs) >= 3 && f.delisted(theirs) == 0 && !strings.ContainsAny(text(c, "name"), `"<&`) {
			return text(c, "name")
		}
	}
	t.Fatal("the demo data has no such company")
	return ""
}

// insides must never reach a client: addresses, Go's and libraries' words.
var insides = []string{
	"127.0.0.1", "localhost", "http", "tcp", "dial", "json", "EOF", "unexpected", "context", "goroutine", ".go", "*", "{", "/", "oauth",
	"marketgraph", "upstream", "route", "list", "status",
}

// checkErrors demands at least one error, and of each: the documented code,
// the backend, whether to try again, the id of the request, and nothing else.
func (r reply) checkErrors(t *testing.T, code string, retryable bool) {
	t.Helper()
	r.checkErrorsOf(t, "appdirect", code, retryable)
}

func (r reply) checkErrorsOf(t *testing.T, backend, code string, retryable bool) {
	t.Helper()
	if len(r.errors) == 0 {
		t.Fatalf("no error: %.300s", r.body)
	}
	for _, e := range r.errors {
		if e.code() != code || e.Extensions["backend"] != backend || (e.Extensions["retryable"] == true) != retryable {
			t.Errorf("%q says %v, want %s of %s, retryable %v", e.Message, e.Extensions, code, backend, retryable)
		}
		if id := e.Extensions["requestId"]; id == "" || id != r.header.Get("X-Request-Id") {
			t.Errorf("%q has the request id %v, and the answer %q", e.Message, id, r.header.Get("X-Request-Id"))
		}
		for _, word := range insides {
			if strings.Contains(e.Message, word) {
				t.Errorf("%q tells %q", e.Message, word)
			}
		}
		for name := range e.Extensions {
			if !slices.Contains([]string{"code", "backend", "retryable", "retryAfterSeconds", "requestId"}, name) {
				t.Errorf("the undocumented extension %s: %v", name, e.Extensions[name])
			}
		}
	}
}

// checkLost demands that exactly what hangs on the broken routes is null.
func (r reply) checkLost(t *testing.T, lost string, kept []string) {
	t.Helper()
	if lost == "" && r.data != nil && r.data["companies"] != nil {
		t.Errorf("data although nobody knows who asks: %v", r.data)
	}
	if lost != "" && countAt(r.data, strings.Split(lost, ".")) > 0 {
		t.Errorf("%s is not null: %.500s", lost, r.body)
	}
	for _, path := range kept {
		if countAt(r.data, strings.Split(path, ".")) == 0 {
			t.Errorf("%s is lost too: %.800s", path, r.body)
		}
	}
}

// Where there is another way to the same data, a broken route is no error.
func TestFaultyBackendOtherWay(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	const doc = `{ companies(first: 4, orderBy: {field: NAME, direction: ASC}) { nodes { subscriptions(first: 1) { nodes { id product { name } } } } } }`
	g, stop := b.startUntil(t)
	want := g.must(t, ask{as: "partner", doc: doc})
	stop()
	for _, route := range []string{routeSubscriptions, routeApplications} {
		t.Run(route, func(t *testing.T) {
			b.breakRoutes(t, map[string]any{"status": 503}, route)
			g, stop := b.startUntil(t)
			defer stop()
			if got := g.must(t, ask{as: "partner", doc: doc}); !equalJSON(t, want, got) {
				t.Errorf("without %s: %v, want %v", route, got, want)
			}
		})
	}
}

func equalJSON(t *testing.T, a, b any) bool {
	t.Helper()
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if errX != nil || errY != nil {
		t.Fatal(errX, errY)
	}
	return bytes.Equal(x, y)
}
