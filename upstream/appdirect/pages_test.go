package appdirect_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// TestCachingIsWritten holds the table of docs/caching.md to the routes, which
// are what the cache goes by.
func TestCachingIsWritten(t *testing.T) {
	t.Parallel()
	var want, got []string
	for _, r := range appdirect.Routes() {
		want = append(want, fmt.Sprintf("| `%s` | `%s %s` | %s | `%s` |", r.Name, r.Method, r.Path, r.Fresh, strings.Join(r.Tags, "`, `")))
	}
	for line := range strings.Lines(string(read(t, "../../docs/caching.md"))) {
		if strings.HasPrefix(line, "| `appdirect.") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/caching.md (-routes +page):\n%s", diff)
	}
}

// TestRoutesAreListed: a route that [appdirect.Routes] leaves out would escape
// every check that goes through the list.
func TestRoutesAreListed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
	declared := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		declared += strings.Count(string(text), "= &upstream.Route{")
	}
	if listed := len(appdirect.Routes()); listed != declared {
		t.Errorf("%d routes are declared, %d are in Routes()", declared, listed)
	}
}
