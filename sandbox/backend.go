package sandbox

import (
	"maps"
	"net/http"
	"slices"
)

// Names of the backends, as addresses, faults, limits and counts call them.
const (
	BackendAppDirect     = "appdirect"
	BackendKazoo         = "kazoo"
	BackendTwilio        = "twilio"
	BackendLeadConnector = "leadconnector"
)

// backend is one of the servers below a tenant's address. All methods are safe
// for concurrent use.
type backend interface {
	// name is how everything else calls it; it never changes.
	name() string
	// serve answers one request below the tenant's base.
	serve(w http.ResponseWriter, r *http.Request, at site)
	// implemented lists the endpoints that are answered, in order.
	implemented() []string
	// routeKeys lists everything a fault may name.
	routeKeys() []string
}

// newBackends makes the servers in the order in which they are described.
func newBackends(s *Sandbox) ([]backend, error) {
	var err error
	if s.appdirect, err = newAppDirect(s); err != nil {
		return nil, err
	}
	phones, err := newKazoo(s)
	if err != nil {
		return nil, err
	}
	addOns, err := newTwilio(s)
	if err != nil {
		return nil, err
	}
	wallets, err := newLeadConnector(s)
	if err != nil {
		return nil, err
	}
	return []backend{s.appdirect, phones, addOns, wallets}, nil
}

// printed is what every backend has: the endpoints its documents print, and the
// handlers (of a type of its own) of those that are answered so far.
type printed[H any] struct {
	box      *Sandbox
	facts    Facts
	router   *router
	handlers map[string]H // by Endpoint.Key
}

// newPrinted reads the facts once; serving never parses them again.
func newPrinted[H any](box *Sandbox, facts Facts, handlers map[string]H) printed[H] {
	return printed[H]{box: box, facts: facts, router: newRouter(facts), handlers: handlers}
}

// name is the one that the facts carry.
func (p *printed[H]) name() string { return p.facts.Backend }

// implemented lists the endpoints that have a handler.
func (p *printed[H]) implemented() []string { return slices.Sorted(maps.Keys(p.handlers)) }

// routeKeys lists the printed endpoints.
func (p *printed[H]) routeKeys() []string {
	keys := make([]string, len(p.facts.Endpoints))
	for i, e := range p.facts.Endpoints {
		keys[i] = e.Key()
	}
	return keys
}

// refuser writes a refusal in the style of a backend; the endpoint is nil when
// none was found.
type refuser func(w http.ResponseWriter, r *http.Request, e *Endpoint, err error)

// dispatch finds the endpoint of an escaped path, counts the call and runs it
// under the fault in force. The values are the path's parameters by name. A path
// or a method that nobody prints is refused and counted as unknown.
func (p *printed[H]) dispatch(w http.ResponseWriter, r *http.Request, path string, refuse refuser, call func(w http.ResponseWriter, e *Endpoint, params map[string]string)) {
	found, values := p.router.find(path)
	if found == nil {
		p.box.calls.api(p.name(), unknownRoute)
		refuse(w, r, nil, notFound("No endpoint has this path."))
		return
	}
	e := found.methods[r.Method]
	if e == nil {
		p.box.calls.api(p.name(), unknownRoute)
		refuse(w, r, nil, &apiError{Status: http.StatusMethodNotAllowed, header: http.Header{"Allow": {found.allow()}}})
		return
	}
	params := map[string]string{}
	for i, name := range paramNames(e.Path) {
		params[name] = values[i]
	}
	p.box.calls.api(p.name(), e.Key())
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { call(w, e, params) })
	p.box.faults.find(p.name(), e.Key(), true).inject(w, r, next, func(w http.ResponseWriter, status int) {
		refuse(w, r, e, &apiError{Status: status})
	})
}

// notAnswered refuses an endpoint that is printed but has no handler yet.
func notAnswered(e *Endpoint) *apiError {
	return &apiError{Status: http.StatusNotImplemented, Message: "The sandbox knows " + e.Key() + " but does not answer it yet."}
}

// limit takes a call from a bucket of the backend; an error is its refusal.
func (p *printed[H]) limit(key bucketKey, rule RateLimit) error {
	key.backend = p.name()
	wait := p.box.limits.take(key, rule)
	if wait == 0 {
		return nil
	}
	p.box.calls.violation(p.name())
	return &apiError{Status: http.StatusTooManyRequests, wait: wait}
}
