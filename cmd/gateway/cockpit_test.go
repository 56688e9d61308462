package main

import (
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/sandbox"
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

// What is broken is null and names its backend; what is not has arrived, in time.
func TestCockpitWithoutOneBackend(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	whole := b.start(t).must(t, ask{as: "admin", doc: cockpit})
	for _, backend := range []struct {
		name string
		lose func(company map[string]any) // what cannot be known any more
	}{
		{sandbox.BackendKazoo, func(c map[string]any) { c["telephonyAccount"] = nil }},
		{sandbox.BackendTwilio, func(c map[string]any) { c["addOnInstallations"] = nil }},
		{sandbox.BackendLeadConnector, func(c map[string]any) {
			if c["wallet"] != nil { // that there is one is told by the link
				c["wallet"] = map[string]any{"hasFunds": nil, "charges": nil}
			}
		}},
		{sandbox.BackendAppDirect, nil},
	} {
		want := without(whole, backend.lose)
		for _, kind := range broken {
			if kind.name != "503" && kind.name != "slow" && kind.name != "cut body" {
				continue
			}
			t.Run(backend.name+"/"+kind.name, func(t *testing.T) {
				b.control(t, http.MethodDelete, "/faults", "")
				g, stop := b.startUntil(t, func(c *Config) {
					if kind.name == "slow" {
						c.Limits.Deadline = shortDeadline
					}
				})
				defer stop()
				if backend.name != sandbox.BackendAppDirect {
					g.warm(t, backend.name)
				}
				fault := maps.Clone(kind.fault)
				fault["backend"] = backend.name
				b.control(t, http.MethodPut, "/faults", printedText(fault))
				began := time.Now()
				got := g.query(t, ask{as: "admin", doc: cockpit})
				got.checkErrorsOf(t, backend.name, kind.code, kind.retryable)
				if took := time.Since(began); took > patience { // which is when a slow backend would answer
					t.Errorf("it took %s", took)
				}
				if diff := cmp.Diff(want, got.data); diff != "" {
					t.Errorf("the rest (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// without is the answer after a loss; lose is nil where nothing is left, because
// without the viewer's roles nothing may be shown.
func without(whole map[string]any, lose func(map[string]any)) map[string]any {
	if lose == nil {
		return nil
	}
	nodes := []any{}
	for _, c := range list(whole, "companies", "nodes") {
		company := maps.Clone(c.(map[string]any))
		lose(company)
		nodes = append(nodes, company)
	}
	return map[string]any{"companies": map[string]any{"totalCount": at(whole, "companies", "totalCount"), "nodes": nodes}}
}

// cockpitParts are what each backend adds to the cockpit.
var cockpitParts = map[string]string{
	sandbox.BackendAppDirect: `subscriptions(first: 5) { nodes { id status product { id name } edition { name } } }
		memberships(first: 5) { nodes { user { id email } roles } }`,
	sandbox.BackendKazoo:         `telephonyAccount { id name devices(first: 5) { nodes { name } } phoneNumbers(first: 5) { nodes { number state } } }`,
	sandbox.BackendTwilio:        `addOnInstallations(first: 3) { nodes { id listing { name } } }`,
	sandbox.BackendLeadConnector: `wallet { hasFunds charges(first: 3) { nodes { id amount description } } }`,
}

// warm asks for all but one backend's part, so that a short deadline has only
// that one to wait for. It asks until nothing was late: a machine under load, and
// calls that take their turn, must not fail what comes after.
func (g *front) warm(t *testing.T, but string) {
	t.Helper()
	for part, fields := range cockpitParts {
		for try := 0; part != but; try++ {
			got := g.query(t, ask{as: "admin", doc: `{ companies(first: 10) { nodes { id ` + fields + ` } } }`})
			if len(got.errors) == 0 {
				break
			}
			if try == 20 {
				t.Fatalf("%s is not warm yet: %.500s", part, got.body)
			}
		}
	}
}
