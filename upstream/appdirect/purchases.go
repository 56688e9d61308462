package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// PreauthCart has the payment of a cart authorised. It is a GET that reserves money, so it is not repeated; what it
// answers is not printed, and its status is all that is read.
var PreauthCart = &upstream.Route{
	Name:      "appdirect.preauthCart",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}/preauth",
	Effect:    upstream.Writes,
	Authority: upstream.System,
	Ours:      oursCheckout,
}

// FinalizeCart buys what is in a cart. It is accepted before it is done: the subscriptions come later.
var FinalizeCart = &upstream.Route{
	Name:      "appdirect.finalizeCart",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}/finalize",
	Authority: upstream.System,
	Ours:      oursCheckout,
}

// Purchase is what became of a cart.
type Purchase struct {
	// PurchaseID is a uuid.
	PurchaseID wire.Text `json:"purchaseId"`
	// PurchaseNumber is what people call it by: "024283". It is not printed here, so it may be "".
	PurchaseNumber wire.Text `json:"purchaseNumber"`
}

// Check wants the id.
func (p *Purchase) Check() error { return wire.Identified(p.PurchaseID) }

// DecodePurchase reads a reply of [FinalizeCart].
func DecodePurchase(body []byte) (Purchase, error) {
	return wire.Decode[Purchase](FinalizeCart, body)
}
