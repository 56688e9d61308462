package leadconnector_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
)

// facts are the documented figures of the endpoints in use, testdata/facts.json.
type facts struct {
	Version            string
	AccessTokenSeconds int
	Burst              struct{ Requests, PerSeconds int }
	Daily              struct{ Requests int }
	Routes             []routeFact
}

type routeFact struct {
	Method, Path string
	Query        []struct{ Name, Type string }
	Version      bool
	Tokens, Form []string
	Status       int
}

func readFacts(t *testing.T) facts {
	t.Helper()
	var f facts
	if err := json.Unmarshal(read(t, "testdata/facts.json"), &f); err != nil {
		t.Fatal(err)
	}
	return f
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

func (f routeFact) queryNames() []string {
	names := make([]string, len(f.Query))
	for i, q := range f.Query {
		names[i] = q.Name
	}
	return names
}

func TestRoutesAreAsDocumented(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	for _, r := range leadconnector.Routes() {
		fact := factOf(t, f, r)
		for _, name := range r.Query {
			if !slices.Contains(fact.queryNames(), name) {
				t.Errorf("%s: query parameter %q is not documented", r.Name, name)
			}
		}
		if r.Bucket != (upstream.Bucket{}) || fact.Status != http.StatusOK || r.Form != (len(fact.Form) > 0) {
			t.Errorf("%s: bucket %+v, status %d, form %t", r.Name, r.Bucket, fact.Status, r.Form)
		}
	}
	if len(f.Routes) != len(leadconnector.Routes()) {
		t.Errorf("%d routes, facts of %d", len(leadconnector.Routes()), len(f.Routes))
	}
}

// TestPaging: a list is what takes skip and limit.
func TestPaging(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	for _, r := range leadconnector.Routes() {
		pages := slices.Contains(factOf(t, f, r).queryNames(), "skip")
		if pages != (r.PageSize > 0) || pages != slices.Contains(r.Query, "skip") || pages != slices.Contains(r.Query, "limit") {
			t.Errorf("%s: page size %d, sends %v", r.Name, r.PageSize, r.Query)
		}
	}
}

// TestLocationOnly: a route that admits nothing but a location's token is one that LocationOnly names.
func TestLocationOnly(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	for _, r := range leadconnector.Routes() {
		want := slices.Equal(factOf(t, f, r).Tokens, []string{"Location-Access-Only"})
		if got := leadconnector.LocationOnly(r); got != want {
			t.Errorf("%s: %t, want %t", r.Name, got, want)
		}
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	want := upstream.Bucket{Kind: upstream.FixedWindow, Size: f.Burst.Requests, Window: time.Duration(f.Burst.PerSeconds) * time.Second}
	if diff := cmp.Diff(want, leadconnector.General()); diff != "" {
		t.Errorf("(-documented +ours):\n%s", diff)
	}
}

func TestQuota(t *testing.T) {
	t.Parallel()
	want := upstream.Bucket{Kind: upstream.DailyQuota, Size: readFacts(t).Daily.Requests}
	if diff := cmp.Diff(want, leadconnector.Quota()); diff != "" {
		t.Errorf("(-documented +ours):\n%s", diff)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	if got := leadconnector.Header(); got.Get("Version") != f.Version || len(got) != 1 {
		t.Errorf("%v, want version %s", got, f.Version)
	}
	leadconnector.Header().Set("Version", "other")
	if leadconnector.Header().Get("Version") != f.Version {
		t.Error("one caller's header is another's")
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range leadconnector.Routes() {
		if seen[r.Name] {
			t.Errorf("%s twice", r.Name)
		}
		seen[r.Name] = true
		if rest, ok := strings.CutPrefix(r.Name, "leadconnector."); !ok || rest == "" {
			t.Errorf("%s does not begin with its backend", r.Name)
		}
		if r.Backend != leadconnector.Backend || r.Authority != upstream.System {
			t.Errorf("%s of %s as %s", r.Name, r.Backend, r.Authority)
		}
		if r.Idempotent() != (r != leadconnector.IssueLocationToken) {
			t.Errorf("%s: %s", r.Name, r.Method)
		}
	}
}

// TestFreshness: funds decide what may be charged now, and tokens are secrets; all else is kept for a while.
func TestFreshness(t *testing.T) {
	t.Parallel()
	for _, r := range leadconnector.Routes() {
		never := r == leadconnector.HasFunds || r == leadconnector.IssueLocationToken
		if never && (r.Fresh != 0 || r.Hard != 0) || !never && (r.Fresh <= 0 || r.Fresh > r.Hard) {
			t.Errorf("%s: fresh for %s, kept for %s", r.Name, r.Fresh, r.Hard)
		}
	}
}

var placeholder = regexp.MustCompile(`\{([^}]*)\}`)

// TestTemplates: paths are whole, and a tag names nothing that its path does not.
func TestTemplates(t *testing.T) {
	t.Parallel()
	for _, r := range leadconnector.Routes() {
		params := map[string]string{}
		for _, p := range placeholder.FindAllStringSubmatch(r.Path, -1) {
			params[p[1]] = "a/b"
		}
		if path, err := r.Expand(params); err != nil || strings.ContainsAny(path, "{}") || strings.Count(path, "/") != strings.Count(r.Path, "/") {
			t.Errorf("%s expands to %s, %v", r.Path, path, err)
		}
		if (len(r.Tags) == 0) != (r.Fresh == 0) {
			t.Errorf("%s: tags %v, kept for %s: what is kept has to be dropped some day", r.Name, r.Tags, r.Fresh)
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

// TestRoutesAreListed: a route that Routes leaves out would escape every check that goes through the list.
func TestRoutesAreListed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && !strings.HasSuffix(file, "_test.go") {
			declared += strings.Count(string(text), "= &upstream.Route{")
		}
	}
	if listed := len(leadconnector.Routes()); listed != declared {
		t.Errorf("%d routes are declared, %d are in Routes()", declared, listed)
	}
}
