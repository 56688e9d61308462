package upstream

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// TokenStore keeps a service user's tokens for all processes that act as that person.
type TokenStore interface {
	// Update hands what is kept to change, nil where nothing is, and keeps what change returns. One process does so at a
	// time. An error may be change's own; one of the store's after change says that it may not be kept.
	Update(ctx context.Context, change func(ctx context.Context, kept []byte) ([]byte, error)) error
}

// ServiceUserConfig is one person at one token endpoint, who has signed in for the gateway once.
type ServiceUserConfig struct {
	// TokenURL is the token endpoint; redirects are not followed.
	TokenURL string
	// ClientID is sent by HTTP Basic, to TokenURL only, with ClientSecret.
	ClientID string
	// ClientSecret goes with ClientID; it is never printed.
	ClientSecret string `json:"-"`
	// RefreshToken is what signing in has given. It is presented once where the endpoint replaces it with each answer.
	RefreshToken string `json:"-"`
	// Store keeps what the endpoint gave in its place; required. A process that loses it has lost the person.
	Store TokenStore
	// OnRenewal is told how each renewal ended, and each look for one that another process made: nil for well. It may be
	// nil itself. The error's text holds nothing secret.
	OnRenewal func(err error)
	// Transport is shared by all clients of the process; nil makes one by [NewTransport].
	Transport http.RoundTripper
	// Timeout bounds one renewal, with the wait for other processes; default 5 s.
	Timeout time.Duration
	// Now defaults to time.Now.
	Now func() time.Time
}

// String leaves the secrets out, also where a whole configuration is printed.
func (cfg ServiceUserConfig) String() string { return "service user of " + cfg.ClientID }

// GoString is String, for %#v.
func (cfg ServiceUserConfig) GoString() string { return cfg.String() }

const (
	// halfLife makes a keeper renew as early as it does at all, at half of a token's life: as long as the other half
	// lasts, nobody notices that the store or the endpoint is away.
	halfLife = 365 * 24 * time.Hour
	// unsureLife is how long a token is handed out that could not be renewed, or not be stored, before that is tried again.
	unsureLife = time.Minute
)

// NewServiceUser gives credentials by the OAuth2 refresh token grant. The access token is shared by all processes of the
// store and renewed by one of them, at half of its life. Whatever the endpoint does with a refresh token that was
// presented, its successor is stored before the next is asked for:
//
//   - Where an answer was lost, or a process died before it could store one, the same refresh token is presented again:
//     the endpoint must take it until its successor was used, as those do that replace them.
//   - Where the store does not answer, nothing is renewed, and the access token serves as long as it lives.
//   - What could not be stored is held here, and stored before anything else is done.
//
// Nothing is fetched before the first Authorize.
func NewServiceUser(cfg ServiceUserConfig) Credentials {
	if cfg.Transport == nil {
		cfg.Transport = NewTransport(DefaultBounds())
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.OnRenewal == nil {
		cfg.OnRenewal = func(error) {}
	}
	u := &serviceUser{cfg: cfg, http: pinned(cfg.Transport)}
	u.Credentials = NewKeeper(KeeperConfig{Name: cfg.String(), Fetch: u.fetch, Timeout: cfg.Timeout, Margin: halfLife, Now: cfg.Now})
	return u
}

// serviceUser fetches what its keeper keeps. Fetches follow each other, so only refused needs the lock.
type serviceUser struct {
	Credentials

	cfg  ServiceUserConfig
	http *http.Client

	last    tokens // as last seen here, whether stored or not
	unsaved bool   // last was got here, in exchange for what is in before, and nobody knows that it is stored
	before  []byte // what was kept then

	mu      sync.Mutex
	refused string // the header that a backend has refused
}

// tokens are what the endpoint gave last, as the store keeps them.
type tokens struct {
	Refresh string    `json:"refresh"`
	Access  string    `json:"access,omitempty"` // "" before the first answer
	Since   time.Time `json:"since,omitzero"`
	Until   time.Time `json:"until,omitzero"`
}

// String leaves the tokens out.
func (tokens) String() string { return "tokens" }

// GoString is String, for %#v.
func (t tokens) GoString() string { return t.String() }

// header is what calls carry, "" where there is no token or no life left in it.
func (t tokens) header(now time.Time) string {
	if t.Access == "" || !now.Before(t.Until) {
		return ""
	}
	return "Bearer " + t.Access
}

// ageing reports whether the second half of the token's life has begun.
func (t tokens) ageing(now time.Time) bool { return !now.Before(t.Since.Add(t.Until.Sub(t.Since) / 2)) }

// Invalidate also keeps the refused token from being taken from the store again.
func (u *serviceUser) Invalidate(header string) {
	u.mu.Lock()
	u.refused = header
	u.mu.Unlock()
	u.Credentials.Invalidate(header)
}

// String leaves the tokens out.
func (u *serviceUser) String() string { return u.cfg.String() }

// GoString is String, for %#v.
func (u *serviceUser) GoString() string { return u.String() }

// usable is the header of tokens that no backend has refused; "" where there is none.
func (u *serviceUser) usable(t tokens) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	if header := t.header(u.cfg.Now()); header != u.refused {
		return header
	}
	return ""
}

