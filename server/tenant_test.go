package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// whole has what a tenant needs, as far as finding it goes.
func whole(name string, hosts ...string) *Tenant {
	return &Tenant{Name: name, Hosts: hosts, Auth: &auth.Authenticator{}, Loaders: &loaders.Tenant{}}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	acme, globex := whole("acme", "acme.example", "Shop.Acme.Example."), whole("globex", "globex.localhost", "2001:db8::7", "localhost.globex.example")
	h, err := newHosts([]*Tenant{acme, globex}, "acme")
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]*Tenant{
		"acme.example": acme, "ACME.example": acme, "acme.example:8080": acme, "acme.example.": acme, "acme.example.:443": acme, "shop.acme.example": acme,
		"globex.localhost": globex, "globex.localhost:8080": globex, "[2001:db8::7]": globex, "[2001:db8::7]:8080": globex, "localhost.globex.example": globex,
		"localhost": acme, "LOCALHOST:8080": acme, "127.0.0.1": acme, "127.9.9.9:80": acme, "[::1]": acme, "[::1]:8080": acme,
		"": nil, ":8080": nil, "example": nil, "evil.acme.example": nil, "acme.example.evil.example": nil, "other.localhost": nil,
		"10.0.0.1": nil, "[2001:db8::8]": nil, "acme.example:80:80": nil, "..": nil,
	} {
		if got := h.find(host); got != want {
			t.Errorf("%q leads to %v, want %v", host, name(got), name(want))
		}
	}
}

func name(t *Tenant) string {
	if t == nil {
		return "nobody"
	}
	return t.Name
}

func TestLoopbackLeadsNowhereWithoutADefault(t *testing.T) {
	t.Parallel()
	h, err := newHosts([]*Tenant{whole("acme", "acme.example")}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"localhost", "127.0.0.1:8080", "[::1]"} {
		if got := h.find(host); got != nil {
			t.Errorf("%q leads to %s", host, got.Name)
		}
	}
}

// TestNewNamesEveryFault at once.
func TestNewNamesEveryFault(t *testing.T) {
	t.Parallel()
	for wants, o := range map[string]Options{
		"there is no tenant|a directory and metrics are required": {},
		`host "a.example" belongs to acme and globex|default tenant "initech" does not exist|globex lacks Auth or Loaders|depth must be positive|tokens must be positive`: {
			Tenants:       []*Tenant{whole("acme", "a.example"), {Name: "globex", Hosts: []string{"A.example."}}},
			DefaultTenant: "initech", Directory: people{}, Metrics: NewMetrics(), Limits: limits.Config{Depth: -1, Tokens: -1},
		},
		`host "a.example" belongs to acme and acme`: {
			Tenants: []*Tenant{whole("acme", "a.example", "a.example")}, Directory: people{}, Metrics: NewMetrics(),
		},
	} {
		_, err := New(o)
		if err == nil {
			t.Fatalf("taken, without %q", wants)
		}
		for want := range strings.SplitSeq(wants, "|") {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not say %q", err, want)
			}
		}
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a", "7f3c-22", "A.b_C-9", strings.Repeat("x", 64)} {
		if got := requestID(http.Header{headerRequestID: {good}}); got != good {
			t.Errorf("%q became %q", good, got)
		}
	}
	made := map[string]bool{}
	bad := []string{"", strings.Repeat("x", 65), "a b", "a\nb", "a,b", `"a"`, "ä", "<script>", "a/b", "a=b", "\x00"}
	for _, given := range bad {
		got := requestID(http.Header{headerRequestID: {given}})
		if got == given || len(got) < 20 || len(got) > maxRequestID {
			t.Errorf("%q became %q", given, got)
		}
		made[got] = true
	}
	if len(made) != len(bad) {
		t.Error("two requests got the same id")
	}
}
