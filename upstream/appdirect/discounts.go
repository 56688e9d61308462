package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListDiscounts reads the marketplace's discounts, by the parameter "code" that one alone. It is not kept, since
// redemptions count.
var ListDiscounts = &upstream.Route{
	Name:      "appdirect.listDiscounts",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/channel/v1/discounts",
	Query:     []string{"code", "count", "start"},
	Authority: upstream.System,
	Ours:      "discounts print no roles; that a code exists is no more than applying it tells",
	PageSize:  250,
	Tags:      []string{"discounts"},
}

// RemoveCartDiscount takes a discount off all items of a cart, or off those of the parameter "itemId"; its answer is empty.
var RemoveCartDiscount = &upstream.Route{
	Name:      "appdirect.removeCartDiscount",
	Backend:   Backend,
	Method:    http.MethodDelete,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}/discounts/{discountCode}",
	Query:     []string{"itemId"},
	Authority: upstream.System,
	Ours:      oursCheckout,
}

// Discount is a discount of the marketplace.
type Discount struct {
	ID   wire.Text `json:"id"`
	UUID wire.Text `json:"uuid"`
	// Code is what buyers enter; "" for one that applies without.
	Code        wire.Text `json:"code"`
	Description wire.Text `json:"description"`
	AutoApply   wire.Bool `json:"autoApply"`
	// Type is PERCENTAGE or FIXED_PRICE; Percentage or Price says how much.
	Type       wire.Text   `json:"type"`
	Percentage wire.Number `json:"percentage"`
	Price      wire.Number `json:"price"`
	// StartDate and ExpirationDate bound it; the zero time where it has no bound.
	StartDate      wire.Time `json:"startDate"`
	ExpirationDate wire.Time `json:"expirationDate"`
	// MaxRedemptions is null where there is no limit.
	MaxRedemptions wire.Number `json:"maxRedemptions"`
	Redemptions    wire.Number `json:"redemptions"`
	// MinUnits and MaxUnits bound the quantity of Unit that it is for; 0 where they do not.
	MinUnits wire.Number `json:"minUnits"`
	MaxUnits wire.Number `json:"maxUnits"`
	Unit     wire.Text   `json:"unit"`
	// ApplicationID and EditionID are the product and the edition that it is for, by number; "" for any.
	ApplicationID wire.Text `json:"applicationId"`
	EditionID     wire.Text `json:"editionId"`
}

// Check wants an id.
func (d *Discount) Check() error { return wire.Identified(d.ID, d.UUID) }

// DecodeDiscounts reads a reply of [ListDiscounts].
func DecodeDiscounts(body []byte) ([]Discount, error) {
	return wire.Decode[plainList[Discount]](ListDiscounts, body)
}
