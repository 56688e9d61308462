package upstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Credentials give the Authorization header of system calls.
type Credentials interface {
	// Authorize is the header's value, from memory where possible; concurrent callers share one fetch.
	Authorize(ctx context.Context) (header string, err error)
	// Invalidate drops exactly this header after a 401; a newer one stays.
	Invalidate(header string)
}

// ClientCredentialsConfig is one client application at one token endpoint.
type ClientCredentialsConfig struct {
	// TokenURL is the token endpoint; redirects are not followed.
	TokenURL string
	// ClientID is sent by HTTP Basic, to TokenURL only, with ClientSecret.
	ClientID string
	// ClientSecret goes with ClientID; it is never printed.
	ClientSecret string `json:"-"`
	// Scopes are asked for, in order: "ROLE_PARTNER_READ".
	Scopes []string
	// Transport is shared by all clients of the process; nil makes one by [NewTransport].
	Transport http.RoundTripper
	// Timeout bounds one fetch; default 5 s.
	Timeout time.Duration
	// Margin is how long before its expiry a token is replaced; default 1 minute, at most half of its life.
	Margin time.Duration
	// Now defaults to time.Now.
	Now func() time.Time
}

// String leaves the secret out, also where a whole configuration is printed.
func (cfg ClientCredentialsConfig) String() string {
	return fmt.Sprintf("client credentials of %q", cfg.ClientID)
}

// GoString is String, for %#v.
func (cfg ClientCredentialsConfig) GoString() string { return cfg.String() }

// CredentialsError is why there is no Authorization header. Its text holds no URL, body or secret.
type CredentialsError struct {
	// Kind is Unauthenticated when the token endpoint refused the client, else why it gave no whole answer.
	Kind Kind
	// Status is the token endpoint's HTTP status, 0 without an answer.
	Status int
	// Code is the endpoint's reason, one of those of RFC 6749, "invalid_grant" for instance; "" without one.
	Code string

	cause error
	where string // what failed; "" for the token endpoint
}

// Error is one line, safe to log.
func (e *CredentialsError) Error() string {
	text := cmp.Or(e.where, "token endpoint") + ": " + e.Kind.String()
	switch {
	case e.Code != "":
		return fmt.Sprintf("%s (status %d, %s)", text, e.Status, e.Code)
	case e.Status != 0:
		return fmt.Sprintf("%s (status %d)", text, e.Status)
	}
	return text
}

// Unwrap gives the cause, whose text may quote the endpoint's answer: do not print it.
func (e *CredentialsError) Unwrap() error { return e.cause }

// NewClientCredentials gives credentials by the OAuth2 client credentials grant, kept as [NewKeeper] says. Nothing is
// fetched before the first Authorize.
func NewClientCredentials(cfg ClientCredentialsConfig) Credentials {
	if cfg.Transport == nil {
		cfg.Transport = NewTransport(DefaultBounds())
	}
	c := &clientCredentials{cfg: cfg, http: pinned(cfg.Transport)}
	return NewKeeper(KeeperConfig{Name: cfg.String(), Fetch: c.fetch, Timeout: cfg.Timeout, Margin: cfg.Margin, Now: cfg.Now})
}

// clientCredentials fetch the tokens that a keeper keeps.
type clientCredentials struct {
	cfg  ClientCredentialsConfig
	http *http.Client
}

// fetch asks the token endpoint.
func (c *clientCredentials) fetch(ctx context.Context) (Grant, error) {
	source := clientcredentials.Config{
		ClientID: c.cfg.ClientID, ClientSecret: c.cfg.ClientSecret, TokenURL: c.cfg.TokenURL, Scopes: c.cfg.Scopes,
		AuthStyle: oauth2.AuthStyleInHeader, // never guessed: a guess sends the secret twice
	}
	token, err := source.Token(context.WithValue(ctx, oauth2.HTTPClient, c.http))
	return granted(ctx, token, err)
}

// granted is what the library brought from a token endpoint. The header is Bearer whatever type the answer names: it is
// the only one that backends take, and an endpoint should not choose what we put in front of a token.
func granted(ctx context.Context, token *oauth2.Token, err error) (Grant, error) {
	if err != nil {
		return Grant{}, tokenError(ctx, err)
	}
	if !isToken(token.AccessToken) {
		return Grant{}, &CredentialsError{Kind: MalformedReply}
	}
	grant := Grant{Header: "Bearer " + token.AccessToken}
	if !token.Expiry.IsZero() {
		grant.Life = time.Until(token.Expiry) // the library reckons by the real clock
	}
	return grant, nil
}

// tokenError classifies without quoting: the library's errors hold the endpoint's body, which may repeat what was sent.
func tokenError(ctx context.Context, err error) *CredentialsError {
	var (
		answered *oauth2.RetrieveError
		unsent   *url.Error
	)
	switch {
	case ctx.Err() != nil:
		return &CredentialsError{Kind: endKind(ctx), cause: err}
	case errors.As(err, &unsent):
		return &CredentialsError{Kind: Unavailable, cause: unsent.Err}
	case !errors.As(err, &answered) || answered.Response == nil:
		return &CredentialsError{Kind: MalformedReply, cause: err}
	}
	status := answered.Response.StatusCode
	kind := kindOfStatus(status)
	switch {
	case status < 300:
		kind = MalformedReply
	case status == http.StatusBadRequest, kind == Forbidden:
		kind = Unauthenticated // RFC 6749 answers invalid_client and invalid_scope with 400
	}
	return &CredentialsError{Kind: kind, Status: status, Code: codeOf(answered.ErrorCode), cause: err}
}

// codeOf lets only the codes of RFC 6749 through: whatever else stands there is the endpoint's own text.
func codeOf(said string) string {
	for _, code := range []string{
		"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
	} {
		if said == code {
			return code
		}
	}
	return ""
}
