package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// Claims names the claims that a tenant's tokens carry. An empty name has the default.
type Claims struct {
	Subject string   // the person: a uuid or e-mail address; default "sub"
	Client  []string // the client application, the first that is present counts; default "client_id", "azp"
	Scope   string   // a list, or one string with spaces; default "scope"
	Tenant  string   // checked where present; default "tenant"
	Company string   // the company that the person works in; default "company"
	Grant   string   // how the token was got: "client_credentials" makes a service; default "grant_type"
}

// TenantConfig says how one tenant's tokens are checked.
type TenantConfig struct {
	Name          string               // must equal a token's tenant claim where there is one
	Hosts         []string             // the hosts that the tenant is served under; the server reads them
	Issuer        string               // must equal iss; "" accepts any
	Audiences     []string             // one must be in aud; none accepts any
	JWKSURL       string               // where the tenant's signing keys are
	Claims        Claims               // the zero value has the defaults
	Introspection *IntrospectionConfig // nil: opaque tokens are refused
	Leeway        time.Duration        // allowed clock difference; 0 is DefaultLeeway, at most MaxLeeway
	HTTP          *http.Client         // for keys and introspection; nil is a plain one. Redirects are never followed
}

// IntrospectionConfig is an RFC 7662 endpoint, to which the gateway shows opaque tokens with HTTP Basic.
type IntrospectionConfig struct {
	URL          string
	ClientID     string
	ClientSecret string
}

// Options is what an Authenticator takes from its surroundings. The zero value works.
type Options struct {
	Now    func() time.Time // nil is time.Now
	Log    *slog.Logger     // nil discards
	Limits Limits           // zero fields have their defaults
}

// Limits are all limits of an Authenticator.
type Limits struct{}

// Authenticator turns one tenant's tokens into viewers. It is safe for concurrent use.
type Authenticator struct{}

// NewAuthenticator starts an authenticator.
func NewAuthenticator(ctx context.Context, cfg TenantConfig, opts Options) (*Authenticator, error) {
	return nil, errors.New("auth: not built yet")
}

// Close stops what runs in the background.
func (a *Authenticator) Close() {}

// Authenticate returns the viewer of a request.
func (a *Authenticator) Authenticate(ctx context.Context, h http.Header) (*Viewer, error) {
	return nil, errors.New("auth: not built yet")
}
