package sandbox

import (
	_ "embed"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"
)

//go:embed facts/leadconnector.json
var leadconnectorFacts []byte

// LeadConnectorFacts returns the printed facts of LeadConnector's endpoints,
// decoded anew on each call. Roles are the kinds of token that are taken:
// agency, location or both.
func LeadConnectorFacts() (Facts, error) {
	return decodeFacts(BackendLeadConnector, leadconnectorFacts)
}

// leadconnector is the LeadConnector backend: wallets, installations of an app,
// and the agencies and locations that they belong to.
type leadconnector struct {
	printed[leadconnectorHandler]
}

// leadconnectorHandler answers one endpoint.
type leadconnectorHandler func(*leadconnectorCall) (reply, error)

// leadconnectorCall is one request that passed all checks, as handlers see it.
type leadconnectorCall struct {
	site     site
	data     *walletWorld // the same throughout the request
	bearer   bearer
	endpoint *Endpoint
	params   map[string]string // path parameters
	query    url.Values        // documented query parameters only
	form     url.Values        // of a request with a form
}

// newLeadConnector makes the server.
func newLeadConnector(box *Sandbox) (*leadconnector, error) {
	facts, err := LeadConnectorFacts()
	if err != nil {
		return nil, err
	}
	return &leadconnector{newPrinted(box, facts, leadconnectorHandlers())}, nil
}

// serve answers one request below the tenant's base.
func (l *leadconnector) serve(w http.ResponseWriter, r *http.Request, at site) {
	l.dispatch(w, r, at.path, l.refuse, func(w http.ResponseWriter, e *Endpoint, params map[string]string) {
		x := &leadconnectorCall{site: at, data: at.tenant.world.Load().wallets, endpoint: e, params: params, query: r.URL.Query()}
		out, err := l.checked(x, w, r)
		if err != nil {
			l.refuse(w, r, e, err)
			return
		}
		writeJSON(w, http.StatusOK, out.body)
	})
}

// checked runs every check in the order of what they cost, then the handler.
func (l *leadconnector) checked(x *leadconnectorCall, w http.ResponseWriter, r *http.Request) (reply, error) {
	if err := x.authenticate(r); err != nil {
		return reply{}, err
	}
	if err := l.pace(x, w.Header()); err != nil {
		return reply{}, err
	}
	if err := checkHeaders(x.endpoint, r.Header); err != nil {
		return reply{}, err
	}
	if err := x.admit(); err != nil {
		return reply{}, err
	}
	if err := checkQuery(x.endpoint, x.query); err != nil {
		return reply{}, unprocessable(err)
	}
	if err := checkBody(x.endpoint, r); err != nil {
		return reply{}, unprocessable(err)
	}
	x.form = r.PostForm
	h := l.handlers[x.endpoint.Key()]
	if h == nil {
		return reply{}, notAnswered(x.endpoint)
	}
	return h(x)
}

// pace takes the call from both limits of the app at the location or company,
// and tells what is left of them.
func (l *leadconnector) pace(x *leadconnectorCall, h http.Header) error {
	if x.endpoint.Public {
		return nil
	}
	key := bucketKey{tenant: x.site.tenant.Name, backend: l.name(), client: x.bearer.resource()}
	daily := key
	daily.route = "daily" // one more bucket beside that of the burst
	burstErr, rule, quota := l.limit(key, l.facts.RateLimit), l.facts.RateLimit, *l.facts.Quota
	err := burstErr
	if err == nil {
		err = l.limit(daily, quota)
	}
	h.Set("X-RateLimit-Max", strconv.Itoa(rule.MaxRequests))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(rule.MaxRequests-l.box.limits.used(key, rule)))
	h.Set("X-RateLimit-Interval-Milliseconds", strconv.Itoa(1000*rule.WindowSeconds))
	h.Set("X-RateLimit-Limit-Daily", strconv.Itoa(quota.MaxRequests))
	h.Set("X-RateLimit-Daily-Remaining", strconv.Itoa(quota.MaxRequests-l.box.limits.used(daily, quota)))
	return err
}

// unprocessable turns what a check found wrong into the status that is
// documented for it, whose message is a list.
func unprocessable(err error) error {
	var refusal *apiError
	if errors.As(err, &refusal) && refusal.Status == http.StatusBadRequest {
		return &apiError{Status: http.StatusUnprocessableEntity, Message: refusal.Message}
	}
	return err
}

// refuse answers an error in LeadConnector's style: what a message is, and
// whether there is a name of the error, depends on the status.
func (l *leadconnector) refuse(w http.ResponseWriter, _ *http.Request, _ *Endpoint, err error) {
	var refusal *apiError
	if !errors.As(err, &refusal) {
		l.box.opts.Logger.Error("sandbox handler failed", "error", err)
		refusal = &apiError{Status: http.StatusInternalServerError}
	}
	for name, values := range refusal.header {
		w.Header()[name] = values
	}
	message := refusal.Message
	if message == "" {
		message = http.StatusText(refusal.Status)
	}
	body := Document{"statusCode": refusal.Status, "message": message, "traceId": uuid.NewString()}
	switch refusal.Status {
	case http.StatusUnprocessableEntity:
		body["message"], body["error"] = texts(message), http.StatusText(refusal.Status)
	case http.StatusUnauthorized:
		body["error"] = http.StatusText(refusal.Status)
	}
	writeJSON(w, refusal.Status, body)
}
