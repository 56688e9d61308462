package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/golang-jwt/jwt/v5"
)

// The headers that may carry a token. MP-Authorization is for callers whose platform keeps Authorization for itself.
const (
	headerStandard    = "Authorization"
	headerMarketplace = "Mp-Authorization" // canonical, as http.Header keys are
)

// Authenticator turns one tenant's tokens into viewers. It is safe for concurrent use.
type Authenticator struct {
	cfg    TenantConfig
	claims Claims
	opts   Options
	parser *jwt.Parser
	keys   *keySet       // nil where tokens are only introspected
	opaque *introspector // nil where opaque tokens are refused
	free   func()
	closed sync.Once
}

// NewAuthenticator returns an authenticator for one tenant, and starts to fetch its keys without waiting for them. The
// end of ctx stops what runs in the background, as Close does. An error is a *ConfigError with every fault.
func NewAuthenticator(ctx context.Context, cfg TenantConfig, opts Options) (*Authenticator, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	if cfg.Leeway == 0 {
		cfg.Leeway = DefaultLeeway
	}
	opts = opts.withDefaults()
	client, free := newClient(cfg.HTTP)
	a := &Authenticator{cfg: cfg, claims: cfg.Claims.withDefaults(), opts: opts, free: free}
	a.parser = jwt.NewParser(a.parserOptions()...)
	if cfg.Introspection != nil {
		opaque, err := newIntrospector(ctx, *cfg.Introspection, client, opts)
		if err != nil {
			return nil, err
		}
		a.opaque = opaque
	}
	if cfg.JWKSURL != "" {
		a.keys = newKeySet(ctx, cfg.Name, cfg.JWKSURL, client, opts)
	}
	return a, nil
}

func (a *Authenticator) parserOptions() []jwt.ParserOption {
	out := []jwt.ParserOption{
		jwt.WithValidMethods([]string{algRS256, algES256}), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithLeeway(a.cfg.Leeway), jwt.WithTimeFunc(a.opts.Now), jwt.WithStrictDecoding(),
	}
	if a.cfg.Issuer != "" {
		out = append(out, jwt.WithIssuer(a.cfg.Issuer))
	}
	if len(a.cfg.Audiences) > 0 {
		out = append(out, jwt.WithAudience(a.cfg.Audiences...))
	}
	return out
}

// Keys fetches the signing keys once more and returns how many of them can verify tokens: for whoever checks a
// configuration. It is 0 where tokens are only introspected. The error's text holds no address but a dialled one.
func (a *Authenticator) Keys(ctx context.Context) (int, error) {
	if a.keys == nil {
		return 0, nil
	}
	return a.keys.count(ctx)
}

// Close stops what runs in the background and waits for it. Tokens shown afterwards may be refused as Unavailable.
// Closing again does nothing.
func (a *Authenticator) Close() {
	a.closed.Do(func() {
		if a.keys != nil {
			a.keys.close()
		}
		if a.opaque != nil {
			a.opaque.close()
		}
		a.free()
	})
}

// Authenticate returns the viewer of a request: anonymous without a token, else whoever the token is for. A user's roles
// aren't read yet, see Viewer.Resolve. An error is an *Error: Unauthorized for a bad token, Unavailable where it can't
// be checked for now.
func (a *Authenticator) Authenticate(ctx context.Context, h http.Header) (*Viewer, error) {
	token, err := bearer(h, a.opts.Limits.TokenBytes)
	if err != nil {
		return nil, err
	}
	if token == "" {
		return Anonymous(a.cfg.Name), nil
	}
	id, err := a.identify(ctx, token)
	if err != nil {
		return nil, err
	}
	return newViewer(a.cfg.Name, id, token), nil
}

func (a *Authenticator) identify(ctx context.Context, token string) (identity, error) {
	if a.keys != nil && isJWT(token) {
		claims, err := a.verify(ctx, token)
		if err != nil {
			return identity{}, err
		}
		return a.identity(claims)
	}
	if a.opaque == nil {
		return identity{}, unauthorized(
			"opaque access tokens need an introspection endpoint, and this tenant has none configured", nil)
	}
	return a.opaque.identify(ctx, token, a.read)
}

// bearer returns the one token of a request, or "" where there is none. Two headers must agree, and none may come
// twice: what one hop reads and another doesn't is a way in.
func bearer(h http.Header, limit int) (string, error) {
	if len(h[headerStandard]) > 1 || len(h[headerMarketplace]) > 1 {
		return "", unauthorized("a header with an access token was sent more than once", nil)
	}
	standard, err := credential(h[headerStandard], true, limit)
	if err != nil {
		return "", err
	}
	marketplace, err := credential(h[headerMarketplace], false, limit)
	if err != nil {
		return "", err
	}
	if standard != "" && marketplace != "" && standard != marketplace {
		return "", unauthorized("Authorization and MP-Authorization carry different access tokens", nil)
	}
	if standard != "" {
		return standard, nil
	}
	return marketplace, nil
}

