package sandbox

import (
	"crypto/rand"
	_ "embed"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed facts/kazoo.json
var kazooFacts []byte

// KazooFacts returns the printed facts of Kazoo's endpoints, decoded anew on
// each call so that callers may keep or change what they get.
func KazooFacts() (Facts, error) { return decodeFacts(BackendKazoo, kazooFacts) }

// maxKazooBody bounds a request's body, in bytes.
const maxKazooBody = 1 << 20

// kazoo is the telephony backend.
type kazoo struct {
	printed[kazooHandler]
	key []byte // signs auth tokens; new with each Sandbox
}

// kazooHandler answers one endpoint.
type kazooHandler func(*kazooCall) (kazooReply, error)

// kazooCall is one request, as far as the checks have come.
type kazooCall struct {
	backend  *kazoo
	site     site
	world    *kazooWorld
	request  *http.Request
	id       string // of the request, for the envelope
	endpoint *Endpoint
	params   map[string]string
	query    url.Values
	body     kazooBody
	bucket   bucketKey
	session  *kazooSession // nil until authenticated
	account  *Record       // of the path; nil when it names none
	below    *kazooAccount // what belongs to account
}

// newKazoo makes the server.
func newKazoo(box *Sandbox) (*kazoo, error) {
	facts, err := KazooFacts()
	if err != nil {
		return nil, err
	}
	return &kazoo{printed: newPrinted(box, facts, kazooHandlers()), key: []byte(rand.Text())}, nil
}

// serve answers one request below the tenant's base.
func (k *kazoo) serve(w http.ResponseWriter, r *http.Request, at site) {
	x := &kazooCall{backend: k, site: at, world: at.tenant.world.Load().kazoo, request: r, query: r.URL.Query()}
	x.id = strings.ToLower(r.Header.Get("X-Request-Id"))
	if x.id == "" {
		x.id = strings.ToLower(rand.Text())
	}
	path, versioned := strings.CutPrefix(at.path, k.facts.BasePath+"/")
	if !versioned {
		path = "" // which no endpoint has
	}
	refuse := func(w http.ResponseWriter, _ *http.Request, _ *Endpoint, err error) { x.refuse(w, err) }
	k.dispatch(w, r, path, refuse, func(w http.ResponseWriter, e *Endpoint, params map[string]string) {
		x.endpoint, x.params = e, params
		out, err := x.checked(w)
		if err != nil {
			x.refuse(w, err)
			return
		}
		x.answer(w, out)
	})
}

// checked runs every check in the order of what they cost, then the handler.
func (x *kazooCall) checked(w http.ResponseWriter) (kazooReply, error) {
	for _, check := range []func() error{
		x.pace, func() error { return x.readBody(w) }, x.authenticate, x.enterAccount, x.checkQuery, x.checkCharges,
	} {
		if err := check(); err != nil {
			return kazooReply{}, err
		}
	}
	h := x.backend.handlers[x.endpoint.Key()]
	if h == nil {
		return kazooReply{}, notAnswered(x.endpoint)
	}
	return h(x)
}

// pace takes the call's token out of the bucket of the caller's address and the
// account in the path. Accounts that are not there share one, so that asking for
// many of them makes no buckets.
func (x *kazooCall) pace() error {
	host, _, err := net.SplitHostPort(x.request.RemoteAddr)
	if err != nil {
		host = x.request.RemoteAddr
	}
	x.bucket = bucketKey{tenant: x.site.tenant.Name, backend: x.backend.name(), client: host}
	if id := x.params["accountId"]; x.world.below[id] != nil {
		x.bucket.route = id
	}
	return x.backend.limit(x.bucket, x.backend.facts.RateLimit)
}

// enterAccount finds the account of the path. One that is not there is a 404,
// one outside the caller's tree a 403.
func (x *kazooCall) enterAccount() error {
	id, named := x.params["accountId"]
	if !named {
		return nil
	}
	account := x.world.accounts.Get(id)
	if account == nil || account.ID != id {
		return &apiError{Status: http.StatusNotFound}
	}
	if own := x.session.account; own != id && !slices.Contains(tree(account), own) {
		return &apiError{Status: http.StatusForbidden}
	}
	x.account, x.below = account, x.world.below[id]
	return nil
}

// refuse answers an error in its envelope.
func (x *kazooCall) refuse(w http.ResponseWriter, err error) {
	var refusal *apiError
	if !errors.As(err, &refusal) {
		x.backend.box.opts.Logger.Error("sandbox handler failed", "error", err)
		refusal = &apiError{Status: http.StatusInternalServerError}
	}
	for name, values := range refusal.header {
		w.Header()[name] = values
	}
	w.Header().Set("X-Request-Id", x.id)
	writeJSON(w, refusal.Status, x.errorEnvelope(refusal))
}
