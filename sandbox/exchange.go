package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// exchange is one API request that passed all checks, as handlers see it.
type exchange struct {
	site     site
	world    *world // the tenant's data, the same throughout the request
	caller   caller
	endpoint *Endpoint
	params   map[string]string // path parameters
	query    url.Values        // documented query parameters only
	header   http.Header       // of the request; printed headers have been checked
	body     []byte            // of the request, checked as far as the documents describe it
	now      time.Time         // when it arrived
}

// reply is a handler's answer: a Document or a list of them.
type reply struct {
	status int // 0 means 200; a 204 has no body
	body   any
	header http.Header
	events []event // what webhooks are told of it
}

// done answers a write that has nothing to show.
var done = reply{status: http.StatusNoContent}

// handler answers one endpoint.
type handler func(*exchange) (reply, error)

// param is a query parameter's value, or its printed default.
func (x *exchange) param(name string) string {
	if v := x.query.Get(name); v != "" {
		return v
	}
	return x.fallback(name)
}

// asked reports whether a boolean query parameter is true.
func (x *exchange) asked(name string) bool { return x.param(name) == "true" }

// fallback is a query parameter's printed default, "" when there is none.
func (x *exchange) fallback(name string) string {
	p, _ := x.endpoint.parameter(name)
	return p.Default
}

// answer writes a reply in the type the caller asked for.
func (x *exchange) answer(w http.ResponseWriter, r *http.Request, out reply) {
	for name, values := range out.header {
		w.Header()[name] = values
	}
	status := cmp.Or(out.status, http.StatusOK)
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	body := absolute(out.body, x.site.base)
	if wantsXML(r, x.endpoint.Produces) {
		writeBody(w, status, "application/xml", renderXML(rootName(x.endpoint.Path), body))
		return
	}
	writeJSON(w, status, body)
}

// rootName is the XML root of an endpoint's answer: its last literal segment,
// in the singular when a parameter follows.
func rootName(path string) string {
	parts := segments(path)
	last := len(parts) - 1
	if !isParam(parts[last]) {
		return parts[last]
	}
	name := parts[max(last-1, 0)]
	return name[:len(name)-1]
}

// decode reads the request's body. Members that the documents do not print are
// refused at any depth, as are values of another kind.
func (x *exchange) decode(into any) error {
	if err := strictDecode(bytes.NewReader(x.body), into); err != nil {
		return &apiError{Status: http.StatusBadRequest, Message: "The body cannot be read: " + err.Error() + "."}
	}
	return nil
}

// number is a JSON number in the exact digits given.
func number(digits string) json.Number { return json.Number(digits) }
