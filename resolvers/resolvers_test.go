package resolvers_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/graph"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers"
)

// TestCalls pins the calls of each list and edge, for all five companies at
// once. The same selection through edges must take the same calls and find the same.
func TestCalls(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		document string
		want     map[string]int
	}{
		"a list":                                 {`{ companies { nodes { id name } totalCount } }`, map[string]int{"companies": 1}},
		"a list in a list":                       {`{ companies { nodes { memberships { nodes { roles } totalCount } } } }`, map[string]int{"companies": 1, "memberships": 5}},
		"users come with memberships":            {`{ companies { nodes { memberships { nodes { user { id email } } } } } }`, map[string]int{"companies": 1, "memberships": 5}},
		"and back to their companies":            {`{ companies { nodes { memberships { nodes { account { name } } } } } }`, map[string]int{"companies": 1, "memberships": 5}},
		"users' own memberships":                 {`{ companies(first: 2) { nodes { memberships { nodes { user { memberships { account { id } } currentMembership { roles } } } } } } }`, map[string]int{"companies": 1, "memberships": 2, "userMemberships": 4}},
		"subscriptions of all":                   {`{ companies { nodes { subscriptions { nodes { id status } } } } }`, map[string]int{"companies": 1, "subscriptions": 1}},
		"and their products":                     {`{ companies { nodes { subscriptions { nodes { product { id name } edition { name } } } } } }`, map[string]int{"companies": 1, "subscriptions": 1, "applications": 1}},
		"editions of products":                   {`{ companies { nodes { subscriptions { nodes { product { vendorId editions { name product { name } } } } } } } }`, map[string]int{"companies": 1, "subscriptions": 1, "applications": 1, "catalog": 1}},
		"and their companies, buyers and orders": {`{ companies { nodes { subscriptions { nodes { company { name } user { email } order { totalPrice } } } } } }`, map[string]int{"companies": 1, "subscriptions": 1, "users": 1}},
		"all subscriptions":                      {`{ subscriptions { nodes { company { name } product { name } } } }`, map[string]int{"subscriptions": 1, "companies": 1, "applications": 1}},
		"products' subscriptions":                {`{ products { nodes { subscriptions { nodes { id } } } } }`, map[string]int{"applications": 1, "subscriptions": 1}},
		"one company":                            {`{ company(id: "c1") { memberships { nodes { user { id } } } } }`, map[string]int{"company": 1, "memberships": 1}},
		"one subscription":                       {`{ subscription(id: "s04") { company { id } product { name } user { email } edition { id } } }`, map[string]int{"subscription": 1, "company": 1, "applications": 1, "user": 1}},
		"one product by both its ids":            {`{ a: product(id: "2") { id } b: product(id: "p2") { id } }`, map[string]int{"applications": 1}},
		"me of a service":                        {`{ me { id } }`, map[string]int{}},
		"one user":                               {`{ user(id: "u3") { memberships { roles } currentMembership { account { id } } } }`, map[string]int{"user": 1, "userMemberships": 1, "company": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			data, errs, calls := m.run(t, tc.document)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			if diff := cmp.Diff(tc.want, calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			edges, errs, edgeCalls := m.run(t, asEdges(tc.document))
			if diff := cmp.Diff(tc.want, edgeCalls); diff != "" || len(errs) > 0 {
				t.Errorf("through edges: %v, calls (-want +got):\n%s", errs, diff)
			}
			if diff := cmp.Diff(tree(t, data), withoutEdges(tree(t, edges))); diff != "" {
				t.Errorf("through edges (-nodes +edges):\n%s", diff)
			}
		})
	}
}

func tree(t *testing.T, data string) any {
	t.Helper()
	var out any
	if err := json.Unmarshal([]byte(data), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// withoutEdges writes edges as nodes.
func withoutEdges(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			v[name] = withoutEdges(inner)
		}
		if edges, ok := v["edges"].([]any); ok {
			nodes := []any{}
			for _, edge := range edges {
				nodes = append(nodes, edge.(map[string]any)["node"])
			}
			delete(v, "edges")
			v["nodes"] = nodes
		}
	case []any:
		for i, inner := range v {
			v[i] = withoutEdges(inner)
		}
	}
	return value
}

