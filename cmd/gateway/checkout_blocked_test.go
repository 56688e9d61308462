package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// onBehalf is the marketplace's administrator, buying for one of the sandbox's
// shoppers: who cannot pay, or has spent enough.
func (s *shopper) onBehalf(t *testing.T, name string) *shopper {
	t.Helper()
	var known map[string]map[string]struct{ CompanyID, UserID string }
	if err := json.Unmarshal(s.control(t, http.MethodGet, "/shoppers", ""), &known); err != nil {
		t.Fatal(err)
	}
	out := *s
	out.as, out.user, out.company = "admin", known[s.tenant][name].UserID, known[s.tenant][name].CompanyID
	out.empty(t)
	return &out
}

// oversized is the demo's cart with more in it than its plan allows by now.
func (s *shopper) oversized(t *testing.T) string {
	t.Helper()
	got := s.must(t, ask{as: "admin", doc: `{ carts(first: 100) { nodes { id status items { units { quantity } } } } }`})
	for _, cart := range list(got, "carts", "nodes") {
		for _, item := range list(cart, "items") {
			if units := list(item, "units"); len(units) > 0 && text(units[0], "quantity") == "5000" {
				return text(cart, "id")
			}
		}
	}
	t.Fatal("no cart has 5000 of anything")
	return ""
}

// TestFinalizeIsBlocked by each of the documented codes: each reaches the client
// as it is, and nothing is bought.
func TestFinalizeIsBlocked(t *testing.T) {
	t.Parallel()
	s := startShopping(t)
	with := func(who *shopper, product string, units ...any) string {
		more := map[string]any{}
		if len(units) > 0 {
			more["units"] = units
		}
		cart, _ := who.add(t, product, more)
		return cart
	}
	unit := func(quantity int, name string) any { return map[string]any{"quantity": quantity, "unit": name} }
	for _, tc := range []struct {
		cart string
		want []string
	}{
		{with(s.onBehalf(t, "paying"), "Harbor Firewall"), []string{"PURCHASE_CUSTOM_ATTRIBUTE_VALIDATIONS_ERROR", "SUBSCRIPTION_CUSTOM_ATTRIBUTE_VALIDATIONS_ERROR"}},
		{with(s.onBehalf(t, "cardless"), "Harbor Backup"), []string{"DEFAULT_PAYMENT_METHOD_NOT_FOUND"}},
		{with(s.onBehalf(t, "declined"), "Harbor Backup"), []string{"PURCHASE_PRE_AUTH_FAILED"}},
		{with(s.onBehalf(t, "dailyLimited"), "Harbor Contacts", unit(60, "CONTACT")), []string{"DAILY_SPEND_LIMIT_EXHAUSTED"}},
		{with(s.onBehalf(t, "thirtyDaysLimited"), "Harbor Archive", unit(300, "GIGABYTE")), []string{"THIRTY_DAYS_SPEND_LIMIT_EXHAUSTED"}},
		{s.oversized(t), []string{"INVALID_ITEM_QUANTITIES"}},
	} {
		finalize := s.ask(s.docs["finalizeCart"], map[string]any{"cartId": tc.cart, "agreeToTerms": true})
		finalize.as = "admin"
		got := at(s.must(t, finalize), "finalizeCart")
		var codes []string
		for _, refusal := range list(got, "userErrors") {
			for _, fault := range list(refusal, "blockingErrors") {
				codes = append(codes, text(fault, "code"))
			}
		}
		slices.Sort(codes)
		if diff := cmp.Diff(tc.want, slices.Compact(codes)); diff != "" || at(got, "purchaseDetails") != nil {
			t.Errorf("codes (-want +got):\n%s%v", diff, got)
		}
		if n := s.purchases(t, tc.cart); n != 0 {
			t.Errorf("%v: bought %d times", tc.want, n)
		}
	}
}
