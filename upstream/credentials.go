package upstream

import (
	"context"
	"net/http"
	"time"
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
	// ClientID and ClientSecret are sent by HTTP Basic, to TokenURL only.
	ClientID     string
	ClientSecret string
	// Scopes are asked for, in order: "ROLE_PARTNER_READ".
	Scopes []string
	// Transport defaults to one of [NewTransport].
	Transport http.RoundTripper
	// Timeout bounds one fetch; default 5 s.
	Timeout time.Duration
	// Margin is how long before its expiry a token is replaced; default 1 minute, at most half of its life.
	Margin time.Duration
	// Now defaults to time.Now.
	Now func() time.Time
}
