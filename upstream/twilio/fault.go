package twilio

import (
	"encoding/json"

	"github.com/marketgraph/marketgraph/upstream/wire"
)

// Codes of faults that a caller can do something about.
const (
	// CodeInvalidPageToken: the list has to be read again from its first page.
	CodeInvalidPageToken = "21481"
)

// Fault is the body of a refusal, see [upstream.Error.Body]. Its message may quote what people entered: do not log it.
type Fault struct {
	// Code is the backend's own number of the fault: "20404".
	Code     wire.Text `json:"code"`
	Message  wire.Text `json:"message"`
	MoreInfo wire.Text `json:"more_info"`
	Status   wire.Text `json:"status"`
}

// DecodeFault reads a refusal's body; false where it is not one of this backend's.
func DecodeFault(body []byte) (Fault, bool) {
	var f Fault
	if json.Unmarshal(body, &f) != nil || f.Code == "" {
		return Fault{}, false
	}
	return f, true
}
