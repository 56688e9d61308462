package leadconnector_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
)

// row is a route's line in the table of docs/caching.md.
func row(r *upstream.Route) string {
	if r.Fresh == 0 {
		return fmt.Sprintf("| `%s` | `%s %s` | never | – |", r.Name, r.Method, r.Path)
	}
	return fmt.Sprintf("| `%s` | `%s %s` | %s | `%s` |", r.Name, r.Method, r.Path, r.Fresh, strings.Join(r.Tags, "`, `"))
}

// TestCachingIsWritten holds the table of docs/caching.md to the routes, which are what the cache goes by.
func TestCachingIsWritten(t *testing.T) {
	t.Parallel()
	var want, got []string
	for _, r := range leadconnector.Routes() {
		want = append(want, row(r))
	}
	for line := range strings.Lines(string(read(t, "../../docs/caching.md"))) {
		if strings.HasPrefix(line, "| `leadconnector.") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/caching.md (-routes +page):\n%s", diff)
	}
}

// TestLimitIsWritten: whoever meets the limit finds its figures where the backend's oddities are told.
func TestLimitIsWritten(t *testing.T) {
	t.Parallel()
	page := string(read(t, "../../docs/backends/leadconnector.md"))
	if want := fmt.Sprintf("%d calls", leadconnector.General().Size); !strings.Contains(page, want) {
		t.Errorf("docs/backends/leadconnector.md does not say %s", want)
	}
}
