package sandbox

import (
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// appdirect is the AppDirect backend: its printed endpoints, and the handlers of
// those that are answered so far.
type appdirect struct {
	printed[handler]
}

// newAppDirect makes the server.
func newAppDirect(box *Sandbox) (*appdirect, error) {
	facts, err := AppDirectFacts()
	if err != nil {
		return nil, err
	}
	schema, err := loadCheckoutSchema()
	if err != nil {
		return nil, err
	}
	return &appdirect{newPrinted(box, facts, appdirectHandlers(schema))}, nil
}

// oauthKeys are the OAuth2 routes as faults name them.
var oauthKeys = []string{"GET /oauth2/authorize", "POST /oauth2/authorize", "POST /oauth2/token", "GET /oauth2/certs"}

// routeKeys lists everything a fault may name.
func (a *appdirect) routeKeys() []string {
	return append(slices.Clone(oauthKeys), a.printed.routeKeys()...)
}

// serve answers one request below the tenant's base.
func (a *appdirect) serve(w http.ResponseWriter, r *http.Request, at site) {
	if strings.HasPrefix(at.path, "/oauth2/") {
		a.serveOAuth(w, r, at)
		return
	}
	path, isAPI := strings.CutPrefix(at.path, a.facts.BasePath+"/")
	if !isAPI {
		path = "" // which no endpoint has
	}
	a.dispatch(w, r, path, a.refuse, func(w http.ResponseWriter, e *Endpoint, params map[string]string) {
		a.call(w, r, e, params, at)
	})
}

// call answers one call of a printed endpoint.
func (a *appdirect) call(w http.ResponseWriter, r *http.Request, e *Endpoint, params map[string]string, at site) {
	x := &exchange{
		site: at, world: at.tenant.world.Load(), endpoint: e, params: params, query: r.URL.Query(), header: r.Header, now: a.box.opts.Now(),
	}
	out, err := a.checked(x, r)
	if err != nil {
		a.refuse(w, r, e, err)
		return
	}
	a.box.tell(x, out.events)
	x.answer(w, r, out)
}

// checked runs every check in the order of what they cost, then the handler.
func (a *appdirect) checked(x *exchange, r *http.Request) (reply, error) {
	var err error
	if x.caller, err = x.authenticate(r); err != nil {
		return reply{}, err
	}
	if err := a.pace(x); err != nil {
		return reply{}, err
	}
	if !x.caller.admits(x.endpoint.Roles, x.target(), x.world) {
		return reply{}, &apiError{Status: http.StatusForbidden}
	}
	if err := checkQuery(x.endpoint, x.query); err != nil {
		return reply{}, err
	}
	if err := checkHeaders(x.endpoint, r.Header); err != nil {
		return reply{}, err
	}
	if err := x.readBody(r); err != nil {
		return reply{}, err
	}
	h := a.handlers[x.endpoint.Key()]
	if h == nil {
		return reply{}, notAnswered(x.endpoint)
	}
	return h(x)
}

// authenticate reads the bearer token. All failures look the same to callers.
func (x *exchange) authenticate(r *http.Request) (caller, error) {
	refused := &apiError{Status: http.StatusUnauthorized, header: http.Header{"Www-Authenticate": {"Bearer"}}}
	scheme, raw, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return caller{}, refused
	}
	claims, err := x.site.tenant.signer.verify(strings.TrimSpace(raw))
	if err != nil {
		return caller{}, refused
	}
	c := caller{client: claims.ClientID, scopes: claims.Scope, service: claims.Subject == claims.ClientID}
	if c.service {
		return c, nil
	}
	if c.user = x.world.activeUser(claims.Subject); c.user == nil {
		return caller{}, refused
	}
	return c, nil
}

