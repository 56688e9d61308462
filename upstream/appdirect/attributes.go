package appdirect

import (
	"encoding/json"

	"github.com/marketgraph/marketgraph/upstream/wire"
)

// Attributes are values by key, each a list of at least none. The backend prints them in a member "customAttributes" of
// their own, and without it; it is sent the former.
type Attributes map[string][]string

// CartAttributes are those of a whole cart.
type CartAttributes struct {
	// Purchase is what the marketplace asks for with each purchase.
	Purchase Attributes `json:"purchase,omitempty"`
}

// ItemAttributes are those of one item.
type ItemAttributes struct {
	// VendorRequiredFields is what the product's vendor asks for.
	VendorRequiredFields Attributes `json:"vendorRequiredFields,omitempty"`
	// Subscription is what the marketplace asks for with each subscription.
	Subscription Attributes `json:"subscription,omitempty"`
}

// nestedAttributes is the form with a member of its own.
type nestedAttributes[V any] struct {
	Values map[string]V `json:"customAttributes"`
}

// UnmarshalJSON takes both forms, and a value alone for a list of one.
func (a *Attributes) UnmarshalJSON(b []byte) error {
	var outer map[string]json.RawMessage
	if err := json.Unmarshal(b, &outer); err != nil {
		return err
	}
	var nested nestedAttributes[attribute]
	if inner, ok := outer["customAttributes"]; !ok || len(outer) != 1 || inner[0] != '{' {
		if err := json.Unmarshal(b, &nested.Values); err != nil {
			return err
		}
	} else if err := json.Unmarshal(b, &nested); err != nil {
		return err
	}
	*a = nil
	for key, values := range nested.Values {
		a.set(key, values)
	}
	return nil
}

func (a *Attributes) set(key string, values attribute) {
	if *a == nil {
		*a = Attributes{}
	}
	list := make([]string, len(values))
	for i, value := range values {
		list[i] = string(value)
	}
	(*a)[key] = list
}

// attribute is one value, or a list of them.
type attribute []wire.Text

// UnmarshalJSON takes a scalar or a list of scalars; null is none. Unlike [wire.List] it opens no wrapper.
func (v *attribute) UnmarshalJSON(b []byte) error {
	if b[0] == '[' {
		return json.Unmarshal(b, (*[]wire.Text)(v))
	}
	var one wire.Text
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	if *v = nil; string(b) != "null" {
		*v = attribute{one}
	}
	return nil
}

// MarshalJSON writes a list of one as the value alone, as printed.
func (a Attributes) MarshalJSON() ([]byte, error) {
	nested := nestedAttributes[any]{Values: make(map[string]any, len(a))}
	for key, values := range a {
		if len(values) == 1 {
			nested.Values[key] = values[0]
		} else {
			nested.Values[key] = append([]string{}, values...)
		}
	}
	return json.Marshal(nested)
}
