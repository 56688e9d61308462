package contract

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
)

// CheckCachingPage holds the table of docs/caching.md to the routes, which are what the cache goes by.
func (room *Room) CheckCachingPage(t testing.TB) {
	t.Helper()
	var want, got []string
	for _, r := range room.Routes {
		want = append(want, cachingRow(r))
	}
	for line := range strings.Lines(string(read(t, room.Docs, "caching.md"))) {
		if strings.HasPrefix(line, "| `"+string(room.Backend)+".") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/caching.md (-routes +page):\n%s", diff)
	}
}

// cachingRow is a route's line in the table of docs/caching.md.
func cachingRow(r *upstream.Route) string {
	life := "never | – | –"
	if r.Fresh > 0 {
		life = fmt.Sprint(r.Fresh, " | ", r.Fresh+r.Grace(), " | ", r.Hard)
	}
	return fmt.Sprintf("| `%s` | `%s %s` | %s | %s | %s |", r.Name, r.Method, r.Path, life, quoted(r.Tags), quoted(r.Births))
}

// quoted is a cell of names.
func quoted(names []string) string {
	if len(names) == 0 {
		return "–"
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

// CheckAssumptionsPage: whoever runs the gateway can read in docs/assumptions.md what each route takes on trust, and the
// page names no other.
func (room *Room) CheckAssumptionsPage(t testing.TB) {
	t.Helper()
	page := string(read(t, room.Docs, "assumptions.md"))
	for _, r := range room.Routes {
		endpoint := "`" + r.Method + " " + r.Path + "`"
		if named := strings.Contains(page, endpoint); named != (r.Assumed != "") {
			t.Errorf("docs/assumptions.md names %s: %t; assumed: %q", endpoint, named, r.Assumed)
		}
		if row := "| " + endpoint + " | " + r.Assumed + " |"; r.Assumed != "" && !strings.Contains(page, row) {
			t.Errorf("docs/assumptions.md does not say of %s: %s", endpoint, r.Assumed)
		}
	}
}

// CheckLimitPage: whoever meets the backend's limit finds its size where the backend's oddities are told.
func (room *Room) CheckLimitPage(t testing.TB, limit upstream.Bucket) {
	t.Helper()
	name := "backends/" + string(room.Backend) + ".md"
	if want := fmt.Sprintf("%d calls", limit.Size); !strings.Contains(string(read(t, room.Docs, name)), want) {
		t.Errorf("docs/%s does not say %s", name, want)
	}
}
