package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// replicas are two gateways on one Redis, and a shopper who comes to the first.
func replicas(t *testing.T) (s *shopper, other *front) {
	t.Helper()
	redis, _ := startRedis(t)
	b := startBackends(t, 1)
	b.enforce(t, false)
	other = b.start(t, withRedis(redis))
	return newShopper(t, b.start(t, withRedis(redis)), "acme", "buyer"), other
}

const addDoc = `mutation($input: AddItemsInput!) { addItemsToCart(input: $input) { cart { id items { id } } userErrors { __typename ... on UserError { message } ... on OutcomeUnknown { query } } } }`

// one is an item for the shopper's cart, under a key.
func (s *shopper) one(product, key string) map[string]any {
	input := map[string]any{"userId": s.user, "accountId": s.company, "items": []any{map[string]any{"pricingPlanId": s.plans[product]}}}
	if key != "" {
		input["idempotencyKey"] = key
	}
	return input
}

// What one replica has written, another one reads: before, the write, and again.
func TestWrittenIsRead(t *testing.T) {
	t.Parallel()
	s, other := replicas(t)
	s.empty(t)
	cart, item := s.add(t, "Harbor Storage", nil)
	read := ask{
		as: "buyer", doc: `query($id: ID!) { cart(id: $id) { paymentMethodId items { id units { quantity unit } discount { code } customAttributes { productFields { key value } } }
		fulfilment { chosenQuoteId deliveryAddress { city } } customAttributes { purchaseCustomAttributes { key value } } pricingTotal { amountDueAfterTax } } }`,
		vars: map[string]any{"id": cart},
	}
	discount := map[string]any{"cartId": cart, "discountCode": "SPRING_20"}
	for _, w := range []struct {
		name  string
		input map[string]any
	}{
		{"addItemsToCart", s.one("Harbor Tracker", "")},
		{"updateCartItems", map[string]any{"cartId": cart, "items": []any{map[string]any{"id": item, "units": []any{map[string]any{"unit": "USER", "quantity": 7}}}}}},
		{"updateCartCustomAttributes", map[string]any{
			"cartId": cart, "customAttributes": map[string]any{"purchaseCustomAttributes": map[string]any{"key": "poNumber", "value": "PO-1"}},
		}},
		{"applyDiscountToCart", discount},
		{"removeDiscountFromCart", discount},
		{"removeItemsFromCart", map[string]any{"cartId": cart, "itemIds": item}},
	} {
		before := other.must(t, read)
		s.do(t, w.name, w.input)
		here, there := s.must(t, read), other.must(t, read)
		if cmp.Equal(before, there) {
			t.Errorf("after %s the other replica reads what was before: %v", w.name, there)
		}
		if diff := cmp.Diff(here, there); diff != "" {
			t.Errorf("after %s the replicas differ:\n%s", w.name, diff)
		}
	}
	s.ship(t, cart)
	s.pay(t, cart)
	got := other.must(t, read)
	if text(got, "cart", "fulfilment", "deliveryAddress", "city") != "Somerville" || text(got, "cart", "paymentMethodId") == "" {
		t.Errorf("the other replica misses address or payment: %v", got)
	}
	s.prefers(t, other)
}

// prefers keeps a further way to pay, which is the default from then on, makes the former the default again, and finds
// both on the other replica.
func (s *shopper) prefers(t *testing.T, other *front) {
	t.Helper()
	kept := func() (ids []string, preferred string) {
		t.Helper()
		got := other.must(t, ask{as: s.as, doc: `{ me { currentMembership { paymentMethods { id isDefault } } } }`})
		for _, m := range list(got, "me", "currentMembership", "paymentMethods") {
			if ids = append(ids, text(m, "id")); at(m, "isDefault") == true {
				preferred = text(m, "id")
			}
		}
		return ids, preferred
	}
	before, first := kept()
	added := s.must(t, s.ask(paymentDoc, map[string]any{"userId": s.user, "accountId": s.company, "token": s.cardToken(t)}))
	id := text(added, "addPaymentMethod", "paymentMethod", "id")
	if after, preferred := kept(); !slices.Contains(after, id) || len(after) != len(before)+1 || preferred != id {
		t.Errorf("the other replica has %v and prefers %s, after %s came to %v", after, preferred, id, before)
	}
	s.must(t, s.ask(defaultDoc, map[string]any{"userId": s.user, "accountId": s.company, "paymentMethodId": first}))
	if _, preferred := kept(); preferred != first || id == first {
		t.Errorf("the other replica prefers %s, want %s instead of %s", preferred, first, id)
	}
}

