package kazoo

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // what the backend takes instead of a password
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

const (
	// statedLife is how long a token lasts by the manual, for tokens that do not say it themselves.
	statedLife = time.Hour
	// longestLife bounds what a token says of itself.
	longestLife = 24 * time.Hour
	// maxLoginReply bounds the answer to a login, in bytes; it is an id or two and a token.
	maxLoginReply = 64 << 10
)

// LoginConfig is how the gateway signs in: by an account's API key, or as one of
// its users. The token reaches that account and all below it.
type LoginConfig struct {
	// BaseURL is the API's root, with /v2; redirects are not followed.
	BaseURL string
	// APIKey is the account's own; the other members but Transport and Now are not used then.
	APIKey string `json:"-"`
	// User is the name of a user; upper and lower case are the same to the backend.
	User string
	// Password is sent as a digest, and never printed.
	Password string `json:"-"`
	// AccountName says whose user it is. One of this and the next three is enough.
	AccountName string
	// AccountRealm says it by the account's SIP realm.
	AccountRealm string
	// AccountID says it by the account's id.
	AccountID string
	// PhoneNumber says it by a number that the account has, in E.164 form.
	PhoneNumber string
	// Transport is shared by all clients of the process; nil makes one by [upstream.NewTransport].
	Transport http.RoundTripper
	// Now defaults to time.Now.
	Now func() time.Time
}

// String leaves the secrets out, also where a whole configuration is printed.
func (cfg LoginConfig) String() string {
	if cfg.APIKey != "" {
		return "kazoo login by API key"
	}
	return fmt.Sprintf("kazoo login of %q", cfg.User)
}

// GoString is String, for %#v.
func (cfg LoginConfig) GoString() string { return cfg.String() }

// validate reports every fault at once.
func (cfg LoginConfig) validate() error {
	var faults []error
	if u, err := url.Parse(cfg.BaseURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		faults = append(faults, errors.New("kazoo: login: base URL is not an absolute http or https URL"))
	}
	if cfg.APIKey == "" && (cfg.User == "" || cfg.Password == "") {
		faults = append(faults, errors.New("kazoo: login: neither an API key nor user and password"))
	}
	if cfg.APIKey == "" && cmp.Or(cfg.AccountName, cfg.AccountRealm, cfg.AccountID, cfg.PhoneNumber) == "" {
		faults = append(faults, errors.New("kazoo: login: whose user it is: none of account name, realm, id and phone number"))
	}
	return errors.Join(faults...)
}

// Login is the credentials of the gateway's own account. One is enough for all accounts below.
type Login struct {
	cfg     LoginConfig
	keeper  upstream.Credentials
	http    *http.Client
	account atomic.Pointer[string] // nil before the first login; never changes afterwards
}

