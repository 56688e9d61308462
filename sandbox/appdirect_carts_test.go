package sandbox

import (
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestCartsAddUp recomputes each pricing summary from its own parts: totals are
// quantity times price, and what recurs is the sum over the items.
func TestCartsAddUp(t *testing.T) {
	t.Parallel()
	priced := 0
	for _, seed := range testSeeds {
		shop := worldOf(t, 0, seed).shop
		for _, cart := range shop.carts {
			summary := plain(t, shop.price(cart).summary())
			sums := map[string]*big.Rat{}
			for _, item := range field(summary, "items").([]any) {
				addPriced(t, item, sums)
				priced++
			}
			totals := field(summary, "recurringTotals").([]any)
			if len(totals) != len(sums) {
				t.Errorf("cart %s: %d totals for %d cycles", cart.id, len(totals), len(sums))
			}
			for _, total := range totals {
				period := factText(field(total, "billingCycle", "period"))
				if sums[period] == nil || sums[period].Cmp(amountOf(t, field(total, "totalSalePrice"))) != 0 {
					t.Errorf("cart %s: %s recurs at %v, the items sum to %v", cart.id, period, field(total, "totalSalePrice"), sums[period])
				}
			}
		}
	}
	if priced < 100 {
		t.Errorf("only %d items", priced)
	}
}

// addPriced checks an item's arithmetic and adds what of it recurs.
func addPriced(t *testing.T, item any, sums map[string]*big.Rat) {
	t.Helper()
	period := factText(field(item, "schedule", "billingCycle", "period"))
	for _, cost := range field(item, "effectiveCost", "costs").([]any) {
		for _, c := range field(cost, "calculations").([]any) {
			total := amountOf(t, field(c, "totalPrice"))
			if product := new(big.Rat).Mul(amountOf(t, field(c, "quantity")), amountOf(t, field(c, "salePrice"))); product.Cmp(total) != 0 {
				t.Errorf("item %v: %v is not %v", field(item, "itemId"), total, product)
			}
			if field(cost, "costTypeCategory") == "RECURRING" && period != "ONE_TIME" {
				if sums[period] == nil {
					sums[period] = new(big.Rat)
				}
				sums[period].Add(sums[period], total)
			}
		}
	}
}

// TestCartsPointAtTheCatalogue follows plans, products and people.
func TestCartsPointAtTheCatalogue(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	plans := map[string]bool{}
	for _, p := range w.plans.all() {
		plans[factText(p.Body["uuid"])] = true
	}
	empty, companies := 0, map[string]bool{}
	for _, cart := range w.carts.all() {
		items := cart.Body["items"].([]any)
		if len(items) == 0 {
			empty++
		}
		for _, item := range items {
			if !plans[factText(field(item, "pricingPlanId"))] {
				t.Errorf("cart %s: no plan %v", cart.ID, field(item, "pricingPlanId"))
			}
		}
		if w.memberships.Get(membershipID(cart.text("buyerCompany"), cart.text("buyer"))) == nil {
			t.Errorf("cart %s is a stranger's", cart.ID)
		}
		companies[cart.text("buyerCompany")] = true
	}
	if w.carts.Len() != demoCarts+1 || empty == 0 || len(companies) < 5 || len(companies) > 30 {
		t.Errorf("%d carts, %d of them empty, of %d companies", w.carts.Len(), empty, len(companies))
	}
}

// TestBuyersActiveCart is found the way checkout looks for it.
func TestBuyersActiveCart(t *testing.T) {
	t.Parallel()
	cart := exampleCart()
	q := url.Values{"buyerUserId": {cart.text("buyer")}, "buyerCompanyId": {cart.text("buyerCompany")}, "status": {"ACTIVE"}}
	list := shared.get(t, "partner", "/v3/checkout/shoppingCarts?"+q.Encode()).list(t)
	if len(list) != 1 || field(list[0], "id") != cart.ID || len(field(list[0], "items").([]any)) < 2 {
		t.Errorf("found %d carts: %v", len(list), list)
	}
	if list := shared.get(t, "partner", "/v3/checkout/shoppingCarts?productId="+cart.Facts["products"].([]string)[0]).list(t); len(list) == 0 {
		t.Error("no cart has the product")
	}
}

// TestCartPagesCountFromOne, and a page of zero is refused.
func TestCartPagesCountFromOne(t *testing.T) {
	t.Parallel()
	var seen []string
	for _, number := range []string{"1", "2", "3", "4", "5"} {
		body := shared.get(t, "partner", "/v3/checkout/shoppingCarts?size=9&number="+number).object(t)
		if factText(field(body, "page", "number")) != number || factText(field(body, "page", "totalPages")) != "5" {
			t.Errorf("page %s calls itself %v", number, body["page"])
		}
		seen = append(seen, ids(body["content"].([]any))...)
	}
	if whole := ids(shared.get(t, "partner", "/v3/checkout/shoppingCarts?size=100").list(t)); strings.Join(seen, " ") != strings.Join(whole, " ") {
		t.Error("pages and whole differ")
	}
	if a := shared.call(t, http.MethodGet, "acme", "partner", "/v3/checkout/shoppingCarts?number=0"); a.status != http.StatusBadRequest {
		t.Errorf("page 0: %d", a.status)
	}
}

func TestMissingCartParts(t *testing.T) {
	t.Parallel()
	cart := "/v3/checkout/shoppingCarts/" + exampleCart().ID
	for _, path := range []string{
		"/v3/checkout/shoppingCarts/none", "/v3/checkout/shoppingCarts/none/items", "/v3/checkout/shoppingCarts/none/items/1",
		"/v3/checkout/shoppingCarts/none/pricingSummary", cart + "/items/none",
	} {
		if a := shared.call(t, http.MethodGet, "acme", "partner", path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// TestPrintedHeadersAreInsistedOn where the documents call them required.
func TestPrintedHeadersAreInsistedOn(t *testing.T) {
	t.Parallel()
	insisting := 0
	for _, e := range factsOf(t).Endpoints {
		for _, p := range e.Headers {
			if !p.Required {
				continue
			}
			insisting++
			r := request(t, e.Method, shared.base("acme")+"/api"+withQuery(e, "", ""), "")
			r.Header.Set("Authorization", "Bearer "+shared.token(t, "acme", "admin"))
			a := do(t, r)
			if a.status != http.StatusBadRequest || field(a.json(t), "message") != "Header "+p.Name+" is required." {
				t.Errorf("%s without %s: %d %s", e.Key(), p.Name, a.status, a.body)
			}
		}
	}
	if insisting < 9 {
		t.Errorf("only %d required headers", insisting)
	}
}
