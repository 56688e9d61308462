package sandbox

import "net/http"

// issue is one thing that is wrong with a cart, as validation prints it.
type issue struct {
	Code    string       `json:"code"`
	Message string       `json:"message"`
	ItemID  string       `json:"itemId,omitempty"` // absent when it is the cart's
	Params  []issueParam `json:"messageParameters"`
}

// issueParam is what a program reads instead of the message.
type issueParam struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// refusal refuses a write for what is wrong with the cart: in one body for all of
// checkout, so that a client needs to know one only.
func refusal(issues ...issue) error {
	return &apiError{
		Status: http.StatusBadRequest, Code: issues[0].Code, Message: "Payload is not valid", data: Document{"blockingErrors": issues},
	}
}
