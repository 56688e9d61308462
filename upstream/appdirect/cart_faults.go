package appdirect

import (
	"encoding/json"
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

// quantityRules name the parameters that say which bound was broken.
var quantityRules = map[string]QuantityRule{"MINIMUM": Minimum, "MAXIMUM": Maximum, "INCREMENT": Increment}

// QuantityFault is a quantity that cannot be bought.
type QuantityFault struct {
	// Rule is which bound was broken.
	Rule QuantityRule
	// Unit is what there is too little or too much of: "USER".
	Unit string
	// Bound is not valid where the backend writes no number.
	Bound wire.Number
}

// Quantity reads a fault of a quantity. It is false for faults of other kinds, and for one that does not say which bound
// was broken.
func (f *CartFault) Quantity() (QuantityFault, bool) {
	if !strings.Contains(strings.ToUpper(string(f.Code)), "QUANTIT") {
		return QuantityFault{}, false
	}
	for _, p := range f.Parameters {
		if rule, ok := quantityRules[string(p.Key)]; ok {
			return QuantityFault{Rule: rule, Unit: f.Parameter("UNIT"), Bound: numberIn(p.Value)}, true
		}
	}
	return QuantityFault{}, false
}

// numberIn is the number that a text is, not valid where it is none.
func numberIn(text wire.Text) (n wire.Number) {
	quoted, err := json.Marshal(text)
	if err != nil || n.UnmarshalJSON(quoted) != nil {
		return wire.Number{}
	}
	return n
}