// What is asked for again under a key is made once, whoever is asked, and even
// while the first still runs.
func TestRepeatedUnderAKey(t *testing.T) {
	t.Parallel()
	s, other := replicas(t)
	s.empty(t)
	at0 := len(s.itemIDs(t))
	var wg sync.WaitGroup
	answers := make([]reply, 6)
	for i := range answers {
		wg.Go(func() {
			answers[i] = []*shopper{s, s.through(other)}[i%2].query(t, s.ask(addDoc, s.one("Harbor Notes", "once")))
		})
	}
	wg.Wait()
	for i, got := range answers {
		if len(got.errors) > 0 || !cmp.Equal(got.data, answers[0].data) {
			t.Errorf("answer %d differs from the first: %s, %s", i, got.body, answers[0].body)
		}
	}
	if n := len(s.itemIDs(t)); n != at0+1 {
		t.Errorf("%d items were added, want one", n-at0)
	}
	for name, c := range map[string]struct {
		input map[string]any
		code  string
	}{
		"another input": {s.one("Harbor Backup", "once"), "BAD_REQUEST"},
		"no key at all": {s.one("Harbor Notes", " "), ""},
		"an empty key":  {func() map[string]any { in := s.one("Harbor Notes", ""); in["idempotencyKey"] = ""; return in }(), "BAD_REQUEST"},
	} {
		got := s.query(t, s.ask(addDoc, c.input))
		if code := codesOf(got); code != c.code {
			t.Errorf("%s: %q, want %q: %s", name, code, c.code, got.body)
		}
	}
}

func codesOf(r reply) (codes string) {
	for _, e := range r.errors {
		codes += e.code()
	}
	return codes
}

// Twenty requests on two replicas race to begin a cart: there is one.
func TestOneCart(t *testing.T) {
	t.Parallel()
	s, other := replicas(t)
	s.empty(t)
	sold, _ := s.add(t, "Harbor Notes", nil)
	s.do(t, "finalizeCart", map[string]any{"cartId": sold, "agreeToTerms": true}) // now there is none
	carts := make([]string, 20)
	var wg sync.WaitGroup
	for i := range carts {
		wg.Go(func() {
			got := []*shopper{s, s.through(other)}[i%2].query(t, s.ask(addDoc, s.one("Harbor Notes", "")))
			carts[i] = text(got.data, "addItemsToCart", "cart", "id")
		})
	}
	wg.Wait()
	slices.Sort(carts)
	if one := slices.Compact(carts); len(one) != 1 || one[0] == "" || one[0] == sold {
		t.Errorf("the carts are %v", one)
	}
	if n := len(s.itemIDs(t)); n != 20 {
		t.Errorf("%d items, want 20", n)
	}
}

// The answer to a write is lost, or the write is: nobody sends it again by
// themself. What was made is found; what was not is made when it is asked for again.
func TestLostAnswers(t *testing.T) {
	const items = "POST /v3/checkout/shoppingCarts/{shoppingCartId}/items"
	for _, c := range []struct {
		fault string
		found bool
	}{
		{`"drop":true,"late":true`, true},
		{`"cutBody":true`, true},
		{`"badJSON":true`, true},
		{`"status":502,"late":true`, true},
		{`"drop":true`, false},
		{`"status":503`, false},
	} {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			b := startBackends(t, 1)
			b.enforce(t, false)
			s := newShopper(t, b.start(t), "acme", "buyer")
			s.empty(t)
			b.control(t, http.MethodPut, "/faults", fmt.Sprintf(`{"backend":"appdirect","route":%q,%s}`, items, c.fault))
			b.forgetCalls(t)
			got := s.must(t, s.ask(addDoc, s.one("Harbor Notes", "lost")))
			if n := b.calls(t).ByRoute[items]; n != 1 {
				t.Errorf("the item was sent %d times", n)
			}
			if errs := list(got, "addItemsToCart", "userErrors"); (len(errs) == 0) != c.found {
				t.Errorf("answered %v", got)
			} else if !c.found && (text(errs[0], "__typename") != "OutcomeUnknown" || text(errs[0], "query") != "activeCartOfUser") {
				t.Errorf("answered %v", errs)
			}
			b.control(t, http.MethodDelete, "/faults", "")
			s.must(t, s.ask(addDoc, s.one("Harbor Notes", "lost")))
			if n := len(s.itemIDs(t)); n != 1 {
				t.Errorf("%d items are in the cart, want one", n)
			}
		})
	}
}

