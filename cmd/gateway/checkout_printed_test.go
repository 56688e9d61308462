package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every printed operation of checkout runs unchanged, with its printed variables
// (only ids are the demo's), and answers in the printed shape and types.
func TestPrintedCheckout(t *testing.T) {
	t.Parallel()
	s := startShopping(t)
	cart, item := s.add(t, "Harbor Storage", nil)
	bought, _ := s.add(t, "Harbor Notes", nil)
	if bought != cart {
		t.Fatalf("two carts: %s and %s", cart, bought)
	}
	for _, op := range printedOperations(t) {
		for i, printed := range op.Variables {
			if op.Name == "finalizeCart" || text(printed, "input", "cartId") == "" && op.Page == "Error handling" {
				continue // below: the one ends the cart, the other is an error
			}
			vars := s.own(printed, cart, item)
			got := s.query(t, ask{as: s.as, doc: op.Document, vars: vars})
			if len(got.errors) > 0 {
				t.Errorf("%s of %q: %s", op.Name, op.Page, got.body)
			}
			if i < len(op.Responses) && at(op.Responses[i], "data", op.Name, "userErrors") == nil {
				likePrinted(t, op.Name, at(op.Responses[i], "data"), got.data)
			}
			if op.Name == "removeItemsFromCart" {
				_, item = s.add(t, "Harbor Storage", nil)
			}
		}
	}
	for _, op := range printedOperations(t) {
		switch {
		case op.Name == "checkoutSettings":
			likePrinted(t, op.Name, at(op.Responses[0], "data"), s.must(t, ask{doc: op.Document}))
		case op.Name == "finalizeCart":
			s.empty(t)
			s.add(t, "Harbor Notes", nil)
			got := s.must(t, ask{as: s.as, doc: op.Document, vars: s.own(op.Variables[0], cart, item)})
			likePrinted(t, op.Name, at(op.Responses[0], "data"), got)
		}
	}
}

// own puts ids of the demo in the place of the printed ones.
func (s *shopper) own(printed any, cart, item string) map[string]any {
	ids := map[string]string{
		"cartId": cart, "userId": s.user, "accountId": s.company, "id": item, "pricingPlanId": s.plans["Harbor Storage"],
	}
	var replace func(name string, v any) any
	replace = func(name string, v any) any {
		switch v := v.(type) {
		case map[string]any:
			out := map[string]any{}
			for name, member := range v {
				out[name] = replace(name, member)
			}
			return out
		case []any:
			out := make([]any, len(v))
			for i, member := range v {
				out[i] = replace(strings.TrimSuffix(name, "s"), member)
			}
			return out
		case string:
			if id, known := ids[name]; known {
				return id
			}
			if name == "itemId" {
				return item
			}
		}
		return v
	}
	out, _ := replace("", printed).(map[string]any)
	return out
}

// likePrinted demands all printed members, of the printed types. A value that is
// printed may be null in an answer, and a list be empty: what it holds is its own.
func likePrinted(t *testing.T, path string, printed, got any) {
	t.Helper()
	if got == nil || printed == nil {
		return
	}
	switch printed := printed.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s is %T, printed as an object", path, got)
		}
		for name, member := range printed {
			value, there := object[name]
			// The printed answer shows more than the printed document asks for, here and there.
			if !there && name != "validationType" && name != "__typename" && name != "userErrors" {
				t.Errorf("%s.%s is missing: %v", path, name, object)
			}
			likePrinted(t, path+"."+name, member, value)
		}
	case []any:
		items, ok := got.([]any)
		if !ok {
			t.Errorf("%s is %T, printed as a list", path, got)
		}
		for _, item := range items {
			if len(printed) > 0 {
				likePrinted(t, path+"[]", printed[0], item)
			}
		}
	case json.Number:
		if _, ok := got.(json.Number); !ok {
			t.Errorf("%s is %T, printed as a number", path, got)
		}
	default:
		if want, have := kindOf(printed), kindOf(got); want != have {
			t.Errorf("%s is a %s, printed as a %s", path, have, want)
		}
	}
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "text"
	case bool:
		return "truth"
	default:
		return "something else"
	}
}

