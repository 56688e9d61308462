package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// till buys through our client alone, without the graph, in a sandbox that was written by somebody else from the same
// documents. What both read differently shows here.
type till struct {
	*testing.T
	*backends
	client        *upstream.Client
	user, company string
	plans         map[string]string // by product name
}

func openTill(t *testing.T) *till {
	t.Helper()
	b := startBackends(t, 1)
	cfg := sandboxConfig(b.box, strings.TrimPrefix(b.server.URL, "http://"))
	cfg.unpaced() // buying is not about limits; nobody has to wait for them
	b.enforce(t, false)
	builder, err := newBuilder(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(builder.gateway.close)
	client, err := builder.appdirect(cfg.Tenants[0].AppDirect, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := &till{T: t, backends: b, client: client, plans: map[string]string{}}
	for _, p := range decoded(l, appdirect.DecodeCatalog, upstream.Call{Route: appdirect.ListCatalog, Query: url.Values{"appStatus": {"PRODUCTION"}, "size": {"100"}}}).Items {
		if e := p.Pricing.Editions; len(e) > 0 && len(e[0].Plans) > 0 {
			l.plans[string(p.Name)] = string(e[0].Plans[0].UUID)
		}
	}
	buyer, err := findPersona("acme", "buyer")
	if err != nil {
		t.Fatal(err)
	}
	users := decoded(l, appdirect.DecodeUsers, upstream.Call{Route: appdirect.ListUsers, Query: url.Values{"email": {buyer.Email}}})
	l.user = string(users.Items[0].UUID)
	of := upstream.Call{Route: appdirect.ListUserMemberships, Params: map[string]string{"userUuid": l.user}}
	l.company = string(decoded(l, appdirect.DecodeUserMemberships, of).Items[0].Company.UUID)
	return l
}

// decoded is what a call answers.
func decoded[T any](l *till, decode func([]byte) (T, error), call upstream.Call) T {
	l.Helper()
	reply, err := l.client.Do(l.Context(), call)
	if err != nil {
		refused, _ := appdirect.CheckoutErrorOf(err)
		l.Fatalf("%v: %+v", err, refused)
	}
	value, err := decode(reply.Body)
	if err != nil {
		l.Fatalf("%v: %v: %s", err, errors.Unwrap(err), reply.Body)
	}
	return value
}

// of is a decoder that several routes share, as that of the call's.
func of[T any](route *upstream.Route, decode func(*upstream.Route, []byte) (T, error)) func([]byte) (T, error) {
	return func(body []byte) (T, error) { return decode(route, body) }
}

// nothing reads an answer without a body.
func nothing(body []byte) (struct{}, error) {
	if len(body) > 0 {
		return struct{}{}, errors.New("a body")
	}
	return struct{}{}, nil
}

// written is a body that was encoded.
func written(body []byte, err error) []byte {
	if err != nil {
		return nil
	}
	return body
}

func onCart(route *upstream.Route, cart string, more ...string) upstream.Call {
	call := upstream.Call{Route: route, Params: map[string]string{"shoppingCartId": cart}}
	for i := 0; i+1 < len(more); i += 2 {
		call.Params[more[i]] = more[i+1]
	}
	return call
}

func withBody(call upstream.Call, body []byte) upstream.Call {
	call.Body = body
	return call
}

func withQuery(call upstream.Call, pairs ...string) upstream.Call {
	call.Query = url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		call.Query.Set(pairs[i], pairs[i+1])
	}
	return call
}

func (l *till) line(product, unit string, quantity int64) appdirect.CartItemRequest {
	l.Helper()
	item := appdirect.CartItemRequest{PricingPlanID: l.plans[product]}
	if item.PricingPlanID == "" {
		l.Fatalf("no product %s", product)
	}
	if unit != "" {
		item.Units = []appdirect.CartUnitRequest{{Quantity: decimal.NewFromInt(quantity), Unit: unit}}
	}
	return item
}

// newCart begins a cart of the buyer's and gives its id.
func (l *till) newCart(items ...appdirect.CartItemRequest) string {
	l.Helper()
	body := written(appdirect.EncodeCart(appdirect.CartRequest{
		OwnerUserID: l.user, OwnerCompanyID: l.company, BuyerUserID: l.user, BuyerCompanyID: l.company, Currency: "USD", Items: items,
	}))
	return string(decoded(l, appdirect.DecodeCreatedCart, upstream.Call{Route: appdirect.CreateCart, Body: body}).ID)
}

func (l *till) cart(id string) appdirect.Cart {
	l.Helper()
	return decoded(l, appdirect.DecodeCart, onCart(appdirect.ReadCart, id))
}

func (l *till) preview(id string) appdirect.CartPreview {
	l.Helper()
	return decoded(l, appdirect.DecodeCartPreview, onCart(appdirect.PreviewCart, id))
}

func (l *till) put(cart string, item appdirect.CartItem, request appdirect.CartItemRequest) appdirect.CartItem {
	l.Helper()
	call := onCart(appdirect.UpdateCartItem, cart, "itemId", string(item.ID))
	return decoded(l, of(call.Route, appdirect.DecodeCartItem), withBody(call, written(appdirect.EncodeCartItem(request))))
}

func (l *till) add(cart string, request appdirect.CartItemRequest) appdirect.CartItem {
	l.Helper()
	call := onCart(appdirect.AddCartItem, cart)
	return decoded(l, of(call.Route, appdirect.DecodeCartItem), withBody(call, written(appdirect.EncodeCartItem(request))))
}

// validate begins a validation and reads it until nothing is pending.
func (l *till) validate(cart, level string) appdirect.CartValidation {
	l.Helper()
	begin := withQuery(onCart(appdirect.ValidateCart, cart), "level", level)
	v := decoded(l, of(begin.Route, appdirect.DecodeCartValidation), begin)
	for range 5 {
		if len(v.Pending) == 0 {
			return v
		}
		again := onCart(appdirect.ReadCartValidation, cart)
		v = decoded(l, of(again.Route, appdirect.DecodeCartValidation), again)
	}
	l.Fatalf("still pending: %+v", v)
	return v
}

// refused is why a call is not done.
func (l *till) refused(call upstream.Call) appdirect.CheckoutError {
	l.Helper()
	_, err := l.client.Do(l.Context(), call)
	refusal, ok := appdirect.CheckoutErrorOf(err)
	var e *upstream.Error
	if !ok || !errors.As(err, &e) || e.OutcomeUnknown() {
		l.Fatalf("%v: %+v", err, refusal)
	}
	return refusal
}

// cardToken is what a payment page would be given for a card.
func (l *till) cardToken() string {
	l.Helper()
	r := request(l, http.MethodPost, l.rest("acme")+"/api/appMarket/v2/paymentMethodTokens", []byte(`{"paymentMethodType":"CARD",
		"properties":{"number":"4111111111111111","cardHolderName":"Ann","expirationMonth":"5","expirationYear":"2031","brand":"VISA","securityCode":"123"},
		"billingAddress":{"street1":"1 Main St","city":"Somerville","state":"MA","country":"US","zip":"02114"}}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+l.token(l, "acme", "partner"))
	r.Header.Set("AD-Public-Developer-Key", "key")
	_, _, body := l.do(l, r)
	var got struct{ ID string }
	if err := json.Unmarshal(body, &got); err != nil || got.ID == "" {
		l.Fatalf("no token: %s", body)
	}
	return got.ID
}

// same holds an amount against what it should be, to the cent.
func (l *till) same(what string, got wire.Number, want decimal.Decimal) {
	l.Helper()
	if !got.Valid || !got.Value.Equal(want) {
		l.Errorf("%s: %v, want %s", what, got, want)
	}
}

// TestBuyingOnTheWire goes the whole way of a purchase, with every route of checkout on it.
func TestBuyingOnTheWire(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	settings := decoded(l, appdirect.DecodeCheckoutSettings, upstream.Call{Route: appdirect.ReadCheckoutSettings, Body: written(appdirect.EncodeCheckoutSettings())})
	if !settings.FlatTaxRate.Valid || settings.DefaultLocale == "" {
		t.Errorf("settings: %+v", settings)
	}
	cart := l.newCart(l.line("Harbor Tracker", "ITEM", 1))
	office := l.add(cart, l.line("Harbor Office Suite", "LICENSE", 10))
	support := l.add(cart, l.line("Harbor Priority Support", "", 0))
	l.discounted(cart, l.cart(cart).Items[0])
	l.filledIn(cart, office)
	decoded(l, nothing, onCart(appdirect.RemoveCartItem, cart, "itemId", string(support.ID)))
	notes := l.add(cart, l.line("Harbor Notes", "", 0))
	remove := onCart(appdirect.RemoveCartItems, cart)
	left := decoded(l, of(remove.Route, appdirect.DecodeChangedCart), withBody(remove, written(appdirect.EncodeItemIDs([]string{string(notes.ID)}, true))))
	if len(left.Items) != 2 {
		t.Errorf("left in the cart: %+v", left.Items)
	}
	l.shipped(cart)
	l.payable(cart)
	due := l.preview(cart)
	l.same("tax", due.TotalTaxAmount, due.AmountDueAfterTax.Value.Sub(due.AmountDueBeforeTax.Value))
	if _, err := l.client.Do(t.Context(), onCart(appdirect.PreauthCart, cart)); err != nil {
		t.Error(err)
	}
	if v := l.validate(cart, "PREVENT_FINALIZE"); len(v.BlockingErrors) > 0 {
		t.Fatalf("cannot be bought: %+v", v.BlockingErrors)
	}
	purchase := decoded(l, appdirect.DecodePurchase, onCart(appdirect.FinalizeCart, cart))
	l.bought(cart, string(purchase.PurchaseID))
	if again := l.refused(onCart(appdirect.FinalizeCart, cart)); again.Status != http.StatusConflict || again.Code == "" {
		t.Errorf("bought twice: %+v", again)
	}
}

// discounted puts a discount on an item and takes it off again.
func (l *till) discounted(cart string, item appdirect.CartItem) {
	l.Helper()
	before := l.preview(cart)
	codes := upstream.Call{Route: appdirect.ListDiscounts, Query: url.Values{"code": {"FLAT_50_OFF"}}}
	if found := decoded(l, appdirect.DecodeDiscounts, codes); len(found) != 1 || found[0].Code != "FLAT_50_OFF" {
		l.Errorf("discounts: %+v", found)
	}
	request := l.line("Harbor Tracker", "ITEM", 1)
	request.DiscountCode = "FLAT_50_OFF"
	if got := l.put(cart, item, request); got.DiscountCode != "FLAT_50_OFF" || got.DiscountID == "" {
		l.Errorf("discounted item: %+v", got)
	}
	l.same("discounted", l.preview(cart).AmountDueBeforeTax, before.AmountDueBeforeTax.Value.Sub(decimal.NewFromInt(50)))
	decoded(l, nothing, withQuery(onCart(appdirect.RemoveCartDiscount, cart, "discountCode", "FLAT_50_OFF"), "itemId", string(item.ID)))
	l.same("without the discount", l.preview(cart).AmountDueBeforeTax, before.AmountDueBeforeTax.Value)
}

// filledIn gives an item what its vendor asks for, which the validation wants.
func (l *till) filledIn(cart string, item appdirect.CartItem) {
	l.Helper()
	before := l.validate(cart, "PRE_FINALIZE")
	if len(before.BlockingErrors) == 0 || before.BlockingErrors[0].ItemID != item.ID || before.BlockingErrors[0].Parameter("REQUIRED_FIELD_KEY") == "" {
		l.Errorf("nothing is missing: %+v", before)
	}
	fields := decoded(l, appdirect.DecodeCartFields, upstream.Call{Route: appdirect.ReadCartFields, Body: written(appdirect.EncodeCartFields(cart, "en-US"))})
	values := appdirect.Attributes{}
	for _, product := range fields.ProductFields {
		for _, f := range product.Forms[0].Fields {
			if product.ItemID == item.ID && f.Validations != nil && f.Validations.Required.Value {
				values[string(f.Code)] = []string{map[bool]string{true: "ann@example.com", false: "Harbor"}[f.Type == "EMAIL"]}
			}
		}
	}
	request := l.line("Harbor Office Suite", "LICENSE", 10)
	request.CustomAttributes.VendorRequiredFields = values
	if got := l.put(cart, item, request); len(values) == 0 || len(got.CustomAttributes.VendorRequiredFields) != len(values) {
		l.Errorf("filled in: %+v of %v", got, values)
	}
	if after := l.validate(cart, "PRE_FINALIZE"); len(after.BlockingErrors) > 0 {
		l.Errorf("still missing: %+v", after.BlockingErrors)
	}
}

// shipped sets where the cart goes and takes the dearest way.
func (l *till) shipped(cart string) {
	l.Helper()
	create := upstream.Call{Route: appdirect.CreateFulfilment, Body: written(appdirect.EncodeFulfilment(appdirect.FulfilmentRequest{
		CartID: cart, DeliveryAddress: &appdirect.DeliveryAddress{
			Name: "Ann", AddressLine1: "50 Grove St", City: "Somerville", SubdivisionCode: "MA", PostalCode: "02114", CountryCode: "US",
		},
	}))}
	f := decoded(l, of(create.Route, appdirect.DecodeFulfilments), create).Items[0]
	quote := slices.MaxFunc(f.Quotes, func(a, b appdirect.ShippingQuote) int { return a.Cost.Value.Cmp(b.Cost.Value) })
	choose := upstream.Call{
		Route: appdirect.ChooseShipping, Params: map[string]string{"fulfillmentUuid": string(f.UUID)},
		Body: written(appdirect.EncodeShippingChoice(string(quote.ID))),
	}
	if chosen := decoded(l, appdirect.DecodeFulfilment, choose); chosen.Fee == nil || chosen.Fee.QuoteID != quote.ID {
		l.Errorf("chosen: %+v", chosen)
	}
	read := upstream.Call{Route: appdirect.ReadFulfilments, Query: url.Values{"shoppingCartId": {cart}}}
	if again := decoded(l, of(read.Route, appdirect.DecodeFulfilments), read).Items[0]; again.DeliveryAddress.City != "Somerville" || again.Fee.QuoteID != quote.ID {
		l.Errorf("read again: %+v", again)
	}
	l.same("shipping", l.preview(cart).ShippingFeeAmount, quote.Cost.Value)
}

// payable makes a payment method of a token, the cart's and the default.
func (l *till) payable(cart string) {
	l.Helper()
	types := decoded(l, appdirect.DecodePaymentMethodTypes, upstream.Call{Route: appdirect.ListPaymentMethodTypes})
	if !slices.Contains(types, "CARD") {
		l.Errorf("types: %v", types)
	}
	request := appdirect.PaymentMethodRequest{OwnerID: l.user, CompanyID: l.company, Token: l.cardToken()}
	made := decoded(l, appdirect.DecodePaymentMethod, upstream.Call{Route: appdirect.CreatePaymentMethod, Body: written(appdirect.EncodePaymentMethod(request))})
	if made.Ending() != "1111" || made.Card.Brand != "VISA" {
		l.Errorf("made: %+v", made)
	}
	update := onCart(appdirect.UpdateCart, cart)
	body := written(appdirect.EncodeCart(appdirect.CartRequest{PaymentMethodID: string(made.ID)}))
	if changed := decoded(l, of(update.Route, appdirect.DecodeChangedCart), withBody(update, body)); changed.PaymentMethodID != made.ID || len(changed.Items) != 2 {
		l.Errorf("changed: %+v", changed)
	}
	set := upstream.Call{Route: appdirect.SetDefaultPaymentMethod, Token: l.token(l, "acme", "buyer"), Body: written(appdirect.EncodeDefaultPaymentMethod(
		appdirect.DefaultPaymentMethodRequest{OwnerID: l.user, CompanyID: l.company, PaymentMethodID: string(made.ID)}))}
	if got := decoded(l, appdirect.DecodeDefaultPaymentMethods, set); got[0].ID != made.ID {
		l.Errorf("default: %+v", got)
	}
	list := upstream.Call{Route: appdirect.ListPaymentMethods, Query: url.Values{"ownerId": {l.user}, "companyId": {l.company}}}
	for _, m := range decoded(l, appdirect.DecodePaymentMethods, list) {
		if m.Default.Value != (m.ID == made.ID) {
			l.Errorf("listed: %+v", m)
		}
	}
}

// bought finds a purchase in everything that tells of it.
func (l *till) bought(cart, purchase string) {
	l.Helper()
	if c := l.cart(cart); c.Status != "FINALIZED" || string(c.PurchaseID) != purchase {
		l.Errorf("the cart is %s, purchase %s", c.Status, c.PurchaseID)
	}
	list := upstream.Call{
		Route: appdirect.ListCompanyOrders, Params: map[string]string{"companyId": l.company},
		Query: url.Values{"sortField": {"DATE"}, "sortOrder": {"DESC"}, "count": {"250"}},
	}
	orders := slices.DeleteFunc(decoded(l, of(list.Route, appdirect.DecodeOrders), list).Items,
		func(o appdirect.PurchaseOrder) bool { return string(o.PurchaseID) != purchase })
	if len(orders) == 0 || orders[0].ReferenceCode == "" {
		l.Fatalf("orders: %+v", orders)
	}
	one := decoded(l, appdirect.DecodeOrder, upstream.Call{Route: appdirect.ReadOrder, Params: map[string]string{"orderId": string(orders[0].ID)}})
	if string(one.PurchaseID) != purchase || string(one.Company.ID) != l.company || string(one.User.ID) != l.user {
		l.Errorf("read alone: %+v", one)
	}
	all := upstream.Call{Route: appdirect.ListOrders, Query: url.Values{"referenceCode": {string(orders[0].ReferenceCode)}}}
	if found := decoded(l, of(all.Route, appdirect.DecodeOrders), all).Items; len(found) != len(orders) {
		l.Errorf("by number: %d orders, by purchase %d", len(found), len(orders))
	}
}

// TestRefusedQuantitiesOnTheWire: which bound is broken can be told without reading words.
func TestRefusedQuantitiesOnTheWire(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart()
	for _, c := range []struct {
		product, unit string
		quantity      string
		want          appdirect.QuantityRule
		bound         string
	}{
		{"Harbor Headset", "ITEM", "3", appdirect.Increment, "2"},
		{"Harbor Headset", "ITEM", "0", appdirect.Minimum, "2"},
		{"Harbor Headset", "ITEM", "42", appdirect.Maximum, "40"},
		{"Harbor Storage", "MEGABYTE", "0.25", appdirect.Minimum, "0.5"},
	} {
		item := l.line(c.product, c.unit, 0)
		item.Units[0].Quantity = decimal.RequireFromString(c.quantity)
		refusal := l.refused(withBody(onCart(appdirect.AddCartItem, cart), written(appdirect.EncodeCartItem(item))))
		if len(refusal.BlockingErrors) == 0 {
			t.Errorf("%s %s: %+v", c.quantity, c.unit, refusal)
			continue
		}
		got, ok := refusal.BlockingErrors[0].Quantity()
		if !ok || got.Rule != c.want || got.Unit != c.unit || got.Bound != c.bound || refusal.Status != http.StatusBadRequest {
			t.Errorf("%s %s: %+v of %+v", c.quantity, c.unit, got, refusal)
		}
	}
}

// TestLostPurchaseIsFound: the answer is lost after the purchase took place, or the call before it did. Either way the
// error says that nobody knows, and a read tells.
func TestLostPurchaseIsFound(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	for name, c := range map[string]struct{ fault, status string }{
		"after it was done":  {`"drop":true,"late":true`, "FINALIZED"},
		"half of the answer": {`"cutBody":true,"late":true`, "FINALIZED"},
		"503 in its place":   {`"status":503,"late":true`, "FINALIZED"},
		"before it was":      {`"drop":true`, "ACTIVE"},
	} {
		cart := l.newCart(l.line("Harbor Notes", "", 0))
		l.control(t, http.MethodPut, "/faults", `{"backend":"appdirect","route":"POST /v3/checkout/shoppingCarts/{shoppingCartId}/finalize",`+c.fault+`}`)
		_, err := l.client.Do(t.Context(), onCart(appdirect.FinalizeCart, cart))
		l.control(t, http.MethodDelete, "/faults", "")
		var e *upstream.Error
		if !errors.As(err, &e) || !e.OutcomeUnknown() || e.Retryable() {
			t.Errorf("%s: %v", name, err)
		}
		if got := l.cart(cart); string(got.Status) != c.status || (got.PurchaseID != "") != (c.status == "FINALIZED") {
			t.Errorf("%s: the cart is %s, purchase %q", name, got.Status, got.PurchaseID)
		}
	}
}
