package main

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cockpit is the query that four backends in one graph are measured by.
const cockpit = `query { companies(first: 10) { totalCount nodes { id name
	subscriptions(first: 5) { nodes { id status product { id name } edition { name } } }
	memberships(first: 5) { nodes { user { id email } roles } }
	telephonyAccount { id name devices(first: 5) { nodes { name } } phoneNumbers(first: 5) { nodes { number state } } }
	addOnInstallations(first: 3) { nodes { id listing { name } } }
	wallet { hasFunds charges(first: 3) { nodes { id amount description } } } } } }`

// routeFunds is the only route of the cockpit whose replies are never kept.
const routeFunds = "GET /marketplace/billing/charges/has-funds"

// Beside nothing else, because it ends within the deadline that a gateway has by default.
func TestCockpitEqualsRESTWalk(t *testing.T) {
	equalsWalk(t, cockpit, func(w doneWhenWalk) story { return &cockpitWalk{doneWhenWalk: w} })
}

// cockpitWalk asks REST what [cockpit] asks the graph.
type cockpitWalk struct {
	doneWhenWalk
	phones, addOns, wallets int // companies that have one
	installed               int // add-ons shown
}

// again are the calls of a second run: of what is never kept.
func (w *cockpitWalk) again() map[string]int { return map[string]int{routeFunds: w.wallets} }

func (w *cockpitWalk) tell(t *testing.T) map[string]any {
	t.Helper()
	w.catalogue = map[string]any{}
	for _, product := range w.applications(t) {
		w.catalogue[text(product, "id")] = product
	}
	rest := newRESTWalk(t, w.backends, w.tenant)
	w.widePages = len(w.subscriptions(t))/250 + 1
	page := w.get(t, "/account/v2/companies", "page", "0", "size", "10")
	w.naive = 3 // the viewer, their roles, the companies
	nodes := []any{}
	for _, c := range list(page, "content") {
		id := text(c, "uuid")
		w.naive += 2 // members and subscriptions; their products and editions count themselves
		phone, addOns, wallet := rest.telephony(t, id), rest.installations(t, id), rest.wallet(t, id)
		w.count(phone, addOns, wallet)
		nodes = append(nodes, map[string]any{
			"id": id, "name": text(c, "name"),
			"subscriptions": w.subscriptionNodes(t, id), "memberships": w.membershipNodes(t, id),
			"telephonyAccount": phone, "addOnInstallations": addOns, "wallet": wallet,
		})
	}
	return map[string]any{"companies": map[string]any{"totalCount": at(page, "page", "totalElements"), "nodes": nodes}}
}

// count files what a company has, and what each part costs where it is read by itself.
func (w *cockpitWalk) count(phone, addOns, wallet any) {
	if phone != nil {
		w.phones++
		w.naive += 3 // account, devices, numbers
	}
	if addOns != nil {
		w.addOns++
		w.installed += len(list(addOns, "nodes"))
		w.naive += 1 + len(list(addOns, "nodes")) // and each listing
	}
	if wallet != nil {
		w.wallets++
		w.naive += 2 // funds, charges
	}
}

// checkCalls demands the cheapest way, route by route.
func (w *cockpitWalk) checkCalls(t *testing.T) {
	t.Helper()
	want := map[string]int{
		routeUsers: 1, routeUserMembership: 1, // who is asking
		routeCompanies: 1, routeMemberships: 10,
		routeSubscriptions: w.widePages, routeApplications: 1, routeProduct: len(w.delisted),
		"PUT /user_auth":                        1,
		"GET /accounts/{accountId}/descendants": 1, // instead of a call per account
		"GET /accounts/{accountId}/devices":     w.phones, "GET /accounts/{accountId}/phone_numbers": w.phones,
		"GET /2010-04-01/Accounts/{Sid}.json": w.addOns, // each sub-account's own token
		"GET /v1/InstalledAddOns":             w.addOns,
		"GET /v1/AvailableAddOns":             min(w.installed, 1), // instead of a call per listing
		"POST /oauth/locationToken":           w.wallets,
		routeFunds:                            w.wallets, "GET /marketplace/billing/charges": w.wallets,
	}
	maps.DeleteFunc(want, func(_ string, n int) bool { return n == 0 })
	got := w.calls(t)
	if diff := cmp.Diff(want, got.ByRoute); diff != "" {
		t.Errorf("calls by route (-want +got):\n%s", diff)
	}
	if got.Violations != 0 {
		t.Errorf("rate limits were hit %d times", got.Violations)
	}
	signIns := 1 + w.addOns + w.wallets
	t.Logf("%d calls, %d of them for credentials; reading each thing where it is needed: %d and as many credentials", got.Total, signIns, w.naive)
}
