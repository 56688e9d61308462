package appdirect_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// facts are the documented figures of the endpoints in use, testdata/facts.json.
type facts struct {
	General limitFact   `json:"general"`
	Routes  []routeFact `json:"routes"`
}

type routeFact struct {
	Method    string      `json:"method"`
	Path      string      `json:"path"`
	Roles     []string    `json:"roles"`
	Query     []queryFact `json:"query"`
	RateLimit *limitFact  `json:"rateLimit"`
	Statuses  []int       `json:"statuses"`
	Sample    bool        `json:"sample"`
}

type queryFact struct {
	Name    string   `json:"name"`
	Default any      `json:"default"`
	Enum    []string `json:"enum"`
}

type limitFact struct {
	Bucket        int     `json:"bucket"`
	LeakPerSecond float64 `json:"leakPerSecond"`
	MaxRequests   int     `json:"maxRequests"`
	WindowSeconds int     `json:"windowSeconds"`
	Scope         string  `json:"scope"`
}

func readFacts(t *testing.T) facts {
	t.Helper()
	var f facts
	if err := json.Unmarshal(read(t, "testdata/facts.json"), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// factOf finds a route's facts by method and path, which is the test that both exist.
func factOf(t *testing.T, f facts, r *upstream.Route) routeFact {
	t.Helper()
	for _, fact := range f.Routes {
		if fact.Method == r.Method && fact.Path == r.Path {
			return fact
		}
	}
	t.Fatalf("%s %s is not documented", r.Method, r.Path)
	return routeFact{}
}

// bucket is the limit as a route has to state it.
func (l *limitFact) bucket() upstream.Bucket {
	switch {
	case l == nil:
		return upstream.Bucket{}
	case l.WindowSeconds > 0:
		b := upstream.Bucket{Kind: upstream.FixedWindow, Size: l.MaxRequests, Window: time.Duration(l.WindowSeconds) * time.Second}
		if l.Scope == "caller" {
			b.Scope = upstream.ScopeCaller
		}
		return b
	default:
		return upstream.Bucket{Kind: upstream.LeakyBucket, Size: l.Bucket, PerSecond: l.LeakPerSecond}
	}
}

func (f routeFact) queryNames() []string {
	names := make([]string, len(f.Query))
	for i, q := range f.Query {
		names[i] = q.Name
	}
	return names
}

// queryDefault is the documented default, nil where the parameter or its default is not printed.
func (f routeFact) queryDefault(name string) any {
	for _, q := range f.Query {
		if q.Name == name {
			return q.Default
		}
	}
	return nil
}

func TestRoutesAreAsDocumented(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	for _, r := range appdirect.Routes() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			fact := factOf(t, f, r)
			for _, name := range r.Query {
				if !slices.Contains(fact.queryNames(), name) {
					t.Errorf("query parameter %q is not documented", name)
				}
			}
			if diff := cmp.Diff(fact.RateLimit.bucket(), r.Bucket); diff != "" {
				t.Errorf("limit (-documented +ours):\n%s", diff)
			}
			if err := r.Bucket.Validate(); err != nil {
				t.Error(err)
			}
			if !slices.Contains(fact.Statuses, http.StatusOK) {
				t.Errorf("documented statuses %v lack 200", fact.Statuses)
			}
			if fact.Sample == (r.Assumed != "") {
				t.Errorf("sample printed: %t, yet assumed: %q", fact.Sample, r.Assumed)
			}
		})
	}
	if len(f.Routes) != len(appdirect.Routes()) {
		t.Errorf("%d routes, facts of %d", len(appdirect.Routes()), len(f.Routes))
	}
}

// TestAuthority: client credentials carry ROLE_PARTNER or ROLE_PARTNER_READ
// only. A system call needs one of them, or a stated reason where no role is
// printed. What admits neither is called with the viewer's own token.
func TestAuthority(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	for _, r := range appdirect.Routes() {
		roles := factOf(t, f, r).Roles
		want := upstream.System
		if !slices.Contains(roles, "ROLE_PARTNER") && !slices.Contains(roles, "ROLE_PARTNER_READ") && len(roles) > 0 {
			want = upstream.Viewer
		}
		if r.Authority != want {
			t.Errorf("%s: called as %s; the contract admits %v", r.Name, r.Authority, roles)
		}
		if (r.Ours != "") != (len(roles) == 0) {
			t.Errorf("%s: printed roles %v, our reason %q", r.Name, roles, r.Ours)
		}
	}
}

