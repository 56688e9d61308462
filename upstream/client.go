package upstream

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	idleTimeout = 90 * time.Second
	// The default of 2 would close and dial again under any load; idle connections cost next to nothing. Where a host gets
	// more calls at a time, as many are kept.
	maxIdlePerHost = 64
	maxHeaderBytes = 64 << 10
)

// Config is everything a client needs; one per backend, marketplace and client application.
type Config struct {
	// Backend is whose routes the client accepts; required.
	Backend Backend
	// BaseURL is the API root with any path prefix: "https://acme.example.com/api"; required.
	BaseURL string
	// Client is the client application's id: with BaseURL the identity of the general bucket.
	Client string
	// Credentials authorise system calls that bring none of their own; nil refuses those.
	Credentials Credentials
	// ServiceUser authorises calls in the service user's name; nil refuses those.
	ServiceUser Credentials
	// AuthHeader is the header that credentials are sent in; default Authorization.
	AuthHeader string
	// Header is sent with every call, a version for instance; nil means nothing. It must hold nothing secret.
	Header http.Header
	// RouteHeader holds the headers that only some routes are sent with, see [Route.Header]: a tenant's partner code, for
	// instance. Write it with [http.Header.Set]; nil refuses those routes. It must hold nothing secret.
	RouteHeader http.Header
	// General is the backend's general limit; required, since nothing is sent without a limit.
	General Bucket
	// Quota is a second limit that every call of an account counts in beside its bucket: so many a day, for instance. The
	// zero value means that there is none.
	Quota Bucket
	// Buckets replace the limits of single routes, by route name, where a backend grants others than it prints; nil for none.
	Buckets map[string]Bucket
	// Pacer is shared by all clients of the process; nil makes one for this client alone.
	Pacer *Pacer
	// Transport is shared by all clients of the process; nil makes one by [NewTransport].
	Transport http.RoundTripper
	// Breakers are shared by all clients of the process; nil makes some for this client alone.
	Breakers *Breakers
	// Hosts are shared by all clients of the process; nil makes some for this client alone.
	Hosts *Hosts
	// Bounds of this client's calls; those of connections, hosts and breakers hold only where it makes its own.
	Bounds
	// OnCall, when set, is told each attempt once, synchronously and from many goroutines.
	OnCall func(CallInfo)
	// Now defaults to time.Now. It measures and reads Retry-After dates; waiting always follows the real clock.
	Now func() time.Time
}

// CallInfo is one attempt, for metrics and logs. It holds nothing secret.
type CallInfo struct {
	// Route is the route called; its Backend and Name are the labels.
	Route *Route
	// Lane is where it queued.
	Lane Lane
	// Attempt counts from 1 within one Do.
	Attempt int
	// Sent tells a call that left this process from one that was refused before.
	Sent bool
	// Status is the HTTP status, 0 without an answer.
	Status int
	// Kind is 0 when the attempt succeeded.
	Kind Kind
	// Waited is the time in the pacer.
	Waited time.Duration
	// Duration is the time from the send to the body's end; 0 when not sent.
	Duration time.Duration
}

// Client makes the calls to one backend.
type Client struct {
	cfg     Config
	http    *http.Client
	room    *room // at its host
	retries *retries
}

// NewClient checks the configuration as a whole and reports every fault at once.
func NewClient(cfg Config) (*Client, error) {
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	cfg.AuthHeader = cmp.Or(cfg.AuthHeader, "Authorization")
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg.share()
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Client{cfg: cfg, http: pinned(cfg.Transport), room: cfg.Hosts.room(cfg.BaseURL), retries: newRetries(cfg.RetryShare)}, nil
}

// share makes what nobody shares with this client.
func (cfg *Config) share() {
	if cfg.Pacer == nil {
		cfg.Pacer = NewPacer(PacerConfig{})
	}
	if cfg.Breakers == nil {
		cfg.Breakers = NewBreakers(cfg.Bounds)
	}
	if cfg.Hosts == nil {
		cfg.Hosts = NewHosts(cfg.Bounds)
	}
	if cfg.Transport == nil {
		cfg.Transport = NewTransport(cfg.Bounds)
	}
}

// validate sets the defaults of what is bounded and reports what is wrong. A missing general bucket is a fault and not
// "unlimited": every backend has a limit, printed or not.
func (cfg *Config) validate() (err error) {
	var faults []error
	cfg.Bounds, err = cfg.Bounds.WithDefaults()
	if cfg.Backend == "" {
		faults = append(faults, errors.New("upstream: config: backend is missing"))
	}
	if err := checkURL(cfg.BaseURL); err != nil {
		faults = append(faults, fmt.Errorf("upstream: config: base URL %w", err))
	}
	if cfg.General.Kind == General {
		faults = append(faults, errors.New("upstream: config: general bucket is missing"))
	}
	faults = append(faults, cfg.General.Validate(), cfg.Quota.Validate())
	for name, bucket := range cfg.Buckets {
		if err := bucket.Validate(); err != nil {
			faults = append(faults, fmt.Errorf("upstream: config: bucket of route %s: %w", name, err))
		}
	}
	return errors.Join(append(faults, err)...)
}

