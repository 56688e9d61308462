package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

// printedActiveCart is the operation as AppDirect's reference prints it, unchanged.
const printedActiveCart = `query activeCartOfUser($input: ActiveCartOfUserInput!) { activeCartOfUser(input: $input) { createdOn currency id items { id edition { id code name } product { id name } units { quantity unit } } pricingTotal { amountDueAfterTax amountDueBeforeTax shippingFeeAmount recurringTotals { totalSalePrice totalSalePriceTaxIncluded billingCycle { dayOfMonth period } } taxSummary { description taxAmount } totalTaxAmount } } }`

// graphTime is how the graph writes moments.
const graphTime = "2006-01-02T15:04:05.000Z07:00"

// cartWalk asks REST what the printed operation asks the graph.
type cartWalk struct {
	walk
	products map[string]any // on sale, by uuid
	editions map[string]any // of the catalogue, by uuid
}

func newCartWalk(t *testing.T, b *backends, tenant string) *cartWalk {
	t.Helper()
	w := &cartWalk{walk: walk{b, tenant}, products: map[string]any{}, editions: map[string]any{}}
	for _, p := range w.applications(t) {
		w.products[text(p, "uuid")] = p
	}
	for _, p := range w.paged(t, "/channel/v1/stagingCatalog", "appStatus", "PRODUCTION") {
		for _, e := range list(p, "pricing", "editions") {
			w.editions[text(e, "uuid")] = e
		}
	}
	return w
}

// carts reads a numbered list to its end, newest first.
func (w *cartWalk) carts(t *testing.T, query ...string) (all []any) {
	t.Helper()
	for page := 1; ; page++ {
		got := w.get(t, "/v3/checkout/shoppingCarts", append([]string{"number", strconv.Itoa(page), "size", "25", "sortField", "createdOn", "sortOrder", "DESC"}, query...)...)
		all = append(all, list(got, "content")...)
		if len(list(got, "content")) < 25 {
			return all
		}
	}
}

// tell is a cart as the printed operation wants it.
func (w *cartWalk) tell(t *testing.T, cart any) map[string]any {
	t.Helper()
	prices := w.get(t, "/v3/checkout/shoppingCarts/"+text(cart, "id")+"/pricingSummary")
	due := w.get(t, "/v3/checkout/shoppingCarts/"+text(cart, "id")+"/preview")
	priced := map[string]any{}
	for _, item := range list(prices, "items") {
		priced[text(item, "itemId")] = item
	}
	items, totals := []any{}, []any{}
	for _, item := range list(cart, "items") {
		p, e := w.products[text(priced[text(item, "id")], "productId")], w.editions[text(priced[text(item, "id")], "editionId")]
		units := []any{}
		for _, u := range list(item, "units") {
			units = append(units, map[string]any{"quantity": plain(t, text(u, "quantity")), "unit": text(u, "unit")})
		}
		items = append(items, map[string]any{
			"id": text(item, "id"), "units": units, "product": map[string]any{"id": text(p, "uuid"), "name": text(p, "name")},
			"edition": map[string]any{"id": text(e, "uuid"), "code": at(e, "code"), "name": text(e, "name")},
		})
	}
	for _, total := range list(due, "recurringTotals") {
		totals = append(totals, map[string]any{
			"totalSalePrice": plain(t, text(total, "totalSalePrice")), "totalSalePriceTaxIncluded": exactly(t, at(total, "totalSalePriceTaxIncluded")),
			"billingCycle": map[string]any{"dayOfMonth": at(total, "billingCycle", "dayOfMonth"), "period": text(total, "billingCycle", "period")},
		})
	}
	taxes := []any{}
	for _, tax := range list(due, "taxSummary") {
		taxes = append(taxes, map[string]any{"description": text(tax, "description"), "taxAmount": plain(t, text(tax, "taxAmount"))})
	}
	return map[string]any{
		"id": text(cart, "id"), "currency": text(cart, "currency"), "createdOn": instant(t, text(cart, "createdOn")), "items": items,
		"pricingTotal": map[string]any{
			"amountDueAfterTax": plain(t, text(due, "amountDueAfterTax")), "amountDueBeforeTax": plain(t, text(due, "amountDueBeforeTax")),
			"shippingFeeAmount": exactly(t, at(due, "shippingFeeAmount")), "taxSummary": orNull(taxes), "totalTaxAmount": exactly(t, at(due, "totalTaxAmount")),
			"recurringTotals": totals,
		},
	}
}

