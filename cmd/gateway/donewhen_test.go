package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/limits"
)

// doneWhen is the query that the first milestone is measured by.
const doneWhen = `query { companies(first: 20) { totalCount nodes { id name
	subscriptions(first: 5) { nodes { id status product { id name } edition { name } } }
	memberships(first: 5) { nodes { user { id email } roles } } } } }`

// The routes that it needs, as the sandbox counts them.
const (
	routeCompanies      = "GET /account/v2/companies"
	routeMemberships    = "GET /account/v2/companies/{companyUuid}/memberships"
	routeUsers          = "GET /account/v2/users"
	routeUserMembership = "GET /account/v2/users/{userUuid}/memberships"
	routeApplications   = "GET /channel/v1/applications"
	routeProduct        = "GET /marketplace/v1/products/{applicationId}"
	routeSubscriptions  = "GET /billing/v1/subscriptions"
)

// Beside nothing else, because it ends within the deadline that a gateway has by default.
func TestDoneWhenEqualsRESTWalk(t *testing.T) {
	equalsWalk(t, doneWhen, func(w doneWhenWalk) story { return &w })
}

// story is a walk through a marketplace's REST that is told as the graph tells it.
type story interface {
	// tell walks, and gives what the graph is to answer.
	tell(t *testing.T) map[string]any
	// checkCalls holds the calls of the first run to what the walk has counted.
	checkCalls(t *testing.T)
	// again are the calls of a second run, by route.
	again() map[string]int
}

// equalsWalk holds a query to a walk for three seeds, limits enforced: what it
// answers cold and warm, within the default deadline, and by which calls.
func equalsWalk(t *testing.T, doc string, begin func(doneWhenWalk) story) {
	t.Helper()
	for seed := uint64(1); seed <= 3; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			b := startBackends(t, seed)
			walked := begin(doneWhenWalk{walk: walk{b, "acme"}, delisted: map[string]bool{}})
			var want map[string]any
			b.withoutLimits(t, func() { want = walked.tell(t) })
			g := b.start(t, func(c *Config) { c.Limits = LimitsConfig{} })
			b.token(t, "acme", "admin")
			b.forgetCalls(t)

			began := time.Now()
			got := g.must(t, ask{as: "admin", doc: doc})
			if took := time.Since(began); took > limits.Default().Deadline {
				t.Errorf("it took %s, and the deadline is %s", took, limits.Default().Deadline)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the graph differs from the REST walk (-walk +graph):\n%s", diff)
			}
			walked.checkCalls(t)
			b.forgetCalls(t)
			if diff := cmp.Diff(want, g.must(t, ask{as: "admin", doc: doc})); diff != "" {
				t.Errorf("the second answer differs:\n%s", diff)
			}
			second := b.calls(t)
			if diff := cmp.Diff(walked.again(), second.ByRoute); diff != "" {
				t.Errorf("calls of the second run (-want +got):\n%s", diff)
			}
			if second.Violations != 0 {
				t.Errorf("rate limits were hit %d times", second.Violations)
			}
		})
	}
}

// doneWhenWalk asks REST what [doneWhen] asks the graph.
type doneWhenWalk struct {
	walk
	catalogue map[string]any // by number
	delisted  map[string]bool
	widePages int // pages of the marketplace's subscriptions, 250 a page
	naive     int // calls of a walk that reads each thing where it is needed
}

// again is nothing: all of it is kept.
func (w *doneWhenWalk) again() map[string]int { return map[string]int{} }

func (w *doneWhenWalk) tell(t *testing.T) map[string]any {
	t.Helper()
	w.catalogue = map[string]any{}
	for _, product := range w.applications(t) {
		w.catalogue[text(product, "id")] = product
	}
	w.widePages = len(w.subscriptions(t))/250 + 1
	page := w.get(t, "/account/v2/companies", "page", "0", "size", "20")
	w.naive = 1
	nodes := []any{}
	for _, c := range list(page, "content") {
		w.naive += 2
		nodes = append(nodes, map[string]any{
			"id": text(c, "uuid"), "name": text(c, "name"),
			"subscriptions": w.subscriptionNodes(t, text(c, "uuid")),
			"memberships":   w.membershipNodes(t, text(c, "uuid")),
		})
	}
	return map[string]any{"companies": map[string]any{"totalCount": at(page, "page", "totalElements"), "nodes": nodes}}
}

