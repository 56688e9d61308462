package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	verifier = "a-verifier-of-forty-three-characters-or-more"
	callback = "http://localhost:3000/oauth2/return"
)

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func authorizeQuery(client string) url.Values {
	return url.Values{
		"response_type": {"code"}, "client_id": {client}, "redirect_uri": {callback}, "scope": {"openid ROLE_USER"}, "state": {`s"<&`},
		"nonce": {"n-1"}, "code_challenge": {challengeOf(verifier)}, "code_challenge_method": {"S256"},
	}
}

// login fills in the login page.
func login(t *testing.T, f *fixture, q url.Values, email, password string) answer {
	t.Helper()
	form := url.Values{"username": {email}, "password": {password}}
	r := request(t, http.MethodPost, f.base("acme")+"/oauth2/authorize?"+q.Encode(), form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, r)
}

// sentBack reads the answer in the address that a redirect leads to.
func sentBack(t *testing.T, a answer) url.Values {
	t.Helper()
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != http.StatusFound || !strings.HasPrefix(to.String(), callback+"?") {
		t.Fatalf("not sent back: %d %q %s", a.status, a.header.Get("Location"), a.body)
	}
	return to.Query()
}

func codeForm(code string) url.Values {
	return url.Values{
		"grant_type": {GrantAuthorizationCode}, "code": {code}, "redirect_uri": {callback}, "client_id": {"acme-mobile"}, "code_verifier": {verifier},
	}
}

// TestAuthorizationCodeWithPKCE goes the whole way of a mobile app.
func TestAuthorizationCodeWithPKCE(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	back := sentBack(t, login(t, f, authorizeQuery("acme-mobile"), "Buyer@acme.example", DemoPassword))
	if back.Get("state") != `s"<&` {
		t.Errorf("state %q", back.Get("state"))
	}
	a := f.post(t, "acme", "", "", codeForm(back.Get("code")))
	body := a.object(t)
	if a.status != 200 || body["scope"] != "openid ROLE_USER" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if id := claimsOf(t, f, "acme", body["id_token"].(string), time.Now()); id["nonce"] != "n-1" {
		t.Errorf("nonce %v", id["nonce"])
	}
	if again := f.post(t, "acme", "", "", codeForm(back.Get("code"))); again.object(t)["error"] != "invalid_grant" {
		t.Errorf("a code twice: %s", again.body)
	}
	// A public client's refresh token is replaced when used.
	refresh := url.Values{"grant_type": {GrantRefreshToken}, "client_id": {"acme-mobile"}, "refresh_token": {body["refresh_token"].(string)}}
	next := f.post(t, "acme", "", "", refresh).object(t)
	if next["refresh_token"] == nil || next["refresh_token"] == body["refresh_token"] {
		t.Errorf("refresh token after use: %v", next["refresh_token"])
	}
	if again := f.post(t, "acme", "", "", refresh); again.object(t)["error"] != "invalid_grant" {
		t.Errorf("a replaced refresh token: %s", again.body)
	}
}

// TestCodeExchangeFailures spoils one thing at a time.
func TestCodeExchangeFailures(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f := start(t, Options{Now: clock.now})
	tests := []struct {
		name  string
		spoil func(url.Values)
		wait  time.Duration
	}{
		{"no verifier", func(v url.Values) { v.Del("code_verifier") }, 0},
		{"another verifier", func(v url.Values) { v.Set("code_verifier", strings.Repeat("x", 43)) }, 0},
		{"the challenge as verifier", func(v url.Values) { v.Set("code_verifier", challengeOf(verifier)) }, 0},
		{"a short verifier", func(v url.Values) { v.Set("code_verifier", "short") }, 0},
		{"another redirect", func(v url.Values) { v.Set("redirect_uri", "http://127.0.0.1:3000/oauth2/return") }, 0},
		{"no redirect", func(v url.Values) { v.Del("redirect_uri") }, 0},
		{"a minute late", func(url.Values) {}, codeLifetime},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			back := sentBack(t, login(t, f, authorizeQuery("acme-mobile"), "buyer@acme.example", DemoPassword))
			form := codeForm(back.Get("code"))
			test.spoil(form)
			clock.advance(test.wait)
			if a := f.post(t, "acme", "", "", form); a.status != 400 || a.object(t)["error"] != "invalid_grant" {
				t.Errorf("%d %s", a.status, a.body)
			}
			if a := f.post(t, "acme", "", "", codeForm(back.Get("code"))); a.status != 400 {
				t.Errorf("the code survived a failed exchange: %d", a.status)
			}
		})
	}
}

// TestCodeOfAnotherClient must not work even with the right verifier.
func TestCodeOfAnotherClient(t *testing.T) {
	t.Parallel()
	back := sentBack(t, login(t, shared, authorizeQuery("acme-storefront"), "buyer@acme.example", DemoPassword))
	if a := shared.post(t, "acme", "", "", codeForm(back.Get("code"))); a.object(t)["error"] != "invalid_grant" {
		t.Errorf("%s", a.body)
	}
}

