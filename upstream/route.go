package upstream

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Backend names a backend as it appears in routes, errors and metrics: "appdirect".
type Backend string

// Effect says whether a call changes anything upstream.
type Effect int

const (
	// ByMethod is the rule: GET and HEAD read, all else writes. The zero value.
	ByMethod Effect = iota
	// Reads is for queries that are posted.
	Reads
	// Writes is for a GET that does something.
	Writes
)

// Route is one upstream endpoint as a value: transport, pacer, freshness, metrics and docs all read the same one.
// Declare it once as a package variable and never change it afterwards; calls read it without a lock.
type Route struct {
	// Name is unique among all backends: "appdirect.listCompanies". Metrics and errors carry it.
	Name string
	// Backend is whose endpoint it is; a client refuses another backend's route.
	Backend Backend
	// Method is the HTTP method in capitals.
	Method string
	// Path is a template relative to the backend's API root: "/account/v2/companies/{companyUuid}".
	Path string
	// Query names the query parameters it may send. Any other is a bug and refused before sending.
	Query []string
	// Header names the headers that it requires beside those of every call. Their values are in [Config.RouteHeader]; a
	// call for which one is missing there is refused before sending.
	Header []string
	// Effect is what a call does to the backend, where its method does not tell the truth.
	Effect Effect
	// Form says that bodies are sent as application/x-www-form-urlencoded; default JSON.
	Form bool
	// Authority is as whom it is called, where that authority is at hand.
	Authority Authority
	// Else is as whom it is called where Authority is not at hand; "" for nobody. Only what an endpoint answers to both of
	// them alike has one: where the answer depends on who asks, the graph could not tell whose it is.
	Else Authority
	// Ours is the reason why it is called as system although the contract prints no role; "" when the contract admits it.
	Ours string
	// Bucket is the limit that the endpoint prints for itself. The zero value means the backend's general bucket.
	Bucket Bucket
	// Fresh is how long a reply is served without asking again; 0 means never cached.
	Fresh time.Duration
	// Hard is how long a reply may be kept at all, to be served stale while the backend is away.
	Hard time.Duration
	// PageSize is the number of items asked for per page; 0 means that it is not a list.
	PageSize int
	// Tags are templates of what a reply depends on: "company:{companyUuid}", "companies". Dropping one ends the use of
	// cached replies, and of calls under way that others would share. Writes have none.
	Tags []string
	// Births are templates of what a reply depends on as well while it is a refusal: dropping one ends that there is no such
	// thing, or that it is not for us. They are the tags of the lists that it would stand in, where those are not in Tags.
	Births []string
	// Assumed says which documented sample the decoder leans on where the endpoint prints none; "" when it prints one.
	Assumed string
}

// Idempotent reports whether the call may be repeated without changing anything upstream: GET and HEAD only, unless
// [Route.Effect] says otherwise. PUT and DELETE are left out on purpose, since backends send mails and bills on some of
// them.
func (r *Route) Idempotent() bool {
	if r.Effect == ByMethod {
		return r.bodyless()
	}
	return r.Effect == Reads
}

// bodyless reports whether the method is one whose requests carry no body.
func (r *Route) bodyless() bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// bodyType is the media type that bodies are sent as.
func (r *Route) bodyType() string {
	if r.Form {
		return formType
	}
	return jsonType
}

// Expand fills the path template. Each value is escaped, so that an id can never reach another endpoint. A missing,
// empty, dot-only or unknown parameter is an error naming the parameter, never its value.
func (r *Route) Expand(params map[string]string) (string, error) {
	var path strings.Builder
	rest, used := r.Path, 0
	for {
		before, after, found := strings.Cut(rest, "{")
		path.WriteString(before)
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return "", fmt.Errorf("upstream: route %s: unclosed parameter in path template", r.Name)
		}
		value, ok := params[name]
		if !ok || !isSegment(value) {
			return "", fmt.Errorf("upstream: route %s: path parameter %q is missing, empty or only dots", r.Name, name)
		}
		path.WriteString(escaped(value))
		rest, used = tail, used+1
	}
	if used != len(params) {
		return "", fmt.Errorf("upstream: route %s: %d path parameters given, %d in the template", r.Name, len(params), used)
	}
	return path.String(), nil
}