// exactly is plain for what the backend may leave out.
func exactly(t *testing.T, v any) any {
	t.Helper()
	if v == nil {
		return nil
	}
	return plain(t, text(map[string]any{"v": v}, "v"))
}

// orNull is null for a list of none.
func orNull(items []any) any {
	if len(items) == 0 {
		return nil
	}
	return items
}

// plain is a number as the graph writes it, exactly.
func plain(t testing.TB, written string) any {
	t.Helper()
	n, err := decimal.NewFromString(written)
	if err != nil {
		t.Fatal(err)
	}
	return json.Number(n.String())
}

// instant is a moment, written in milliseconds, as the graph writes it.
func instant(t testing.TB, millis string) any {
	t.Helper()
	n, err := strconv.ParseInt(millis, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.UnixMilli(n).UTC().Format(graphTime)
}

// The printed operation runs unchanged, for the buyer and for who may see all.
func TestPrintedActiveCart(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			b := startBackends(t, seed)
			b.enforce(t, false)
			w := newCartWalk(t, b, "acme")
			g := b.start(t)
			me := g.must(t, ask{as: "buyer", doc: `{ me { id currentMembership { account { id } } } }`})
			user, company := text(me, "me", "id"), text(me, "me", "currentMembership", "account", "id")
			active := w.carts(t, "buyerUserId", user, "buyerCompanyId", company, "status", "ACTIVE")
			if len(active) == 0 || len(list(active[0], "items")) == 0 {
				t.Fatalf("nothing in the buyer's active cart: %v", active)
			}
			want := map[string]any{"activeCartOfUser": w.tell(t, active[0])}
			vars := map[string]any{"input": map[string]any{"userId": user, "accountId": company}}
			for _, as := range []string{"buyer", "admin", "partner"} {
				if diff := cmp.Diff(want, g.must(t, ask{as: as, doc: printedActiveCart, vars: vars})); diff != "" {
					t.Errorf("as %s the graph differs from the REST walk (-walk +graph):\n%s", as, diff)
				}
			}
			for _, as := range []string{"company-admin", "reseller"} { // of other companies
				got := g.must(t, ask{as: as, doc: printedActiveCart, vars: vars})
				other := g.must(t, ask{as: as, doc: `{ me { currentMembership { account { id } } } }`})
				if text(other, "me", "currentMembership", "account", "id") != company && at(got, "activeCartOfUser") != nil {
					t.Errorf("%s sees %v", as, got)
				}
			}
		})
	}
}

// All carts of the marketplace, field by field.
func TestCartsEqualRESTWalk(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 2)
	b.enforce(t, false)
	w := newCartWalk(t, b, "acme")
	want := []any{}
	for _, cart := range w.carts(t) {
		node := w.tell(t, cart)
		node["buyer"] = map[string]any{"id": text(cart, "buyerUserId")}
		node["company"] = map[string]any{"id": text(cart, "buyerCompanyId")}
		want = append(want, node)
	}
	got := b.start(t).must(t, ask{as: "partner", doc: `{ carts(first: 100) { totalCount nodes { createdOn currency id buyer { id } company { id }
		items { id edition { id code name } product { id name } units { quantity unit } }
		pricingTotal { amountDueAfterTax amountDueBeforeTax shippingFeeAmount recurringTotals { totalSalePrice totalSalePriceTaxIncluded billingCycle { dayOfMonth period } } taxSummary { description taxAmount } totalTaxAmount }
	} } }`})
	if diff := cmp.Diff(want, at(got, "carts", "nodes")); diff != "" || text(got, "carts", "totalCount") != strconv.Itoa(len(want)) {
		t.Errorf("the graph differs from the REST walk (-walk +graph):\n%s", diff)
	}
}

