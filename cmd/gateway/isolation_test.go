package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// possessions are ids of one marketplace, and every text that nobody else may see.
type possessions struct {
	companies, users, products, subscriptions, bundles []string
	secrets                                            []string
}

func (w walk) possessions(t *testing.T) possessions {
	t.Helper()
	companies, users, products := w.companies(t), w.users(t), w.applications(t)
	p := possessions{
		companies: ids(companies), users: ids(users), subscriptions: ids(w.subscriptions(t)), bundles: ids(w.plain(t, "/marketplace/v1/bundles")),
	}
	for _, product := range products {
		p.products = append(p.products, text(product, "uuid"), text(product, "id"))
		p.secrets = append(p.secrets, text(product, "uuid"))
	}
	for _, user := range users {
		p.secrets = append(p.secrets, text(user, "email"))
	}
	for _, company := range companies {
		p.secrets = append(p.secrets, text(company, "name"))
	}
	p.secrets = slices.Concat(p.secrets, p.companies, p.users, p.subscriptions, p.bundles)
	return p
}

// without leaves out texts that another marketplace has as well: demo names repeat.
func (p possessions) without(other possessions) []string {
	return slices.DeleteFunc(slices.Clone(p.secrets), func(s string) bool {
		return slices.ContainsFunc(other.secrets, func(o string) bool { return strings.Contains(o, s) })
	})
}

// warmDoc fills a marketplace's cache with everything that could leak.
const warmDoc = `query($c: ID!, $u: ID!, $p: ID!, $s: ID!) {
	companies(first: 100) { nodes { id name } edges { cursor } }
	products(first: 100) { nodes { id } edges { cursor } }
	company(id: $c) { memberships(first: 5) { nodes { user { email } } edges { cursor } } subscriptions(first: 5) { edges { cursor } nodes { id } } }
	user(id: $u) { email }
	product(id: $p) { name }
	subscription(id: $s) { id }
	listing(first: 100) { nodes { id } edges { cursor } }
	bundles { id products { id } }
	shop: product(id: $p) { reviews { nodes { author } } recommendations { id } vendorProducts { id } }
}`

func (p possessions) vars() map[string]any {
	return map[string]any{"c": p.companies[0], "u": p.users[0], "p": p.products[0], "s": p.subscriptions[0]}
}

// warmed is a gateway that has served both marketplaces, with acme's cursors.
func warmed(t *testing.T, b *backends, acme, globex possessions) (g *front, stop func(), cursors []string) {
	g, stop = b.startUntil(t)
	got := g.must(t, ask{as: "partner", doc: warmDoc, vars: acme.vars()})
	g.must(t, ask{tenant: "globex", as: "partner", doc: warmDoc, vars: globex.vars()})
	for _, path := range [][]string{{"companies"}, {"products"}, {"listing"}, {"company", "memberships"}, {"company", "subscriptions"}} {
		for _, e := range list(at(got, path...), "edges") {
			cursors = append(cursors, text(e, "cursor"))
		}
	}
	return g, stop, cursors
}

// How many requests one gateway answers in the property below: few enough that
// the calls of each fit the pacer's allowance, so that nobody waits.
const perGateway = 12

// Whatever a viewer of globex asks with what is acme's, nothing of acme's comes back.
func TestIsolation(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	acme, globex := (walk{b, "acme"}).possessions(t), (walk{b, "globex"}).possessions(t)
	secrets := acme.without(globex)
	if len(secrets) < 1000 {
		t.Fatalf("only %d texts are acme's alone", len(secrets))
	}
	var g *front
	var cursors []string
	stop, requests := func() {}, 0
	defer func() { stop() }() //nolint:gocritic // the last of many is to be stopped, not the first
	rapid.Check(t, func(rt *rapid.T) {
		if requests++; requests%perGateway == 1 {
			stop()
			g, stop, cursors = warmed(t, b, acme, globex)
		}
		a := attack(rt, b, t, acme, cursors)
		got := g.query(t, a)
		for _, secret := range secrets {
			if bytes.Contains(got.body, []byte(secret)) {
				rt.Fatalf("%+v\nwas told %q: %s", a, secret, got.body)
			}
		}
		if a.header != nil && got.status != http.StatusUnauthorized {
			rt.Fatalf("a token of acme's was accepted by globex: %d %s", got.status, got.body)
		}
	})
}