// Match is the inverse of [Route.Expand]: the parameters with which a path template gives an escaped path. It reports
// false where none do; values that Expand would refuse are none.
func Match(template, path string) (params map[string]string, ok bool) {
	wanted, given := strings.Split(template, "/"), strings.Split(path, "/")
	if len(wanted) != len(given) {
		return nil, false
	}
	params = map[string]string{}
	for i, segment := range wanted {
		before, name, after, ok := parameter(segment)
		if !ok && segment != given[i] {
			return nil, false
		}
		if !ok {
			continue
		}
		rest, begins := strings.CutPrefix(given[i], before)
		rest, ends := strings.CutSuffix(rest, after)
		value, err := url.PathUnescape(rest)
		if !begins || !ends || err != nil || !isSegment(value) {
			return nil, false
		}
		params[name] = value
	}
	return params, true
}

// parameter takes a template's segment with a parameter apart; false for one without.
func parameter(segment string) (before, name, after string, ok bool) {
	before, rest, opened := strings.Cut(segment, "{")
	name, after, closed := strings.Cut(rest, "}")
	return before, name, after, opened && closed
}

// escaped is the value as one segment. A plus may stand in a path as it is, but some servers read it there as a space,
// as if it stood in a query.
func escaped(value string) string {
	return strings.ReplaceAll(url.PathEscape(value), "+", "%2B")
}

// isSegment refuses what a server would resolve away: "a/../b" is escaped to one segment, but ".." alone is not.
func isSegment(value string) bool {
	return value != "" && value != "." && value != ".."
}

// checkQuery refuses parameters that the route does not list; the values are not looked at.
func (r *Route) checkQuery(query url.Values) error {
	for name := range query {
		if !slices.Contains(r.Query, name) {
			return fmt.Errorf("upstream: route %s: query parameter %q is not one of %v", r.Name, name, r.Query)
		}
	}
	return nil
}

// Call is one use of a route. It is read, never changed, and may be reused once Do has returned.
type Call struct {
	// Route is the endpoint; required.
	Route *Route
	// Params are the path parameters, exactly those of the template.
	Params map[string]string
	// Query are the query parameters, a subset of [Route.Query]; nil means none.
	Query url.Values
	// Body is sent as JSON, or as the form that [Route.Form] says; nil means none. Reads refuse one.
	Body []byte
	// As is the authority that it is made with, one of its route's; "" means the route's first.
	As Authority
	// Token is the viewer's own access token, without "Bearer": required for a call as Viewer, refused for others.
	Token string `json:"-"`
	// Lane is the call's place in the pacer's queue; the zero value is Waiting for reads and Mutation for writes.
	Lane Lane
	// Account is whose account at the backend a system call is about, where the backend limits or authorises by account;
	// "" means that there is only the client application. It is part of the bucket's identity.
	Account string
	// Credentials are the account's own, of a system call; nil means those of the configuration.
	Credentials Credentials
}

// String is the route's name, so that no log shows the token, the body or the parameters.
func (c Call) String() string {
	if c.Route == nil {
		return "call without route"
	}
	return "call of " + c.Route.Name
}

// GoString is String, for %#v.
func (c Call) GoString() string { return c.String() }

// lane is where the call queues.
func (c Call) lane() Lane {
	if c.Lane == Waiting && !c.Route.Idempotent() {
		return Mutation
	}
	return c.Lane
}

// Reply is a 2xx answer. The body is whole and within [Config.MaxBody]; it is JSON by its header, but not yet decoded.
type Reply struct {
	// Status is the HTTP status, 200 to 299.
	Status int
	// Header is the reply's header, set-cookie removed.
	Header http.Header
	// Body is empty for 204 and for HEAD. The caller owns it.
	Body []byte
}
