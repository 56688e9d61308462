package auth

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Leeway bounds: how far a token's clock may be from ours.
const (
	DefaultLeeway = 30 * time.Second
	MaxLeeway     = 5 * time.Minute
)

// TenantConfig says how one tenant's tokens are checked.
type TenantConfig struct {
	Name          string               // must equal a token's tenant claim where there is one
	Hosts         []string             // the hosts that the tenant is served under; only the server reads them
	Issuer        string               // must equal iss; "" accepts any
	Audiences     []string             // one of them must be in aud; none accepts any
	JWKSURL       string               // where the tenant's signing keys are; "" sends every token to introspection
	Claims        Claims               // the zero value has the defaults
	Introspection *IntrospectionConfig // nil refuses opaque tokens
	Leeway        time.Duration        // 0 is DefaultLeeway; at most MaxLeeway
	HTTP          *http.Client         // for keys and introspection; nil is one of our own. Redirects are never followed
}

// Claims names the claims that a tenant's tokens carry. An empty name has the default.
type Claims struct {
	Subject string   // the person, a uuid or e-mail address; default "sub"
	Client  []string // the client application, where the first that is present counts; default "client_id", "azp"
	Scope   string   // a list, or one string with spaces; default "scope"
	Tenant  string   // checked where present; default "tenant"
	Company string   // the uuid of the company that the person works in; default "company"
	Grant   string   // how the token was got, where "client_credentials" makes a service; default "grant_type"
}

// withDefaults returns the claims with every empty name filled.
func (c Claims) withDefaults() Claims {
	for _, f := range []struct {
		name     *string
		fallback string
	}{
		{&c.Subject, "sub"},
		{&c.Scope, "scope"},
		{&c.Tenant, "tenant"},
		{&c.Company, "company"},
		{&c.Grant, "grant_type"},
	} {
		if *f.name == "" {
			*f.name = f.fallback
		}
	}
	if len(c.Client) == 0 {
		c.Client = []string{"client_id", "azp"}
	}
	return c
}

// IntrospectionConfig is an RFC 7662 endpoint, to which opaque tokens are shown with HTTP Basic.
type IntrospectionConfig struct {
	URL          string // of the endpoint; https in production
	ClientID     string // sent to it by HTTP Basic
	ClientSecret string // shown by no verb of fmt and no logger
}

// String describes the endpoint without the secret.
func (c IntrospectionConfig) String() string { return c.ClientID + " at " + c.URL }

// GoString is String.
func (c IntrospectionConfig) GoString() string { return c.String() }

