package sandbox

import (
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func machineForm(scope string) url.Values {
	return url.Values{"grant_type": {GrantClientCredentials}, "scope": {scope}}
}

func passwordForm(email, scope string) url.Values {
	return url.Values{"grant_type": {GrantPassword}, "username": {email}, "password": {DemoPassword}, "scope": {scope}}
}

// publishedKey reads the key that certs publishes, as a client would.
func publishedKey(t *testing.T, f *fixture, tenant string) (string, *rsa.PublicKey) {
	t.Helper()
	keys := do(t, request(t, http.MethodGet, f.base(tenant)+"/oauth2/certs", "")).object(t)["keys"].([]any)
	number := func(name string) *big.Int {
		raw, err := base64.RawURLEncoding.DecodeString(field(keys[0], name).(string))
		if err != nil {
			t.Fatal(err)
		}
		return new(big.Int).SetBytes(raw)
	}
	return field(keys[0], "kid").(string), &rsa.PublicKey{N: number("n"), E: int(number("e").Int64())}
}

// claimsOf verifies a token with the published key and returns its claims.
func claimsOf(t *testing.T, f *fixture, tenant, token string, now time.Time) jwt.MapClaims {
	t.Helper()
	kid, key := publishedKey(t, f, tenant)
	claims := jwt.MapClaims{}
	parsed, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return key, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Header["kid"] != kid {
		t.Errorf("kid %v, published %s", parsed.Header["kid"], kid)
	}
	return claims
}

func TestClientCredentials(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f := start(t, Options{Now: clock.now})
	a := f.post(t, "acme", "acme-gateway", "acme-gateway-secret", machineForm("ROLE_PARTNER_READ"))
	body := a.object(t)
	if a.status != 200 || factText(body["expires_in"]) != "43199" || body["token_type"] != "bearer" || body["scope"] != "ROLE_PARTNER_READ" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if body["refresh_token"] != nil || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("refresh token %v, Cache-Control %q", body["refresh_token"], a.header.Get("Cache-Control"))
	}
	c := claimsOf(t, f, "acme", body["access_token"].(string), clock.now())
	aud, _ := c["aud"].([]any)
	scope, _ := c["scope"].([]any)
	if c["tenant"] != "acme" || c["client_id"] != "acme-gateway" || c["sub"] != "acme-gateway" || len(aud) != 1 || len(scope) != 1 || c["jti"] == nil {
		t.Errorf("claims %v", c)
	}
	if life := c["exp"].(float64) - c["iat"].(float64); life != (12 * time.Hour).Seconds() {
		t.Errorf("lives %v seconds", life)
	}
}

func TestPasswordGrant(t *testing.T) {
	t.Parallel()
	p := personaOf(t, "acme", "admin")
	a := shared.post(t, "acme", p.ClientID, p.ClientSecret, passwordForm(p.Email, "openid email profile ROLE_USER ROLE_CHANNEL_ADMIN ROLE_RESELLER"))
	body := a.object(t)
	if body["scope"] != "openid email profile ROLE_USER ROLE_CHANNEL_ADMIN" {
		t.Errorf("granted %v: a role the user does not hold must go", body["scope"])
	}
	access := claimsOf(t, shared, "acme", body["access_token"].(string), time.Now())
	if access["sub"] != p.Email || access["tenant"] != "acme" {
		t.Errorf("claims %v", access)
	}
	id := claimsOf(t, shared, "acme", body["id_token"].(string), time.Now())
	if id["aud"] != p.ClientID && !slices.Contains(id["aud"].([]any), any(p.ClientID)) {
		t.Errorf("id token for %v", id["aud"])
	}
	if id["email"] != p.Email || id["given_name"] != "Admin" || id["exp"].(float64)-id["iat"].(float64) != 3600 {
		t.Errorf("id token %v", id)
	}
	if body["refresh_token"] == nil {
		t.Error("no refresh token")
	}
}

// TestScopeDefaultsToAllAllowed asks for nothing in particular.
func TestScopeDefaultsToAllAllowed(t *testing.T) {
	t.Parallel()
	p := personaOf(t, "acme", "buyer")
	body := shared.post(t, "acme", p.ClientID, p.ClientSecret, passwordForm(p.Email, "")).object(t)
	if body["scope"] != "ROLE_USER openid profile email" {
		t.Errorf("granted %v", body["scope"])
	}
}

