package explorer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Mode says whether data is made up or somebody's.
type Mode string

// The two modes.
const (
	// Sandbox has demo data and hands out demo tokens.
	Sandbox Mode = "sandbox"
	// Live has real marketplaces, whose people sign in themselves.
	Live Mode = "live"
)

// Tenant is a marketplace as the page presents it.
type Tenant struct {
	// Name is the tenant's name in configuration; Title is for people, and may be empty.
	Name, Title string
	// Host is the tenant's first host, without a port; the sandbox's switch leads there.
	Host string
	// SignIn is how its people sign in; nil where they can't, and in sandbox mode.
	SignIn *SignIn
}

// SignIn is the public half of a client application that may use the
// authorization code grant with PKCE.
type SignIn struct {
	// AuthorizeURL is the marketplace's own authorization page, absolute.
	AuthorizeURL string
	// ClientID of the application. Its registered redirect URI is the
	// gateway's own address of /explorer/.
	ClientID string
	// Scopes to ask for; may be empty.
	Scopes []string
}

// Token is an access token, for the page's memory only.
type Token struct {
	// Access is the token.
	Access string
	// Lifetime that is left of it; positive.
	Lifetime time.Duration
}

// String does not print the token.
func (t Token) String() string { return "token for " + t.Lifetime.String() }

// LogValue keeps the token out of structured logs.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// Code is what a person brings back from the marketplace's authorization page.
type Code struct {
	// Value is the authorization code.
	Value string
	// Verifier proves that the same page asked for it (RFC 7636).
	Verifier string
	// RedirectURI is the address that they were sent back to: this host's /explorer/.
	RedirectURI string
}

// String prints none of its secrets.
func (c Code) String() string { return "code for " + c.RedirectURI }

// LogValue keeps code and verifier out of structured logs.
func (c Code) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Options are what an Explorer is made of. Its functions are called concurrently.
type Options struct {
	// Mode is required.
	Mode Mode
	// Tenant finds the marketplace of a request's Host header, false for a host
	// that is nobody's; required.
	Tenant func(host string) (Tenant, bool)
	// Tenants are those of the switch; sandbox mode only.
	Tenants []Tenant
	// Examples are the documents of the menu, in its order; the first one is
	// what the editor begins with.
	Examples []Example
	// Viewers are the personas to choose from; sandbox mode only.
	Viewers []string
	// Token fetches a demo token of one of Viewers; required in sandbox mode,
	// refused in live mode. Its error's text goes to the log only.
	Token func(ctx context.Context, tenant, viewer string) (Token, error)
	// Exchange gets the token for a code from the tenant's token endpoint; live
	// mode only, required where a tenant has SignIn. Its error's text goes to the log only.
	Exchange func(ctx context.Context, tenant string, c Code) (Token, error)
	// Log gets what failed; nil discards.
	Log *slog.Logger
}

func (o Options) check() error {
	switch {
	case o.Mode != Sandbox && o.Mode != Live:
		return fmt.Errorf("explorer: there is no mode %q", o.Mode)
	case o.Tenant == nil:
		return errors.New("explorer: Tenant is required")
	case o.Mode == Sandbox && o.Token == nil:
		return errors.New("explorer: sandbox mode requires Token")
	case o.Mode == Live && (o.Token != nil || len(o.Viewers) > 0 || len(o.Tenants) > 0):
		return errors.New("explorer: live mode hands out no demo tokens and has no switch")
	case o.Mode == Sandbox && o.Exchange != nil:
		return errors.New("explorer: nobody signs in to the sandbox's Explorer")
	}
	return nil
}

// explorer is the handler behind /explorer and /explorer/. It is safe for concurrent use.
type explorer struct {
	Options
	assets map[string]*asset
}

// New checks the options and reads the embedded page. The handler expects
// paths as they are sent, /explorer included.
func New(o Options) (http.Handler, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	assets, err := loadAssets()
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return guarded((&explorer{Options: o, assets: assets}).routes()), nil
}

func (e *explorer) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /explorer", http.RedirectHandler("/explorer/", http.StatusPermanentRedirect))
	mux.Handle("GET /explorer/{$}", e.tenanted(e.serveIndex))
	mux.Handle("GET /explorer/config.json", e.tenanted(e.serveConfig))
	mux.HandleFunc("GET /explorer/assets/{name}", e.serveAsset)
	switch {
	case e.Mode == Sandbox:
		mux.Handle("POST /explorer/token", sameOrigin(e.tenanted(e.serveToken)))
	case e.Exchange != nil:
		mux.Handle("POST /explorer/signin", sameOrigin(e.tenanted(e.serveSignIn)))
	}
	return mux
}

// tenanted finds the tenant by host, so that a page that a foreign name leads
// to (DNS rebinding) gets neither the Explorer nor a token.
func (e *explorer) tenanted(next func(http.ResponseWriter, *http.Request, Tenant)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t, ok := e.Tenant(r.Host)
		if !ok {
			refuse(w, http.StatusNotFound, "no marketplace is served under this host")
			return
		}
		next(w, r, t)
	})
}