// credential returns the token of one header's values, of which there is at most one.
func credential(values []string, needsScheme bool, limit int) (string, error) {
	if len(values) == 0 {
		return "", nil
	}
	scheme, token, spaced := strings.Cut(strings.TrimSpace(values[0]), " ")
	switch {
	case spaced && strings.EqualFold(scheme, "Bearer"):
		token = strings.TrimLeft(token, " ")
	case !spaced && !needsScheme:
		token = scheme
	default:
		return "", unauthorized("an access token must be sent as a Bearer token", nil)
	}
	if len(token) > limit {
		return "", unauthorized(fmt.Sprintf("the access token is larger than %d bytes", limit), nil)
	}
	if token == "" || strings.ContainsFunc(token, notTokenRune) {
		return "", unauthorized("the access token is malformed", nil)
	}
	return token, nil
}

// notTokenRune reports what RFC 6750 doesn't allow in a token.
func notTokenRune(r rune) bool {
	letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	return !letter && !strings.ContainsRune("-._~+/=", r)
}

// isJWT reports whether the token claims to be a signed JWT: three parts, the first a JSON object that names an
// algorithm. Whether it is a good one is not said.
func isJWT(token string) bool {
	if strings.Count(token, ".") != 2 {
		return false
	}
	head, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(head, "="))
	if err != nil {
		return false
	}
	var header map[string]any
	return json.Unmarshal(raw, &header) == nil && header["alg"] != nil
}

// verify checks a JWT and returns its claims.
func (a *Authenticator) verify(ctx context.Context, token string) (jwt.MapClaims, error) {
	claims := jwt.MapClaims{}
	_, err := a.parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		if _, ok := t.Header["crit"]; ok { // RFC 7515: what isn't understood must be refused
			return nil, unauthorized("the access token has critical extensions, which aren't supported", nil)
		}
		kid, _ := t.Header["kid"].(string)
		if kid == "" {
			return nil, unauthorized("the access token doesn't name its key (kid)", nil)
		}
		return a.keys.lookup(ctx, keyID{t.Method.Alg(), kid})
	})
	if err != nil {
		return nil, tokenError(err)
	}
	return claims, nil
}

// tokenError says to the client what is wrong with a token, as far as that helps its owner.
func tokenError(err error) *Error {
	if refused, ok := errors.AsType[*Error](err); ok {
		return refused
	}
	for _, m := range []struct {
		is      error
		message string
	}{
		{jwt.ErrTokenSignatureInvalid, "the access token's signature is not valid"},
		{jwt.ErrTokenExpired, "the access token has expired"},
		{jwt.ErrTokenNotValidYet, "the access token is not valid yet"},
		{jwt.ErrTokenUsedBeforeIssued, "the access token is not valid yet"},
		{jwt.ErrTokenInvalidIssuer, "the access token is from another issuer"},
		{jwt.ErrTokenInvalidAudience, "the access token is for another audience"},
		{jwt.ErrTokenRequiredClaimMissing, "the access token lacks a required claim"},
	} {
		if errors.Is(err, m.is) {
			return unauthorized(m.message, err)
		}
	}
	return unauthorized("the access token is malformed", err)
}

// identity reads what verified claims say. An error is an *Error with Unauthorized.
func (a *Authenticator) identity(claims jwt.MapClaims) (identity, error) {
	if t := claims[a.claims.Tenant]; t != nil && t != a.cfg.Name {
		return identity{}, unauthorized("the access token is for another tenant", nil)
	}
	scopes, ok := scopesOf(claims[a.claims.Scope])
	if !ok {
		return identity{}, unauthorized("the access token's scopes are malformed", nil)
	}
	id := identity{
		subject: text(claims, a.claims.Subject), client: text(claims, a.claims.Client...),
		company: text(claims, a.claims.Company), scopes: scopes,
	}
	granted := text(claims, a.claims.Grant) == "client_credentials"
	if granted && id.client == "" {
		id.client = id.subject
	}
	if id.subject == "" && id.client == "" {
		return identity{}, unauthorized("the access token names neither a user nor a client application", nil)
	}
	id.service = granted || id.subject == "" || id.subject == id.client
	return id, nil
}

// text returns the first of the claims that is a non-empty string, or "".
func text(claims jwt.MapClaims, names ...string) string {
	for _, name := range names {
		if s, _ := claims[name].(string); s != "" {
			return s
		}
	}
	return ""
}

// scopesOf returns the scopes of a claim, sorted and without duplicates. Both printed forms are read: a list, and one
// string with spaces. No claim is no scope; any other type is malformed.
func scopesOf(claim any) (scopes []string, ok bool) {
	switch c := claim.(type) {
	case nil:
	case string:
		scopes = strings.Fields(c)
	case []any:
		for _, v := range c {
			s, isString := v.(string)
			if !isString {
				return nil, false
			}
			scopes = append(scopes, s)
		}
	default:
		return nil, false
	}
	slices.Sort(scopes)
	return slices.Compact(scopes), true
}