// TestConfidentialClientWithoutPKCE is the printed flow of web applications.
func TestConfidentialClientWithoutPKCE(t *testing.T) {
	t.Parallel()
	q := authorizeQuery("acme-storefront")
	q.Del("code_challenge")
	q.Del("code_challenge_method")
	back := sentBack(t, login(t, shared, q, "buyer@acme.example", DemoPassword))
	form := codeForm(back.Get("code"))
	form.Del("code_verifier")
	if a := shared.post(t, "acme", "acme-storefront", "acme-storefront-secret", form); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestAuthorizeTellsTheClient has the faults that are reported by redirect.
func TestAuthorizeTellsTheClient(t *testing.T) {
	tests := []struct{ name, client, param, value, code string }{
		{"response type", "acme-mobile", "response_type", "token", "unsupported_response_type"},
		{"no challenge", "acme-mobile", "code_challenge", "", "invalid_request"},
		{"plain challenge", "acme-mobile", "code_challenge_method", "plain", "invalid_request"},
		{"odd challenge", "acme-mobile", "code_challenge", "abc", "invalid_request"},
		{"plain challenge of a confidential client", "acme-storefront", "code_challenge_method", "", "invalid_request"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			q := authorizeQuery(test.client)
			q.Set(test.param, test.value)
			back := sentBack(t, do(t, request(t, http.MethodGet, shared.base("acme")+"/oauth2/authorize?"+q.Encode(), "")))
			if back.Get("error") != test.code || back.Get("state") == "" || back.Has("code") {
				t.Errorf("sent back %v", back)
			}
		})
	}
	q := authorizeQuery("acme-mobile")
	q.Set("scope", "ROLE_CHANNEL_ADMIN")
	if back := sentBack(t, login(t, shared, q, "buyer@acme.example", DemoPassword)); back.Get("error") != "invalid_scope" {
		t.Errorf("a role not held: %v", back)
	}
}

// TestAuthorizeNeverRedirectsToStrangers has the faults that must not be.
func TestAuthorizeNeverRedirectsToStrangers(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"unknown client": "client_id=nobody", "machine client": "client_id=acme-gateway", "stranger": "redirect_uri=https://evil.example/",
		"prefix of a registered one": "redirect_uri=" + callback + "/more", "none": "redirect_uri=",
	} {
		q := authorizeQuery("acme-mobile")
		param, value, _ := strings.Cut(change, "=")
		q.Set(param, value)
		a := do(t, request(t, http.MethodGet, shared.base("acme")+"/oauth2/authorize?"+q.Encode(), ""))
		if a.status != http.StatusBadRequest || a.header.Get("Location") != "" {
			t.Errorf("%s: %d to %q", name, a.status, a.header.Get("Location"))
		}
	}
}

// TestLoginPage is escaped, guarded and asks again after a wrong password.
func TestLoginPage(t *testing.T) {
	t.Parallel()
	a := do(t, request(t, http.MethodGet, shared.base("acme")+"/oauth2/authorize?"+authorizeQuery("acme-mobile").Encode(), ""))
	page := string(a.body)
	if a.status != 200 || strings.Contains(page, `s"<&`) || !strings.Contains(page, `value="s&#34;&lt;&amp;"`) {
		t.Errorf("%d: state is not escaped: %s", a.status, page)
	}
	policy := a.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self' http://localhost:3000"} {
		if !strings.Contains(policy, part) {
			t.Errorf("policy %q lacks %q", policy, part)
		}
	}
	wrong := login(t, shared, authorizeQuery("acme-mobile"), "buyer@acme.example", "guess-again")
	if wrong.status != http.StatusUnauthorized || !strings.Contains(string(wrong.body), "password is wrong") || strings.Contains(string(wrong.body), "guess-again") {
		t.Errorf("%d %s", wrong.status, wrong.body)
	}
	// Credentials in the address do not count.
	q := authorizeQuery("acme-mobile")
	q.Set("username", "buyer@acme.example")
	q.Set("password", DemoPassword)
	r := request(t, http.MethodPost, shared.base("acme")+"/oauth2/authorize?"+q.Encode(), "")
	if a := do(t, r); a.status != http.StatusUnauthorized {
		t.Errorf("credentials in the address: %d", a.status)
	}
}

func TestGrantStoreIsBounded(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := newGrantStore(clock.now)
	for range maxGrants {
		if _, ok := s.put(grant{}); !ok {
			t.Fatal("full too early")
		}
	}
	if _, ok := s.put(grant{}); ok {
		t.Error("one more than the bound")
	}
	clock.advance(codeLifetime)
	if _, ok := s.put(grant{}); !ok || len(s.grants) != 1 {
		t.Errorf("expired grants still take room: %d", len(s.grants))
	}
}
