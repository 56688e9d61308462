package loaders

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
)

// catalogue has n products of one edition and plan each; the last one's plan
// was replaced since.
func catalogue(t *testing.T, n int) *backend {
	t.Helper()
	b := newBackend(t)
	for i := range n {
		id, plan := fmt.Sprint(100+i), fmt.Sprintf("plan%d", i)
		if i == n-1 {
			plan = "newer"
		}
		b.applications = append(b.applications, doc{"id": id, "uuid": "p" + id, "name": "Product " + id})
		b.catalog = append(b.catalog, doc{"id": id, "uuid": "p" + id, "name": "Product " + id, "pricing": doc{"editions": []doc{
			{"id": "1", "uuid": "e" + id, "name": "Basic", "code": "B" + id, "plans": []doc{{"id": "1", "uuid": plan}}},
		}}})
	}
	return b
}

// filled makes n carts of one item each, priced.
func (b *backend) filled(n int) (carts []*model.Cart) {
	for i := range n {
		id, product := fmt.Sprintf("k%d", i), fmt.Sprint(100+i)
		b.carts = append(b.carts, doc{"id": id, "items": []doc{{"id": "i" + id, "pricingPlanId": fmt.Sprintf("plan%d", i), "units": []doc{}}}})
		b.prices = append(b.prices, doc{
			"cart": id, "items": []doc{{"itemId": "i" + id, "productId": "p" + product, "editionId": "e" + product}},
			"recurringTotals": []doc{{"billingCycle": doc{"period": "MONTHLY", "dayOfMonth": 15}, "totalSalePrice": "215.0000000000"}},
		})
		carts = append(carts, &model.Cart{ID: id, Items: []*model.CartItem{{ID: "i" + id, CartID: id, PricingPlanID: p(fmt.Sprintf("plan%d", i))}}})
	}
	return carts
}

func itemsOf(carts []*model.Cart) (items []*model.CartItem) {
	for _, c := range carts {
		items = append(items, c.Items...)
	}
	return items
}

// TestWhatIsInCarts: products and editions of any number of carts come out of
// the catalogue's pages; only what it has no more costs a call for its cart.
func TestWhatIsInCarts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		products, carts int
		calls           map[string]int
	}{
		"one":               {5, 1, map[string]int{"catalog": 1, "applications": 1}},
		"twenty":            {30, 20, map[string]int{"catalog": 1, "applications": 1}},
		"on a later page":   {150, 120, map[string]int{"catalog": 2, "applications": 2}},
		"one of them older": {20, 20, map[string]int{"catalog": 1, "applications": 1, "cartPrices": 1}}, // prices are not kept
	} {
		b := catalogue(t, tc.products)
		items := itemsOf(b.filled(tc.carts))
		tenant := b.tenant(t)
		again := maps.Clone(tc.calls)
		maps.DeleteFunc(again, func(route string, _ int) bool { return route != "cartPrices" })
		for _, calls := range []map[string]int{tc.calls, again} {
			l := New(tenant, service(t))
			products, errs := l.CartItemProducts(t.Context(), items)
			editions, failed := l.CartItemEditions(t.Context(), items)
			if err := errors.Join(append(errs, failed...)...); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for i := range items {
				if want := fmt.Sprint(100 + i); products[i].ID != "p"+want || editions[i].ID != "e"+want || *editions[i].Code != "B"+want {
					t.Errorf("%s: item %d is %v in %v", name, i, products[i], editions[i])
				}
			}
			if diff := cmp.Diff(calls, b.counts()); diff != "" {
				t.Errorf("%s: calls (-want +got):\n%s", name, diff)
			}
		}
	}
}

// TestItemsThatNobodyKnows are null, without an error.
func TestItemsThatNobodyKnows(t *testing.T) {
	t.Parallel()
	b := catalogue(t, 3)
	b.filled(1)
	b.prices = append(b.prices, doc{"cart": "delisted", "items": []doc{{"itemId": "i", "productId": "p999", "editionId": "e999"}, {"itemId": "bare"}, {"itemId": "other edition", "productId": "p100", "editionId": "e999"}}})
	items := []*model.CartItem{
		{ID: "i", CartID: "delisted", PricingPlanID: p("plan999")},
		{ID: "bare", CartID: "delisted"},
		{ID: "not priced", CartID: "delisted"},
		{ID: "i", CartID: "gone", PricingPlanID: p("plan999")},
		{ID: "other edition", CartID: "delisted"},
	}
	l := New(b.tenant(t), service(t))
	products, errs := l.CartItemProducts(t.Context(), items)
	editions, failed := l.CartItemEditions(t.Context(), items)
	if err := errors.Join(append(errs, failed...)...); err != nil {
		t.Fatal(err)
	}
	for i := range items[:4] {
		if products[i] != nil || editions[i] != nil {
			t.Errorf("item %d: %v, %v", i, products[i], editions[i])
		}
	}
	if products[4] == nil || products[4].ID != "p100" || editions[4] != nil {
		t.Errorf("an edition that the product has no more: %v of %v", editions[4], products[4])
	}
}

// TestItemsCarryTheFailure: what could not be read is no proof of absence. Of
// the two items the first has no plan, so that only its cart's prices tell its
// uuid; the second's number can also be read alone.
func TestItemsCarryTheFailure(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"catalog", "applications", "cartPrices"} {
		b := catalogue(t, 3)
		items := []*model.CartItem{{ID: "ik0", CartID: "k0"}, itemsOf(b.filled(1))[0]}
		b.fail(endpoint, http.StatusServiceUnavailable)
		products, errs := New(b.tenant(t), service(t)).CartItemProducts(t.Context(), items)
		for i, want := range map[string][2]bool{"catalog": {true, false}, "applications": {false, true}, "cartPrices": {false, true}}[endpoint] {
			if got := errs[i] == nil; got != want || got != (products[i] != nil) || !got && upstream.KindOf(errs[i]) != upstream.Unavailable {
				t.Errorf("without %s, item %d: %v, %v", endpoint, i, products[i], errs[i])
			}
		}
	}
}

