package sandbox

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPrintedCart buys nothing, but costs what the printed cart costs: ten licences
// for 84, with a tax of 6.51.
func TestPrintedCart(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Office Suite", map[string]any{"units": unitsOf("LICENSE", "10")}))
	preview := l.ok(t, http.MethodGet, cart+"/preview", nil)
	want := map[string]any{
		"amountDueBeforeTax": "84.0000000000", "amountDueAfterTax": "90.5100000000", "totalTaxAmount": "6.5100000000",
		"taxSummary": []any{map[string]any{"description": "Flat Tax", "taxAmount": "6.5100000000"}}, "shippingFeeAmount": nil,
	}
	for name, value := range want {
		if diff := cmp.Diff(value, preview[name]); diff != "" {
			t.Errorf("%s (-printed +ours):\n%s", name, diff)
		}
	}
	recurring := preview["recurringTotals"].([]any)[0]
	if field(recurring, "totalSalePrice") != "84.0000000000" || field(recurring, "totalSalePriceTaxIncluded") != "90.5100000000" {
		t.Errorf("recurring: %v", recurring)
	}
}

// TestCartLife writes a cart in every documented way and reads it back each time.
func TestCartLife(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t)
	made := l.ok(t, http.MethodGet, cart, nil)
	if made["status"] != "ACTIVE" || made["buyerType"] != "CUSTOMER" || made["ownerUserId"] != l.user || made["isBlocked"] != false {
		t.Errorf("a new cart: %v", made)
	}
	if list := l.want(t, http.StatusOK, http.MethodGet, cartsPath+"?partner=APPDIRECT&buyerUserId="+l.user, nil).list(t); len(list) != 1 {
		t.Errorf("the list has %d of it", len(list))
	}
	item := l.ok(t, http.MethodPost, cart+"/items", l.line("Harbor Backup", map[string]any{"units": unitsOf("GIGABYTE", 3)}))
	at := cart + "/items/" + factText(item["id"])
	if diff := cmp.Diff(item, l.ok(t, http.MethodGet, at, nil)); diff != "" {
		t.Errorf("written and read (-written +read):\n%s", diff)
	}
	attributes := map[string]any{"subscription": map[string]any{"customAttributes": map[string]any{"testID": "x", "many": []any{"a", "b"}}}}
	put := l.ok(t, http.MethodPut, at, l.line("Harbor Backup", map[string]any{"units": unitsOf("GIGABYTE", "12"), "customAttributes": attributes}))
	if put["id"] != item["id"] || field(put["units"].([]any)[0], "quantity") != "12" || !cmp.Equal(put["customAttributes"], any(attributes)) {
		t.Errorf("replaced: %v", put)
	}
	second := l.ok(t, http.MethodPost, cart+"/items", l.line("Harbor Notes"))
	l.want(t, http.StatusNoContent, http.MethodDelete, cart+"/items/"+factText(second["id"]), nil)
	l.want(t, http.StatusNotFound, http.MethodGet, cart+"/items/"+factText(second["id"]), nil)
	l.want(t, http.StatusNoContent, http.MethodDelete, cart, nil)
	l.want(t, http.StatusNotFound, http.MethodGet, cart, nil)
	l.want(t, http.StatusNotFound, http.MethodDelete, cart, nil)
}

// TestPatch merges: what it does not speak of stays.
func TestPatch(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Backup", map[string]any{"units": unitsOf("GIGABYTE", 3)}))
	before := l.ok(t, http.MethodGet, cart, nil)
	attribute := func(key, value string) map[string]any {
		return map[string]any{"customAttributes": map[string]any{"purchase": map[string]any{"customAttributes": map[string]any{key: value}}}}
	}
	l.ok(t, http.MethodPatch, cart, attribute("testID", "one"))
	flat := map[string]any{"customAttributes": map[string]any{"purchase": map[string]any{"other": "two"}}}
	both := any(map[string]any{"testID": "one", "other": "two"})
	after := l.ok(t, http.MethodPatch, cart, flat)
	if !cmp.Equal(field(after, "customAttributes", "purchase"), both) {
		t.Errorf("attributes: %v", after["customAttributes"])
	}
	if read := l.ok(t, http.MethodGet, cart, nil); !cmp.Equal(field(read, "customAttributes", "purchase", "customAttributes"), both) {
		t.Errorf("attributes, read: %v", read["customAttributes"])
	}
	delete(after, "customAttributes")
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("a patch changed the rest (-before +after):\n%s", diff)
	}
	ignored := l.ok(t, http.MethodPatch, cart, map[string]any{"id": "mine", "status": "FINALIZED", "locale": "fr_CA"})
	if ignored["id"] != before["id"] || ignored["status"] != "ACTIVE" || ignored["locale"] != "fr_CA" {
		t.Errorf("what is the shop's to say was taken: %v", ignored)
	}
}

