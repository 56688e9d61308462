package kazoo

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// Names of refusals, as [Failure.Name] has them. A 402 is one of four.
const (
	NameAcceptCharges  = "accept charges"
	NameNoPaymentToken = "no_payment_token"
	NameNoCredit       = "no_credit"
	NameBillingIssue   = "billing_issue"
	NameValidation     = "validation error"
)

// Failure is why the backend refused a call, as far as its envelope says. It
// quotes what people entered nowhere.
type Failure struct {
	// Status is the HTTP status.
	Status int
	// Name is the refusal's name: "bad_identifier", "accept charges". The status alone does not tell them apart.
	Name string
	// Fields are the members that were wrong, sorted, for [NameValidation].
	Fields []Field
	// Charges are what the call would cost when repeated with accept_charges, for [NameAcceptCharges].
	Charges []Charge
	// Activation is paid once for all of it; no currency is named.
	Activation wire.Number
}

// Field is one wrong member of a request.
type Field struct {
	// Path is dotted: "sip.username".
	Path string
	// Rules are the names of the rules that it breaks, sorted: "required".
	Rules []string
}

// Charge is what one kind of thing would cost.
type Charge struct {
	Category wire.Text `json:"category"`
	Item     wire.Text `json:"item"`
	// Quantity is how many there would be then.
	Quantity wire.Number `json:"quantity"`
	// Rate is for one of them, in the account's billing period.
	Rate wire.Number `json:"rate"`
	// Activation is paid once.
	Activation wire.Number `json:"activation_charges"`
}

// FailureOf reads the envelope that came with a refusal. It is false when err is
// none, or when what came is not such an envelope; a long one is cut off before it gets here.
func FailureOf(err error) (Failure, bool) {
	var refused *upstream.Error
	if !errors.As(err, &refused) {
		return Failure{}, false
	}
	var wired struct {
		Message wire.Text                  `json:"message"`
		Status  wire.Text                  `json:"status"`
		Data    map[string]json.RawMessage `json:"data"`
	}
	if json.Unmarshal(refused.Body(), &wired) != nil || wired.Status == success || wired.Message == "" {
		return Failure{}, false
	}
	f := Failure{Status: refused.Status, Name: string(wired.Message)}
	switch f.Name {
	case NameValidation:
		f.Fields = fieldsOf(wired.Data)
	case NameAcceptCharges:
		f.Charges, f.Activation = chargesOf(wired.Data)
	}
	return f, true
}

// fieldsOf leaves out what is no object of rules: the name of the refusal is worth more than an error here.
func fieldsOf(data map[string]json.RawMessage) []Field {
	var fields []Field
	for _, path := range slices.Sorted(maps.Keys(data)) {
		var rules map[string]json.RawMessage
		if json.Unmarshal(data[path], &rules) == nil && len(rules) > 0 {
			fields = append(fields, Field{Path: path, Rules: slices.Sorted(maps.Keys(rules))})
		}
	}
	return fields
}

// chargesOf reads items by category, and beside the categories their sum.
func chargesOf(data map[string]json.RawMessage) (charges []Charge, activation wire.Number) {
	for _, category := range slices.Sorted(maps.Keys(data)) {
		if category == "activation_charges" {
			if json.Unmarshal(data[category], &activation) != nil {
				activation = wire.Number{}
			}
			continue
		}
		var items map[string]Charge
		if json.Unmarshal(data[category], &items) != nil {
			continue
		}
		charges = append(charges, slices.SortedFunc(maps.Values(items), byItem)...)
	}
	return charges, activation
}

func byItem(a, b Charge) int { return strings.Compare(string(a.Item), string(b.Item)) }