// target reads what the path names. Endpoints call the parameters differently.
func (x *exchange) target() target {
	var at target
	if key := x.params["companyUuid"] + x.params["companyId"]; key != "" {
		at.company = idOr(x.world.companies.Get(key), key)
	}
	if key := x.params["userUuid"] + x.params["userId"]; key != "" {
		at.user = idOr(x.world.users.Get(key), key)
	}
	return at
}

// idOr resolves a key with a prefix such as externalId: to the plain id, so that
func idOr(r *Record, fallback string) string {
	if r == nil {
		return fallback
	}
	return r.ID
}

// pace takes the call from the bucket that is documented for it.
func (a *appdirect) pace(x *exchange) error {
	key := bucketKey{tenant: x.site.tenant.Name, client: x.caller.client}
	rule := a.facts.RateLimit
	if own := x.endpoint.RateLimit; own != nil {
		rule, key.route = *own, x.endpoint.Key()
		if own.Scope == "global" {
			key.client = ""
		}
	}
	return a.limit(key, rule)
}

// wholeSeconds rounds up: a caller that waits this long will pass.
func wholeSeconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// refuse answers an error in the style of the endpoint's family.
func (a *appdirect) refuse(w http.ResponseWriter, r *http.Request, e *Endpoint, err error) {
	var refusal *apiError
	if !errors.As(err, &refusal) {
		a.box.opts.Logger.Error("sandbox handler failed", "error", err)
		refusal = &apiError{Status: http.StatusInternalServerError}
	}
	for name, values := range refusal.header {
		w.Header()[name] = values
	}
	if refusal.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(wholeSeconds(refusal.wait)))
	}
	body := errorDocument(e, refusal)
	if e != nil && wantsXML(r, e.Produces) {
		writeBody(w, refusal.Status, "application/xml", renderXML("error", body))
		return
	}
	writeJSON(w, refusal.Status, body)
}

// errorDocument picks the printed style: account v2 answers a list of
// {code, message}, billing and marketplace one of them, all else (and every
// refusal that comes before the endpoint itself) adds the status.
func errorDocument(e *Endpoint, refusal *apiError) any {
	older := Document{"code": refusal.phrase(), "message": refusal.message()}
	fromEndpoint := refusal.Status == http.StatusNotFound || refusal.Status == http.StatusBadRequest
	switch {
	case e == nil || !fromEndpoint:
		return statusBody(refusal)
	case strings.HasPrefix(e.Path, "/account/v2/"):
		return []any{older}
	case strings.HasPrefix(e.Path, "/billing/v1/"), strings.HasPrefix(e.Path, "/marketplace/v1/"):
		return older
	default:
		return statusBody(refusal)
	}
}

// serveOAuth answers the OAuth2 server's endpoints.
func (a *appdirect) serveOAuth(w http.ResponseWriter, r *http.Request, at site) {
	a.box.calls.oauth()
	served := map[string]http.HandlerFunc{
		"GET /oauth2/authorize":  at.tenant.serveAuthorize,
		"POST /oauth2/authorize": at.tenant.serveAuthorize,
		"POST /oauth2/token":     at.tenant.serveToken,
		"GET /oauth2/certs":      at.tenant.signer.serveCerts,
	}
	key := r.Method + " " + at.path
	if h := served[key]; h != nil {
		a.box.faults.find(a.name(), key, false).inject(w, r, h, refuseByStatus)
		return
	}
	if allowed := allowedOAuth(at.path); allowed != "" {
		w.Header().Set("Allow", allowed)
		writeJSON(w, http.StatusMethodNotAllowed, statusBody(&apiError{Status: http.StatusMethodNotAllowed}))
		return
	}
	writeJSON(w, http.StatusNotFound, statusBody(notFound("No endpoint has this path.")))
}

// allowedOAuth lists the methods of an OAuth2 path, "" for an unknown one.
func allowedOAuth(path string) string {
	var methods []string
	for _, key := range oauthKeys {
		if method, p, _ := strings.Cut(key, " "); p == path {
			methods = append(methods, method)
		}
	}
	return strings.Join(methods, ", ")
}