// NewLogin checks the configuration. Nothing is sent before the first Authorize.
// Tokens are kept in memory as [upstream.NewKeeper] says.
func NewLogin(cfg LoginConfig) (*Login, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	if cfg.Transport == nil {
		cfg.Transport = upstream.NewTransport(upstream.DefaultBounds())
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	l := &Login{cfg: cfg, http: &http.Client{
		Transport:     cfg.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	l.keeper = upstream.NewKeeper(upstream.KeeperConfig{Name: cfg.String(), Fetch: l.fetch, Now: cfg.Now})
	return l, nil
}

// Authorize is the token, from memory where possible.
func (l *Login) Authorize(ctx context.Context) (string, error) { return l.keeper.Authorize(ctx) }

// Invalidate drops this token after a 401.
func (l *Login) Invalidate(token string) { l.keeper.Invalidate(token) }

// String leaves secrets and token out.
func (l *Login) String() string { return l.cfg.String() }

// GoString is String, for %#v.
func (l *Login) GoString() string { return l.cfg.String() }

// Account is the id of the account that was signed in to, which the lists of
// accounts below start from. It signs in if nobody has yet.
func (l *Login) Account(ctx context.Context) (string, error) {
	if known := l.account.Load(); known != nil {
		return *known, nil
	}
	if _, err := l.Authorize(ctx); err != nil {
		return "", err
	}
	return *l.account.Load(), nil
}

// answer is what a login gives.
type answer struct {
	Token wire.Text `json:"auth_token"`
	Data  struct {
		AccountID wire.Text `json:"account_id"`
	} `json:"data"`
	Status wire.Text `json:"status"`
}

// whole wants a success with an account and a token that a header can carry: what
// is learnt of the account stays, and must not come from a login that failed.
func (a answer) whole() bool {
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	return a.Status == success && a.Data.AccountID != "" && a.Token != "" && !strings.ContainsFunc(string(a.Token), odd)
}

// fetch signs in. The keeper calls it once at a time, and bounds it.
func (l *Login) fetch(ctx context.Context) (upstream.Grant, error) {
	req, err := l.request(ctx)
	if err != nil {
		return upstream.Grant{}, err
	}
	reply, err := l.http.Do(req)
	if err != nil {
		return upstream.Grant{}, unanswered(err)
	}
	defer reply.Body.Close()
	if kind := kindOf(reply.StatusCode); kind != 0 {
		return upstream.Grant{}, &upstream.CredentialsError{Kind: kind, Status: reply.StatusCode}
	}
	body, err := io.ReadAll(io.LimitReader(reply.Body, maxLoginReply))
	if err != nil {
		return upstream.Grant{}, unanswered(err)
	}
	var got answer
	if json.Unmarshal(body, &got) != nil || !got.whole() {
		return upstream.Grant{}, &upstream.CredentialsError{Kind: upstream.MalformedReply, Status: reply.StatusCode}
	}
	account := string(got.Data.AccountID)
	l.account.CompareAndSwap(nil, &account)
	return upstream.Grant{Header: string(got.Token), Life: lifeOf(string(got.Token), l.cfg.Now())}, nil
}

// unanswered drops the text, which names the address.
func unanswered(err error) error {
	var ofURL *url.Error
	if errors.As(err, &ofURL) {
		return ofURL.Err
	}
	return err
}

// kindOf is what a login's status says, 0 for a success. A login is refused in
// many ways; that an account or user is not found is one of them.
func kindOf(status int) upstream.Kind {
	switch {
	case status >= 200 && status < 300:
		return 0
	case status == http.StatusTooManyRequests:
		return upstream.RateLimited
	case status >= 500:
		return upstream.Unavailable
	case status >= 400:
		return upstream.Unauthenticated
	default:
		return upstream.MalformedReply
	}
}

// request is PUT /api_auth or PUT /user_auth.
func (l *Login) request(ctx context.Context) (*http.Request, error) {
	path, data := "/user_auth", l.userData()
	if l.cfg.APIKey != "" {
		path, data = "/api_auth", map[string]string{"api_key": l.cfg.APIKey}
	}
	body, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, l.cfg.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// userData names the account in each way that is configured. The digest is of the name in small letters.
func (l *Login) userData() map[string]string {
	digest := md5.Sum([]byte(strings.ToLower(l.cfg.User) + ":" + l.cfg.Password)) //nolint:gosec // as above
	data := map[string]string{"credentials": hex.EncodeToString(digest[:]), "method": "md5"}
	for name, value := range map[string]string{
		"account_name": l.cfg.AccountName, "account_realm": l.cfg.AccountRealm,
		"account_id": l.cfg.AccountID, "phone_number": l.cfg.PhoneNumber,
	} {
		if value != "" {
			data[name] = value
		}
	}
	return data
}

// lifeOf reads how long a token lasts from the token, where it can be read: from
// its own two times if it has both, so that clocks need not agree. Nobody trusts
// a token for it: the backend still refuses one that has ended.
func lifeOf(token string, now time.Time) time.Duration {
	var claims jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &claims); err != nil || claims.ExpiresAt == nil {
		return statedLife
	}
	if claims.IssuedAt != nil {
		now = claims.IssuedAt.Time
	}
	if life := claims.ExpiresAt.Sub(now); life > 0 && life <= longestLife {
		return life
	}
	return statedLife
}
