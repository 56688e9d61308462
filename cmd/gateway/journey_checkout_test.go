package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A buyer's way from an empty cart to a subscription, by the printed operations,
// in both marketplaces at once; what it shows equals what REST tells.
func TestJourneyCheckout(t *testing.T) {
	t.Parallel()
	for seed := uint64(1); seed <= 2; seed++ {
		b := startBackends(t, seed)
		b.enforce(t, false)
		g := b.start(t)
		for _, tenant := range []string{"acme", "globex"} {
			t.Run(fmt.Sprintf("%s of seed %d", tenant, seed), func(t *testing.T) {
				t.Parallel()
				newShopper(t, g, tenant, "buyer").journey(t)
			})
		}
	}
}

func (s *shopper) journey(t *testing.T) {
	s.empty(t)
	cart, office := s.add(t, "Harbor Office Suite", nil)
	_, tracker := s.add(t, "Harbor Tracker", nil)
	s.equalsREST(t, cart)

	s.do(t, "updateCartItems", map[string]any{"cartId": cart, "items": []any{map[string]any{
		"id": office, "units": map[string]any{"quantity": "3", "unit": "LICENSE"},
	}}})
	s.fillIn(t, cart, office)
	s.discounts(t, cart)
	s.pay(t, cart)
	s.ship(t, cart)
	s.equalsREST(t, cart)

	valid := s.do(t, "validateCart", map[string]any{"cartId": cart, "level": "PREVENT_FINALIZE", "itemIds": []any{office, tracker}, "locale": "en-US"})
	if found := at(valid, "cartValidation"); len(list(found, "blockingErrors")) > 0 || len(list(found, "pendingValidations")) > 0 {
		t.Fatalf("the cart is not ready: %v", found)
	}
	again := s.must(t, s.ask(s.docs["cartValidation"], map[string]any{"cartId": cart, "level": "PREVENT_FINALIZE"}))
	if text(again, "cartValidation", "id") != text(valid, "cartValidation", "id") {
		t.Errorf("cartValidation reads another validation: %v, want %v", again, valid)
	}
	s.buy(t, cart)
}

// fillIn asks what has to be told, and tells it.
func (s *shopper) fillIn(t *testing.T, cart, item string) {
	t.Helper()
	fields := s.must(t, ask{tenant: s.tenant, as: s.as, doc: s.docs["cartFields"], vars: map[string]any{"cartId": cart, "locale": "en-US"}})
	values := map[string]string{
		"SubDomain": "shopper", "AlternateEmail": "shopper@example.com", "FirstName": "Sam", "LastName": "Hopper", "Address/PhoneNumber": "5145550199",
	}
	answers := []any{}
	for _, product := range list(fields, "cartFields", "productFields") {
		for _, form := range list(product, "forms") {
			for _, field := range list(form, "fields") {
				value := values[text(field, "inputCode")]
				if value == "" && at(field, "validations", "required") == true {
					t.Fatalf("nobody knows what to tell for %v", field)
				}
				answers = append(answers, map[string]any{"key": text(field, "inputCode"), "value": value})
			}
		}
	}
	if len(answers) < 4 {
		t.Fatalf("the office suite asks too little: %v", fields)
	}
	got := s.do(t, "updateCartCustomAttributes", map[string]any{"cartId": cart, "items": []any{map[string]any{
		"id": item, "customAttributes": map[string]any{"productFields": answers},
	}}})
	for _, i := range list(got, "cart", "items") {
		if n := len(list(i, "customAttributes", "productFields")); text(i, "id") == item && n != len(answers) {
			t.Errorf("%d fields are kept of %d: %v", n, len(answers), i)
		}
	}
}

// discounts applies a code, takes it back, and applies it again.
func (s *shopper) discounts(t *testing.T, cart string) {
	t.Helper()
	code := map[string]any{"cartId": cart, "discountCode": "FLAT_50_OFF"}
	full := text(s.must(t, ask{
		tenant: s.tenant, as: s.as, doc: `query($id: ID!) { cart(id: $id) { pricingTotal { amountDueAfterTax } } }`,
		vars: map[string]any{"id": cart},
	}), "cart", "pricingTotal", "amountDueAfterTax")
	reduced := s.do(t, "applyDiscountToCart", code)
	if text(reduced, "cart", "pricingTotal", "amountDueAfterTax") == full || text(list(reduced, "cart", "items")[0], "discount", "code") != "FLAT_50_OFF" {
		t.Errorf("the discount changes nothing: %v", reduced)
	}
	if back := s.do(t, "removeDiscountFromCart", code); text(back, "cart", "pricingTotal", "amountDueAfterTax") != full {
		t.Errorf("without the discount it costs %v, want %s", back, full)
	}
	s.do(t, "applyDiscountToCart", code)
}

