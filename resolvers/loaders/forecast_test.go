package loaders

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// Every field behind a call has a plan, and no other field has one.
func TestPlansCoverTheSchema(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	behind := map[string]bool{}
	for _, def := range schema.Types {
		for _, f := range def.Fields {
			if cost := f.Directives.ForName("cost"); cost != nil && cost.Arguments.ForName("weight").Value.Raw != "0" {
				behind[def.Name+"."+f.Name] = true
			}
		}
	}
	for name := range behind {
		if _, planned := plans[name]; !planned {
			t.Errorf("%s is behind a call: say in plans which, and how often, so that a dry run can tell", name)
		}
	}
	for name := range plans {
		if !behind[name] {
			t.Errorf("%s is planned, and no field behind a call", name)
		}
	}
}

// edges selects twenty subscriptions with what hangs on them.
var edges = []Selected{
	{Path: "subscriptions", Field: "Query.subscriptions", Type: "SubscriptionConnection", Parent: -1, Times: 1, Items: 20},
	{Path: "subscriptions.nodes", Field: "SubscriptionConnection.nodes", Type: "Subscription", Parent: 0, Times: 20},
	{Path: "subscriptions.nodes.company", Field: "Subscription.company", Type: "Company", Parent: 1, Times: 1},
	{Path: "subscriptions.nodes.company.subscriptions", Field: "Company.subscriptions", Type: "SubscriptionConnection", Parent: 2, Times: 1, Items: 300},
	{Path: "subscriptions.nodes.company.subscriptions.nodes", Field: "SubscriptionConnection.nodes", Type: "Subscription", Parent: 3, Times: 300},
	{Path: "subscriptions.nodes.company.subscriptions.nodes.company", Field: "Subscription.company", Type: "Company", Parent: 4, Times: 1},
	{Path: "subscriptions.nodes.company.telephonyAccount", Field: "Company.telephonyAccount", Type: "TelephonyAccount", Parent: 2, Times: 1},
}

// TestForecast: the cheaper way as far as it is known; a way back is free.
func TestForecast(t *testing.T) {
	t.Parallel()
	tenant := market(t).tenant(t)
	check := func(what string, identify bool, at []Selected, want map[upstream.Backend]int) {
		t.Helper()
		v := service(t)
		if identify {
			v = viewer(t, "both", member("a"), member("b"))
		}
		if diff := cmp.Diff(want, tenant.Forecast(v, identify, at)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	check("nothing is known: a page each", false, edges, map[upstream.Backend]int{appdirect.Backend: 1 + 1, kazoo.Backend: 1 + 1})
	tenant.sizes.learn(appdirect.ListCompanies, 30)
	tenant.sizes.learn(appdirect.ListSubscriptions, 21)
	tenant.sizes.learn(kazoo.ListDescendants, 11)
	check("long lists: one by one, two pages each", false, edges, map[upstream.Backend]int{appdirect.Backend: 1 + 20 + 40, kazoo.Backend: 1 + 20})
	tenant.sizes.learn(appdirect.ListSubscriptions, 20)
	tenant.sizes.learn(appdirect.ListCompanies, 20)
	check("no more calls than one by one", false, edges, map[upstream.Backend]int{appdirect.Backend: 20 + 20, kazoo.Backend: 1 + 20})
	check("two companies of their own, and who they are", true, edges,
		map[upstream.Backend]int{appdirect.Backend: 2 + 2 + 2 + 4, kazoo.Backend: 1 + 2})
	if got := tenant.Forecast(service(t), false, nil); len(got) > 0 {
		t.Errorf("nothing takes %v", got)
	}
}

// TestForecastOfMutations: each makes its own calls; those of one field are not answered by another's.
func TestForecastOfMutations(t *testing.T) {
	t.Parallel()
	remove := Selected{Path: "a", Field: "Mutation.removeItemsFromCart", Type: "RemoveItemsFromCartPayload", Parent: -1, Times: 1}
	again := remove
	again.Path = "b"
	got := market(t).tenant(t).Forecast(service(t), false, []Selected{remove, again})
	if diff := cmp.Diff(map[upstream.Backend]int{appdirect.Backend: 6}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestForecastOfWhoAViewerIs: resellers' customers are asked for in each of their roles.
func TestForecastOfWhoAViewerIs(t *testing.T) {
	t.Parallel()
	tenant := market(t).tenant(t)
	for want, v := range map[int]*auth.Viewer{
		2: viewer(t, "ann", member("a")), 3: reseller(t, "bob", "r"), 4: reseller(t, "eve", "r", auth.RoleResellerManager),
	} {
		if got := tenant.Forecast(v, true, nil)[appdirect.Backend]; got != want {
			t.Errorf("%v take %d calls, want %d", v.Scopes(), got, want)
		}
	}
}
