package contract

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
)

var placeholder = regexp.MustCompile(`\{([^}]*)\}`)

// CheckNames wants names that are unique and begin with their backend.
func (room *Room) CheckNames(t testing.TB) {
	t.Helper()
	seen := map[string]bool{}
	for _, r := range room.Routes {
		if seen[r.Name] {
			t.Errorf("%s twice", r.Name)
		}
		seen[r.Name] = true
		if rest, ok := strings.CutPrefix(r.Name, string(room.Backend)+"."); !ok || rest == "" {
			t.Errorf("%s does not begin with its backend", r.Name)
		}
		if r.Backend != room.Backend {
			t.Errorf("%s: backend %q", r.Name, r.Backend)
		}
	}
}

// CheckFreshness: exactly the routes in never are not kept, and no other gets or loses its freshness by accident.
func (room *Room) CheckFreshness(t testing.TB, never ...*upstream.Route) {
	t.Helper()
	for _, r := range never {
		if !slices.Contains(room.Routes, r) {
			t.Errorf("%s is never kept, and not listed", r.Name)
		}
	}
	for _, r := range room.Routes {
		switch {
		case slices.Contains(never, r):
			if r.Fresh != 0 || r.Hard != 0 {
				t.Errorf("%s is kept for %s, and must not be", r.Name, max(r.Fresh, r.Hard))
			}
		case r.Fresh <= 0 || r.Fresh > r.Hard:
			t.Errorf("%s: fresh for %s, kept for %s", r.Name, r.Fresh, r.Hard)
		}
	}
}

// Params gives every parameter of a route's path the same value.
func Params(r *upstream.Route, value string) map[string]string {
	params := map[string]string{}
	for _, p := range placeholder.FindAllStringSubmatch(r.Path, -1) {
		params[p[1]] = value
	}
	return params
}

// CheckPaths: the templates are whole, and a value cannot leave its segment.
func (room *Room) CheckPaths(t testing.TB) {
	t.Helper()
	for _, r := range room.Routes {
		path, err := r.Expand(Params(r, "a/b"))
		if err != nil || strings.ContainsAny(path, "{}") || strings.Count(path, "/") != strings.Count(r.Path, "/") {
			t.Errorf("%s expands to %s: %v", r.Path, path, err)
		}
	}
}

// CheckTags: what is kept has to be dropped some day, a write depends on nothing, and a tag that names what the path
// does not would stay a template.
func (room *Room) CheckTags(t testing.TB) {
	t.Helper()
	for _, r := range room.Routes {
		if r.Fresh > 0 && len(r.Tags) == 0 {
			t.Errorf("%s: no tags, fresh for %s: what is kept has to be dropped some day", r.Name, r.Fresh)
		}
		if !r.Idempotent() && len(r.Tags) > 0 {
			t.Errorf("%s: tags %v: a write depends on nothing", r.Name, r.Tags)
		}
		if r.Fresh > 0 && strings.HasSuffix(r.Path, "}") && !anyWider(r) {
			t.Errorf("%s: tags %v, births %v: that it is not there ends with none of them", r.Name, r.Tags, r.Births)
		}
		for _, tag := range slices.Concat(r.Tags, r.Births) {
			for _, p := range placeholder.FindAllString(tag, -1) {
				if !strings.Contains(r.Path, p) {
					t.Errorf("%s: tag %s: %s is not in %s", r.Name, tag, p, r.Path)
				}
			}
		}
	}
}

// anyWider reports whether a reply depends on a tag of more than the one thing that the path ends with.
func anyWider(r *upstream.Route) bool {
	own := placeholder.FindAllString(r.Path, -1)
	return slices.ContainsFunc(slices.Concat(r.Tags, r.Births), func(tag string) bool { return !strings.Contains(tag, own[len(own)-1]) })
}

// CheckListed: a route that the room's list leaves out would escape every check that goes through the list.
func (room *Room) CheckListed(t testing.TB) {
	t.Helper()
	declared := 0
	for _, file := range matching(t, room.Files, "*.go") {
		if !strings.HasSuffix(file, "_test.go") {
			declared += strings.Count(string(read(t, room.Files, file)), "= &upstream.Route{")
		}
	}
	if declared != len(room.Routes) {
		t.Errorf("%d routes are declared, %d are listed", declared, len(room.Routes))
	}
}
