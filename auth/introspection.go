package auth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"
)

// digest stands for a token in the introspector: tokens themselves are kept nowhere.
type digest [sha256.Size]byte

// verdict is what the endpoint said of a token. It is immutable.
type verdict struct {
	id      identity
	refused *Error // nil for a good token
	until   time.Time
}

// introspector asks an RFC 7662 endpoint about opaque tokens and keeps its answers for a short while.
type introspector struct {
	cfg    IntrospectionConfig
	client *http.Client
	opts   Options

	ctx    context.Context // the introspector's life; every call is under it, whoever asked for it
	end    context.CancelFunc
	kept   *otter.Cache[digest, verdict]
	flight singleflight.Group
	slots  chan struct{} // one per call under way
}

// reader makes a verdict of an endpoint's answer.
type reader func(answer jwt.MapClaims) verdict

func newIntrospector(
	ctx context.Context, cfg IntrospectionConfig, client *http.Client, opts Options,
) (*introspector, error) {
	// No expiry of the cache's own, which would need a goroutine that nothing joins: a verdict knows its end.
	kept, err := otter.New(&otter.Options[digest, verdict]{
		MaximumSize: opts.Limits.IntrospectionEntries,
		Executor:    func(f func()) { f() },
	})
	if err != nil {
		return nil, fmt.Errorf("auth: cache of introspected tokens: %w", err)
	}
	ctx, end := context.WithCancel(ctx)
	return &introspector{
		cfg: cfg, client: client, opts: opts, ctx: ctx, end: end, kept: kept,
		slots: make(chan struct{}, opts.Limits.IntrospectionCalls),
	}, nil
}

// close ends the calls under way and waits for them. It is called once.
func (in *introspector) close() {
	in.end()
	for range cap(in.slots) { // whoever holds a slot gives it back first, and nobody gets one again
		in.slots <- struct{}{}
	}
}

// identify returns who an opaque token is for, asking the endpoint once for all who show the same token.
func (in *introspector) identify(ctx context.Context, token string, read reader) (identity, error) {
	key := digest(sha256.Sum256([]byte(token)))
	if v, ok := in.kept.GetIfPresent(key); ok && in.opts.Now().Before(v.until) {
		return v.result()
	}
	result := in.flight.DoChan(string(key[:]), func() (any, error) {
		v, err := in.ask(token, read)
		if err == nil {
			in.kept.Set(key, v)
		}
		return v, err
	})
	select {
	case r := <-result:
		if r.Err != nil {
			return identity{}, r.Err
		}
		return r.Val.(verdict).result()
	case <-ctx.Done():
		return identity{}, unavailable("the access token wasn't introspected in time, try again", ctx.Err())
	}
}

func (v verdict) result() (identity, error) {
	if v.refused != nil {
		return identity{}, v.refused
	}
	return v.id, nil
}

// ask makes the call, unless too many are under way. An error is an *Error with Unavailable.
func (in *introspector) ask(token string, read reader) (verdict, error) {
	select {
	case in.slots <- struct{}{}:
		defer func() { <-in.slots }()
	default:
		return verdict{}, unavailable(
			fmt.Sprintf("more than %d access tokens are being introspected, try again", cap(in.slots)), nil)
	}
	answer, err := in.call(token)
	if err != nil {
		return verdict{}, unavailable("the introspection endpoint can't be reached for now, try again", err)
	}
	return read(answer), nil
}

func (in *introspector) call(token string) (jwt.MapClaims, error) {
	ctx, cancel := context.WithTimeout(in.ctx, in.opts.Limits.IntrospectionTimeout)
	defer cancel()
	form := url.Values{"token": {token}, "token_type_hint": {"access_token"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, in.cfg.URL, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	// RFC 6749, 2.3.1: both are form-encoded before they are joined.
	req.SetBasicAuth(url.QueryEscape(in.cfg.ClientID), url.QueryEscape(in.cfg.ClientSecret))
	body, err := do(in.client, req, in.opts.Limits.IntrospectionBytes)
	if err != nil {
		return nil, err
	}
	var answer jwt.MapClaims
	if json.Unmarshal(body, &answer) != nil || answer == nil {
		return nil, errors.New("the answer is not a JSON object") // the decoder's error might quote the token's claims
	}
	return answer, nil
}

// read makes a verdict of an introspection endpoint's answer. What the endpoint leaves out it vouches for by "active";
// what it says must be right.
func (a *Authenticator) read(answer jwt.MapClaims) verdict {
	now := a.opts.Now()
	inactive := func(e *Error) verdict {
		return verdict{refused: e, until: now.Add(a.opts.Limits.InactiveAge)}
	}
	if answer["active"] != true {
		return inactive(unauthorized("the access token is not active", nil))
	}
	if err := jwt.NewValidator(a.answerOptions(answer)...).Validate(answer); err != nil {
		return inactive(tokenError(err))
	}
	if text(answer, a.claims.Subject) == "" && text(answer, "username") != "" {
		answer[a.claims.Subject] = answer["username"]
	}
	id, err := a.identity(answer)
	if refused, ok := errors.AsType[*Error](err); ok {
		return inactive(refused)
	}
	until := now.Add(a.opts.Limits.IntrospectionAge)
	if exp, err := answer.GetExpirationTime(); err == nil && exp != nil && exp.Before(until) {
		until = exp.Time
	}
	return verdict{id: id, until: until}
}

// answerOptions are a JWT's checks, for those claims that the answer has.
func (a *Authenticator) answerOptions(answer jwt.MapClaims) []jwt.ParserOption {
	out := []jwt.ParserOption{jwt.WithIssuedAt(), jwt.WithLeeway(a.cfg.Leeway), jwt.WithTimeFunc(a.opts.Now)}
	if a.cfg.Issuer != "" && answer["iss"] != nil {
		out = append(out, jwt.WithIssuer(a.cfg.Issuer))
	}
	if len(a.cfg.Audiences) > 0 && answer["aud"] != nil {
		out = append(out, jwt.WithAudience(a.cfg.Audiences...))
	}
	return out
}
