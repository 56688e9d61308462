package sandbox

import (
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// DefaultSeed is the seed of the demo data when Options names none.
const DefaultSeed = 1

// Options configure a Sandbox. The zero value is a working sandbox.
type Options struct {
	Seed    uint64           // demo data; 0 means DefaultSeed
	Now     func() time.Time // clock of tokens and rate limits; nil means time.Now
	Today   time.Time        // the day, in UTC, that the demo data is of; zero means that of Now, at each reset
	Logger  *slog.Logger     // nil means no log
	Worlds  *Worlds          // what is made already; nil means that of this Sandbox alone
	OnReset func()           // called after each reset, in the request's goroutine; nil means nothing

	// After runs f once, in a goroutine of its own, when the time has passed: events that were not taken are sent again then.
	// Nil means time.AfterFunc.
	After func(d time.Duration, f func())
}

// Sandbox is the backends of all tenants. Make one with New; it is safe for
// concurrent use and needs no closing.
type Sandbox struct {
	opts      Options
	tenants   []*tenantState
	backends  []backend
	appdirect *appdirect // one of them
	limits    *limiter
	calls     *callLog
	faults    *faultBoard
	courier   *http.Client // of events
	seed      atomic.Uint64
}

// tenantState is what one tenant's servers share. Keys and grants live as long
// as the Sandbox; a reset replaces the world.
type tenantState struct {
	Tenant
	signer *signer
	grants *grantStore
	world  atomic.Pointer[world]
}

// New makes the demo data and a signing key per tenant, which takes a moment.
func New(o Options) (*Sandbox, error) {
	if o.Seed == 0 {
		o.Seed = DefaultSeed
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.After == nil {
		o.After = func(d time.Duration, f func()) { time.AfterFunc(d, f) }
	}
	if o.Worlds == nil {
		o.Worlds = &Worlds{}
	}
	s := &Sandbox{opts: o, limits: newLimiter(o.Now), calls: newCallLog(), faults: &faultBoard{}, courier: &http.Client{Transport: &http.Transport{}}}
	var err error
	if s.backends, err = newBackends(s); err != nil {
		return nil, err
	}
	for _, t := range Tenants() {
		sign := &signer{tenant: t.Name, issuer: t.Issuer, audience: t.Audience, now: o.Now, key: o.Worlds.keyOf(t.Name)}
		s.tenants = append(s.tenants, &tenantState{Tenant: t, signer: sign, grants: newGrantStore(o.Now)})
	}
	return s, s.load(o.Seed)
}

// load replaces every tenant's data by that of the seed, or on error none.
func (s *Sandbox) load(seed uint64) error {
	today := s.today()
	worlds := make([]*world, len(s.tenants))
	for i, t := range s.tenants {
		w, err := s.opts.Worlds.copyOf(t.Tenant, i, seed, today)
		if err != nil {
			return err
		}
		worlds[i] = w
	}
	for i, t := range s.tenants {
		t.world.Store(worlds[i])
	}
	s.seed.Store(seed)
	return nil
}

// today is midnight of the day that data loaded now is of.
func (s *Sandbox) today() time.Time {
	at := s.opts.Today
	if at.IsZero() {
		at = s.opts.Now()
	}
	return at.UTC().Truncate(24 * time.Hour)
}

// reset loads new data and forgets buckets, faults and call counts. Tokens stay
// valid where their user still exists, as personas always do.
func (s *Sandbox) reset(seed uint64) error {
	if err := s.load(seed); err != nil {
		return err
	}
	s.limits.clear()
	s.faults.clear()
	s.calls.clear()
	s.opts.Logger.Info("sandbox reset", "seed", seed)
	if s.opts.OnReset != nil {
		s.opts.OnReset()
	}
	return nil
}

// BaseURL is the address of a tenant's AppDirect: append "/api/…" or
// "/oauth2/…" to BackendURL of BackendAppDirect.
func (s *Sandbox) BaseURL(addr, tenant string) string {
	return s.BackendURL(addr, tenant, BackendAppDirect)
}

// BackendURL is the address of a tenant's backend on a sandbox that listens on
// addr ("127.0.0.1:8090", ":8090" or a whole "http://…" address). What to append
// is the backend's own: "/v2/…" for Kazoo. It does not check that the tenant and
// the backend exist.
func (s *Sandbox) BackendURL(addr, tenant, backend string) string {
	base := strings.TrimSuffix(addr, "/")
	if strings.HasPrefix(base, ":") {
		base = "127.0.0.1" + base
	}
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	return base + "/" + tenant + "/" + backend
}

// Handler serves everything on one address: the backends by path prefix
// (/acme/appdirect/api/…, /acme/kazoo/v2/…), AppDirect by host as well
// (acme.localhost/api/…), and the control API.
// All handlers of one Sandbox share its state.
func (s *Sandbox) Handler() http.Handler {
	control := s.control()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == controlPath || strings.HasPrefix(r.URL.Path, controlPath+"/") {
			control.ServeHTTP(w, r)
			return
		}
		tenant, to, prefix := s.locate(r)
		if to == nil {
			writeJSON(w, http.StatusNotFound, statusBody(notFound("Nothing is here; GET %s tells what is.", controlPath)))
			return
		}
		at := site{tenant: tenant, base: "http://" + r.Host + prefix, path: strings.TrimPrefix(r.URL.EscapedPath(), prefix)}
		to.serve(w, r, at)
	})
}

// site is where a request arrived.
type site struct {
	tenant *tenantState
	base   string // absolute address that hrefs start with
	path   string // escaped path after the base
}

// locate finds the tenant and the backend of a request and the path prefix that
// names them. The prefix is empty when the host names the tenant, which then
// means its AppDirect; a host of nobody's belongs to the first tenant. The
// backend is nil when there is nothing.
func (s *Sandbox) locate(r *http.Request) (*tenantState, backend, string) {
	path := r.URL.EscapedPath()
	if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/oauth2/") {
		return s.byHost(r.Host), s.appdirect, ""
	}
	for _, t := range s.tenants {
		for _, b := range s.backends {
			prefix := "/" + t.Name + "/" + b.name()
			if strings.HasPrefix(path, prefix+"/") {
				return t, b, prefix
			}
		}
	}
	return nil, nil, ""
}

// byHost finds a tenant by host; hosts of nobody's belong to the first one.
func (s *Sandbox) byHost(hostport string) *tenantState {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	i := slices.IndexFunc(s.tenants, func(t *tenantState) bool {
		return slices.Contains(t.Hosts, strings.ToLower(host))
	})
	return s.tenants[max(i, 0)]
}