// attack draws a request to globex with acme's ids, cursors, names and tokens.
func attack(rt *rapid.T, b *backends, t *testing.T, acme possessions, cursors []string) ask {
	a := ask{tenant: "globex", as: rapid.SampledFrom([]string{"admin", "buyer", "partner", "support", ""}).Draw(rt, "as")}
	draw := func(of []string, what string) string { return rapid.SampledFrom(of).Draw(rt, what) }
	cursor := draw(cursors, "cursor")
	page := rapid.SampledFrom([]string{"first: 5, after", "first: 250, before", "last: 5, before"}).Draw(rt, "page")
	a.doc = rapid.SampledFrom([]string{
		fmt.Sprintf(`{ company(id: %q) { id name memberships { nodes { user { email } } } subscriptions { nodes { id } } } }`, draw(acme.companies, "company")),
		fmt.Sprintf(`{ user(id: %q) { id email memberships { account { id name } } } }`, draw(acme.users, "user")),
		fmt.Sprintf(`{ product(id: %q) { id name vendorId editions { id } subscriptions { nodes { id company { name } } } } }`, draw(acme.products, "product")),
		fmt.Sprintf(`{ product(id: %q) { reviews { nodes { id } } questions { nodes { id } } recommendations { id } vendorProducts { id } } }`, draw(acme.products, "product")),
		fmt.Sprintf(`{ bundle(id: %q) { id products { id } } }`, draw(acme.bundles, "bundle")),
		fmt.Sprintf(`{ listing(%s: %q) { nodes { id name } } }`, page, cursor),
		fmt.Sprintf(`{ listing(filter: {vendorIds: [%q]}) { nodes { id } } }`, draw(acme.companies, "vendor")),
		fmt.Sprintf(`{ subscription(id: %q) { id company { name } user { email } order { id } } }`, draw(acme.subscriptions, "subscription")),
		fmt.Sprintf(`{ companies(%s: %q) { nodes { id name } } }`, page, cursor),
		fmt.Sprintf(`{ products(%s: %q) { nodes { id name } } }`, page, cursor),
		fmt.Sprintf(`{ subscriptions(%s: %q) { nodes { id } } }`, page, cursor),
		`{ companies(first: 100) { totalCount nodes { id name } } }`,
		`{ me { id email currentMembership { account { id name } } } products(first: 100) { nodes { id } } }`,
	}).Draw(rt, "doc")
	if token := rapid.SampledFrom([]string{"", "Authorization", "Mp-Authorization"}).Draw(rt, "foreign token in"); token != "" {
		bearer := rapid.SampledFrom([]string{"Bearer ", "bearer ", ""}).Draw(rt, "scheme")
		if token == "Authorization" {
			bearer = "Bearer "
		}
		a.as = ""
		a.header = http.Header{token: {bearer + b.token(t, "acme", rapid.SampledFrom([]string{"admin", "buyer", "partner"}).Draw(rt, "token of"))}}
	}
	return a
}

// The other direction of the same: what is acme's is to globex what does not
// exist, in its answer and in what the answer costs.
func TestIsolationCostsTheSame(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	acme, globex := (walk{b, "acme"}).possessions(t), (walk{b, "globex"}).possessions(t)
	questions := map[string]theirs{
		`query($id: ID!) { company(id: $id) { name } }`:                                  {acme.companies[3], uuid.NewString},
		`query($id: ID!) { company(id: $id) { memberships { nodes { user { id } } } } }`: {acme.companies[4], uuid.NewString},
		`query($id: ID!) { user(id: $id) { email } }`:                                    {acme.users[9], uuid.NewString},
		`query($id: ID!) { product(id: $id) { name } }`:                                  {acme.products[0], uuid.NewString},
		`query($id: ID!) { subscription(id: $id) { status } }`:                           {acme.subscriptions[5], uuid.NewString},
		// A number of no product.
		`query($id: ID!) { numbered: product(id: $id) { name } }`: {acme.products[1], func() string { return fmt.Sprint(700_000_000 + rand.IntN(1_000_000)) }},
	}
	for _, as := range []string{"admin", "buyer"} {
		g, stop, _ := warmed(t, b, acme, globex)
		for doc, id := range questions {
			g.costs(t, as, doc, id.nobodys()) // what the first question learns, the others do not pay for
			want, wantCalls := g.costs(t, as, doc, id.nobodys())
			got, gotCalls := g.costs(t, as, doc, id.acmes)
			if got != want {
				t.Errorf("%s as %s: %q for acme's, %q for nobody's", doc, as, got, want)
			}
			if diff := cmp.Diff(wantCalls, gotCalls); diff != "" {
				t.Errorf("%s as %s: calls (-nobody's +acme's):\n%s", doc, as, diff)
			}
		}
		stop()
	}
}

// theirs is an id of acme's, and a source of ids that are nobody's.
type theirs struct {
	acmes   string
	nobodys func() string
}

// costs asks globex about an id that is not globex's.
func (g *front) costs(t *testing.T, as, doc, id string) (answer string, byRoute map[string]int) {
	t.Helper()
	g.forgetCalls(t)
	got := g.query(t, ask{tenant: "globex", as: as, doc: doc, vars: map[string]any{"id": id}})
	if len(got.errors) != 1 || got.errors[0].code() != "NOT_FOUND" {
		t.Fatalf("%s as %s: %s, want NOT_FOUND", doc, as, got.body)
	}
	return fmt.Sprint(got.data, got.errors[0].Message), g.calls(t).ByRoute
}
