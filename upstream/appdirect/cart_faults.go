package appdirect

import (
	"strings"

	"github.com/marketgraph/marketgraph/upstream/wire"
)

// CartFault is one thing that is wrong.
type CartFault struct {
	// Code is for machines: "REQUIRED_FIELD_VALIDATION_ERROR".
	Code wire.Text `json:"code"`
	// Message is in the backend's words, which name what was entered.
	Message wire.Text `json:"message"`
	// ItemID is the item at fault; "" where it is the whole cart.
	ItemID     wire.Text        `json:"itemId"`
	Parameters []FaultParameter `json:"messageParameters"`
}

// Parameter is the value of a parameter; "" where there is none of that key.
func (f *CartFault) Parameter(key string) string {
	for _, p := range f.Parameters {
		if string(p.Key) == key {
			return string(p.Value)
		}
	}
	return ""
}

// FaultParameter is a value that a fault's message is about.
type FaultParameter struct {
	Key   wire.Text `json:"key"`
	Value wire.Text `json:"value"`
}

// QuantityRule is what a quantity breaks. The zero value is none of them.
type QuantityRule int

const (
	// Minimum: it is too small.
	Minimum QuantityRule = iota + 1
	// Maximum: it is too large.
	Maximum
	// Increment: it is no multiple of it.
	Increment
)

// quantityRules are the codes, as far as they can be told apart: without case and underscores they are the names that
// AppDirect's own graph prints.
var quantityRules = map[string]QuantityRule{
	"unitquantityminerror": Minimum, "unitquantitymaxerror": Maximum, "unitquantityincrementerror": Increment,
}

// boundKeys name the parameters that hold the bound.
var boundKeys = map[QuantityRule]string{Minimum: "MINIMUM", Maximum: "MAXIMUM", Increment: "INCREMENT"}

// QuantityFault is a quantity that cannot be put into a cart.
type QuantityFault struct {
	// Rule is which bound was broken.
	Rule QuantityRule
	// Unit is what there is too little or too much of: "USER".
	Unit string
	// Bound is the number, as the backend writes it.
	Bound string
}

// Quantity reads a fault of a quantity. It is false for faults of other kinds, and for one that does not tell the bound.
func (f *CartFault) Quantity() (QuantityFault, bool) {
	rule := quantityRules[strings.ToLower(strings.ReplaceAll(string(f.Code), "_", ""))]
	fault := QuantityFault{Rule: rule, Unit: f.Parameter("UNIT"), Bound: f.Parameter(boundKeys[rule])}
	if rule == 0 || fault.Bound == "" {
		return QuantityFault{}, false
	}
	return fault, true
}
