package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"golang.org/x/oauth2"

	"github.com/marketgraph/marketgraph/docs/examples"
	"github.com/marketgraph/marketgraph/sandbox"
	"github.com/marketgraph/marketgraph/server/explorer"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// ExplorerConfig is about the page at /explorer.
type ExplorerConfig struct {
	// Disabled serves no Explorer.
	Disabled bool `yaml:"disabled"`
}

// SignInConfig is how people of a tenant sign in to the Explorer: a client
// application with the authorization code grant and PKCE.
type SignInConfig struct {
	// AuthorizeURL is the marketplace's authorization page; empty means its /oauth2/authorize.
	AuthorizeURL string `yaml:"authorizeUrl"`
	// TokenURL is where codes are exchanged; empty means its /oauth2/token.
	TokenURL string `yaml:"tokenUrl"`
	// ClientID of the client application.
	ClientID string `yaml:"clientId"`
	// ClientSecret is its secret; a public application has none.
	ClientSecret Secret `yaml:"clientSecret"`
	// Scopes are asked for; empty means ROLE_USER.
	Scopes []string `yaml:"scopes"`
}

func (s *SignInConfig) check(c *checker, path string) {
	c.url(path+".authorizeUrl", s.AuthorizeURL, false)
	c.url(path+".tokenUrl", s.TokenURL, false)
	if s.ClientID == "" {
		c.add(path+".clientId", "is missing")
	}
	if err := s.ClientSecret.read(); err != nil {
		c.add(path+".clientSecret", "%v", err)
	}
}

// signIn gives the settings with their defaults; nil where nobody can sign in.
func (t *TenantConfig) signIn() *SignInConfig {
	if t.SignIn == nil {
		return nil
	}
	s := *t.SignIn
	s.AuthorizeURL = first(s.AuthorizeURL, t.AppDirect.root()+"/oauth2/authorize")
	s.TokenURL = first(s.TokenURL, t.AppDirect.tokenURL())
	if len(s.Scopes) == 0 {
		s.Scopes = []string{"ROLE_USER"}
	}
	return &s
}

// explorer makes the page for all tenants.
func (b *builder) explorer() (http.Handler, error) {
	list, err := explorer.ReadExamples(examples.Files())
	if err != nil {
		return nil, err
	}
	o := explorer.Options{Mode: explorer.Live, Tenant: b.explorerTenant, Examples: list, Log: b.log}
	if b.cfg.sandbox == "" {
		o.Exchange = b.exchange
		return explorer.New(o)
	}
	o.Mode, o.Token = explorer.Sandbox, b.demoToken
	for i, t := range sandbox.Tenants() {
		o.Tenants = append(o.Tenants, explorer.Tenant{Name: t.Name, Title: t.Title, Host: t.Hosts[0]})
		for _, p := range t.Personas {
			if i == 0 { // the same in each
				o.Viewers = append(o.Viewers, p.Name)
			}
		}
	}
	return explorer.New(o)
}

// explorerTenant finds a tenant as the server does. It is called when the
// server is there, which the Explorer is handed to.
func (b *builder) explorerTenant(host string) (explorer.Tenant, bool) {
	name, ok := b.gateway.server.TenantAt(host)
	out := explorer.Tenant{Name: name}
	if b.cfg.sandbox != "" {
		for _, t := range sandbox.Tenants() {
			if t.Name == name {
				out.Title = t.Title
			}
		}
	} else if t := b.tenantNamed(name); t != nil && t.signIn() != nil {
		s := t.signIn()
		out.SignIn = &explorer.SignIn{AuthorizeURL: s.AuthorizeURL, ClientID: s.ClientID, Scopes: s.Scopes}
	}
	return out, ok
}

// tenantNamed is nil where there is none.
func (b *builder) tenantNamed(name string) *TenantConfig {
	i := slices.IndexFunc(b.cfg.Tenants, func(t TenantConfig) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return &b.cfg.Tenants[i]
}

// demoToken asks the sandbox as gateway token does.
func (b *builder) demoToken(ctx context.Context, tenant, viewer string) (explorer.Token, error) {
	persona, err := findPersona(tenant, viewer)
	if err != nil {
		return explorer.Token{}, err
	}
	reply, err := requestToken(ctx, "http://"+b.cfg.sandbox, tenant, persona)
	if err != nil {
		return explorer.Token{}, err
	}
	return explorer.Token{Access: reply.AccessToken, Lifetime: time.Duration(reply.ExpiresIn) * time.Second}, nil
}

// printedError is an error code of RFC 6749, 5.2; "" for any other text.
func printedError(code string) string {
	switch code {
	case "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope":
		return code
	default:
		return ""
	}
}

// unsaidLifetime is what a token is used for whose endpoint does not say.
const unsaidLifetime = 5 * time.Minute

// exchange turns a code into a token at the tenant's token endpoint.
func (b *builder) exchange(ctx context.Context, tenant string, c explorer.Code) (explorer.Token, error) {
	t := b.tenantNamed(tenant)
	if t == nil || t.signIn() == nil {
		return explorer.Token{}, errors.New("nobody can sign in to " + tenant)
	}
	transport, err := b.reach(appdirect.Backend, t.AppDirect.TLS)
	if err != nil {
		return explorer.Token{}, err
	}
	s, style := t.signIn(), oauth2.AuthStyleInHeader
	if s.ClientSecret.value == "" {
		style = oauth2.AuthStyleInParams
	}
	app := oauth2.Config{
		ClientID: s.ClientID, ClientSecret: s.ClientSecret.value, RedirectURL: c.RedirectURI,
		Endpoint: oauth2.Endpoint{TokenURL: s.TokenURL, AuthStyle: style},
	}
	client := &http.Client{
		Transport: transport, Timeout: tokenTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // code and secret are for this host
	}
	token, err := app.Exchange(context.WithValue(ctx, oauth2.HTTPClient, client), c.Value, oauth2.VerifierOption(c.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) { // its own text quotes the answer, which may quote what was sent
		return explorer.Token{}, fmt.Errorf("the token endpoint answered %d %s", refused.Response.StatusCode, printedError(refused.ErrorCode))
	}
	if err != nil {
		return explorer.Token{}, err
	}
	lifetime := unsaidLifetime
	if !token.Expiry.IsZero() {
		lifetime = time.Until(token.Expiry)
	}
	return explorer.Token{Access: token.AccessToken, Lifetime: lifetime}, nil
}
