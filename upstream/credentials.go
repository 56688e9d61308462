package upstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/sync/singleflight"
)

// Credentials give the Authorization header of system calls.
type Credentials interface {
	// Authorize is the header's value, from memory where possible; concurrent callers share one fetch.
	Authorize(ctx context.Context) (header string, err error)
	// Invalidate drops exactly this header after a 401; a newer one stays.
	Invalidate(header string)
}

const (
	defaultTokenTimeout = 5 * time.Second
	defaultTokenMargin  = time.Minute
	// unstatedLife is how long a token is kept whose endpoint does not say.
	unstatedLife = 5 * time.Minute
	// refusalMemory is how long refused client credentials are not presented again: a wrong secret stays wrong, and
	// token endpoints lock clients that insist.
	refusalMemory = 5 * time.Second
)

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

	cause error
}

// Error is one line, safe to log.
func (e *CredentialsError) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("token endpoint: %s (status %d)", e.Kind, e.Status)
	}
	return fmt.Sprintf("token endpoint: %s", e.Kind)
}

// Unwrap gives the cause, whose text may quote the endpoint's answer: do not print it.
func (e *CredentialsError) Unwrap() error { return e.cause }

// NewClientCredentials gives credentials by the OAuth2 client credentials grant. Nothing is fetched before the first
// Authorize. A fetch outlives the caller who began it, since others wait for it; its own time-out bounds it.
func NewClientCredentials(cfg ClientCredentialsConfig) Credentials {
	cfg.Timeout = cmp.Or(cfg.Timeout, defaultTokenTimeout)
	cfg.Margin = cmp.Or(cfg.Margin, defaultTokenMargin)
	if cfg.Transport == nil {
		cfg.Transport = NewTransport()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &clientCredentials{cfg: cfg, http: pinned(cfg.Transport)}
}

// clientCredentials keeps one token. The lock is held for looking and storing, never during a fetch; the flight alone
// writes current and refused, apart from Invalidate.
type clientCredentials struct {
	cfg    ClientCredentialsConfig
	http   *http.Client
	flight singleflight.Group

	mu           sync.Mutex
	current      grant
	refused      error // of refused client credentials
	refusedUntil time.Time
}

// grant is one token: replaced from renew on, used until expires when it cannot be.
type grant struct {
	header         string
	renew, expires time.Time
}

// Authorize waits for a fetch only when there is no usable token. One within its margin is handed out at once, while the
// fetch goes on without anybody waiting: a renewal then costs no call its time.
func (c *clientCredentials) Authorize(ctx context.Context) (string, error) {
	header, state := c.look()
	if state == fresh {
		return header, nil
	}
	fetch := context.WithoutCancel(ctx)
	done := c.flight.DoChan("", func() (any, error) { return c.renewed(fetch) })
	if state == ageing {
		return header, nil // the flight goes on without us
	}
	select {
	case <-ctx.Done():
		return "", &CredentialsError{Kind: endKind(ctx), cause: ctx.Err()}
	case r := <-done:
		if r.Err != nil {
			return "", r.Err
		}
		return r.Val.(string), nil
	}
}

// Invalidate compares, because many calls learn of one bad token at the same time: the first drops it, and the others
// must not drop its successor.
func (c *clientCredentials) Invalidate(header string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current.header == header {
		c.current = grant{}
	}
}

// String leaves secret and token out.
func (c *clientCredentials) String() string { return c.cfg.String() }

// GoString is String, for %#v.
func (c *clientCredentials) GoString() string { return c.cfg.String() }

// age is what a token is still good for.
type age int

const (
	expired age = iota
	ageing      // usable, but within the margin: to be renewed by the way
	fresh
)

// look is the current header and what it is good for; "" when it is good for nothing.
func (c *clientCredentials) look() (string, age) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch now := c.cfg.Now(); {
	case now.Before(c.current.renew):
		return c.current.header, fresh
	case now.Before(c.current.expires):
		return c.current.header, ageing
	}
	return "", expired
}

// renewed runs in the flight. It looks again first: the flight before may just have landed.
func (c *clientCredentials) renewed(ctx context.Context) (string, error) {
	if header, state := c.look(); state == fresh {
		return header, nil
	}
	if err := c.stillRefused(); err != nil {
		return "", err
	}
	g, err := c.fetch(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.current = g
		return g.header, nil
	}
	later := c.cfg.Now().Add(refusalMemory)
	if later.Before(c.current.expires) {
		c.current.renew = later // an ageing token is not renewed at every call of an outage
	}
	if err.Kind == Unauthenticated {
		c.refused, c.refusedUntil = err, later
	}
	return "", err
}

// stillRefused is the last refusal while it is remembered, nil afterwards.
func (c *clientCredentials) stillRefused() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cfg.Now().Before(c.refusedUntil) {
		return c.refused
	}
	return nil
}

// fetch asks the token endpoint. The header is Bearer whatever type the answer names: it is the only one that backends
// take, and an endpoint should not choose what we put in front of a token.
func (c *clientCredentials) fetch(ctx context.Context) (grant, *CredentialsError) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	source := clientcredentials.Config{
		ClientID: c.cfg.ClientID, ClientSecret: c.cfg.ClientSecret, TokenURL: c.cfg.TokenURL, Scopes: c.cfg.Scopes,
		AuthStyle: oauth2.AuthStyleInHeader, // never guessed: a guess sends the secret twice
	}
	token, err := source.Token(context.WithValue(ctx, oauth2.HTTPClient, c.http))
	if err != nil {
		return grant{}, tokenError(ctx, err)
	}
	if !isToken(token.AccessToken) {
		return grant{}, &CredentialsError{Kind: MalformedReply}
	}
	life := unstatedLife
	if !token.Expiry.IsZero() {
		life = time.Until(token.Expiry) // the library reckons by the real clock
	}
	now := c.cfg.Now()
	return grant{
		header:  "Bearer " + token.AccessToken,
		renew:   now.Add(life - min(c.cfg.Margin, life/2)),
		expires: now.Add(life),
	}, nil
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
	return &CredentialsError{Kind: kind, Status: status, cause: err}
}
