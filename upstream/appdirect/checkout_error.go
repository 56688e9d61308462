package appdirect

import (
	"encoding/json"
	"errors"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// CheckoutError is why checkout refused a call, as far as the body of its answer says. The documented bodies have a
// status, a code and a message, or a code and a message, or they are a [CartValidation].
type CheckoutError struct {
	// Status is the HTTP status.
	Status int
	// Code is for machines: "VALIDATION_ERROR"; "" where the body has none.
	Code string
	// Message is in the backend's words, and may quote what was entered: do not log it.
	Message string
	// BlockingErrors are the single faults; nil where none are told.
	BlockingErrors []CartFault
}

// CheckoutErrorOf reads the body that came with a refusal. It is false when err is none, or when what came says neither
// code nor message nor fault.
func CheckoutErrorOf(err error) (CheckoutError, bool) {
	var refused *upstream.Error
	if !errors.As(err, &refused) || refused.Body() == nil {
		return CheckoutError{}, false
	}
	var body struct {
		Code           wire.Text   `json:"code"`
		Message        wire.Text   `json:"message"`
		BlockingErrors []CartFault `json:"blockingErrors"`
	}
	if json.Unmarshal(refused.Body(), &body) != nil || body.Code == "" && body.Message == "" && len(body.BlockingErrors) == 0 {
		return CheckoutError{}, false
	}
	return CheckoutError{
		Status: refused.Status, Code: string(body.Code), Message: string(body.Message), BlockingErrors: body.BlockingErrors,
	}, true
}
