package appdirect

import (
	"encoding/json"
	"net/http"

	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// AddCartItem puts one thing into a cart.
var AddCartItem = &upstream.Route{
	Name:      "appdirect.addCartItem",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}/items",
	Authority: upstream.System,
	Ours:      oursCheckout,
}

// UpdateCartItem puts an item in the place of another: what is not sent is not kept.
var UpdateCartItem = &upstream.Route{
	Name:      "appdirect.updateCartItem",
	Backend:   Backend,
	Method:    http.MethodPut,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}/items/{itemId}",
	Authority: upstream.System,
	Ours:      oursCheckout,
}

// RemoveCartItem takes one item out of a cart; its answer is empty.
var RemoveCartItem = &upstream.Route{
	Name:      "appdirect.removeCartItem",
	Backend:   Backend,
	Method:    http.MethodDelete,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}/items/{itemId}",
	Authority: upstream.System,
	Ours:      oursCheckout,
}

// RemoveCartItems takes items out of a cart, on demand with what belongs to them. Its path is printed without the
// "/v3/checkout" of all others.
var RemoveCartItems = &upstream.Route{
	Name:      "appdirect.removeCartItems",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      "/shoppingCarts/{shoppingCartId}/items/delete",
	Authority: upstream.System,
	Ours:      oursCheckout,
}

// CartItem is one thing in a cart. What product it is, only its plan tells.
type CartItem struct {
	ID wire.Text `json:"id"`
	// ReferenceID is the client's own mark on the item; "" where it set none.
	ReferenceID wire.Text `json:"referenceId"`
	// PricingPlanID is the uuid of a plan of the catalogue.
	PricingPlanID wire.Text  `json:"pricingPlanId"`
	Units         []CartUnit `json:"units"`
	// DiscountCode and DiscountID are those of the discount applied; "" where there is none.
	DiscountCode     wire.Text      `json:"discountCode"`
	DiscountID       wire.Text      `json:"discountId"`
	CustomAttributes ItemAttributes `json:"customAttributes"`
}

// ItemTerms is what was agreed on for an item. It is not read, but sent back as it came: an item that is put in its own
// place without it would lose it.
type ItemTerms struct {
	SubscriptionID              json.RawMessage `json:"subscriptionId,omitempty"`
	ServiceConfiguration        json.RawMessage `json:"serviceConfiguration,omitempty"`
	BillingConfiguration        json.RawMessage `json:"billingConfiguration,omitempty"`
	CustomPrices                json.RawMessage `json:"customPrices,omitempty"`
	CustomContractConfiguration json.RawMessage `json:"customContractConfiguration,omitempty"`
}

// Check wants the id.
func (i *CartItem) Check() error { return wire.Identified(i.ID) }

// CartUnit says how many of a unit are bought.
type CartUnit struct {
	Quantity wire.Number `json:"quantity"`
	Unit     wire.Text   `json:"unit"`
}

// DecodeCartItem reads a reply of [AddCartItem] or [UpdateCartItem].
func DecodeCartItem(route *upstream.Route, body []byte) (CartItem, error) {
	return wire.Decode[CartItem](route, body)
}

// DecodeItemTerms reads of a reply of [ReadCart] what was agreed on for its items, by their ids.
func DecodeItemTerms(body []byte) (map[string]ItemTerms, error) {
	var cart struct {
		Items []struct {
			ID wire.Text `json:"id"`
			ItemTerms
		} `json:"items"`
	}
	if err := json.Unmarshal(body, &cart); err != nil {
		return nil, upstream.Malformed(ReadCart, err)
	}
	terms := make(map[string]ItemTerms, len(cart.Items))
	for _, item := range cart.Items {
		terms[string(item.ID)] = item.ItemTerms
	}
	return terms, nil
}

// CartItemRequest is what is sent of an item; members that are zero are left out.
type CartItemRequest struct {
	// ReferenceID is a mark of ours, which the backend keeps and does not read.
	ReferenceID string `json:"referenceId,omitempty"`
	// PricingPlanID is the uuid of the plan.
	PricingPlanID string            `json:"pricingPlanId,omitempty"`
	Units         []CartUnitRequest `json:"units,omitempty"`
	// DiscountCode applies a discount to the item.
	DiscountCode     string         `json:"discountCode,omitempty"`
	CustomAttributes ItemAttributes `json:"customAttributes,omitzero"`
	ItemTerms
}

// CartUnitRequest says how many of a unit to buy. The quantity is sent as text, as printed, and so exactly.
type CartUnitRequest struct {
	Quantity decimal.Decimal `json:"quantity"`
	Unit     string          `json:"unit"`
}

// EncodeCartItem writes the body of [AddCartItem] or [UpdateCartItem].
func EncodeCartItem(item CartItemRequest) ([]byte, error) { return json.Marshal(item) }

// EncodeItemIDs writes the body of [RemoveCartItems]. With addons, those of the items go too.
func EncodeItemIDs(ids []string, addons bool) ([]byte, error) {
	request := struct {
		IDs     []string `json:"ids"`
		Cascade []string `json:"cascade,omitempty"`
	}{IDs: ids}
	if addons {
		request.Cascade = []string{"ADDON"}
	}
	return json.Marshal(request)
}