func TestTokenRefusals(t *testing.T) {
	cli, secret := "acme-cli", "acme-cli-secret"
	buyer := "buyer@acme.example"
	with := func(form url.Values, name, value string) url.Values {
		form.Set(name, value)
		return form
	}
	tests := []struct {
		name, client, secret string
		form                 url.Values
		status               int
		code                 string
	}{
		{"unknown client", "nobody", "", machineForm(""), 401, "invalid_client"},
		{"wrong secret", "acme-gateway", "guess", machineForm(""), 401, "invalid_client"},
		{"no client", "", "", machineForm(""), 401, "invalid_client"},
		{"secret for a public client", "acme-mobile", "guess", passwordForm(buyer, ""), 401, "invalid_client"},
		{"no grant type", cli, secret, url.Values{}, 400, "invalid_request"},
		{"unknown grant type", cli, secret, url.Values{"grant_type": {"implicit"}}, 400, "unsupported_grant_type"},
		{"grant the client may not use", cli, secret, machineForm(""), 400, "unauthorized_client"},
		{"public client and password", "acme-mobile", "", passwordForm(buyer, ""), 400, "unauthorized_client"},
		{"wrong password", cli, secret, with(passwordForm(buyer, ""), "password", "guess"), 400, "invalid_grant"},
		{"unknown user", cli, secret, passwordForm("nobody@acme.example", ""), 400, "invalid_grant"},
		{"other tenant's user", cli, secret, passwordForm("buyer@globex.example", ""), 400, "invalid_grant"},
		{"scope the user does not hold", cli, secret, passwordForm(buyer, "ROLE_CHANNEL_ADMIN"), 400, "invalid_scope"},
		{"scope the client may not ask", "acme-reader", "acme-reader-secret", machineForm("ROLE_PARTNER"), 400, "invalid_scope"},
		{"unknown code", "acme-storefront", "acme-storefront-secret", url.Values{"grant_type": {GrantAuthorizationCode}, "code": {"x"}}, 400, "invalid_grant"},
		{"unknown refresh token", cli, secret, url.Values{"grant_type": {GrantRefreshToken}, "refresh_token": {"x"}}, 400, "invalid_grant"},
		{"form too large", cli, secret, with(passwordForm(buyer, ""), "pad", strings.Repeat("x", maxFormBytes)), 400, "invalid_request"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := shared.post(t, "acme", test.client, test.secret, test.form)
			if a.status != test.status || a.object(t)["error"] != test.code {
				t.Errorf("%d %s, want %d %s", a.status, a.body, test.status, test.code)
			}
			if basic := a.header.Get("WWW-Authenticate") != ""; basic != (test.status == 401) {
				t.Errorf("WWW-Authenticate %q", a.header.Get("WWW-Authenticate"))
			}
			if strings.Contains(string(a.body), DemoPassword) || strings.Contains(string(a.body), "guess") {
				t.Error("the answer repeats a secret")
			}
		})
	}
}

