package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// href is an address within the sandbox, from its base on: documents are stored
// without knowing on which host and path prefix they will be asked for.
type href string

// absolute copies a value with each href completed by the request's base.
func absolute(v any, base string) any {
	switch v := v.(type) {
	case href:
		return base + string(v)
	case Document:
		out := make(Document, len(v))
		for name, member := range v {
			out[name] = absolute(member, base)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, member := range v {
			out[i] = absolute(member, base)
		}
		return out
	default:
		return v
	}
}

// wantsXML decides between the two types that some endpoints offer: their
// printed default is XML, and any mention of JSON by the caller settles it.
func wantsXML(r *http.Request, produces []string) bool {
	if len(produces) == 0 || produces[0] != "application/xml" {
		return false
	}
	return !strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "application/json")
}

// writeJSON answers v; encoding cannot fail for the documents stored here, and
// should it ever, the caller sees a 500 rather than half a body.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"status":500,"code":"INTERNAL_SERVER_ERROR"}`)
	}
	writeBody(w, status, "application/json", body)
}

// writeBody announces the length, so that a cut body can be told from a short
// one.
func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller may be gone; there is nobody to tell
}

// statusBody is the error document of newer endpoints, with what some of them say
// beyond words.
func statusBody(e *apiError) Document {
	return Document{"status": e.Status, "code": e.symbol(), "message": e.message()}.with(e.data)
}