// fetch takes what the store has, and renews it where that is due. A failure is one only when there is nothing to serve
// with meanwhile.
func (u *serviceUser) fetch(ctx context.Context) (Grant, error) {
	owed := u.unsaved
	err := u.update(ctx)
	if err == nil && owed && u.usable(u.last) == "" {
		err = u.update(ctx) // what is stored now was over already
	}
	u.cfg.OnRenewal(err)
	header, life := u.usable(u.last), u.last.Until.Sub(u.cfg.Now())
	switch {
	case header != "" && err != nil:
		return Grant{Header: header, Life: min(life, unsureLife)}, nil //nolint:nilerr // told above; what serves is no failure
	case header != "":
		return Grant{Header: header, Life: life}, nil
	case err != nil:
		return Grant{}, err
	default: // the endpoint gave a token that is over, or that a backend has refused before
		return Grant{}, &CredentialsError{Kind: MalformedReply}
	}
}

// update goes to the store once. Its errors are [*CredentialsError].
func (u *serviceUser) update(ctx context.Context) error {
	err := u.cfg.Store.Update(ctx, u.advance)
	if err == nil {
		u.unsaved = false
		return nil
	}
	if _, ok := errors.AsType[*CredentialsError](err); ok {
		return err
	}
	kind := Unavailable
	if ctx.Err() != nil {
		kind = endKind(ctx)
	}
	return &CredentialsError{Kind: kind, where: "token store", cause: err}
}

// advance brings what is kept up to date.
func (u *serviceUser) advance(ctx context.Context, kept []byte) ([]byte, error) {
	if u.unsaved && bytes.Equal(kept, u.before) {
		return json.Marshal(u.last) // first of all: what comes next is got in exchange for it
	}
	if err := u.read(kept); err != nil {
		return nil, err
	}
	if u.usable(u.last) == "" || u.last.ageing(u.cfg.Now()) {
		if err := u.renew(ctx, kept); err != nil {
			return nil, err
		}
	}
	return json.Marshal(u.last)
}

// read takes over what is kept: what was got here and is not stored gives way to what another has stored. A store that
// has lost it is given what is known here, or begins with the configured token.
func (u *serviceUser) read(kept []byte) error {
	if kept != nil {
		var read tokens
		if err := json.Unmarshal(kept, &read); err != nil {
			return err
		}
		u.last = read
		return nil
	}
	if u.last.Refresh == "" {
		u.last = tokens{Refresh: u.cfg.RefreshToken}
	}
	return nil
}

// renew exchanges the refresh token. From here on what the endpoint gave is all that there is. Where its answer has no
// refresh token, the library says that the old one stays.
func (u *serviceUser) renew(ctx context.Context, kept []byte) error {
	app := oauth2.Config{
		ClientID: u.cfg.ClientID, ClientSecret: u.cfg.ClientSecret,
		Endpoint: oauth2.Endpoint{TokenURL: u.cfg.TokenURL, AuthStyle: oauth2.AuthStyleInHeader},
	}
	got, err := app.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, u.http), &oauth2.Token{RefreshToken: u.last.Refresh}).Token()
	grant, err := granted(ctx, got, err)
	if err != nil {
		return err
	}
	now := u.cfg.Now()
	u.last = tokens{
		Refresh: got.RefreshToken, Access: got.AccessToken, Since: now, Until: now.Add(cmp.Or(grant.Life, unstatedLife)),
	}
	u.unsaved, u.before = true, kept
	return nil
}
