package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxFormBytes bounds a form of the OAuth2 server.
const maxFormBytes = 64 << 10

// oauthError is an error response of RFC 6749 section 5.2.
type oauthError struct {
	status      int
	code        string
	description string
}

// Error implements error.
func (e *oauthError) Error() string { return e.code + ": " + e.description }

// invalidGrant refuses a password, code or refresh token. Reasons that would help
// a guesser are told together.
func invalidGrant(why string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_grant", why}
}

// invalidRequest refuses what no client application should send.
func invalidRequest(why string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_request", why}
}

// errInvalidScope refuses a request of which nothing is left to grant.
var errInvalidScope = &oauthError{http.StatusBadRequest, "invalid_scope", "None of the requested scopes may be granted."}

// tokenResponse is the printed answer of the token endpoint.
type tokenResponse struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"` // seconds
	Scope        string `json:"scope"`
}

// serveToken is the token endpoint.
func (t *tenantState) serveToken(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	answer, refusal := t.exchangeToken(w, r)
	if refusal != nil {
		if refusal.status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="oauth2"`)
		}
		writeJSON(w, refusal.status, Document{"error": refusal.code, "error_description": refusal.description})
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// exchangeToken runs the checks that all grant types share, then the grant's own.
func (t *tenantState) exchangeToken(w http.ResponseWriter, r *http.Request) (tokenResponse, *oauthError) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	if err := r.ParseForm(); err != nil {
		return tokenResponse{}, invalidRequest("The form cannot be read or is too large.")
	}
	if r.URL.Query().Has("client_secret") || r.URL.Query().Has("password") {
		return tokenResponse{}, invalidRequest("Secrets do not belong in the address.")
	}
	client, refusal := t.authenticateClient(r)
	if refusal != nil {
		return tokenResponse{}, refusal
	}
	kind := r.Form.Get("grant_type")
	exchange := map[string]func(Client, url.Values) (tokenResponse, *oauthError){
		GrantClientCredentials: t.clientCredentials, GrantPassword: t.password,
		GrantAuthorizationCode: t.authorizationCode, GrantRefreshToken: t.refreshToken,
	}[kind]
	switch {
	case kind == "":
		return tokenResponse{}, invalidRequest("grant_type is missing.")
	case exchange == nil:
		return tokenResponse{}, &oauthError{http.StatusBadRequest, "unsupported_grant_type", "This grant type is unknown here."}
	case !slices.Contains(client.Grants, kind):
		return tokenResponse{}, &oauthError{http.StatusBadRequest, "unauthorized_client", "This client may not use this grant type."}
	}
	return exchange(client, r.Form)
}

// authenticateClient reads HTTP Basic or the body's client_id and client_secret;
// a public client only names itself.
func (t *tenantState) authenticateClient(r *http.Request) (Client, *oauthError) {
	denied := &oauthError{http.StatusUnauthorized, "invalid_client", "Client authentication failed."}
	id, secret, basic := r.BasicAuth()
	if basic {
		// RFC 6749 has both parts form-encoded before Basic joins them.
		id, secret = formDecoded(id), formDecoded(secret)
	} else {
		id, secret = r.Form.Get("client_id"), r.PostForm.Get("client_secret")
	}
	client, known := t.Client(id)
	if !known {
		return Client{}, denied
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(client.Secret)) != 1 {
		return Client{}, denied
	}
	return client, nil
}

// formDecoded leaves what is not form-encoded as it is, since many clients skip
// that step.
func formDecoded(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}
	return plain
}

// clientCredentials grants to the client application itself. The documents show a
// refresh token in a sample and say in the text that there is none: text wins.
func (t *tenantState) clientCredentials(c Client, form url.Values) (tokenResponse, *oauthError) {
	scopes := grantScopes(form.Get("scope"), c.Scopes, nil)
	if len(scopes) == 0 {
		return tokenResponse{}, errInvalidScope
	}
	return t.issue(c.ID, grant{client: c.ID, scopes: scopes}, nil, false)
}

// password grants to a user whose password the client application was told.
func (t *tenantState) password(c Client, form url.Values) (tokenResponse, *oauthError) {
	user := t.signIn(form.Get("username"), form.Get("password"))
	if user == nil {
		return tokenResponse{}, invalidGrant("The user name or password is wrong.")
	}
	scopes := t.userScopes(form.Get("scope"), c, user)
	if len(scopes) == 0 {
		return tokenResponse{}, errInvalidScope
	}
	g := grant{client: c.ID, email: user.text("email"), scopes: scopes}
	return t.issue(g.email, g, user, slices.Contains(c.Grants, GrantRefreshToken))
}

// authorizationCode exchanges a code. It is used up even when a check fails, so
// that a stolen one allows a single guess.
func (t *tenantState) authorizationCode(c Client, form url.Values) (tokenResponse, *oauthError) {
	g, ok := t.grants.take(form.Get("code"), false)
	user := t.world.Load().activeUser(g.email)
	if !ok || user == nil || g.client != c.ID || g.redirect != form.Get("redirect_uri") {
		return tokenResponse{}, invalidGrant("The code is unknown, used, expired, or was issued for another client or redirect_uri.")
	}
	if !provesChallenge(g.challenge, form.Get("code_verifier")) {
		return tokenResponse{}, invalidGrant("code_verifier does not prove the challenge.")
	}
	return t.issue(g.email, g, user, slices.Contains(c.Grants, GrantRefreshToken))
}

// provesChallenge checks PKCE. Without a challenge there must be no verifier
// either, so that one cannot be stripped from an authorization request unseen.
func provesChallenge(challenge, verifier string) bool {
	if challenge == "" {
		return verifier == ""
	}
	digest := sha256.Sum256([]byte(verifier))
	sum := base64.RawURLEncoding.EncodeToString(digest[:])
	return validVerifier(verifier) && subtle.ConstantTimeCompare([]byte(sum), []byte(challenge)) == 1
}

// validVerifier checks the form RFC 7636 section 4.1 gives a verifier.
func validVerifier(v string) bool {
	return len(v) >= 43 && len(v) <= 128 && !strings.ContainsFunc(v, func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("-._~", r))
	})
}

// refreshToken exchanges a refresh token. A public client's is replaced, since
// it proves possession by nothing else; a confidential client's stays, as the
// printed response has no new one, unless the client says otherwise.
func (t *tenantState) refreshToken(c Client, form url.Values) (tokenResponse, *oauthError) {
	look := func(secret string) (grant, bool) { return t.grants.get(secret, true) }
	if c.Rotates {
		look = t.grants.rotate
	}
	g, ok := look(form.Get("refresh_token"))
	user := t.world.Load().activeUser(g.email)
	if !ok || user == nil || g.client != c.ID {
		return tokenResponse{}, invalidGrant("The refresh token is unknown, expired, or was issued to another client.")
	}
	scopes := grantScopes(form.Get("scope"), g.scopes, nil)
	if len(scopes) == 0 {
		return tokenResponse{}, errInvalidScope
	}
	if c.Public {
		if _, ok := t.grants.take(form.Get("refresh_token"), true); !ok {
			return tokenResponse{}, invalidGrant("The refresh token was used already.")
		}
	}
	g.scopes, g.nonce = scopes, ""
	return t.issue(g.email, g, user, c.Public || c.Rotates)
}

// issue builds the answer; user is nil for client credentials.
func (t *tenantState) issue(subject string, g grant, user *Record, refresh bool) (tokenResponse, *oauthError) {
	failed := &oauthError{http.StatusInternalServerError, "server_error", "The token could not be issued."}
	access, err := t.signer.access(subject, g.client, g.scopes)
	if err != nil {
		return tokenResponse{}, failed
	}
	out := tokenResponse{
		AccessToken: access, TokenType: "bearer",
		ExpiresIn: int(accessLifetime.Seconds()) - 1, Scope: strings.Join(g.scopes, " "),
	}
	if user != nil && slices.Contains(g.scopes, "openid") {
		if out.IDToken, err = t.signer.id(g.client, g.nonce, g.scopes, user); err != nil {
			return tokenResponse{}, failed
		}
	}
	if !refresh {
		return out, nil
	}
	secret, ok := t.grants.put(grant{client: g.client, email: g.email, scopes: g.scopes, refresh: true, family: g.family, parent: g.parent})
	if !ok {
		return tokenResponse{}, &oauthError{http.StatusServiceUnavailable, "temporarily_unavailable", "Too many grants are open."}
	}
	out.RefreshToken = secret
	return out, nil
}

// grantScopes is what may be granted of what was asked: all that is allowed when
// nothing was asked. A nil held means that allowed alone decides; else a role
// must also be among the held ones.
func grantScopes(requested string, allowed, held []string) []string {
	asked := strings.Fields(requested)
	if len(asked) == 0 {
		asked = allowed
	}
	granted := []string{}
	for _, scope := range asked {
		isRole := strings.HasPrefix(scope, "ROLE_")
		may := slices.Contains(allowed, scope) && (held == nil || !isRole || slices.Contains(held, scope))
		if may && !slices.Contains(granted, scope) {
			granted = append(granted, scope)
		}
	}
	return granted
}

// userScopes is what a user can grant: never a role they do not hold now.
func (t *tenantState) userScopes(requested string, c Client, user *Record) []string {
	return grantScopes(requested, c.Scopes, t.world.Load().rolesOf(user))
}

// signIn checks a user's password; nil when it or the name is wrong.
func (t *tenantState) signIn(email, password string) *Record {
	user := t.world.Load().activeUser(email)
	if user == nil || subtle.ConstantTimeCompare([]byte(password), []byte(DemoPassword)) != 1 {
		return nil
	}
	return user
}
