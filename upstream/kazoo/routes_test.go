package kazoo_test

import (
	"encoding/json"
	"fmt"
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
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// facts are the documented figures of the endpoints in use, testdata/facts.json.
type facts struct {
	General struct {
		Tokens        int     `json:"tokens"`
		FillPerSecond float64 `json:"fillPerSecond"`
	} `json:"general"`
	Paging          []string    `json:"paging"`
	Filters         []string    `json:"filters"`
	MaxRangeSeconds int         `json:"maxRangeSeconds"`
	TokenTTLSeconds int         `json:"tokenTTLSeconds"`
	UnixOffset      int64       `json:"unixOffset"`
	Routes          []routeFact `json:"routes"`
}

type routeFact struct {
	Method    string   `json:"method"`
	Path      string   `json:"path"`
	Paginated bool     `json:"paginated"`
	Fields    []string `json:"fields"`
	Auth      string   `json:"auth"`
	Status    int      `json:"status"`
	Sample    bool     `json:"sample"`
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

// documents tells whether a parameter is one of paging or fits one of the filters' patterns.
func (f facts) documents(parameter string) bool {
	for _, pattern := range append(slices.Clone(f.Paging), f.Filters...) {
		stem, _, isPattern := strings.Cut(pattern, "{")
		if parameter == pattern || isPattern && strings.HasPrefix(parameter, stem) {
			return true
		}
	}
	return false
}

func TestRoutesAreAsDocumented(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	for _, r := range kazoo.Routes() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			fact := factOf(t, f, r)
			for _, name := range r.Query {
				if !f.documents(name) {
					t.Errorf("query parameter %q is not documented", name)
				}
			}
			if fact.Auth != kazoo.AuthHeader || fact.Status != http.StatusOK {
				t.Errorf("authorised by %q, answered by %d", fact.Auth, fact.Status)
			}
			if fact.Sample == (r.Assumed != "") {
				t.Errorf("sample printed: %t, yet assumed: %q", fact.Sample, r.Assumed)
			}
			if paged := r.PageSize > 0; paged != fact.Paginated || paged != slices.Contains(r.Query, "start_key") || paged != slices.Contains(r.Query, "page_size") {
				t.Errorf("documented as paged: %t; page size %d, parameters %v", fact.Paginated, r.PageSize, r.Query)
			}
			if r.Bucket != (upstream.Bucket{}) {
				t.Errorf("a limit of its own: %+v", r.Bucket)
			}
		})
	}
	if len(f.Routes) != len(kazoo.Routes()) {
		t.Errorf("%d routes, facts of %d", len(kazoo.Routes()), len(f.Routes))
	}
}

// TestLimits: a bucket of tokens that fills is one of calls that leaks.
func TestLimits(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	want := upstream.Bucket{Kind: upstream.LeakyBucket, Size: f.General.Tokens, PerSecond: f.General.FillPerSecond}
	if diff := cmp.Diff(want, kazoo.General()); diff != "" {
		t.Errorf("(-documented +ours):\n%s", diff)
	}
	if err := kazoo.General().Validate(); err != nil {
		t.Error(err)
	}
	if got := int(kazoo.MaxRange / time.Second); got != f.MaxRangeSeconds {
		t.Errorf("range of %d seconds, documented are %d", got, f.MaxRangeSeconds)
	}
}

func TestNamesAndAuthority(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range kazoo.Routes() {
		if seen[r.Name] {
			t.Errorf("%s twice", r.Name)
		}
		seen[r.Name] = true
		if rest, ok := strings.CutPrefix(r.Name, "kazoo."); !ok || rest == "" || r.Backend != kazoo.Backend {
			t.Errorf("%s of backend %s", r.Name, r.Backend)
		}
		if r.Method != http.MethodGet {
			t.Errorf("%s: %s is no read", r.Name, r.Method)
		}
		if r.Authority != upstream.System || r.Ours == "" {
			t.Errorf("%s: called as %s, reason %q; no roles are printed", r.Name, r.Authority, r.Ours)
		}
	}
}

// TestFreshness: what is never kept is listed here, so that nothing gets or loses its freshness by accident.
func TestFreshness(t *testing.T) {
	t.Parallel()
	var never []string
	for _, r := range kazoo.Routes() {
		if r.Fresh == 0 {
			never = append(never, r.Name)
		}
		if r.Fresh > r.Hard || (r.Fresh == 0) != (r.Hard == 0) || (r.Fresh == 0) != (len(r.Tags) == 0) {
			t.Errorf("%s: fresh for %s, kept for %s, tags %v", r.Name, r.Fresh, r.Hard, r.Tags)
		}
	}
	if diff := cmp.Diff([]string{"kazoo.readBalance", "kazoo.listChannels"}, never); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

var placeholder = regexp.MustCompile(`\{([^}]*)\}`)

// TestPathsAndTags: templates are whole, and a tag that names what the path does not would stay a template.
func TestPathsAndTags(t *testing.T) {
	t.Parallel()
	for _, r := range kazoo.Routes() {
		params := map[string]string{}
		for _, p := range placeholder.FindAllStringSubmatch(r.Path, -1) {
			params[p[1]] = "a/b"
		}
		path, err := r.Expand(params)
		if err != nil || strings.ContainsAny(path, "{}") || strings.Count(path, "/") != strings.Count(r.Path, "/") {
			t.Errorf("%s expands to %s: %v", r.Path, path, err)
		}
		for _, tag := range r.Tags {
			if !strings.HasPrefix(tag, "telephony") {
				t.Errorf("%s: tag %s may mean another backend's", r.Name, tag)
			}
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
		if !strings.HasSuffix(file, "_test.go") {
			declared += strings.Count(string(read(t, file)), "= &upstream.Route{")
		}
	}
	if listed := len(kazoo.Routes()); listed != declared {
		t.Errorf("%d routes are declared, %d are in Routes()", declared, listed)
	}
}

// TestPagesAreInStep holds the tables of docs/caching.md and docs/assumptions.md to the routes.
func TestPagesAreInStep(t *testing.T) {
	t.Parallel()
	assumptions := string(read(t, "../../docs/assumptions.md"))
	var want, got []string
	for _, r := range kazoo.Routes() {
		if r.Fresh > 0 {
			want = append(want, fmt.Sprintf("| `%s` | `%s %s` | %s | `%s` |", r.Name, r.Method, r.Path, r.Fresh, strings.Join(r.Tags, "`, `")))
		} else {
			want = append(want, fmt.Sprintf("| `%s` | `%s %s` | never | – |", r.Name, r.Method, r.Path))
		}
		line := fmt.Sprintf("| `%s %s` | %s |", r.Method, r.Path, r.Assumed)
		if named := strings.Contains(assumptions, "`"+r.Method+" "+r.Path+"`"); named != (r.Assumed != "") || named && !strings.Contains(assumptions, line) {
			t.Errorf("docs/assumptions.md names %s: %t; assumed: %q", r.Path, named, r.Assumed)
		}
	}
	for line := range strings.Lines(string(read(t, "../../docs/caching.md"))) {
		if strings.HasPrefix(line, "| `kazoo.") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/caching.md (-routes +page):\n%s", diff)
	}
}
