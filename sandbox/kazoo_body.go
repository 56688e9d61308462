package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// kazooBody is the envelope of a request.
type kazooBody struct {
	Data          map[string]any `json:"data"`
	AuthToken     string         `json:"auth_token"`
	AcceptCharges bool           `json:"accept_charges"`
}

// text is a member of data as a string, "" when absent or of another kind.
func (b kazooBody) text(name string) string {
	s, _ := b.Data[name].(string)
	return s
}

// errKazooBody refuses a body that is no envelope.
var errKazooBody = &apiError{Status: http.StatusBadRequest, Code: "parse_error", Message: "failed to parse request body"}

// readBody reads the envelope of a request that may have one; data is required
// where something is written.
func (x *kazooCall) readBody(w http.ResponseWriter) error {
	if x.request.Method == http.MethodGet || x.endpoint.Produces[0] != "application/json" {
		return nil // attachments are sent as they are
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, x.request.Body, maxKazooBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return &apiError{Status: http.StatusRequestEntityTooLarge}
		}
		return errKazooBody
	}
	if len(raw) == 0 && x.request.Method == http.MethodDelete {
		return nil
	}
	if err := json.Unmarshal(raw, &x.body); err != nil {
		return errKazooBody
	}
	if x.body.Data == nil {
		return invalid("data", "required", "Field is required but missing")
	}
	return nil
}
