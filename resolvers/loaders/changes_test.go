package loaders

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

func TestTouching(t *testing.T) {
	t.Parallel()
	tenant := newBackend(t).tenant(t)
	for _, c := range []struct {
		name   string
		change Change
		want   []string
	}{
		{"by its id", Change{Type: "USER", ID: "u"}, []string{":users", ":user:u"}},
		{"by its address", Change{Type: "COMPANY", Path: "/account/v1/companies/c"}, []string{":companies", ":company:c"}},
		{"the id before the address", Change{Type: "USER", ID: "u", Path: "/account/v1/users/external"}, []string{":users", ":user:u"}},
		{
			"two ids",
			Change{Type: "MEMBERSHIP", ID: "u", Path: "/account/v1/companies/c/users/u"},
			[]string{":company:c:memberships", ":user:u:memberships"},
		},
		{"ids that are not known", Change{Type: "MEMBERSHIP", ID: "u"}, nil},
		{"no id at all", Change{Type: "SUBSCRIPTION"}, []string{":subscriptions"}},
		{
			"a type and a Route",
			Change{Type: "SUBSCRIPTION", ID: "s", Path: "/billing/v1/subscriptions/s"},
			[]string{":subscriptions", ":subscription:s", ":orders"},
		},
		{
			"a Route alone",
			Change{Type: "NEWER", Path: "/account/v2/companies/c/memberships"},
			[]string{":company:c:memberships", ":users"},
		},
		{"an escaped id", Change{Path: "/account/v2/users/a%2Fb"}, []string{":user:a%2Fb"}},
		{"a write's Route", Change{Path: "/shoppingCarts/c/items/delete"}, nil},
		{"nothing known", Change{Type: "QUOTE", ID: "q", Path: "/assistedSales/v1/quotes/q"}, nil},
		{"nothing", Change{}, nil},
	} {
		var got []string
		for _, tag := range tenant.touching(c.change) {
			got = append(got, tag.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// Each tag that a change drops is one that some Route has: a typing error in the table drops nothing.
func TestChangesDropWhatRoutesHave(t *testing.T) {
	t.Parallel()
	routes := map[string]bool{}
	for _, route := range appdirect.Routes() {
		for _, tag := range route.Tags {
			routes[shapeOf(tag)] = true
		}
	}
	for name, r := range resources() {
		for _, tag := range r.tags {
			if !routes[shapeOf(tag)] {
				t.Errorf("%s drops %s, on which nothing depends", name, tag)
			}
		}
	}
}

// shapeOf is a tag's template with its parameters unnamed.
func shapeOf(template string) string {
	parts := strings.Split(template, ":")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, ":")
}

// docs/webhooks.md says what each event makes old.
func TestChangesAreWritten(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, name := range WatchedResources() {
		want = append(want, fmt.Sprintf("| `%s` | `%s` |", name, strings.Join(resources()[name].tags, "`, `")))
	}
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| `") && strings.ToUpper(line[:12]) == line[:12] {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-code +page):\n%s", diff)
	}
}

// docs/caching.md says of each kept Route of AppDirect which events end its replies.
func TestEvictionsAreWritten(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/caching.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## What evicts it\n")
	section, _, _ = strings.Cut(section, "\n## ")
	want, got := map[string]string{}, map[string]string{}
	for _, route := range appdirect.Routes() {
		if route.Fresh > 0 {
			want[strings.TrimPrefix(route.Name, "appdirect.")] = strings.Join(evictorsOf(route.Tags), ", ")
		}
	}
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.ReplaceAll(line, "`", ""), " | ")
		if len(cells) != 4 || !strings.Contains(line, "` |") || strings.Contains(cells[1], "all of") {
			continue
		}
		for route := range strings.SplitSeq(cells[1], ", ") {
			got[route] = strings.TrimPrefix(cells[2], "–")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-code +page):\n%s", diff)
	}
}

// evictorsOf are the types of events that drop one of these tags, in order.
func evictorsOf(tags []string) []string {
	var out []string
	for _, name := range WatchedResources() {
		if slices.ContainsFunc(resources()[name].tags, func(dropped string) bool {
			return slices.ContainsFunc(tags, func(tag string) bool { return shapeOf(tag) == shapeOf(dropped) })
		}) {
			out = append(out, name)
		}
	}
	return out
}

// What writes change is read anew, and the carts are no event's.
func TestWatchedResources(t *testing.T) {
	t.Parallel()
	watched := WatchedResources()
	if slices.Contains(watched, resourceCart) || len(watched) != len(resources())-1 || !slices.IsSorted(watched) {
		t.Errorf("%v of %v", watched, slices.Collect(maps.Keys(resources())))
	}
}

// A change costs the backend nothing, and what it does not name stays.
func TestChangedReadsNothing(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.companies = []doc{{"uuid": "c1", "name": "One"}, {"uuid": "c2", "name": "Two"}}
	tenant := b.tenant(t)
	read := func() {
		t.Helper()
		for _, id := range []string{"c1", "c2"} {
			if _, err := New(tenant, service(t)).Company(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
	}
	read()
	read()
	n, err := tenant.Changed(t.Context(), Change{Type: appdirect.ResourceCompany, ID: "c1"})
	if n != 2 || err != nil {
		t.Errorf("dropped %d, %v", n, err)
	}
	if got := b.counts()["company"]; got != 2 {
		t.Errorf("%d calls, want one for each and none by the change", got)
	}
	read()
	if got := b.counts()["company"]; got != 1 { // they are counted anew
		t.Errorf("%d calls, want c1 again and c2 kept", got)
	}
	if n, err := tenant.Changed(t.Context(), Change{Type: "QUOTE"}); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// A Tenant's change is nobody else's.
func TestChangedIsTheTenants(t *testing.T) {
	t.Parallel()
	kept, err := cache.New(cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	for _, name := range []string{"acme", "globex"} {
		tenant, err := NewTenant(name, Backends{AppDirect: newBackend(t).client}, Links{}, kept, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range tenant.touching(Change{Type: appdirect.ResourceUser, ID: "u"}) {
			scope, err := cache.NewScope(name, "any")
			if err != nil {
				t.Fatal(err)
			}
			if tag != scope.Tag("users") && tag != scope.Tag("user", "u") {
				t.Errorf("%s drops %v", name, tag)
			}
		}
	}
}