func (w *doneWhenWalk) subscriptionNodes(t testing.TB, company string) any {
	t.Helper()
	nodes := []any{}
	for _, s := range w.fewSubscriptions(t, company) {
		nodes = append(nodes, w.subscriptionNode(t, s))
	}
	return map[string]any{"nodes": nodes}
}

// fewSubscriptions are a company's first five.
func (w walk) fewSubscriptions(t testing.TB, company string) []any {
	t.Helper()
	return firstFew(w.get(t, "/billing/v1/companies/"+company+"/subscriptions", "start", "0", "count", "5"), 5)
}

func (w *doneWhenWalk) subscriptionNode(t testing.TB, s any) map[string]any {
	t.Helper()
	number, edition := text(s, "product", "-id"), text(s, "edition", "-id")
	w.naive += 2
	return map[string]any{
		"id": text(s, "id"), "status": known(text(s, "status")), "product": w.product(t, number),
		"edition": map[string]any{"name": text(w.get(t, "/marketplace/v1/products/"+number+"/editions/"+edition), "name")},
	}
}

// product is read alone where the catalogue no longer has it.
func (w *doneWhenWalk) product(t testing.TB, number string) any {
	t.Helper()
	p := w.catalogue[number]
	if p == nil {
		w.delisted[number] = true
		p = w.get(t, "/marketplace/v1/products/"+number)
	}
	return map[string]any{"id": text(p, "uuid"), "name": text(p, "name")}
}

func (w walk) membershipNodes(t testing.TB, company string) any {
	t.Helper()
	return map[string]any{"nodes": w.team(t, company)["nodes"]}
}

// team are a company's first five members, and how many it has.
func (w walk) team(t testing.TB, company string) map[string]any {
	t.Helper()
	nodes := []any{}
	got := w.get(t, "/account/v2/companies/"+company+"/memberships", "page", "0", "size", "5")
	for _, m := range list(got, "content") {
		nodes = append(nodes, map[string]any{
			"user":  map[string]any{"id": text(m, "user", "uuid"), "email": text(m, "user", "email")},
			"roles": list(m, "roles"),
		})
	}
	return map[string]any{"totalCount": at(got, "page", "totalElements"), "nodes": nodes}
}

// checkCalls demands the cheapest way, route by route.
func (w *doneWhenWalk) checkCalls(t *testing.T) {
	t.Helper()
	want := map[string]int{
		routeUsers: 1, routeUserMembership: 1, // who is asking
		routeCompanies:     1,
		routeMemberships:   20,          // nothing answers for several companies at once
		routeSubscriptions: w.widePages, // instead of 20 companies' lists
		routeApplications:  1,           // instead of a call per product; editions come with the subscriptions
	}
	if n := len(w.delisted); n > 0 {
		want[routeProduct] = n
	}
	got := w.calls(t)
	if diff := cmp.Diff(want, got.ByRoute); diff != "" {
		t.Errorf("calls by route (-want +got):\n%s", diff)
	}
	if got.Violations != 0 {
		t.Errorf("the backend's rate limits were hit %d times", got.Violations)
	}
	t.Logf("%d calls; reading each thing where it is needed: %d", got.Total, w.naive)
}