func (s *shopper) pay(t *testing.T, cart string) {
	t.Helper()
	kept := at(s.must(t, s.ask(paymentDoc, map[string]any{"userId": s.user, "accountId": s.company, "token": s.cardToken(t)})), "addPaymentMethod", "paymentMethod")
	want := map[string]any{
		"id": text(kept, "id"), "isDefault": true, "type": "CARD", "accountDisplay": "1111", "brand": "VISA",
		"expirationMonth": json.Number("5"), "expirationYear": json.Number("2039"),
	}
	if diff := cmp.Diff(want, kept); diff != "" || text(kept, "id") == "" {
		t.Fatalf("payment method (-want +got):\n%s", diff)
	}
	paid := s.must(t, s.ask(payDoc, map[string]any{"cartId": cart, "paymentMethodId": text(kept, "id")}))
	if text(paid, "setCartPaymentMethod", "cart", "paymentMethodId") != text(kept, "id") {
		t.Errorf("the cart is paid otherwise: %v", paid)
	}
}

func (s *shopper) ship(t *testing.T, cart string) {
	t.Helper()
	address := map[string]any{
		"name": "Sam", "addressLine1": "50 Grove St.", "city": "Somerville", "subdivisionCode": "MA", "countryCode": "US", "postalCode": "02114",
	}
	got := at(s.must(t, s.ask(addressDoc, map[string]any{"cartId": cart, "address": address})), "setCartShippingAddress", "cart", "fulfilment")
	quotes := list(got, "shippingQuotes")
	if len(quotes) == 0 || text(got, "deliveryAddress", "postalCode") != "02114" {
		t.Fatalf("no way to deliver: %v", got)
	}
	dearest := text(quotes[len(quotes)-1], "id")
	chosen := at(s.must(t, s.ask(shippingDoc, map[string]any{"cartId": cart, "shippingQuoteId": dearest})), "chooseCartShipping", "cart")
	if text(chosen, "fulfilment", "chosenQuoteId") != dearest {
		t.Errorf("%v, want quote %s", chosen, dearest)
	}
}

// buy finalises the cart, and finds what it became.
func (s *shopper) buy(t *testing.T, cart string) {
	t.Helper()
	bought := at(s.do(t, "finalizeCart", map[string]any{"cartId": cart, "agreeToTerms": true, "idempotencyKey": "the-only-try"}), "purchaseDetails")
	if n, err := strconv.Atoi(text(bought, "purchaseNumber")); err != nil || n == 0 || len(text(bought, "purchaseNumber")) != 6 {
		t.Fatalf("purchase %v has no number of six digits", bought)
	}
	if n := s.purchases(t, cart); n != 1 {
		t.Errorf("the cart was bought %d times", n)
	}
	w := walk{s.backends, s.tenant}
	products := map[string]bool{}
	for _, order := range w.counted(t, "/billing/v1/companies/"+s.company+"/orders") {
		if text(order, "purchaseId") == text(bought, "purchaseId") {
			products[text(order, "id")] = text(order, "referenceCode") == text(bought, "purchaseNumber")
		}
	}
	if len(products) != 2 || !cmp.Equal(map[bool]bool{true: true}, all(products)) {
		t.Errorf("orders of the purchase %v: %v", bought, products)
	}
	got := s.must(t, ask{tenant: s.tenant, as: s.as, doc: `query($cart: ID!, $company: ID!) { cart(id: $cart) { status }
		company(id: $company) { subscriptions(first: 250) { nodes { id product { name } } } } }`, vars: map[string]any{"cart": cart, "company": s.company}})
	var names []string
	for _, sub := range list(got, "company", "subscriptions", "nodes") {
		names = append(names, text(sub, "product", "name"))
	}
	if text(got, "cart", "status") != "FINALIZED" || !slices.Contains(names, "Harbor Office Suite") || !slices.Contains(names, "Harbor Tracker") {
		t.Errorf("after the purchase: %v, %v", at(got, "cart"), names)
	}
}

// all are the distinct values.
func all(m map[string]bool) map[bool]bool {
	out := map[bool]bool{}
	for _, v := range m {
		out[v] = v
	}
	return out
}
