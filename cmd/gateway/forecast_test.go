package main

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"testing"
)

// forecast asks what calls an operation would make, by backend.
func (g *front) forecast(t *testing.T, a ask) map[string]int {
	t.Helper()
	a.header = http.Header{"X-Cost-Only": {"true"}}
	var got struct {
		Extensions struct {
			Cost struct {
				Calls map[string]int `json:"predictedUpstreamCalls"`
			} `json:"cost"`
		} `json:"extensions"`
	}
	if err := json.Unmarshal(g.query(t, a).body, &got); err != nil {
		t.Fatal(err)
	}
	return got.Extensions.Cost.Calls
}

// TestForecastOfPurchase asks of each step of a purchase what it will take, and
// counts what it took: fewer, by what is in the cache by now.
func TestForecastOfPurchase(t *testing.T) {
	t.Parallel()
	s := startShopping(t)
	cart, item := s.add(t, "Harbor Contacts", map[string]any{"units": map[string]any{"quantity": "30", "unit": "CONTACT"}})
	const (
		identity  = 2 // the buyer's record and memberships
		plans     = 1 // the list that has them
		catalogue = 2 // and the list of what can be bought
	)
	inCart := func(more map[string]any) map[string]any {
		more["cartId"] = cart
		return more
	}
	owner := map[string]any{"userId": s.user, "accountId": s.company}
	for _, step := range []struct {
		doc   string // printed, by name, or the text itself
		input map[string]any
		kept  int
	}{
		{"updateCartItems", inCart(map[string]any{"items": []any{map[string]any{"id": item, "units": map[string]any{"quantity": "40", "unit": "CONTACT"}}}}), identity + plans},
		{"applyDiscountToCart", inCart(map[string]any{"discountCode": "FLAT_50_OFF"}), identity + catalogue},
		{"removeDiscountFromCart", inCart(map[string]any{"discountCode": "FLAT_50_OFF"}), identity + catalogue},
		{paymentDoc, with(owner, "token", s.cardToken(t)), identity},
		{"validateCart", inCart(map[string]any{"level": "PREVENT_FINALIZE", "itemIds": []any{item}, "locale": "en-US"}), identity},
		{"addItemsToCart", with(owner, "items", []any{map[string]any{"pricingPlanId": s.plans["Harbor Tracker"]}}), identity + catalogue},
		{"activeCartOfUser", owner, identity + catalogue},
		{"removeItemsFromCart", inCart(map[string]any{"itemIds": []any{item}}), identity + catalogue},
	} {
		a := s.ask(cmp.Or(s.docs[step.doc], step.doc), step.input)
		said := s.forecast(t, a)
		s.forgetCalls(t)
		if got := s.must(t, a); at(got, step.doc, "userErrors") != nil {
			t.Fatalf("%s is refused: %v", step.doc, got)
		}
		took := s.calls(t)
		if want := map[string]int{"appdirect": took.Total + step.kept}; !maps.Equal(said, want) {
			t.Errorf("%s: said %v, want %v: %v", step.doc, said, want, took.ByRoute)
		}
	}
}

func with(m map[string]any, name string, value any) map[string]any {
	out := maps.Clone(m)
	out[name] = value
	return out
}
