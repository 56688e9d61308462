package sandbox

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

//go:embed facts/appdirect.json
var appdirectFacts []byte

// Facts is what a backend's documents print about its endpoints, without any
// sample: the sandbox enforces it, and tests elsewhere may compare with it.
type Facts struct {
	Backend   string     `json:"backend"`         // such as "appdirect"
	BasePath  string     `json:"basePath"`        // prefix of every path, such as "/api"
	RateLimit RateLimit  `json:"rateLimit"`       // the limit of endpoints that print none of their own
	Quota     *RateLimit `json:"quota,omitempty"` // a second limit of all endpoints together; nil when there is none
	Endpoints []Endpoint `json:"endpoints"`       // in the order of the documents
}

// Endpoint is one printed endpoint. Path is relative to Facts.BasePath.
type Endpoint struct {
	Method    string      `json:"method"`              // upper case
	Path      string      `json:"path"`                // template, such as "/account/v2/users/{userUuid}"
	Title     string      `json:"title"`               // as the documents head it
	Roles     []string    `json:"roles"`               // any one admits; empty when none is printed
	Query     []Parameter `json:"query,omitempty"`     // every documented query parameter
	Params    []Parameter `json:"params,omitempty"`    // path parameters
	Headers   []Parameter `json:"headers,omitempty"`   // request headers that mean something to this endpoint
	BodyType  string      `json:"bodyType,omitempty"`  // content type of the request body; empty when not described here
	Body      []Parameter `json:"body,omitempty"`      // members or form fields of the body, as far as described
	Scopes    []string    `json:"scopes,omitempty"`    // scopes the token must carry, all of them
	RateLimit *RateLimit  `json:"rateLimit,omitempty"` // nil: the backend's own
	Produces  []string    `json:"produces"`            // response content types, the default first
	GuideOnly bool        `json:"guideOnly,omitempty"` // printed in a guide, not in the reference
	Public    bool        `json:"public,omitempty"`    // takes no credentials in the request's head
	Paged     bool        `json:"paged,omitempty"`     // a list that comes in pages
	Fields    []string    `json:"fields,omitempty"`    // the only members of a list's items; nil when none are printed
}

// Parameter is one query or path parameter.
type Parameter struct {
	Name            string   `json:"name"`                      // as callers write it; "custom.…" stands for any custom attribute
	Type            string   `json:"type"`                      // string, integer, number, boolean, object, array<…> of one of these
	Default         string   `json:"default,omitempty"`         // "" when none is printed
	Enum            []string `json:"enum,omitempty"`            // the only values taken; empty when any is
	Operators       []string `json:"operators,omitempty"`       // accepted as name[operator]
	Pattern         string   `json:"pattern,omitempty"`         // regular expression of accepted values
	Max             int      `json:"max,omitempty"`             // largest printed number, 0 when none
	Required        bool     `json:"required,omitempty"`        // false for path parameters, which always are
	AcceptsPrefixes []string `json:"acceptsPrefixes,omitempty"` // such as "externalId:"
}

// RateLimit is a leaky bucket (Bucket, LeakPerSecond) or, when MaxRequests is
// not zero, a fixed window of MaxRequests calls per WindowSeconds.
type RateLimit struct {
	Bucket        int    `json:"bucket,omitempty"`        // calls
	LeakPerSecond int    `json:"leakPerSecond,omitempty"` // calls per second
	MaxRequests   int    `json:"maxRequests,omitempty"`   // calls
	WindowSeconds int    `json:"windowSeconds,omitempty"` // seconds
	Concurrent    int    `json:"concurrent,omitempty"`    // calls running at once; when not zero, nothing else counts
	Scope         string `json:"scope,omitempty"`         // "", "caller" or "global"
}

// Key names the endpoint as the control API does: "GET /account/v2/companies".
func (e Endpoint) Key() string { return e.Method + " " + e.Path }

// parameter finds the documented query parameter behind a name on the wire,
// which may carry an operator (createdOn[gte]) or a custom attribute's name.
func (e Endpoint) parameter(name string) (Parameter, bool) {
	bare, operator := splitOperator(name)
	for _, p := range e.Query {
		if !p.names(bare) {
			continue
		}
		return p, operator == "" || slices.Contains(p.Operators, operator)
	}
	return Parameter{}, false
}

// customPrefix starts the parameters that select by a custom attribute; the
// documents print a placeholder where callers write the attribute's name.
const customPrefix = "custom."

// names reports whether the parameter is the one a caller wrote.
func (p Parameter) names(bare string) bool {
	if strings.HasPrefix(p.Name, customPrefix) {
		return strings.HasPrefix(bare, customPrefix) && len(bare) > len(customPrefix)
	}
	return p.Name == bare
}

// splitOperator takes name[op] apart; operator is empty when there is none.
func splitOperator(name string) (bare, operator string) {
	head, tail, found := strings.Cut(name, "[")
	if !found || !strings.HasSuffix(tail, "]") {
		return name, ""
	}
	return head, strings.TrimSuffix(tail, "]")
}

// AppDirectFacts returns the printed facts of AppDirect's endpoints, decoded
// anew on each call so that callers may keep or change what they get.
func AppDirectFacts() (Facts, error) {
	return decodeFacts(BackendAppDirect, appdirectFacts)
}

// decodeFacts reads an embedded facts file.
func decodeFacts(backend string, raw []byte) (Facts, error) {
	var f Facts
	if err := json.Unmarshal(raw, &f); err != nil {
		return Facts{}, fmt.Errorf("sandbox: facts of %s: %w", backend, err)
	}
	return f, nil
}