// LogValue is String.
func (c IntrospectionConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText is String.
func (c IntrospectionConfig) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Options is what an Authenticator takes from its surroundings. The zero value works.
type Options struct {
	Now    func() time.Time // nil is time.Now
	Log    *slog.Logger     // nil discards; only the background refresh of keys writes to it
	Limits Limits           // zero fields have their defaults
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Limits = o.Limits.withDefaults()
	return o
}

// Limits are all limits of an Authenticator. A zero field has the default, which DefaultLimits tells.
type Limits struct {
	TokenBytes int // of one token, as sent

	KeySetBytes     int64         // of the tenant's key set, as read
	KeySetKeys      int           // keys in it
	KeySetTimeout   time.Duration // of one fetch, with body
	KeySetRefresh   time.Duration // between fetches that succeed
	KeySetRetry     time.Duration // after a fetch that fails
	KeySetAge       time.Duration // how long fetched keys serve while no fetch succeeds
	UnknownKeyEvery time.Duration // between fetches that a token with an unknown kid causes

	IntrospectionBytes   int64         // of one answer
	IntrospectionTimeout time.Duration // of one call
	IntrospectionCalls   int           // at the same time; more are refused, retryably
	IntrospectionAge     time.Duration // how long an active token's answer is kept: at most a minute, never beyond exp
	InactiveAge          time.Duration // how long an inactive token's answer is kept
	IntrospectionEntries int           // answers kept
}

// DefaultLimits returns the limits that zero fields stand for.
func DefaultLimits() Limits {
	return Limits{
		TokenBytes: 8 << 10,

		KeySetBytes:   1 << 20,
		KeySetKeys:    100,
		KeySetTimeout: 5 * time.Second,
		KeySetRefresh: 15 * time.Minute,
		KeySetRetry:   15 * time.Second,
		// Twice the documented life of an access token: by then whatever an old key signed has expired.
		KeySetAge:       24 * time.Hour,
		UnknownKeyEvery: 10 * time.Second,

		IntrospectionBytes:   64 << 10,
		IntrospectionTimeout: 5 * time.Second,
		IntrospectionCalls:   32,
		IntrospectionAge:     maxIntrospectionAge,
		InactiveAge:          5 * time.Second,
		IntrospectionEntries: 10_000,
	}
}

// maxIntrospectionAge bounds how long a revoked opaque token goes on working.
const maxIntrospectionAge = time.Minute

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	orDefault(&l.TokenBytes, d.TokenBytes)
	orDefault(&l.KeySetBytes, d.KeySetBytes)
	orDefault(&l.KeySetKeys, d.KeySetKeys)
	orDefault(&l.KeySetTimeout, d.KeySetTimeout)
	orDefault(&l.KeySetRefresh, d.KeySetRefresh)
	orDefault(&l.KeySetRetry, d.KeySetRetry)
	orDefault(&l.KeySetAge, d.KeySetAge)
	orDefault(&l.UnknownKeyEvery, d.UnknownKeyEvery)
	orDefault(&l.IntrospectionBytes, d.IntrospectionBytes)
	orDefault(&l.IntrospectionTimeout, d.IntrospectionTimeout)
	orDefault(&l.IntrospectionCalls, d.IntrospectionCalls)
	orDefault(&l.IntrospectionAge, d.IntrospectionAge)
	orDefault(&l.InactiveAge, d.InactiveAge)
	orDefault(&l.IntrospectionEntries, d.IntrospectionEntries)
	l.IntrospectionAge = min(l.IntrospectionAge, maxIntrospectionAge)
	return l
}

func orDefault[T int | int64 | time.Duration](field *T, fallback T) {
	if *field <= 0 {
		*field = fallback
	}
}

// ConfigError lists everything that is wrong with a TenantConfig.
type ConfigError struct {
	Tenant string   // whose configuration it is
	Faults []string // "field: what is wrong", in the order of the fields
}

// Error names all faults. No value of the configuration is repeated in it: it might be a secret in the wrong place.
func (e *ConfigError) Error() string {
	return fmt.Sprintf("auth: tenant %q: %s", e.Tenant, strings.Join(e.Faults, "; "))
}

// validate returns a *ConfigError with every fault, or nil.
func (c TenantConfig) validate() error {
	var faults []string
	add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if c.Name == "" {
		add("name: is empty")
	}
	if c.JWKSURL == "" && c.Introspection == nil {
		add("jwksUrl: is empty and there is no introspection: no token could ever be checked")
	}
	if c.JWKSURL != "" && !endpoint(c.JWKSURL) {
		add("jwksUrl: %s", endpointFault)
	}
	if in := c.Introspection; in != nil && !endpoint(in.URL) {
		add("introspection.url: %s", endpointFault)
	}
	if in := c.Introspection; in != nil && (in.ClientID == "" || in.ClientSecret == "") {
		add("introspection: needs a client id and a secret")
	}
	if c.Leeway < 0 || c.Leeway > MaxLeeway {
		add("leeway: must be between 0 and %s", MaxLeeway)
	}
	if len(faults) > 0 {
		return &ConfigError{Tenant: c.Name, Faults: faults}
	}
	return nil
}

const endpointFault = "must be an absolute http or https URL without user or fragment"

func endpoint(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.Fragment == ""
}
