package sandbox

import (
	_ "embed"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

//go:embed facts/twilio.json
var twilioFacts []byte

// TwilioFacts returns the printed facts of Twilio's add-on endpoints, decoded
// anew on each call. Paths are whole, those of the older API with its suffix
// ".json".
func TwilioFacts() (Facts, error) { return decodeFacts(BackendTwilio, twilioFacts) }

// twilioHosts are the parts of the address that stand for Twilio's hosts, and
// what every path of each begins with.
var twilioHosts = map[string]string{"marketplace": "/v1/", "api": "/2010-04-01/"}

// twilio is the Twilio backend: the marketplace and the resources of the older
// API that add-ons hang on.
type twilio struct {
	printed[twilioHandler]
}

// twilioHandler answers one endpoint.
type twilioHandler func(*twilioCall) (reply, error)

// twilioCall is one request that passed all checks, as handlers see it.
type twilioCall struct {
	site     site
	data     *twilioWorld // the same throughout the request
	account  *Record      // whose credentials were sent
	endpoint *Endpoint
	params   map[string]string // path parameters
	query    url.Values        // documented query parameters only
	now      int64             // Unix seconds, for addresses that expire
}

// newTwilio makes the server.
func newTwilio(box *Sandbox) (*twilio, error) {
	facts, err := TwilioFacts()
	if err != nil {
		return nil, err
	}
	return &twilio{newPrinted(box, facts, twilioHandlers())}, nil
}

// serve answers one request below the tenant's base. The bound on concurrent
// calls covers all of a request, delays by faults too, so it is entered here.
func (t *twilio) serve(w http.ResponseWriter, r *http.Request, at site) {
	host, path := twilioPath(at.path)
	if host == twilioMedia {
		t.serveMedia(w, r, at, path)
		return
	}
	data := at.tenant.world.Load().twilio
	account := data.authenticated(r)
	entered := true
	if account != nil {
		var running int
		key := bucketKey{tenant: at.tenant.Name, backend: t.name(), client: account.ID}
		running, entered = t.box.limits.enter(key, t.facts.RateLimit.Concurrent)
		if entered {
			defer t.box.limits.leave(key)
		}
		w.Header().Set("Twilio-Concurrent-Requests", strconv.Itoa(running))
	}
	t.dispatch(w, r, path, t.refuse, func(w http.ResponseWriter, e *Endpoint, params map[string]string) {
		if !entered {
			t.box.calls.violation(t.name())
			t.refuse(w, r, e, &apiError{Status: http.StatusTooManyRequests})
			return
		}
		x := &twilioCall{site: at, data: data, account: account, endpoint: e, params: params, query: r.URL.Query(), now: t.box.opts.Now().Unix()}
		t.answer(w, r, x)
	})
}

// twilioPath splits an address into host and path; the path is one that no
// endpoint has when the host does not go with it.
func twilioPath(path string) (string, string) {
	host, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	rest = "/" + rest
	if start, known := twilioHosts[host]; known && !strings.HasPrefix(rest, start) {
		return host, ""
	} else if !known && host != twilioMedia {
		return host, ""
	}
	return host, rest
}

// answer runs the checks and the handler and writes what comes of it.
func (t *twilio) answer(w http.ResponseWriter, r *http.Request, x *twilioCall) {
	out, err := t.checked(x, r)
	if err != nil {
		t.refuse(w, r, x.endpoint, err)
		return
	}
	for name, values := range out.header {
		w.Header()[name] = values
	}
	status := http.StatusOK
	if out.header.Get("Location") != "" {
		status = http.StatusTemporaryRedirect
	}
	writeJSON(w, status, absolute(out.body, x.site.base))
}

// checked runs every check in the order of what they cost, then the handler.
func (t *twilio) checked(x *twilioCall, r *http.Request) (reply, error) {
	if x.account == nil {
		return reply{}, &apiError{Status: http.StatusUnauthorized, header: http.Header{"Www-Authenticate": {`Basic realm="Twilio API"`}}}
	}
	if err := checkPath(x.endpoint, x.params); err != nil {
		return reply{}, err
	}
	if err := x.checkAccount(); err != nil {
		return reply{}, err
	}
	if err := checkQuery(x.endpoint, x.query); err != nil {
		return reply{}, err
	}
	if err := checkBody(x.endpoint, r); err != nil {
		return reply{}, err
	}
	h := t.handlers[x.endpoint.Key()]
	if h == nil {
		return reply{}, notAnswered(x.endpoint)
	}
	return h(x)
}

// twilioMessages are the printed texts by status.
var twilioMessages = map[int]string{
	http.StatusUnauthorized: "Authenticate", http.StatusForbidden: "Forbidden", http.StatusTooManyRequests: "Too Many Requests",
	http.StatusNotFound: "The requested resource was not found",
}

// twilioCode is the error number of a status; the two that are not 20000 and
// the status are printed so.
func twilioCode(status int) int {
	switch status {
	case http.StatusBadRequest:
		return 20001
	case http.StatusUnauthorized:
		return 20003
	default:
		return 20_000 + status
	}
}

// refuse answers an error in Twilio's one style.
func (t *twilio) refuse(w http.ResponseWriter, _ *http.Request, _ *Endpoint, err error) {
	var refusal *apiError
	if !errors.As(err, &refusal) {
		t.box.opts.Logger.Error("sandbox handler failed", "error", err)
		refusal = &apiError{Status: http.StatusInternalServerError}
	}
	for name, values := range refusal.header {
		w.Header()[name] = values
	}
	code := twilioCode(refusal.Status)
	if refusal.Code != "" { // a number of its own
		code, _ = strconv.Atoi(refusal.Code)
	}
	message := refusal.Message
	if text := twilioMessages[refusal.Status]; message == "" && text != "" {
		message = text
	} else if message == "" {
		message = http.StatusText(refusal.Status)
	}
	writeJSON(w, refusal.Status, Document{
		"code": code, "message": message, "more_info": "https://www.twilio.com/docs/errors/" + strconv.Itoa(code), "status": refusal.Status,
	})
}