// checkURL does not quote the URL: somebody may have put a password into it.
func checkURL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return errors.New("is not a URL")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return errors.New("is not an absolute http or https URL")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return errors.New("has a user, query or fragment")
	}
	return nil
}

// NewTransport is a connection pool with finite time-outs and no cookies; make one per process. Of the bounds,
// which are as [Bounds.WithDefaults] gives them, it takes those of connecting and of a host: how long an answer may take is
// for its users.
func NewTransport(bounds Bounds) *http.Transport {
	dialer := &net.Dialer{Timeout: bounds.ConnectTimeout, KeepAlive: 30 * time.Second}
	idle := max(maxIdlePerHost, bounds.PerHost)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    bounds.ConnectTimeout,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConns:           4 * idle,
		MaxIdleConnsPerHost:    idle,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

// pinned never follows a redirect, so that no credential reaches a host that the configuration does not name.
func pinned(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Do makes the call, a read up to [Config.Attempts] times, and returns within ctx's deadline. The reply is never nil
// without an error, and the error is always an [*Error]. A 401 to our own credentials renews them once and repeats the
// call, a write too: it was refused before anything was done.
func (c *Client) Do(ctx context.Context, call Call) (*Reply, error) {
	target, err := c.resolve(call)
	if err != nil {
		return nil, err
	}
	x := &exchange{
		client: c, call: call, target: target, budget: BudgetFrom(ctx),
		breaker: c.cfg.Breakers.of(breakerKey{baseURL: c.cfg.BaseURL, client: c.cfg.Client, route: call.Route}),
	}
	if !call.Route.Idempotent() {
		return x.try(ctx)
	}
	return x.retrying(ctx)
}

// CloseIdleConnections closes the pool's unused connections, for shutdown.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// resolve checks the call against its route and gives the URL. What it refuses is a bug, or an authority that is not
// there.
func (c *Client) resolve(call Call) (string, error) {
	r := call.Route
	if r == nil {
		return "", &Error{Backend: c.cfg.Backend, Kind: Misused, detail: "call without route"}
	}
	path, err := r.Expand(call.Params)
	if err == nil {
		err = errors.Join(r.checkQuery(call.Query), r.Bucket.Validate(), c.checkCall(call))
	}
	if err != nil {
		return "", &Error{Backend: r.Backend, Route: r.Name, Kind: Misused, cause: err, detail: err.Error()}
	}
	if err := c.checkAuthority(call); err != nil {
		return "", err
	}
	target := c.cfg.BaseURL + path
	if len(call.Query) > 0 {
		target += "?" + call.Query.Encode()
	}
	return target, nil
}

// checkCall finds what would be sent to the wrong place, with the wrong token or in the wrong order. None of it depends
// on what a viewer entered, apart from the token's characters.
func (c *Client) checkCall(call Call) error {
	switch r := call.Route; {
	case r.Backend != c.cfg.Backend:
		return fmt.Errorf("route of %s on a client of %s", r.Backend, c.cfg.Backend)
	case !strings.HasPrefix(r.Path, "/"):
		return errors.New("path template does not start with a slash")
	case call.Lane < Mutation || call.Lane > Background:
		return fmt.Errorf("unknown lane %d", call.Lane)
	case r.bodyless() && call.Body != nil:
		return fmt.Errorf("a %s has no body", r.Method)
	case !call.admitted():
		return fmt.Errorf("a call as %q of a route for %q", call.As, r.Authorities())
	case call.authority() != Viewer && call.Token != "":
		return errors.New("only a call as the viewer takes a token")
	case call.authority() != System && (call.Credentials != nil || call.Account != ""):
		return errors.New("only a system call takes an account or credentials")
	case !isToken(call.Token):
		return errors.New("token has characters that no token has")
	}
	return nil
}

// isToken keeps header injection out; RFC 6750 allows less still.
func isToken(token string) bool {
	return strings.IndexFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// gate is the gate of the bucket that a call counts in. A limit that a route prints for itself replaces the general one
// ("exceptions apart"); it is the endpoint's, so that routes which ask one endpoint for different things share it.
func (c *Client) gate(call Call) *gate {
	key, limit := bucketKey{baseURL: c.cfg.BaseURL, client: c.cfg.Client, account: call.Account}, c.cfg.General
	own, granted := c.cfg.Buckets[call.Route.Name]
	switch r := call.Route; {
	case granted && own.Kind != General:
		key.route, limit = r.Name, own
	case !granted && r.Bucket.Kind != General:
		key.route, limit = r.Method+" "+r.Path, r.Bucket
	case limit.Scope == ScopeRoute:
		key.route = r.Name
	}
	return c.cfg.Pacer.gate(key, limit)
}