// TestAssociations come and go with their items.
func TestAssociations(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Backup", map[string]any{"id": "parent"}), l.line("Harbor Priority Support", map[string]any{"id": "child"}), l.line("Harbor Notes"))
	tied := []any{map[string]any{"parentItemId": "parent", "childItemIds": []any{"child"}, "type": "ADDON"}}
	l.ok(t, http.MethodPatch, cart, map[string]any{"associations": tied})
	if got := l.want(t, http.StatusOK, http.MethodGet, cart+"/associations", nil).json(t); !cmp.Equal(got, any(tied)) {
		t.Errorf("associations: %v", got)
	}
	left := l.ok(t, http.MethodPost, cart+"/items/delete", map[string]any{"ids": []string{"parent"}, "cascade": []string{"ADDON"}})
	if len(left["items"].([]any)) != 1 || left["associations"] != nil {
		t.Errorf("left: %v", left)
	}
	short := strings.TrimPrefix(cart, "/v3/checkout")
	path := ".items[?(@.pricingPlanId=='" + l.plan("Harbor Notes") + "')]"
	if left := l.ok(t, http.MethodPost, short+"/items/delete", map[string]any{"itemPath": path}); len(left["items"].([]any)) != 0 {
		t.Errorf("the printed address left %v", left["items"])
	}
	l.want(t, http.StatusNotFound, http.MethodPatch, cart, map[string]any{"associations": tied})
}

// TestCascadeReachesAddonsOfAddons in whatever order the associations are named.
func TestCascadeReachesAddonsOfAddons(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	ties := []any{
		map[string]any{"parentItemId": "child", "childItemIds": []any{"grandchild"}, "type": "ADDON"},
		map[string]any{"parentItemId": "parent", "childItemIds": []any{"child"}, "type": "ADDON"},
	}
	for _, tied := range [][]any{ties, {ties[1], ties[0]}} {
		cart := l.newCart(t, l.line("Harbor Backup", map[string]any{"id": "parent"}), l.line("Harbor Priority Support", map[string]any{"id": "child"}),
			l.line("Harbor Priority Support", map[string]any{"id": "grandchild"}), l.line("Harbor Notes"))
		l.ok(t, http.MethodPatch, cart, map[string]any{"associations": tied})
		left := l.ok(t, http.MethodPost, cart+"/items/delete", map[string]any{"ids": []string{"parent"}, "cascade": []string{"ADDON"}})
		if len(left["items"].([]any)) != 1 || left["associations"] != nil {
			t.Errorf("left: %v", left)
		}
		l.ok(t, http.MethodPatch, cart, map[string]any{"locale": "en_US"})
	}
}

// TestQuantitiesOutOfBounds are refused in the printed words, and for programs.
func TestQuantitiesOutOfBounds(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Storage", map[string]any{"id": "it"}))
	tests := []struct {
		unit          string
		quantity      any
		code, message string
		params        map[string]string
	}{
		{"MEGABYTE", "0.25", "UNIT_QUANTITY_MIN_ERROR", "Minimum allowed value for unit: MEGABYTE of item with id: it is 0.5. Please provide value greater than or equal to 0.5.", map[string]string{"UNIT": "MEGABYTE", "MINIMUM": "0.5"}},
		{"MEGABYTE", "1.75", "UNIT_QUANTITY_INCREMENT_ERROR", "Only value in increments of 0.5 is allowed for unit: MEGABYTE of item with id: it.", map[string]string{"UNIT": "MEGABYTE", "INCREMENT": "0.5"}},
		{"USER", 10, "UNIT_QUANTITY_MAX_ERROR", "Maximum allowed value for unit: USER of item with id: it is 9. Please provide value lesser than or equal to 9.", map[string]string{"UNIT": "USER", "MAXIMUM": "9"}},
		{"USER", "1e30", "UNIT_QUANTITY_MAX_ERROR", "Maximum allowed value for unit: USER of item with id: it is 10000000. Please provide value lesser than or equal to 10000000.", map[string]string{"UNIT": "USER", "MAXIMUM": "10000000"}},
		{"BARREL", 1, "UNIT_NOT_FOUND", "Unit BARREL is not part of the pricing plan.", map[string]string{"UNIT": "BARREL"}},
	}
	for _, test := range tests {
		problem := l.refused(t, http.MethodPut, cart+"/items/it", l.line("Harbor Storage", map[string]any{"units": unitsOf(test.unit, test.quantity)}))
		if problem["code"] != test.code || problem["message"] != test.message || problem["itemId"] != "it" || !cmp.Equal(params(problem), test.params) {
			t.Errorf("%s of %s: %v", test.quantity, test.unit, problem)
		}
	}
	both := []any{map[string]any{"unit": "USER", "quantity": "0"}, map[string]any{"unit": "MEGABYTE", "quantity": "2000"}}
	a := l.want(t, http.StatusBadRequest, http.MethodPut, cart+"/items/it", l.line("Harbor Storage", map[string]any{"units": both}))
	if problems := blocking(t, a.object(t)); len(problems) != 2 {
		t.Errorf("two units are wrong, told are %v", problems)
	}
}

