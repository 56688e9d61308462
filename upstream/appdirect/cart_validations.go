package appdirect

import (
	"encoding/json"
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ValidateCart begins a validation of a whole cart, as the parameter "level" says. What takes longer is told as pending.
var ValidateCart = &upstream.Route{
	Name:      "appdirect.validateCart",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}/validation",
	Query:     []string{"level"},
	Authority: upstream.System,
	Ours:      oursCheckout,
}

// ReadCartValidation reads how far the last validation of a cart has come.
var ReadCartValidation = &upstream.Route{
	Name:      "appdirect.readCartValidation",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v3/checkout/shoppingCarts/{shoppingCartId}/validation",
	Authority: upstream.System,
	Ours:      oursCheckout,
	Tags:      []string{"cart:{shoppingCartId}", "carts"},
}

// CartValidation is what is wrong with a cart.
type CartValidation struct {
	ID wire.Text `json:"id"`
	// BlockingErrors keep the cart from being bought.
	BlockingErrors []CartFault `json:"blockingErrors"`
	// Warnings do not.
	Warnings []CartFault `json:"warnings"`
	// Info and Pending are printed empty only: texts, or objects whose code or message is taken.
	Info    []Remark `json:"info"`
	Pending []Remark `json:"pendingValidations"`
}

// Check wants the id.
func (v *CartValidation) Check() error { return wire.Identified(v.ID) }

// Remark is a text that may be in an object.
type Remark string

// UnmarshalJSON takes a text, or an object with a code or a message.
func (r *Remark) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return (*wire.Text)(r).UnmarshalJSON(b)
	}
	var object CartFault
	err := json.Unmarshal(b, &object)
	*r = Remark(wire.First(object.Code, object.Message))
	return err
}

// DecodeCartValidation reads a reply of [ValidateCart] or [ReadCartValidation].
func DecodeCartValidation(route *upstream.Route, body []byte) (CartValidation, error) {
	return wire.Decode[CartValidation](route, body)
}
