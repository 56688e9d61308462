package leadconnector

import (
	"encoding/json"

	"github.com/marketgraph/marketgraph/upstream/wire"
)

// Fault is the body of a refusal, see [upstream.Error.Body]. Its messages may quote what people entered: do not log
// them.
type Fault struct {
	StatusCode wire.Text `json:"statusCode"`
	// Messages are one text for most statuses and a list for 422; written alone or in a list, they read the same.
	Messages wire.List[wire.Text] `json:"message"`
	// Name is the status in words, "" where the backend leaves it out.
	Name wire.Text `json:"error"`
}

// DecodeFault reads a refusal's body; false where it is not one of this backend's.
func DecodeFault(body []byte) (Fault, bool) {
	var f Fault
	if json.Unmarshal(body, &f) != nil || (len(f.Messages) == 0 && f.StatusCode == "") {
		return Fault{}, false
	}
	return f, true
}
