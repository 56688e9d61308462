package appdirect

import (
	"errors"
	"net/http"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// The reason behind checkout's system calls.
const oursCheckout = "checkout prints no roles; the buyer and their company's administrators are known in the graph"

// freshCart is how long carts and their prices are kept: somebody is at them.
const freshCart = 30 * time.Second

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
	Fresh:     freshCart,
	Hard:      hardExpiry,
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
	Fresh:     freshCart,
	Hard:      hardExpiry,
	Tags:      []string{"cart:{shoppingCartId}", "carts"},
	Assumed:   "an item of the printed list of carts",
}

// ReadCartPrices reads what one cart costs, and what its items are.
var ReadCartPrices = &upstream.Route{
	Name:      "appdirect.readCartPrices",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}/pricingSummary",
	Authority: upstream.System,
	Ours:      oursCheckout,
	Fresh:     freshCart,
	Hard:      hardExpiry,
	Tags:      []string{"cart:{shoppingCartId}", "carts"},
}

// Cart is a shopping cart as checkout writes it.
type Cart struct {
	ID             wire.Text `json:"id"`
	CreatedOn      wire.Time `json:"createdOn"`
	Currency       wire.Text `json:"currency"`
	Status         wire.Text `json:"status"`
	BuyerUserID    wire.Text `json:"buyerUserId"`
	BuyerCompanyID wire.Text `json:"buyerCompanyId"`
	// Items may be none; an empty cart may also leave the member out.
	Items []CartItem `json:"items"`
}

// Check wants the cart's id and its items'.
func (c *Cart) Check() error {
	return errors.Join(wire.Identified(c.ID), wire.CheckAll(c.Items))
}

// CartItem is one thing in a cart. What product it is, only its plan tells.
type CartItem struct {
	ID wire.Text `json:"id"`
	// PricingPlanID is the uuid of a plan of the catalogue.
	PricingPlanID wire.Text  `json:"pricingPlanId"`
	Units         []CartUnit `json:"units"`
}

// Check wants the id.
func (i *CartItem) Check() error { return wire.Identified(i.ID) }

// CartUnit says how many of a unit are bought.
type CartUnit struct {
	Quantity wire.Number `json:"quantity"`
	Unit     wire.Text   `json:"unit"`
}

// CartPrices is what a cart costs. Taxes, shipping and what is due at once are
// not printed for it.
type CartPrices struct {
	Items           []PricedItem     `json:"items"`
	RecurringTotals []RecurringTotal `json:"recurringTotals"`
}

var errNoPrices = errors.New("prices without the items that they are of")

// Check refuses an object that prices nothing; a cart of no items has a list of none.
func (p *CartPrices) Check() error {
	if p.Items == nil {
		return errNoPrices
	}
	return wire.CheckAll(p.Items)
}

// PricedItem says which product an item of the cart is, by uuids.
type PricedItem struct {
	ItemID    wire.Text `json:"itemId"`
	ProductID wire.Text `json:"productId"`
	EditionID wire.Text `json:"editionId"`
}

// Check wants the item's id.
func (i *PricedItem) Check() error { return wire.Identified(i.ItemID) }

// RecurringTotal is what will be due again.
type RecurringTotal struct {
	BillingCycle   *BillingCycle `json:"billingCycle"`
	TotalSalePrice wire.Number   `json:"totalSalePrice"`
}

// BillingCycle is when it will be.
type BillingCycle struct {
	Period     wire.Text   `json:"period"`
	DayOfMonth wire.Number `json:"dayOfMonth"`
}

// DecodeCarts reads a reply of [ListCarts].
func DecodeCarts(body []byte) (Page[Cart], error) {
	return wire.Decode[Page[Cart]](ListCarts, body)
}

// DecodeCart reads a reply of [ReadCart].
func DecodeCart(body []byte) (Cart, error) {
	return wire.Decode[Cart](ReadCart, body)
}

// DecodeCartPrices reads a reply of [ReadCartPrices].
func DecodeCartPrices(body []byte) (CartPrices, error) {
	return wire.Decode[CartPrices](ReadCartPrices, body)
}
