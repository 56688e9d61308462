package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
)

// exchange is one API request that passed all checks, as handlers see it.
type exchange struct {
	site     site
	world    *world // the tenant's data, the same throughout the request
	caller   caller
	endpoint *Endpoint
	params   map[string]string // path parameters
	query    url.Values        // documented query parameters only
}

// reply is a handler's answer: a Document or a list of them.
type reply struct {
	body   any
	header http.Header
}

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
	body := absolute(out.body, x.site.base)
	if wantsXML(r, x.endpoint.Produces) {
		writeBody(w, http.StatusOK, "application/xml", renderXML(rootName(x.endpoint.Path), body))
		return
	}
	writeJSON(w, http.StatusOK, body)
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

// number is a JSON number in the exact digits given.
func number(digits string) json.Number { return json.Number(digits) }