func TestCartTotals(t *testing.T) {
	t.Parallel()
	b := catalogue(t, 20)
	carts := append(b.filled(20), &model.Cart{ID: "gone"})
	l := New(b.tenant(t), service(t))
	totals, errs := l.CartTotals(t.Context(), members(carts))
	if err := errors.Join(errs...); err != nil || totals[20] != nil {
		t.Fatalf("%v, %v", totals[20], err)
	}
	// What the reply does not document stays null.
	want := &model.CartPricingTotal{RecurringTotals: []*model.CartRecurringTotal{{
		TotalSalePrice: dec("215.0000000000"), BillingCycle: &model.CartBillingCycle{DayOfMonth: p(int32(15)), Period: p(model.PricingFrequencyMonthly)},
	}}}
	if diff := cmp.Diff(want, totals[19], same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := totals[19].RecurringTotals[0].TotalSalePrice.String(); got != "215" && got != "215.0000000000" {
		t.Errorf("%s is not exact", got)
	}
	if diff := cmp.Diff(map[string]int{"cartPreview": 21}, b.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	b.fail("cartPreview", http.StatusServiceUnavailable)
	if totals, errs := New(b.tenant(t), service(t)).CartTotals(t.Context(), []string{"k0"}); totals[0] != nil || upstream.KindOf(errs[0]) != upstream.Unavailable {
		t.Errorf("away: %v, %v", totals[0], errs[0])
	}
}

func members(carts []*model.Cart) (ids []string) {
	for _, c := range carts {
		ids = append(ids, c.ID)
	}
	return ids
}

// attributes are an item's; a list that is not there is an empty one.
func attributes(subscription, fields []*model.CartCustomAttribute) *model.CartItemCustomAttributes {
	return &model.CartItemCustomAttributes{
		SubscriptionCustomAttributes: append([]*model.CartCustomAttribute{}, subscription...),
		ProductFields:                append([]*model.CartCustomAttribute{}, fields...),
	}
}

func TestCartMapping(t *testing.T) {
	t.Parallel()
	got := decoded(t, readCart, `{
		"id": "k1", "createdOn": "1541027320333", "currency": "USD", "status": "ACTIVE", "buyerUserId": "u1", "buyerCompanyId": "c1",
		"ownerUserId": "u9", "buyerType": "PARTNER", "isBlocked": false,
		"paymentMethodId": "m1", "customAttributes": {"purchase": {"customAttributes": {"z": "1", "a": ["2", "3"]}}},
		"items": [
			{"id": "i1", "pricingPlanId": "plan1", "units": [{"quantity": "2.50", "unit": "GIGABYTE"}, {}], "discountCode": "HALF", "discountId": "7"},
			{"id": "i2", "customAttributes": {"vendorRequiredFields": {"customAttributes": {"v": "w"}}, "subscription": {"s": "t"}}}
		]
	}`)
	want := &model.Cart{
		ID: "k1", CreatedOn: moment("2018-10-31T23:08:40.333Z"), Currency: p("USD"), Status: p(model.CartStatusActive), UserID: "u1", CompanyID: "c1",
		PaymentMethodID: p("m1"), CustomAttributes: &model.CartCustomAttributes{PurchaseCustomAttributes: []*model.CartCustomAttribute{
			{Key: p("a"), Value: []string{"2", "3"}}, {Key: p("z"), Value: []string{"1"}},
		}},
		Items: []*model.CartItem{
			{
				ID: "i1", CartID: "k1", PricingPlanID: p("plan1"), Units: []*model.CartUnit{{Quantity: dec("2.5"), Unit: p("GIGABYTE")}, {}},
				Discount: &model.CartItemDiscount{ID: p("7"), Code: p("HALF")}, CustomAttributes: attributes(nil, nil),
			},
			{ID: "i2", CartID: "k1", Units: []*model.CartUnit{}, CustomAttributes: attributes(
				[]*model.CartCustomAttribute{{Key: p("s"), Value: []string{"t"}}}, []*model.CartCustomAttribute{{Key: p("v"), Value: []string{"w"}}})},
		},
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if unknown := decoded(t, readCart, `{"id": "k2", "status": "OF_TOMORROW"}`); *unknown.Status != model.CartStatusUnknown || unknown.CreatedOn != nil {
		t.Errorf("%+v", unknown)
	}
}

// What is due comes from the preview, exactly; nothing is added up here.
func TestCartTotalMapping(t *testing.T) {
	t.Parallel()
	got := decoded(t, previewCart, `{
		"items": [], "amountDueBeforeTax": "84.0000000000", "amountDueAfterTax": "90.51", "totalTaxAmount": 6.51, "shippingFeeAmount": null,
		"taxSummary": [{"description": "Flat Tax", "taxAmount": "6.51"}],
		"recurringTotals": [{"totalSalePrice": "84", "totalSalePriceTaxIncluded": "90.51"}]
	}`)
	want := &model.CartPricingTotal{
		AmountDueBeforeTax: dec("84"), AmountDueAfterTax: dec("90.51"), TotalTaxAmount: dec("6.51"),
		TaxSummary:      []*model.CartTax{{Description: p("Flat Tax"), TaxAmount: dec("6.51")}},
		RecurringTotals: []*model.CartRecurringTotal{{TotalSalePrice: dec("84"), TotalSalePriceTaxIncluded: dec("90.51")}},
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