// The printed refusals, value by value.
func TestPrintedRefusals(t *testing.T) {
	t.Parallel()
	s := startShopping(t)
	cart, item := s.add(t, "Harbor Storage", nil)

	empty := s.query(t, s.ask(`mutation applyDiscountToCart($input: ApplyDiscountInput!) { applyDiscountToCart(input: $input) { cart { id items { id } } } }`,
		map[string]any{"cartId": "", "discountCode": "FOOBAR"}))
	if len(empty.errors) != 1 || empty.errors[0].Message != "cartId cannot be empty" || empty.errors[0].code() != "BAD_REQUEST" ||
		!cmp.Equal(empty.errors[0].Path, []any{"applyDiscountToCart"}) || !cmp.Equal(empty.data, map[string]any{"applyDiscountToCart": nil}) {
		t.Errorf("an empty cart id: %s", empty.body)
	}

	const told = ` { cart { id } userErrors { __typename ... on UserError { message path } } } }`
	discount := `mutation($input: ApplyDiscountInput!) { applyDiscountToCart(input: $input)` + told
	update := `mutation($input: UpdateCartItemsInput!) { updateCartItems(input: $input)` + told
	add := `mutation($input: AddItemsInput!) { addItemsToCart(input: $input)` + told
	of := " of item with id: " + item
	units := func(user, megabyte string) map[string]any {
		return map[string]any{"cartId": cart, "items": []any{map[string]any{"id": item, "units": []any{
			map[string]any{"unit": "USER", "quantity": user}, map[string]any{"unit": "MEGABYTE", "quantity": megabyte},
		}}}}
	}
	for _, c := range []struct {
		name, field, doc string
		input            map[string]any
		typeName, says   string
		path             []any
	}{
		{
			"a discount that does not exist", "applyDiscountToCart", discount,
			map[string]any{"cartId": cart, "discountCode": "RANDOM_DISCOUNT"},
			"InvalidDiscountCodeError", "Discount RANDOM_DISCOUNT does not exist or is expired.",
			[]any{"input", "discountCode"},
		},
		{
			"an expired discount", "applyDiscountToCart", discount,
			map[string]any{"cartId": cart, "discountCode": "EXPIRED_10"},
			"InvalidDiscountCodeError", "Discount EXPIRED_10 does not exist or is expired.",
			[]any{"input", "discountCode"},
		},
		{
			"a discount for another product", "applyDiscountToCart", discount,
			map[string]any{"cartId": cart, "discountCode": "TRACKER_25"},
			"InvalidDiscountCodeError", "Discount TRACKER_25 is for nothing in this cart.",
			[]any{"input", "discountCode"},
		},
		{
			"too few", "updateCartItems", update, units("1", "0.25"), "UnitQuantityMinError",
			"Minimum allowed value for unit: MEGABYTE" + of + " is 0.5. Please provide value greater than or equal to 0.5.",
			[]any{"input", "items", "0", "units", "1", "quantity"},
		},
		{
			"too many", "updateCartItems", update, units("10", "1"), "UnitQuantityMaxError",
			"Maximum allowed value for unit: USER" + of + " is 9. Please provide value lesser than or equal to 9.",
			[]any{"input", "items", "0", "units", "0", "quantity"},
		},
		{
			"between the steps", "updateCartItems", update, units("1.5", "1"), "UnitQuantityIncrementError",
			"Only value in increments of 1 is allowed for unit: USER" + of + ".",
			[]any{"input", "items", "0", "units", "0", "quantity"},
		},
		{
			"an add-on of nothing", "addItemsToCart", add,
			map[string]any{"userId": s.user, "accountId": s.company, "items": []any{map[string]any{
				"pricingPlanId": s.plans["Harbor Priority Support"], "associations": map[string]any{"pricingPlanId": "no-such-plan", "type": "ADDON"},
			}}},
			"DetailedUserError", "What this is an add-on of is not in the cart.",
			[]any{"input", "items", "0", "associations", "0", "pricingPlanId"},
		},
	} {
		got := at(s.must(t, s.ask(c.doc, c.input)), c.field)
		want := map[string]any{"cart": nil, "userErrors": []any{map[string]any{"__typename": c.typeName, "message": c.says, "path": c.path}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// A cart that lacks something is not bought, and says what it lacks.
func TestFinalizeRefuses(t *testing.T) {
	t.Parallel()
	s := startShopping(t)
	cart, item := s.add(t, "Harbor Office Suite", nil)
	got := at(s.must(t, s.ask(s.docs["finalizeCart"], map[string]any{"cartId": cart, "agreeToTerms": true})), "finalizeCart")
	errs := list(got, "userErrors")
	if len(errs) != 1 || at(got, "purchaseDetails") != nil || text(errs[0], "__typename") != "DetailedUserError" || text(errs[0], "status") != "400" ||
		text(errs[0], "message") != "Payload is not valid" || len(list(errs[0], "path")) != 0 {
		t.Fatalf("finalizeCart: %v", got)
	}
	for _, fault := range list(errs[0], "blockingErrors") {
		if text(fault, "code") != "REQUIRED_FIELD_VALIDATION_ERROR" || text(fault, "itemId") != item || len(list(fault, "messageParameters")) == 0 {
			t.Errorf("blocking error %v", fault)
		}
	}
	refused := at(s.must(t, s.ask(s.docs["finalizeCart"], map[string]any{"cartId": cart, "agreeToTerms": false})), "finalizeCart", "userErrors")
	if !cmp.Equal(list(map[string]any{"e": refused}, "e")[0].(map[string]any)["path"], []any{"input", "agreeToTerms"}) {
		t.Errorf("without agreement: %v", refused)
	}
	if n := s.purchases(t, cart); n != 0 {
		t.Errorf("bought %d times", n)
	}
}
