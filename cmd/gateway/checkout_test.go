package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// printedCheckout is an operation of checkout as AppDirect's reference prints it,
// with its printed variables and answers.
type printedCheckout struct {
	Name      string           `json:"name"`
	Page      string           `json:"page"`
	Document  string           `json:"document"`
	Variables []map[string]any `json:"variables"`
	Responses []map[string]any `json:"responses"`
}

func printedOperations(t *testing.T) []printedCheckout {
	t.Helper()
	content, err := os.ReadFile("testdata/checkout/operations.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []printedCheckout
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	if err := decoder.Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// shopper is somebody who buys, through one gateway.
type shopper struct {
	*front
	tenant, as    string
	user, company string
	plans         map[string]string // by product
	docs          map[string]string // printed documents by name, those with the most fields
}

// startShopping is acme's buyer, with an empty cart, at a gateway of their own.
func startShopping(t *testing.T) *shopper {
	t.Helper()
	b := startBackends(t, 1)
	b.enforce(t, false)
	s := newShopper(t, b.start(t), "acme", "buyer")
	s.empty(t)
	return s
}

// newShopper signs a persona in, and looks round the shop.
func newShopper(t *testing.T, g *front, tenant, as string) *shopper {
	t.Helper()
	s := &shopper{front: g, tenant: tenant, as: as, plans: map[string]string{}, docs: map[string]string{}}
	me := g.must(t, ask{tenant: tenant, as: as, doc: `{ me { id currentMembership { account { id } } } }`})
	s.user, s.company = text(me, "me", "id"), text(me, "me", "currentMembership", "account", "id")
	shelf := g.must(t, ask{tenant: tenant, doc: `{ products(first: 20, searchText: "Harbor") { nodes { name editions { plans { id } } } } }`})
	for _, p := range list(shelf, "products", "nodes") {
		if editions := list(p, "editions"); len(editions) > 0 && len(list(editions[0], "plans")) > 0 {
			s.plans[text(p, "name")] = text(list(editions[0], "plans")[0], "id")
		}
	}
	for _, op := range printedOperations(t) {
		if len(op.Document) > len(s.docs[op.Name]) {
			s.docs[op.Name] = op.Document
		}
	}
	return s
}

// through gives the same shopper at another gateway.
func (s *shopper) through(g *front) *shopper {
	out := *s
	out.front = g
	return &out
}

// ask sends a document with an input.
func (s *shopper) ask(doc string, input map[string]any) ask {
	return ask{tenant: s.tenant, as: s.as, doc: doc, vars: map[string]any{"input": input}}
}

// do runs a printed document that has to go well, and gives its payload.
func (s *shopper) do(t *testing.T, name string, input map[string]any) any {
	t.Helper()
	got := at(s.must(t, s.ask(s.docs[name], input)), name)
	if errs := at(got, "userErrors"); errs != nil {
		t.Fatalf("%s is refused: %v", name, errs)
	}
	return got
}

// add puts a product into the cart, and gives the cart's id and the new item's.
func (s *shopper) add(t *testing.T, product string, more map[string]any) (cart, item string) {
	t.Helper()
	before := s.itemIDs(t)
	thing := map[string]any{"pricingPlanId": s.plans[product]}
	for name, value := range more {
		thing[name] = value
	}
	got := s.do(t, "addItemsToCart", map[string]any{"userId": s.user, "accountId": s.company, "items": []any{thing}})
	for _, i := range list(got, "cart", "items") {
		if id := text(i, "id"); !slices.Contains(before, id) {
			return text(got, "cart", "id"), id
		}
	}
	t.Fatalf("%s is not in the cart: %v", product, got)
	return "", ""
}

// itemIDs are what is in the active cart.
func (s *shopper) itemIDs(t *testing.T) []string {
	t.Helper()
	got := s.must(t, s.ask(s.docs["activeCartOfUser"], map[string]any{"userId": s.user, "accountId": s.company}))
	var ids []string
	for _, i := range list(got, "activeCartOfUser", "items") {
		ids = append(ids, text(i, "id"))
	}
	return ids
}

// empty takes everything out of the active cart, so that what a test buys is its own.
func (s *shopper) empty(t *testing.T) {
	t.Helper()
	got := s.must(t, s.ask(s.docs["activeCartOfUser"], map[string]any{"userId": s.user, "accountId": s.company}))
	ids := []any{}
	for _, i := range list(got, "activeCartOfUser", "items") {
		ids = append(ids, text(i, "id"))
	}
	if len(ids) > 0 {
		s.do(t, "removeItemsFromCart", map[string]any{"cartId": text(got, "activeCartOfUser", "id"), "itemIds": ids})
	}
}

// cardToken is what the payment library makes of a card, in the browser: the
// gateway never sees the number.
func (s *shopper) cardToken(t *testing.T) string {
	t.Helper()
	body := []byte(`{"paymentMethodType":"CARD","properties":{"number":"4111111111111111","cardHolderName":"John Smith",
		"expirationMonth":"5","expirationYear":"2039","brand":"VISA","securityCode":"123"},
		"billingAddress":{"street1":"279 Prince St","city":"Montreal","state":"Quebec","country":"CA","zip":"H3C 2N4"}}`)
	r := request(t, http.MethodPost, s.rest(s.tenant)+"/api/appMarket/v2/paymentMethodTokens", body)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("AD-Public-Developer-Key", "demo")
	r.Header.Set("Authorization", "Bearer "+s.backends.token(t, s.tenant, "partner"))
	status, _, answer := s.backends.do(t, r)
	var got struct{ ID string }
	if err := json.Unmarshal(answer, &got); err != nil || got.ID == "" {
		t.Fatalf("no payment token: %d %s", status, answer)
	}
	return got.ID
}

// The operations that AppDirect prints for REST only, in the manner of the others.
const paymentDoc = `mutation($input: AddPaymentMethodInput!) { addPaymentMethod(input: $input) {
	paymentMethod { id isDefault type accountDisplay brand expirationMonth expirationYear } userErrors { __typename ... on UserError { message path } } } }`

const payDoc = `mutation($input: SetCartPaymentMethodInput!) { setCartPaymentMethod(input: $input) { cart { id paymentMethodId } userErrors { __typename ... on UserError { message path } } } }`

const addressDoc = `mutation($input: SetCartShippingAddressInput!) { setCartShippingAddress(input: $input) {
	cart { id fulfilment { id deliveryAddress { name city postalCode } shippingQuotes { id cost isFree name { locale value } } chosenQuoteId } }
	userErrors { __typename ... on UserError { message path } } } }`

const shippingDoc = `mutation($input: ChooseCartShippingInput!) { chooseCartShipping(input: $input) {
	cart { id fulfilment { chosenQuoteId } pricingTotal { shippingFeeAmount amountDueAfterTax } } userErrors { __typename ... on UserError { message path } } } }`

// purchases counts how often the shop has sold a cart.
func (s *shopper) purchases(t *testing.T, cart string) int {
	t.Helper()
	var sold map[string]map[string]int
	answer := s.control(t, http.MethodGet, "/purchases", "")
	if err := json.Unmarshal(answer, &sold); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	return sold[s.tenant][cart]
}

// equalsREST holds the active cart, as the printed operation asks for it, to a walk of REST.
func (s *shopper) equalsREST(t *testing.T, cart string) {
	t.Helper()
	w := newCartWalk(t, s.backends, s.tenant)
	want := map[string]any{"activeCartOfUser": w.tell(t, w.get(t, "/v3/checkout/shoppingCarts/"+cart))}
	got := s.must(t, s.ask(s.docs["activeCartOfUser"], map[string]any{"userId": s.user, "accountId": s.company}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the cart differs from the REST walk (-walk +graph):\n%s", diff)
	}
}
