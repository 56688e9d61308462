package twilio_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// facts are the documented figures of the endpoints in use, testdata/facts.json.
type facts struct {
	Concurrency struct {
		Scope string `json:"scope"`
		Size  *int   `json:"size"`
	} `json:"concurrency"`
	PageSize struct{ Maximum int } `json:"pageSize"`
	Routes   []routeFact           `json:"routes"`
}

type routeFact struct {
	Method, Host, Path string
	Query              []struct{ Name string }
	List, Paging       string
	Status             int
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

func (f routeFact) takes(param string) bool {
	return slices.ContainsFunc(f.Query, func(q struct{ Name string }) bool { return q.Name == param })
}

func TestRoutesAreAsDocumented(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	for _, r := range twilio.Routes() {
		fact := factOf(t, f, r)
		for _, name := range r.Query {
			if !fact.takes(name) {
				t.Errorf("%s: query parameter %q is not documented", r.Name, name)
			}
		}
		if r.Bucket != (upstream.Bucket{}) {
			t.Errorf("%s: no endpoint prints a limit of its own", r.Name)
		}
		if fact.Status != http.StatusOK {
			t.Errorf("%s answers %d", r.Name, fact.Status)
		}
	}
	if len(f.Routes) != len(twilio.Routes()) {
		t.Errorf("%d routes, facts of %d", len(twilio.Routes()), len(f.Routes))
	}
}

// TestPaging: a list asks for the largest page and can ask for the next; nothing else is a list.
func TestPaging(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	for _, r := range twilio.Routes() {
		want := 0
		if factOf(t, f, r).Paging != "" {
			want = f.PageSize.Maximum
		}
		if r.PageSize != want {
			t.Errorf("%s: page size %d, want %d", r.Name, r.PageSize, want)
		}
		for _, param := range []string{"PageSize", "Page", "PageToken"} {
			if slices.Contains(r.Query, param) != (want != 0) {
				t.Errorf("%s: sends %v", r.Name, r.Query)
			}
		}
	}
}

// TestQueriesAreTheirOwn: lists of parameters share a beginning, and must not share memory.
func TestQueriesAreTheirOwn(t *testing.T) {
	t.Parallel()
	for _, r := range twilio.Routes() {
		seen := slices.Sorted(slices.Values(r.Query))
		if len(slices.Compact(seen)) != len(r.Query) {
			t.Errorf("%s sends %v", r.Name, r.Query)
		}
	}
}

func TestGeneralLimit(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	limit := twilio.General()
	if err := limit.Validate(); err != nil || limit.Kind != upstream.Semaphore {
		t.Errorf("%+v, %v: the backend limits what is under way at once", limit, err)
	}
	if f.Concurrency.Scope != "account" || f.Concurrency.Size != nil {
		t.Errorf("%+v: a printed size is to be taken instead of ours", f.Concurrency)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range twilio.Routes() {
		if seen[r.Name] {
			t.Errorf("%s twice", r.Name)
		}
		seen[r.Name] = true
		if rest, ok := strings.CutPrefix(r.Name, "twilio."); !ok || rest == "" {
			t.Errorf("%s does not begin with its backend", r.Name)
		}
		if r.Backend != twilio.Backend || r.Method != http.MethodGet || r.Authority != upstream.System {
			t.Errorf("%s: %s of %s as %s", r.Name, r.Method, r.Backend, r.Authority)
		}
	}
}

// TestFreshness: all is kept for a while but accounts, whose replies hold their tokens.
func TestFreshness(t *testing.T) {
	t.Parallel()
	for _, r := range twilio.Routes() {
		switch {
		case r == twilio.ReadAccount:
			if r.Fresh != 0 || r.Hard != 0 {
				t.Errorf("%s is kept for %s: its replies hold secrets", r.Name, max(r.Fresh, r.Hard))
			}
		case r.Fresh <= 0 || r.Fresh > r.Hard:
			t.Errorf("%s: fresh for %s, kept for %s", r.Name, r.Fresh, r.Hard)
		}
	}
	if !strings.Contains(string(sample(t, "account")), "auth_token") {
		t.Error("the account's sample has no token any more")
	}
}

var placeholder = regexp.MustCompile(`\{([^}]*)\}`)

// TestTemplates: paths are whole, and a tag names nothing that its path does not.
func TestTemplates(t *testing.T) {
	t.Parallel()
	for _, r := range twilio.Routes() {
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
	if listed := len(twilio.Routes()); listed != declared {
		t.Errorf("%d routes are declared, %d are in Routes()", declared, listed)
	}
}