// TestPlacesStayApart: aliases with other arguments are other questions, and
// get their own answers; fragments and repeated fields are the same one.
func TestPlacesStayApart(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	data, errs, calls := m.run(t, `
		query {
			companies(first: 2) { nodes {
				all: subscriptions { nodes { id } }
				off: subscriptions(status: CANCELLED) { nodes { id } }
				one: subscriptions(first: 1) { nodes { id ...P } }
				m: memberships(first: 2) { nodes { user { id } } }
				...S ...S
			} }
			other: companies(first: 1, name: "x") { nodes { m: memberships(first: 1) { nodes { user { id } } } } }
		}
		fragment S on Company { all: subscriptions { nodes { id ...P } } }
		fragment P on Subscription { product { name } }`)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	want := `{
		"companies": {"nodes": [
			{"all": {"nodes": [{"id": "s00", "product": {"name": "Product 1"}}, {"id": "s01", "product": {"name": "Product 2"}}, {"id": "s02", "product": {"name": "Product 3"}}]},
			 "m": {"nodes": [{"user": {"id": "u0"}}, {"user": {"id": "u1"}}]}, "off": {"nodes": [{"id": "s02"}]}, "one": {"nodes": [{"id": "s00", "product": {"name": "Product 1"}}]}},
			{"all": {"nodes": [{"id": "s03", "product": {"name": "Product 1"}}, {"id": "s04", "product": {"name": "Product 2"}}, {"id": "s05", "product": {"name": "Product 3"}}]},
			 "m": {"nodes": [{"user": {"id": "u2"}}, {"user": {"id": "u3"}}]}, "off": {"nodes": [{"id": "s05"}]}, "one": {"nodes": [{"id": "s03", "product": {"name": "Product 1"}}]}}
		]},
		"other": {"nodes": [{"m": {"nodes": [{"user": {"id": "u0"}}]}}]}
	}`
	if diff := cmp.Diff(tree(t, want), tree(t, data)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"companies": 2, "subscriptions": 2, "memberships": 2, "applications": 1}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestPages walks a list by its cursors, forwards and backwards.
func TestPages(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	type page struct {
		Companies struct {
			Nodes    []struct{ ID string }
			Edges    []struct{ Cursor string }
			PageInfo struct {
				StartCursor, EndCursor       *string
				HasNextPage, HasPreviousPage bool
			}
			TotalCount int
		}
	}
	read := func(args string) (ids string, p page) {
		data, errs, _ := m.run(t, `{ companies(`+args+`) { nodes { id } edges { cursor } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } totalCount } }`)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if err := json.Unmarshal([]byte(data), &p); err != nil {
			t.Fatal(err)
		}
		for _, n := range p.Companies.Nodes {
			ids += n.ID
		}
		return ids, p
	}
	ids, p := read(`first: 3`)
	info := p.Companies.PageInfo
	if ids != "c0c1c2" || !info.HasNextPage || info.HasPreviousPage || p.Companies.TotalCount != companies {
		t.Fatalf("the first page is %s, %+v", ids, p)
	}
	if *info.StartCursor != p.Companies.Edges[0].Cursor || *info.EndCursor != p.Companies.Edges[2].Cursor {
		t.Errorf("cursors of edges and page info differ: %+v", p)
	}
	ids, p = read(`first: 3, after: "` + *info.EndCursor + `"`)
	if info = p.Companies.PageInfo; ids != "c3c4" || info.HasNextPage || !info.HasPreviousPage {
		t.Errorf("the second page is %s, %+v", ids, p)
	}
	back, p := read(`last: 2, before: "` + *info.StartCursor + `"`)
	if info = p.Companies.PageInfo; back != "c1c2" || !info.HasNextPage || !info.HasPreviousPage {
		t.Errorf("the page in front of it is %s, %+v", back, p)
	}
	none, p := read(`first: 1, before: "` + p.Companies.Edges[0].Cursor + `", after: "` + p.Companies.Edges[0].Cursor + `"`)
	if info = p.Companies.PageInfo; none != "" || info.StartCursor != nil || info.EndCursor != nil || p.Companies.Nodes == nil {
		t.Errorf("an empty page is %s, %+v", none, p)
	}
}

// TestInputErrors name the argument, at each place that asked, and cost nothing there.
func TestInputErrors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		document, says string
		errs           int
		calls          map[string]int
	}{
		"root":               {`{ companies(first: 251) { totalCount } }`, "first: ask for 1 to 250", 1, map[string]int{}},
		"inside a list":      {`{ companies(first: 2) { nodes { memberships(last: 0) { totalCount } } } }`, "last: ask for 1 to 250", 2, map[string]int{"companies": 1}},
		"both ends":          {`{ products(first: 1, last: 1) { totalCount } }`, "last: give either", 1, map[string]int{}},
		"no cursor":          {`{ subscriptions(after: "20") { totalCount } }`, "after: this is no cursor", 1, map[string]int{}},
		"unknown status":     {`{ subscriptions(status: UNKNOWN) { totalCount } }`, "status: UNKNOWN can be answered but not asked for", 1, map[string]int{}},
		"and inside a list":  {`{ companies(first: 2) { nodes { subscriptions(status: UNKNOWN) { totalCount } } } }`, "status: UNKNOWN", 2, map[string]int{"companies": 1}},
		"and of a product":   {`{ product(id: "1") { subscriptions(status: UNKNOWN) { totalCount } } }`, "status: UNKNOWN", 1, map[string]int{"applications": 1}},
		"unknown kind":       {`{ listing(filter: {types: [STATIC, UNKNOWN]}) { totalCount } }`, "types: UNKNOWN", 1, map[string]int{}},
		"no tag":             {`{ listing(filter: {attributeIds: ["small"]}) { totalCount } }`, "attributeIds: the id of a tag is a number", 1, map[string]int{}},
		"no category":        {`{ products(categoryIds: [""]) { totalCount } }`, "categoryIds: the id of a tag is a number", 1, map[string]int{}},
		"an empty id":        {`{ company(id: "") { id } }`, "id: an id has 1 to 128", 1, map[string]int{}},
		"no such company":    {`{ company(id: "c9") { id } }`, "There is no Company", 1, map[string]int{"company": 1}},
		"from the back only": {`{ subscriptions(last: 2) { totalCount } }`, "", 0, map[string]int{"subscriptions": 1}}, // short enough to be seen to its end
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, errs, calls := newMarket(t).run(t, tc.document)
			if len(errs) != tc.errs {
				t.Fatalf("%d errors, want %d: %v", len(errs), tc.errs, errs)
			}
			for _, e := range errs {
				if !strings.Contains(e, tc.says) {
					t.Errorf("%q does not say %q", e, tc.says)
				}
			}
			if diff := cmp.Diff(tc.calls, calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// TestStatusFilter: each status that can be asked for reaches the backend by its name.
func TestStatusFilter(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for _, status := range model.AllSubscriptionStatus {
		if status == model.SubscriptionStatusUnknown {
			continue
		}
		data, errs, _ := m.run(t, `{ subscriptions(first: 20, status: `+status.String()+`) { nodes { status } } }`)
		want := map[model.SubscriptionStatus]int{model.SubscriptionStatusActive: 10, model.SubscriptionStatusCancelled: 5}[status]
		if got := strings.Count(data, `"status":"`+status.String()+`"`); got != want || strings.Count(data, `"status"`) != want || len(errs) > 0 {
			t.Errorf("%s: %d of %d, %v in %s", status, got, want, errs, data)
		}
	}
}

// TestWithoutBegin: a server that forgot to prepare the context is told so, in words.
func TestWithoutBegin(t *testing.T) {
	t.Parallel()
	var r graph.ResolverRoot = resolvers.Resolver{}
	ctx := context.Background()
	if _, err := r.Query().Me(ctx); err == nil {
		t.Error("me: no error")
	}
	if _, err := r.Company().Memberships(ctx, nil, nil, nil, nil, nil); err == nil {
		t.Error("memberships: no error")
	}
	if _, err := r.Subscription().Product(ctx, nil); err == nil {
		t.Error("product: no error")
	}
}