// Leads of the marketplace, all pages, field by field.
func TestLeadsEqualRESTWalk(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 3)
	b.enforce(t, false)
	w := walk{b, "acme"}
	party := func(v any) any {
		if v == nil {
			return nil
		}
		return map[string]any{"companyName": at(v, "company", "name"), "lastName": at(v, "contact", "lastName"), "email": at(v, "contact", "email"), "phone": at(v, "contact", "phone")}
	}
	want := []any{}
	for _, lead := range w.paged(t, "/prm/v1/leads") {
		var product any
		if uuid := text(lead, "application", "uuid"); uuid != "" {
			product = map[string]any{"id": uuid}
		}
		want = append(want, map[string]any{
			"id": text(lead, "uuid"), "status": text(lead, "status"), "source": text(lead, "source"), "target": text(lead, "target"), "comment": at(lead, "comment"),
			"createdAt": instant(t, text(lead, "creationDate")), "updatedAt": instant(t, text(lead, "lastModificationDate")),
			"customer": party(at(lead, "customer")), "reseller": party(at(lead, "reseller")), "product": product,
		})
	}
	g := b.start(t)
	got := g.must(t, ask{as: "partner", doc: `{ leads(first: 250) { totalCount nodes { id status source target comment createdAt updatedAt
		customer { companyName lastName email phone } reseller { companyName lastName email phone } product { id } } } }`})
	if diff := cmp.Diff(want, at(got, "leads", "nodes")); diff != "" || len(want) < 100 || text(got, "leads", "totalCount") != strconv.Itoa(len(want)) {
		t.Errorf("the graph differs from the REST walk (-walk +graph):\n%s", diff)
	}
	one := g.must(t, ask{as: "partner", doc: `query($id: ID!) { lead(id: $id) { id status } }`, vars: map[string]any{"id": text(want[7], "id")}})
	if text(one, "lead", "status") != text(want[7], "status") {
		t.Errorf("lead 7: %v, want %v", one, want[7])
	}
}

// A reseller's leads are what REST answers to the reseller's own token.
func TestPartnerLeadsEqualRESTWalk(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	g := b.start(t)
	me := g.must(t, ask{as: "reseller", doc: `{ me { currentMembership { account { id } } } }`})
	company := text(me, "me", "currentMembership", "account", "id")
	r := request(t, "GET", b.rest("acme")+"/api/lead/v2/leads?"+url.Values{"context": {"RESELLER"}, "companyId": {company}, "size": {"100"}}.Encode(), nil)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Authorization", "Bearer "+b.token(t, "acme", "reseller"))
	_, _, body := b.do(t, r)
	var page struct {
		Content []struct {
			ID        string
			CreatedOn int64
		}
	}
	if err := json.Unmarshal(body, &page); err != nil || len(page.Content) == 0 {
		t.Fatalf("no leads: %v: %s", err, body)
	}
	want := []any{}
	for _, lead := range page.Content {
		want = append(want, map[string]any{"id": lead.ID, "createdAt": time.Unix(lead.CreatedOn, 0).UTC().Format(graphTime)})
	}
	doc := `query($company: ID) { partnerLeads(first: 100, context: RESELLER, companyId: $company) { nodes { id createdAt } } }`
	if diff := cmp.Diff(want, at(g.must(t, ask{as: "reseller", stage: "/preview", doc: doc}), "partnerLeads", "nodes")); diff != "" {
		t.Errorf("the graph differs from the REST walk (-walk +graph):\n%s", diff)
	}
	for _, as := range []string{"buyer", "admin", "partner"} { // who holds no partner's role
		got := g.query(t, ask{as: as, stage: "/preview", doc: doc, vars: map[string]any{"company": company}})
		if len(got.errors) != 1 || got.errors[0].code() != "FORBIDDEN" {
			t.Errorf("%s: %v %v", as, got.data, got.errors)
		}
	}
}
