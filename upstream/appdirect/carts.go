package appdirect

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// The reason behind checkout's system calls.
const oursCheckout = "checkout prints no roles; the buyer and their company's administrators are known in the graph"

// ListCarts reads shopping carts. Unlike all other lists of the backend its
// pages are counted from 1, by the parameter "number".
var ListCarts = &upstream.Route{
	Name:      "appdirect.listCarts",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v3/checkout/shoppingCarts",
	Query:     []string{"buyerUserId", "buyerCompanyId", "status", "number", "size", "sortField", "sortOrder"},
	Authority: upstream.System,
	Ours:      oursCheckout,
	PageSize:  100,
	Tags:      []string{"carts"},
}

// ReadCart reads one shopping cart by its id.
var ReadCart = &upstream.Route{
	Name:      "appdirect.readCart",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}",
	Authority: upstream.System,
	Ours:      oursCheckout,
	Tags:      []string{"cart:{shoppingCartId}", "carts"},
	Assumed:   "an item of the printed list of carts",
}

// CreateCart begins a shopping cart. Two requests at once make two.
var CreateCart = &upstream.Route{
	Name:      "appdirect.createCart",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      "/v3/checkout/shoppingCarts",
	Header:    []string{partnerHeader},
	Authority: upstream.System,
	Ours:      oursCheckout,
}

// UpdateCart changes the members of a cart that are sent, and leaves the others.
var UpdateCart = &upstream.Route{
	Name:      "appdirect.updateCart",
	Backend:   Backend,
	Method:    http.MethodPatch,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}",
	Authority: upstream.System,
	Ours:      oursCheckout,
}

// Cart is a shopping cart as checkout writes it.
type Cart struct {
	ID             wire.Text `json:"id"`
	CreatedOn      wire.Time `json:"createdOn"`
	Currency       wire.Text `json:"currency"`
	Status         wire.Text `json:"status"`
	BuyerUserID    wire.Text `json:"buyerUserId"`
	BuyerCompanyID wire.Text `json:"buyerCompanyId"`
	// PaymentMethodID is the method that was chosen for this cart; "" where the buyer's default pays.
	PaymentMethodID wire.Text `json:"paymentMethodId"`
	// Items may be none; an empty cart may also leave the member out.
	Items            []CartItem     `json:"items"`
	CustomAttributes CartAttributes `json:"customAttributes"`
	// Associations say which items belong to which; nil where none do.
	Associations []CartAssociation `json:"associations"`
	// PurchaseID is what became of a finalised cart. It is not printed, so it may be "" all the same.
	PurchaseID wire.Text `json:"purchaseId"`
}

// Check wants the cart's id and its items'.
func (c *Cart) Check() error {
	return errors.Join(wire.Identified(c.ID), wire.CheckAll(c.Items))
}

// DecodeCarts reads a reply of [ListCarts].
func DecodeCarts(body []byte) (Page[Cart], error) {
	return wire.Decode[Page[Cart]](ListCarts, body)
}

// DecodeCart reads a reply of [ReadCart].
func DecodeCart(body []byte) (Cart, error) {
	return wire.Decode[Cart](ReadCart, body)
}

// CreatedCart is what creating a cart answers. Its sample prints no id: where ID is "", the cart has to be looked for
// with [ListCarts].
type CreatedCart struct {
	ID             wire.Text `json:"id"`
	BuyerUserID    wire.Text `json:"buyerUserId"`
	BuyerCompanyID wire.Text `json:"buyerCompanyId"`
}

// Check wants the buyer, without whom the answer would be about nothing.
func (c *CreatedCart) Check() error { return wire.Identified(c.BuyerUserID) }

// DecodeCreatedCart reads a reply of [CreateCart].
func DecodeCreatedCart(body []byte) (CreatedCart, error) {
	return wire.Decode[CreatedCart](CreateCart, body)
}

// DecodeChangedCart reads a reply of a route that answers a cart to a write: [UpdateCart] and [RemoveCartItems].
func DecodeChangedCart(route *upstream.Route, body []byte) (Cart, error) {
	return wire.Decode[Cart](route, body)
}

// CartRequest is what is sent of a cart. Members that are zero are left out: of a new cart the backend sets them, of
// one that is changed it keeps them.
type CartRequest struct {
	// OwnerUserID and OwnerCompanyID are whose cart it is: the buyer's, or those of who sells for them.
	OwnerUserID    string `json:"ownerUserId,omitempty"`
	OwnerCompanyID string `json:"ownerCompanyId,omitempty"`
	// BuyerUserID and BuyerCompanyID are who buys, by uuid.
	BuyerUserID    string `json:"buyerUserId,omitempty"`
	BuyerCompanyID string `json:"buyerCompanyId,omitempty"`
	// BuyerType is CUSTOMER, PLATFORM_OWNER or PARTNER; the backend takes "" for CUSTOMER.
	BuyerType string `json:"buyerType,omitempty"`
	// Currency is an ISO 4217 code; the backend takes "" for USD.
	Currency string `json:"currency,omitempty"`
	// Locale is the buyer's, as the backend writes it: "en_US".
	Locale string `json:"locale,omitempty"`
	// PaymentMethodID is the method that pays for this cart.
	PaymentMethodID string `json:"paymentMethodId,omitempty"`
	// Items replace those of the cart.
	Items            []CartItemRequest `json:"items,omitempty"`
	CustomAttributes CartAttributes    `json:"customAttributes,omitzero"`
	// Associations replace those of the cart.
	Associations []CartAssociation `json:"associations,omitempty"`
}

// EncodeCart writes the body of [CreateCart] or [UpdateCart].
func EncodeCart(cart CartRequest) ([]byte, error) { return json.Marshal(cart) }

// CartAssociation says which items of a cart belong to another: add-ons to what they extend.
type CartAssociation struct {
	ParentItemID wire.Text   `json:"parentItemId"`
	ChildItemIDs []wire.Text `json:"childItemIds"`
	// Type is ADDON, the only one that is printed.
	Type wire.Text `json:"type"`
}