// Mutations of one operation run in order; one that fails does not hide the others.
func TestMutationsInOrder(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	s := newShopper(t, b.start(t), "acme", "buyer")
	s.empty(t)
	cart, item := s.add(t, "Harbor Storage", nil)
	got := s.query(t, ask{as: "buyer", doc: `mutation($cart: ID!, $item: ID!) {
		none: removeItemsFromCart(input: {cartId: $cart, itemIds: ["nothing"]}) { cart { id } }
		more: updateCartItems(input: {cartId: $cart, items: {id: $item, units: {unit: "USER", quantity: 4}}}) { cart { items { units { quantity } } pricingTotal { amountDueAfterTax } } }
		off: applyDiscountToCart(input: {cartId: $cart, discountCode: "SPRING_20"}) { cart { items { units { quantity } discount { code } } pricingTotal { amountDueAfterTax } } }
	}`, vars: map[string]any{"cart": cart, "item": item}})
	if len(got.errors) != 1 || got.errors[0].code() != "NOT_FOUND" || !cmp.Equal(got.errors[0].Path, []any{"none"}) || at(got.data, "none") != nil {
		t.Errorf("the first: %s", got.body)
	}
	more, off := at(got.data, "more", "cart"), at(got.data, "off", "cart")
	if text(list(list(off, "items")[0], "units")[0], "quantity") != "4" || text(list(off, "items")[0], "discount", "code") != "SPRING_20" ||
		text(more, "pricingTotal", "amountDueAfterTax") == text(off, "pricingTotal", "amountDueAfterTax") {
		t.Errorf("the others: %s", got.body)
	}
	refused := s.read(t, request(t, http.MethodGet, s.url+`/api/graphql?query=mutation{finalizeCart(input:{cartId:"x",agreeToTerms:true}){userErrors{__typename}}}`, nil))
	if refused.status != http.StatusMethodNotAllowed {
		t.Errorf("GET runs a mutation: %d %s", refused.status, refused.body)
	}
}

// Who may not change a cart is told that there is none, and changes nothing.
func TestCartsOfOthers(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	s := newShopper(t, b.start(t), "acme", "buyer")
	s.empty(t)
	cart, item := s.add(t, "Harbor Storage", nil)
	for as, codes := range map[string]string{"": "UNAUTHORIZED", "reseller": "NOT_FOUND"} {
		a := s.ask(s.docs["removeItemsFromCart"], map[string]any{"cartId": cart, "itemIds": []any{item}})
		a.as = as
		if got := s.query(t, a); codesOf(got) != codes {
			t.Errorf("%q: %s", as, got.body)
		}
		a = s.ask(addDoc, s.one("Harbor Notes", ""))
		a.as = as
		if got := s.query(t, a); as != "" && codesOf(got) != "FORBIDDEN" {
			t.Errorf("%q adds: %s", as, got.body)
		}
	}
	if ids := s.itemIDs(t); !cmp.Equal(ids, []string{item}) {
		t.Errorf("in the cart are %v", ids)
	}
}

// A write that cannot be remembered is not sent: it may be asked for again.
// Without a key it is made.
func TestLedgerAway(t *testing.T) {
	t.Parallel()
	redis, kill := startRedis(t)
	b := startBackends(t, 1)
	b.enforce(t, false)
	s := newShopper(t, b.start(t, withRedis(redis)), "acme", "buyer")
	s.empty(t)
	kill()
	b.forgetCalls(t)
	got := s.query(t, s.ask(addDoc, s.one("Harbor Notes", "forgotten")))
	if codesOf(got) != "INTERNAL_SERVER_ERROR" || got.errors[0].Extensions["retryable"] != true {
		t.Errorf("with a key: %s", got.body)
	}
	for route, n := range b.calls(t).ByRoute {
		if !strings.HasPrefix(route, "GET ") {
			t.Errorf("%s was called %d times", route, n)
		}
	}
	if got := s.query(t, s.ask(addDoc, s.one("Harbor Notes", ""))); len(got.errors) > 0 || len(s.itemIDs(t)) != 1 {
		t.Errorf("without a key: %s", got.body)
	}
}