// TestRefusedCarts are those that name nobody, or what is not sold.
func TestRefusedCarts(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	stranger := l.shopper(t, "cardless")
	cart := l.newCart(t)
	tests := []struct {
		name, method, path string
		body               map[string]any
		status             int
		code               string
	}{
		{"no buyer", http.MethodPost, cartsPath, map[string]any{"currency": "USD"}, 400, "VALIDATION_ERROR"},
		{"unknown buyer", http.MethodPost, cartsPath, map[string]any{"buyerUserId": "x", "buyerCompanyId": l.company}, 404, "NOT_FOUND"},
		{"unknown company", http.MethodPost, cartsPath, map[string]any{"buyerUserId": l.user, "buyerCompanyId": "x"}, 404, "NOT_FOUND"},
		{"another's company", http.MethodPost, cartsPath, map[string]any{"buyerUserId": l.user, "buyerCompanyId": stranger.company}, 400, "VALIDATION_ERROR"},
		{"unknown currency", http.MethodPost, cartsPath, map[string]any{"currency": "EUROS"}, 400, "BAD_REQUEST"},
		{"unknown member", http.MethodPost, cartsPath, map[string]any{"colour": "red"}, 400, "BAD_REQUEST"},
		{"unknown member inside", http.MethodPost, cart + "/items", l.line("Harbor Notes", map[string]any{"units": []any{map[string]any{"amount": 1}}}), 400, "BAD_REQUEST"},
		{"unknown plan", http.MethodPost, cart + "/items", map[string]any{"pricingPlanId": "nothing"}, 400, "PRICING_PLAN_NOT_FOUND"},
		{"delisted plan", http.MethodPost, cart + "/items", map[string]any{"pricingPlanId": delistedPlan(l.acme())}, 400, "PRICING_PLAN_NOT_FOUND"},
		{"prices of one's own", http.MethodPost, cart + "/items", l.line("Harbor Notes", map[string]any{"customPrices": []any{}}), 501, "NOT_IMPLEMENTED"},
		{"unknown item", http.MethodPut, cart + "/items/none", l.line("Harbor Notes"), 404, "NOT_FOUND"},
		{"unknown path", http.MethodPost, cart + "/items/delete", map[string]any{"itemPath": "$..*"}, 400, "VALIDATION_ERROR"},
		{"unknown payment method", http.MethodPatch, cart, map[string]any{"paymentMethodId": "none"}, 404, "NOT_FOUND"},
		{"fee in another currency", http.MethodPost, cart + "/fees", map[string]any{"key": "K", "currency": "EUR", "amount": "1"}, 400, "VALIDATION_ERROR"},
		{"fee out of bounds", http.MethodPatch, cart, map[string]any{"fees": []any{map[string]any{"key": "K", "amount": "1e3000"}}}, 400, "VALIDATION_ERROR"},
		{"fee below nothing", http.MethodPatch, cart, map[string]any{"fees": []any{map[string]any{"key": "K", "amount": -1}}}, 400, "VALIDATION_ERROR"},
		{"unknown fee", http.MethodDelete, cart + "/fees/none", nil, 404, "NOT_FOUND"},
		{"unknown discount", http.MethodDelete, cart + "/discounts/NONE", nil, 404, "NOT_FOUND"},
	}
	for _, test := range tests {
		var body any
		if test.body != nil {
			body = test.body
		}
		if a := l.send(t, test.method, test.path, body); a.status != test.status || field(a.json(t), "code") != test.code {
			t.Errorf("%s: %d %s", test.name, a.status, a.body)
		}
	}
}

// delistedPlan is a plan of a product that has left the catalogue.
func delistedPlan(w *world) string {
	for _, p := range w.plans.all() {
		if w.applications.Get(p.text("product")) == nil {
			return factText(p.Body["uuid"])
		}
	}
	return ""
}

// TestTwoActiveCarts are possible when nobody takes care: the shop does not.
func TestTwoActiveCarts(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.token(t, l.tenant, l.caller)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { l.newCart(t) })
	}
	wg.Wait()
	if list := l.want(t, http.StatusOK, http.MethodGet, cartsPath+"?status=ACTIVE&partner=APPDIRECT&buyerUserId="+l.user, nil).list(t); len(list) != 2 {
		t.Errorf("%d active carts", len(list))
	}
}

// TestFees are part of what is due, and taxed.
func TestFees(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Priority Support"))
	fee := l.ok(t, http.MethodPost, cart+"/fees", map[string]any{"key": "SHIPPING_FEE_100", "amount": "9.81"})
	preview := l.ok(t, http.MethodGet, cart+"/preview", nil)
	if preview["amountDueBeforeTax"] != "24.8100000000" || preview["shippingFeeAmount"] != "9.8100000000" || preview["totalTaxAmount"] != "1.9200000000" {
		t.Errorf("with the fee: %v", preview)
	}
	l.want(t, http.StatusNoContent, http.MethodDelete, cart+"/fees/"+factText(fee["id"]), nil)
	if preview := l.ok(t, http.MethodGet, cart+"/preview", nil); preview["amountDueBeforeTax"] != "15.0000000000" || preview["shippingFeeAmount"] != nil {
		t.Errorf("without it: %v", preview)
	}
}