func TestGeneralLimit(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	if diff := cmp.Diff(f.General.bucket(), appdirect.General()); diff != "" {
		t.Errorf("(-documented +ours):\n%s", diff)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range appdirect.Routes() {
		if seen[r.Name] {
			t.Errorf("%s twice", r.Name)
		}
		seen[r.Name] = true
		if rest, ok := strings.CutPrefix(r.Name, "appdirect."); !ok || rest == "" {
			t.Errorf("%s does not begin with its backend", r.Name)
		}
		if r.Backend != appdirect.Backend {
			t.Errorf("%s: backend %q", r.Name, r.Backend)
		}
		if r.Method != http.MethodGet {
			t.Errorf("%s: %s is no read", r.Name, r.Method)
		}
	}
}

func TestFreshness(t *testing.T) {
	t.Parallel()
	for _, r := range appdirect.Routes() {
		if r.Fresh <= 0 || r.Fresh > r.Hard {
			t.Errorf("%s: fresh for %s, kept for %s", r.Name, r.Fresh, r.Hard)
		}
	}
}

// TestPaging: a route has a page size exactly when its endpoint is paged, and
// then both parameters that paging takes.
func TestPaging(t *testing.T) {
	t.Parallel()
	const pageCap, startCap = 100, 250
	f := readFacts(t)
	for _, r := range appdirect.Routes() {
		fact := factOf(t, f, r)
		want, position, size := 0, "", ""
		switch names := fact.queryNames(); {
		case slices.Contains(names, "number"): // from 1
			want, position, size = pageCap, "number", "size"
		case slices.Contains(names, "size"):
			want, position, size = pageCap, "page", "size"
		case slices.Contains(names, "count"):
			want, position, size = startCap, "start", "count"
		}
		if r.PageSize != want {
			t.Errorf("%s: page size %d, want %d", r.Name, r.PageSize, want)
		}
		if want != 0 && (!slices.Contains(r.Query, position) || !slices.Contains(r.Query, size)) {
			t.Errorf("%s: sends %v, which cannot page", r.Name, r.Query)
		}
	}
}

var placeholder = regexp.MustCompile(`\{([^}]*)\}`)

// TestTags: a tag that names what the path does not would stay a template.
func TestTags(t *testing.T) {
	t.Parallel()
	for _, r := range appdirect.Routes() {
		if len(r.Tags) == 0 {
			t.Errorf("%s: no tag, nothing could ever drop its replies", r.Name)
		}
		for _, tag := range r.Tags {
			for _, p := range placeholder.FindAllString(tag, -1) {
				if !strings.Contains(r.Path, p) {
					t.Errorf("%s: tag %s: %s is not in %s", r.Name, tag, p, r.Path)
				}
			}
		}
	}
}

// TestPathsExpand: the templates are whole.
func TestPathsExpand(t *testing.T) {
	t.Parallel()
	for _, r := range appdirect.Routes() {
		params := map[string]string{}
		for _, p := range placeholder.FindAllStringSubmatch(r.Path, -1) {
			params[p[1]] = "a/b"
		}
		path, err := r.Expand(params)
		if err != nil {
			t.Error(err)
		}
		if strings.ContainsAny(path, "{}") || strings.Count(path, "/") != strings.Count(r.Path, "/") {
			t.Errorf("%s expands to %s", r.Path, path)
		}
	}
}

// TestDefaultOrders: nodes come in the backend's order. Where docs/assumptions.md
// names it, the facts have to print it.
func TestDefaultOrders(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	for _, c := range []struct {
		route        *upstream.Route
		field, order string
	}{
		{appdirect.ListCompanies, "NAME", "DESC"},
		{appdirect.ListMemberships, "DATE", "ASC"},
		{appdirect.ListUsers, "DATE", "ASC"},
		{appdirect.ListApplications, "NAME", "ASC"},
		{appdirect.ListSubscriptions, "DATE", "ASC"},
		{appdirect.ListCompanySubscriptions, "DATE", "ASC"},
		{appdirect.ListLeads, "DATE", "DESC"},
		{appdirect.ListPartnerLeads, "DATE", "DESC"},
	} {
		fact := factOf(t, f, c.route)
		if got := fact.queryDefault("sortField"); got != c.field {
			t.Errorf("%s: by %v, not %s", c.route.Name, got, c.field)
		}
		if got := fact.queryDefault("sortOrder"); got != c.order {
			t.Errorf("%s: %v, not %s", c.route.Name, got, c.order)
		}
	}
}

// TestAssumptionsAreWritten: whoever runs the gateway can read what it takes on trust.
func TestAssumptionsAreWritten(t *testing.T) {
	t.Parallel()
	page := string(read(t, "../../docs/assumptions.md"))
	for _, r := range appdirect.Routes() {
		line := "`" + r.Method + " " + r.Path + "`"
		if named := strings.Contains(page, line); named != (r.Assumed != "") {
			t.Errorf("docs/assumptions.md names %s: %t; assumed: %q", line, named, r.Assumed)
		}
		if !strings.Contains(page, r.Assumed) {
			t.Errorf("docs/assumptions.md does not say of %s: %s", line, r.Assumed)
		}
	}
}
