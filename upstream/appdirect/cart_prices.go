package appdirect

import (
	"errors"
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ReadCartPrices reads what one cart costs again and again, and what its items are.
var ReadCartPrices = &upstream.Route{
	Name:      "appdirect.readCartPrices",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}/pricingSummary",
	Authority: upstream.System,
	Ours:      oursCheckout,
	Tags:      []string{"cart:{shoppingCartId}", "carts"},
}

// PreviewCart reads what would be due if the cart were bought now.
var PreviewCart = &upstream.Route{
	Name:      "appdirect.previewCart",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}/preview",
	Authority: upstream.System,
	Ours:      oursCheckout,
	Tags:      []string{"cart:{shoppingCartId}", "carts"},
}

// CartPrices is what a cart costs. Taxes, shipping and what is due at once are in [CartPreview] only.
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

// CartPreview is what is due for a cart. The amounts before and after tax are printed, the other three and
// [RecurringTotal.TotalSalePriceTaxIncluded] are named as in AppDirect's own graph.
type CartPreview struct {
	CartPrices
	AmountDueBeforeTax wire.Number `json:"amountDueBeforeTax"`
	AmountDueAfterTax  wire.Number `json:"amountDueAfterTax"`
	TotalTaxAmount     wire.Number `json:"totalTaxAmount"`
	ShippingFeeAmount  wire.Number `json:"shippingFeeAmount"`
	// TaxSummary has one entry per tax; nil where the backend says nothing of them.
	TaxSummary []CartTax `json:"taxSummary"`
}

// CartTax is one tax on a cart.
type CartTax struct {
	Description wire.Text   `json:"description"`
	TaxAmount   wire.Number `json:"taxAmount"`
}

// PricedItem says which product an item of the cart is, by uuids. Previews print no edition.
type PricedItem struct {
	ItemID    wire.Text `json:"itemId"`
	ProductID wire.Text `json:"productId"`
	EditionID wire.Text `json:"editionId"`
}

// Check wants the item's id.
func (i *PricedItem) Check() error { return wire.Identified(i.ItemID) }

// RecurringTotal is what will be due again.
type RecurringTotal struct {
	BillingCycle              *BillingCycle `json:"billingCycle"`
	TotalSalePrice            wire.Number   `json:"totalSalePrice"`
	TotalSalePriceTaxIncluded wire.Number   `json:"totalSalePriceTaxIncluded"`
}

// BillingCycle is when it will be.
type BillingCycle struct {
	Period     wire.Text   `json:"period"`
	DayOfMonth wire.Number `json:"dayOfMonth"`
}

// DecodeCartPrices reads a reply of [ReadCartPrices].
func DecodeCartPrices(body []byte) (CartPrices, error) {
	return wire.Decode[CartPrices](ReadCartPrices, body)
}

// DecodeCartPreview reads a reply of [PreviewCart].
func DecodeCartPreview(body []byte) (CartPreview, error) {
	return wire.Decode[CartPreview](PreviewCart, body)
}