// TestSecretsInTheAddressAreRefused since addresses end up in logs.
func TestSecretsInTheAddressAreRefused(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"client_id=acme-gateway&client_secret=acme-gateway-secret", "password=" + DemoPassword} {
		r := request(t, http.MethodPost, shared.base("acme")+"/oauth2/token?grant_type=client_credentials&"+query, "")
		if a := do(t, r); a.status != http.StatusBadRequest || a.object(t)["error"] != "invalid_request" {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
}

// TestClientMayAuthenticateInTheBody as RFC 6749 lets it.
func TestClientMayAuthenticateInTheBody(t *testing.T) {
	t.Parallel()
	form := machineForm("")
	form.Set("client_id", "acme-gateway")
	form.Set("client_secret", "acme-gateway-secret")
	if a := shared.post(t, "acme", "", "", form); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestTokensExpire follows an access token and a refresh token through time.
func TestTokensExpire(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f := start(t, Options{Now: clock.now})
	p := personaOf(t, "acme", "admin")
	first := f.post(t, "acme", p.ClientID, p.ClientSecret, passwordForm(p.Email, "ROLE_USER ROLE_CHANNEL_ADMIN")).object(t)
	use := func(token any) int {
		r := request(t, http.MethodGet, f.base("acme")+"/api/channel/v1/discounts", "")
		r.Header.Set("Authorization", "bearer "+token.(string))
		return do(t, r).status
	}
	refresh := func(scope string) answer {
		return f.post(t, "acme", p.ClientID, p.ClientSecret, url.Values{
			"grant_type": {GrantRefreshToken}, "refresh_token": {first["refresh_token"].(string)}, "scope": {scope},
		})
	}
	clock.advance(accessLifetime - time.Second)
	if got := use(first["access_token"]); got != 200 {
		t.Errorf("a second before its end: %d", got)
	}
	clock.advance(time.Second)
	if got := use(first["access_token"]); got != 401 {
		t.Errorf("at its end: %d", got)
	}
	second := refresh("ROLE_USER").object(t)
	if second["scope"] != "ROLE_USER" || second["refresh_token"] != nil || use(second["access_token"]) != 200 {
		t.Errorf("refreshed: %v", second)
	}
	if a := refresh("ROLE_RESELLER"); a.object(t)["error"] != "invalid_scope" {
		t.Errorf("more than was granted: %s", a.body)
	}
	clock.advance(refreshLifetime)
	if a := refresh(""); a.object(t)["error"] != "invalid_grant" {
		t.Errorf("after thirty days: %s", a.body)
	}
}

func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	good := shared.token(t, "acme", "admin")
	parts := strings.Split(good, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	own := *shared.box.tenants[0].signer
	own.key = new(Worlds).keyOf("acme")
	forged, err := own.access("admin@acme.example", "acme-cli", []string{"ROLE_CHANNEL_ADMIN"})
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := shared.box.tenants[0].signer.access("nobody@acme.example", "acme-cli", []string{"ROLE_USER"})
	if err != nil {
		t.Fatal(err)
	}
	for name, header := range map[string]string{
		"none": "Bearer " + none, "unsigned": "Bearer " + parts[0] + "." + parts[1] + ".", "other key": "Bearer " + forged,
		"no such user": "Bearer " + stranger, "basic": "Basic " + good, "bare": good, "empty": "Bearer ",
	} {
		r := request(t, http.MethodGet, shared.base("acme")+"/api/channel/v1/discounts", "")
		r.Header.Set("Authorization", header)
		a := do(t, r)
		if a.status != 401 || a.header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: %d", name, a.status)
		}
	}
}

// TestRotatingRefreshTokens: each use gives another; an old one may be presented again until the new one is used, and
// after that ends the session.
func TestRotatingRefreshTokens(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	user, err := f.box.ServiceUser("acme")
	if err != nil {
		t.Fatal(err)
	}
	refresh := func(token string) string {
		a := f.post(t, "acme", user.ClientID, user.ClientSecret, url.Values{"grant_type": {GrantRefreshToken}, "refresh_token": {token}})
		next, _ := a.object(t)["refresh_token"].(string)
		if (a.status == http.StatusOK) != (next != "") || a.status != http.StatusOK && a.object(t)["error"] != "invalid_grant" {
			t.Errorf("%d %s", a.status, a.body)
		}
		return next
	}
	other, err := f.box.ServiceUser("acme")
	if err != nil {
		t.Fatal(err)
	}
	lost := refresh(user.RefreshToken)
	second := refresh(user.RefreshToken) // nobody has heard the first answer
	third := refresh(second)
	if lost == "" || second == "" || third == "" || lost == second {
		t.Fatalf("refreshed to %q, %q, %q", lost, second, third)
	}
	if stolen := refresh(user.RefreshToken); stolen != "" {
		t.Error("a token was taken whose successor was used")
	}
	for _, token := range []string{third, second, lost} {
		if refresh(token) != "" {
			t.Error("the session goes on after a theft")
		}
	}
	if refresh(other.RefreshToken) == "" {
		t.Error("another session has ended too")
	}
	if _, err := f.box.ServiceUser("initech"); err == nil {
		t.Error("a tenant there is not has a service user")
	}
}