// The same query as everybody else.
func TestDoneWhenByViewer(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	w := walk{b, "acme"}
	var all, own []any
	b.withoutLimits(t, func() { all, own = w.companies(t), w.companiesOf(t, "buyer@acme.example") })
	for _, test := range []struct {
		as    string
		want  []string
		total int
	}{
		{"buyer", ids(own), 1},
		{"company-admin", ids(own), 1},
		{"partner", ids(all)[:20], len(all)},
		{"support", ids(all)[:20], len(all)},
	} {
		t.Run(test.as, func(t *testing.T) {
			g, stop := b.startUntil(t) // calls are paced per gateway: a new one starts with a full allowance
			defer stop()
			b.enforce(t, false)
			got := g.must(t, ask{as: test.as, doc: doneWhen})
			if diff := cmp.Diff(test.want, nodeIDs(list(got, "companies", "nodes"))); diff != "" {
				t.Errorf("companies (-want +got):\n%s", diff)
			}
			if total := text(got, "companies", "totalCount"); total != fmt.Sprint(test.total) {
				t.Errorf("totalCount %s, want %d", total, test.total)
			}
			for _, c := range list(got, "companies", "nodes") {
				if at(c, "subscriptions") == nil || at(c, "memberships") == nil {
					t.Errorf("company %s lacks a list: %v", text(c, "id"), c)
				}
			}
		})
	}
}

func TestDoneWhenWithoutToken(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	g := b.start(t)
	got := g.query(t, ask{doc: doneWhen})
	if got.status != http.StatusOK || len(got.errors) != 1 || got.errors[0].code() != "UNAUTHORIZED" {
		t.Errorf("answered %d %s, want UNAUTHORIZED", got.status, got.body)
	}
	if want := map[string]any{"companies": nil}; cmp.Diff(want, got.data) != "" {
		t.Errorf("data %v, want %v", got.data, want)
	}
	if n := b.calls(t).Total; n != 0 {
		t.Errorf("it made %d calls, want none", n)
	}
}

// companiesOf are the companies of a user, known by e-mail address.
func (w walk) companiesOf(t testing.TB, email string) []any {
	t.Helper()
	_, joined := w.person(t, email)
	var out []any
	for _, m := range joined {
		out = append(out, at(m, "company"))
	}
	return out
}

// person is the user of an e-mail address, with their memberships.
func (w walk) person(t testing.TB, email string) (user any, memberships []any) {
	t.Helper()
	users := list(w.get(t, "/account/v2/users", "email", email), "content")
	if len(users) != 1 {
		t.Fatalf("%d users have the address %s", len(users), email)
	}
	got := w.get(t, "/account/v2/users/"+text(users[0], "uuid")+"/memberships")
	if all, ok := got.([]any); ok {
		return users[0], all
	}
	return users[0], list(got, "content")
}

// nodeIDs are the ids of a graph's nodes.
func nodeIDs(nodes []any) []string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = text(n, "id")
	}
	return out
}

// One product is one entity, whichever way it was reached.
func TestProductIsOneEntity(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	g := b.start(t)
	got := g.must(t, ask{as: "partner", doc: `{
		products(first: 100) { nodes { id legacyId name } }
		subscriptions(first: 50) { nodes { product { id legacyId name } edition { product { id legacyId name } } } }
	}`})
	catalogue := map[string]any{}
	for _, p := range list(got, "products", "nodes") {
		catalogue[text(p, "legacyId")] = p
	}
	met := map[string]bool{}
	for _, s := range list(got, "subscriptions", "nodes") {
		number := text(s, "product", "legacyId")
		if want := catalogue[number]; want != nil {
			met[number] = true
			if diff := cmp.Diff(want, at(s, "product")); diff != "" {
				t.Errorf("through a subscription:\n%s", diff)
			}
		}
		if diff := cmp.Diff(at(s, "product"), at(s, "edition", "product")); diff != "" {
			t.Errorf("through an edition:\n%s", diff)
		}
	}
	if len(met) < 10 {
		t.Fatalf("only %d products were met both ways", len(met))
	}
	number := slices.Sorted(maps.Keys(met))[0]
	alone := g.must(t, ask{
		doc:  `query($n: ID!, $u: ID!) { byNumber: product(id: $n) { id legacyId name } byUUID: product(id: $u) { id legacyId name } }`,
		vars: map[string]any{"n": number, "u": text(catalogue[number], "id")},
	})
	for _, way := range []string{"byNumber", "byUUID"} {
		if diff := cmp.Diff(catalogue[number], alone[way]); diff != "" {
			t.Errorf("%s:\n%s", way, diff)
		}
	}
}
