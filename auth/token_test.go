package auth

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

// acme is a tenant with a key of each kind.
func acme(t *testing.T) (*Authenticator, *issuer) {
	t.Helper()
	iss := newIssuer(t, jwks("one", keyOne(), "curve", keyCurve()))
	return start(t, TenantConfig{Name: "acme", JWKSURL: iss.URL}, Options{}), iss
}

func TestAuthenticateUser(t *testing.T) {
	t.Parallel()
	a, _ := acme(t)
	for name, token := range map[string]string{
		"RS256": rs256("one", keyOne(), goodClaims(nil)),
		"ES256": sign(jwt.SigningMethodES256, keyCurve(), map[string]any{"kid": "curve"}, goodClaims(nil)),
		"scope as one string": rs256("one", keyOne(), goodClaims(jwt.MapClaims{
			"scope": "ROLE_USER  openid ROLE_SYS_ADMIN openid",
		})),
		"tenant claim": rs256("one", keyOne(), goodClaims(jwt.MapClaims{"tenant": "acme"})),
		"azp":          rs256("one", keyOne(), goodClaims(jwt.MapClaims{"client_id": nil, "azp": "storefront"})),
	} {
		v, err := a.Authenticate(t.Context(), bearerHeader(token))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := []any{"acme", false, false, "storefront", []string{"ROLE_SYS_ADMIN", "ROLE_USER", "openid"}, token, ""}
		got := []any{v.Tenant(), v.IsAnonymous(), v.IsService(), v.ClientID(), v.Scopes(), v.AccessToken(), v.UserID()}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAuthenticateKinds(t *testing.T) {
	t.Parallel()
	a, _ := acme(t)
	for _, tc := range []struct {
		name    string
		claims  jwt.MapClaims
		service bool
		rights  []Role
	}{
		{"service", jwt.MapClaims{"sub": "batch", "client_id": "batch", "scope": "ROLE_PARTNER"}, true, []Role{RolePartner, RolePartnerRead}},
		{"service without sub", jwt.MapClaims{"sub": nil, "scope": "ROLE_PARTNER_READ"}, true, []Role{RolePartnerRead}},
		{"service by grant", jwt.MapClaims{"sub": "service-7", "grant_type": "client_credentials", "scope": "ROLE_PARTNER_READ"}, true, []Role{RolePartnerRead}},
		{"service by grant without client", jwt.MapClaims{"sub": "s", "client_id": nil, "grant_type": "client_credentials"}, true, nil},
		{"service with a user's scopes", jwt.MapClaims{"sub": nil, "scope": "ROLE_CHANNEL_ADMIN ROLE_USER"}, true, nil},
		{"user who asks for a service's scope", jwt.MapClaims{"scope": "ROLE_PARTNER ROLE_PARTNER_READ"}, false, nil},
		{"user without scope", jwt.MapClaims{"scope": nil}, false, nil},
	} {
		v, err := a.Authenticate(t.Context(), bearerHeader(rs256("one", keyOne(), goodClaims(tc.claims))))
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if v.IsService() != tc.service || v.ClientID() == "" && tc.service {
			t.Errorf("%s: IsService() = %v, ClientID() = %q", tc.name, v.IsService(), v.ClientID())
		}
		if diff := cmp.Diff(append([]Role{}, tc.rights...), append([]Role{}, v.Rights()...)); diff != "" {
			t.Errorf("%s: Rights() (-want +got):\n%s", tc.name, diff)
		}
	}
}

func TestPartnerScopeGivesUsersNothing(t *testing.T) {
	t.Parallel()
	a, _ := acme(t)
	token := rs256("one", keyOne(), goodClaims(jwt.MapClaims{"scope": "ROLE_PARTNER ROLE_PARTNER_READ ROLE_USER"}))
	v, err := a.Authenticate(t.Context(), bearerHeader(token))
	if err != nil {
		t.Fatal(err)
	}
	v = v.as(Person{ID: "u", Roles: []Role{RoleUser, RolePartner}, Memberships: []Membership{member("c1", RolePartnerRead)}})
	if diff := cmp.Diff([]Role{RoleUser}, v.Rights()); diff != "" {
		t.Errorf("Rights() (-want +got):\n%s", diff)
	}
}

// publicPEM is what an attacker has in hand: the published key, as bytes that could serve as an HMAC secret.
func publicPEM() []byte {
	der := must(x509.MarshalPKIXPublicKey(keyOne().Public()))
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func part(json string) string { return base64.RawURLEncoding.EncodeToString([]byte(json)) }

// TestForgedTokens: each is refused, no message holds the token, and none but an unknown kid causes a fetch.
func TestForgedTokens(t *testing.T) {
	t.Parallel()
	hour := time.Hour
	at := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	with := func(claims jwt.MapClaims) string { return rs256("one", keyOne(), goodClaims(claims)) }
	head := func(header map[string]any) string {
		return sign(jwt.SigningMethodRS256, keyOne(), header, goodClaims(nil))
	}
	good := with(nil)
	pieces := strings.Split(good, ".")
	for _, tc := range []struct {
		name, token, says string
	}{
		{"alg none", sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, map[string]any{"kid": "one"}, goodClaims(nil)), "signature"},
		{"alg None in other case", part(`{"alg":"NONE","kid":"one"}`) + "." + pieces[1] + ".", "malformed"},
		{"alg that isn't a string", part(`{"alg":["RS256"],"kid":"one"}`) + "." + pieces[1] + "." + pieces[2], "malformed"},
		{"HS256 with the public key as secret", sign(jwt.SigningMethodHS256, publicPEM(), map[string]any{"kid": "one"}, goodClaims(nil)), "signature"},
		{"HS256 with an empty secret", sign(jwt.SigningMethodHS256, []byte{}, map[string]any{"kid": "one"}, goodClaims(nil)), "signature"},
		{"RS512", sign(jwt.SigningMethodRS512, keyOne(), map[string]any{"kid": "one"}, goodClaims(nil)), "signature"},
		{"PS256", sign(jwt.SigningMethodPS256, keyOne(), map[string]any{"kid": "one"}, goodClaims(nil)), "signature"},
		{"another tenant's key", rs256("one", keyTwo(), goodClaims(nil)), "signature"},
		{"RS256 under the curve's kid", head(map[string]any{"kid": "curve"}), "key is not one"},
		{"no kid", head(map[string]any{"kid": nil}), "name its key"},
		{"kid that isn't a string", head(map[string]any{"kid": 1}), "name its key"},
		{"kid with a path", head(map[string]any{"kid": "../../../../dev/null"}), "key is not one"},
		{"kid with SQL", head(map[string]any{"kid": "x' UNION SELECT 'k' --"}), "key is not one"},
		{"kid with a URL", head(map[string]any{"kid": "http://127.0.0.1:1/keys"}), "key is not one"},
		{"own key in the header", sign(jwt.SigningMethodRS256, keyTwo(), map[string]any{
			"kid": "one", "jwk": jwk("one", keyTwo().Public()), "jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/",
		}, goodClaims(nil)), "signature"},
		{"critical extension", head(map[string]any{"kid": "one", "crit": []string{"b64"}, "b64": false}), "critical"},
		{"no signature", pieces[0] + "." + pieces[1] + ".", "signature"},
		{"claims of another token", pieces[0] + "." + strings.Split(with(jwt.MapClaims{"sub": "root"}), ".")[1] + "." + pieces[2], "signature"},
		{"claims that aren't JSON", pieces[0] + "." + part("{") + "." + pieces[2], "malformed"},
		{"padded", pieces[0] + "=." + pieces[1] + "." + pieces[2], "malformed"},
		{"expired", with(jwt.MapClaims{"exp": at(-hour)}), "expired"},
		{"no exp", with(jwt.MapClaims{"exp": nil}), "lacks a required claim"},
		{"exp that isn't a number", with(jwt.MapClaims{"exp": "tomorrow"}), "malformed"},
		{"not yet valid", with(jwt.MapClaims{"nbf": at(hour)}), "not valid yet"},
		{"issued in the future", with(jwt.MapClaims{"iat": at(hour)}), "not valid yet"},
		{"other issuer", with(jwt.MapClaims{"iss": "https://globex.example"}), "another issuer"},
		{"no issuer", with(jwt.MapClaims{"iss": nil}), "lacks a required claim"},
		{"other audience", with(jwt.MapClaims{"aud": "reporting"}), "another audience"},
		{"no audience", with(jwt.MapClaims{"aud": nil}), "lacks a required claim"},
		{"other tenant", with(jwt.MapClaims{"tenant": "globex"}), "another tenant"},
		{"tenant that isn't a string", with(jwt.MapClaims{"tenant": []string{"acme"}}), "another tenant"},
		{"scope that is a number", with(jwt.MapClaims{"scope": 7}), "scopes are malformed"},
		{"scope list with a number", with(jwt.MapClaims{"scope": []any{"ROLE_USER", 7}}), "scopes are malformed"},
		{"neither user nor client", with(jwt.MapClaims{"sub": nil, "client_id": nil}), "neither a user nor a client"},
		{"opaque, no introspection", "0123456789abcdef", "introspection endpoint"},
		{"opaque with two dots", "a.b.c", "introspection endpoint"},
		{"encrypted", part(`{"alg":"RSA-OAEP","enc":"A256GCM"}`) + ".a.b.c.d", "introspection endpoint"},
		{"oversized", good + strings.Repeat("a", 8<<10), "larger than 8192 bytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			iss := newIssuer(t, jwks("one", keyOne(), "curve", keyCurve()))
			a := start(t, TenantConfig{
				Name: "acme", JWKSURL: iss.URL, Issuer: "https://acme.example", Audiences: []string{"account"},
			}, Options{})
			v, err := a.Authenticate(t.Context(), bearerHeader(tc.token))
			refused := wantRefusal(t, err, Unauthorized)
			if !strings.Contains(refused.Message, tc.says) {
				t.Errorf("message = %q, want it to say %q", refused.Message, tc.says)
			}
			if v != nil {
				t.Errorf("viewer = %v", v)
			}
			checkSilent(t, err, tc.token)
			if fetches := iss.hits.Load(); fetches > 1 && !strings.Contains(tc.says, "key is not one") {
				t.Errorf("%d fetches of the key set", fetches)
			}
		})
	}
}

// checkSilent checks that an error shows no part of a token that could be used.
func checkSilent(t *testing.T, err error, token string) {
	t.Helper()
	text := fmt.Sprintf("%v %+v %s", err, err, errors.Unwrap(err))
	for _, piece := range strings.Split(token, ".") {
		if len(piece) > 8 && strings.Contains(text, piece) {
			t.Errorf("the error shows the token: %s", text)
		}
	}
}

func TestTokenHeaders(t *testing.T) {
	t.Parallel()
	a, _ := acme(t)
	one := rs256("one", keyOne(), goodClaims(nil))
	two := rs256("one", keyOne(), goodClaims(jwt.MapClaims{"sub": "bob@example.com"}))
	for _, tc := range []struct {
		name   string
		header http.Header
		token  string // "" with says: refused
		says   string
	}{
		{"none", http.Header{}, "", ""},
		{"standard", http.Header{"Authorization": {"Bearer " + one}}, one, ""},
		{"scheme in any case", http.Header{"Authorization": {"bEARER   " + one}}, one, ""},
		{"surrounding space", http.Header{"Authorization": {"  Bearer " + one + " "}}, one, ""},
		{"marketplace", http.Header{"Mp-Authorization": {one}}, one, ""},
		{"marketplace with scheme", http.Header{"Mp-Authorization": {"Bearer " + one}}, one, ""},
		{"both, the same", http.Header{"Authorization": {"Bearer " + one}, "Mp-Authorization": {one}}, one, ""},
		{"both, different", http.Header{"Authorization": {"Bearer " + one}, "Mp-Authorization": {two}}, "", "different"},
		{"good beside bad", http.Header{"Authorization": {"Bearer " + one}, "Mp-Authorization": {"Basic x"}}, "", "Bearer"},
		{"standard twice", http.Header{"Authorization": {"Bearer " + one, "Bearer " + one}}, "", "more than once"},
		{"marketplace twice", http.Header{"Mp-Authorization": {one, two}}, "", "more than once"},
		{"joined by a comma", http.Header{"Authorization": {"Bearer " + one + ",Bearer " + two}}, "", "malformed"},
		{"two tokens", http.Header{"Authorization": {"Bearer " + one + " " + two}}, "", "malformed"},
		{"basic", http.Header{"Authorization": {"Basic dXNlcjpwYXNz"}}, "", "Bearer"},
		{"no scheme", http.Header{"Authorization": {one}}, "", "Bearer"},
		{"empty", http.Header{"Authorization": {""}}, "", "Bearer"},
		{"scheme only", http.Header{"Authorization": {"Bearer "}}, "", "Bearer"},
		{"empty marketplace", http.Header{"Mp-Authorization": {""}}, "", "malformed"},
		{"line break", http.Header{"Authorization": {"Bearer abc\r\nX: y"}}, "", "malformed"},
		{"not ASCII", http.Header{"Authorization": {"Bearer tøken"}}, "", "malformed"},
		{"cookie is no token", http.Header{"Cookie": {"access_token=" + one}}, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, err := a.Authenticate(t.Context(), tc.header)
			if tc.says != "" {
				if refused := wantRefusal(t, err, Unauthorized); !strings.Contains(refused.Message, tc.says) {
					t.Errorf("message = %q, want it to say %q", refused.Message, tc.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if v.AccessToken() != tc.token || v.IsAnonymous() != (tc.token == "") || v.Tenant() != "acme" {
				t.Errorf("viewer = %v", v)
			}
		})
	}
}

func TestTokenSizeLimitIsExact(t *testing.T) {
	t.Parallel()
	iss := newIssuer(t, jwks("one", keyOne()))
	token := rs256("one", keyOne(), goodClaims(nil))
	for _, tc := range []struct {
		limit int
		good  bool
	}{{len(token), true}, {len(token) - 1, false}} {
		a := start(t, TenantConfig{Name: "acme", JWKSURL: iss.URL}, Options{Limits: Limits{TokenBytes: tc.limit}})
		if _, err := a.Authenticate(t.Context(), bearerHeader(token)); (err == nil) != tc.good {
			t.Errorf("limit %d for %d bytes: %v", tc.limit, len(token), err)
		}
	}
}

func TestLeeway(t *testing.T) {
	t.Parallel()
	iss := newIssuer(t, jwks("one", keyOne()))
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	a := start(t, TenantConfig{Name: "acme", JWKSURL: iss.URL, Leeway: time.Minute}, Options{Now: func() time.Time { return now }})
	for _, tc := range []struct {
		claim string
		off   time.Duration
		good  bool
	}{
		{"exp", -59 * time.Second, true},
		{"exp", -61 * time.Second, false},
		{"nbf", 59 * time.Second, true},
		{"nbf", 61 * time.Second, false},
		{"iat", 59 * time.Second, true},
		{"iat", 61 * time.Second, false},
	} {
		claims := goodClaims(jwt.MapClaims{"exp": now.Add(time.Hour).Unix()})
		claims[tc.claim] = now.Add(tc.off).Unix()
		if _, err := a.Authenticate(t.Context(), bearerHeader(rs256("one", keyOne(), claims))); (err == nil) != tc.good {
			t.Errorf("%s %s from now: %v", tc.claim, tc.off, err)
		}
	}
}

func TestClaimNamesAreConfiguration(t *testing.T) {
	t.Parallel()
	iss := newIssuer(t, jwks("one", keyOne()))
	a := start(t, TenantConfig{Name: "acme", JWKSURL: iss.URL, Claims: Claims{
		Subject: "uid", Client: []string{"app"}, Scope: "scp", Tenant: "realm", Company: "org", Grant: "gty",
	}}, Options{})
	claims := jwt.MapClaims{
		"uid": "u7", "app": "kiosk", "scp": "ROLE_USER", "realm": "acme", "org": "c2", "gty": "password",
		"sub": "x", "client_id": "x", "scope": "ROLE_SYS_ADMIN", "tenant": "globex", "company": "c9",
	}
	v, err := a.Authenticate(t.Context(), bearerHeader(rs256("one", keyOne(), goodClaims(claims))))
	if err != nil {
		t.Fatal(err)
	}
	got := []any{v.sub, v.ClientID(), v.Scopes(), v.company}
	if diff := cmp.Diff([]any{"u7", "kiosk", []string{"ROLE_USER"}, "c2"}, got); diff != "" {
		t.Errorf("viewer (-want +got):\n%s", diff)
	}
}

func TestTenantsDoNotShareKeys(t *testing.T) {
	t.Parallel()
	one, two := newIssuer(t, jwks("k", keyOne())), newIssuer(t, jwks("k", keyTwo()))
	first := start(t, TenantConfig{Name: "acme", JWKSURL: one.URL}, Options{})
	second := start(t, TenantConfig{Name: "globex", JWKSURL: two.URL}, Options{})
	token := rs256("k", keyOne(), goodClaims(nil))
	if _, err := first.Authenticate(t.Context(), bearerHeader(token)); err != nil {
		t.Error(err)
	}
	_, err := second.Authenticate(t.Context(), bearerHeader(token))
	wantRefusal(t, err, Unauthorized)
}

func BenchmarkAuthenticate(b *testing.B) {
	set := must(parseKeys([]byte(jwks("one", keyOne())), 1))
	opts := Options{}.withDefaults()
	a := &Authenticator{cfg: TenantConfig{Name: "acme"}, claims: Claims{}.withDefaults(), opts: opts, keys: &keySet{now: time.Now, limits: opts.Limits}}
	a.keys.current.Store(&keys{byID: set, fetched: time.Now()})
	a.parser = jwt.NewParser(a.parserOptions()...)
	h := bearerHeader(rs256("one", keyOne(), goodClaims(nil)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Authenticate(b.Context(), h); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzBearer: whatever the headers, the answer is a clean token within the limit, or nothing, or a refusal.
func FuzzBearer(f *testing.F) {
	for _, seed := range []string{"", "Bearer a.b.c", "bearer  x", "Basic x", "x", "Bearer a,b", "Bearer \x00", "Bearer é"} {
		f.Add(seed, "", true, false)
		f.Add(seed, seed, true, true)
	}
	f.Fuzz(func(t *testing.T, standard, marketplace string, first, second bool) {
		h := http.Header{}
		if first {
			h.Set("Authorization", standard)
		}
		if second {
			h.Set("MP-Authorization", marketplace)
		}
		const limit = 64
		token, err := bearer(h, limit)
		switch {
		case err != nil:
			wantRefusal(t, err, Unauthorized)
			if token != "" {
				t.Errorf("a refusal with token %q", token)
			}
		case token == "" && (first || second):
			t.Error("headers were sent, but the visitor is anonymous")
		case len(token) > limit || strings.ContainsFunc(token, notTokenRune):
			t.Errorf("token %q", token)
		}
	})
}

// FuzzToken: nothing but the issuer's own tokens is ever accepted, and nothing panics.
func FuzzToken(f *testing.F) {
	set := must(parseKeys([]byte(jwks("one", keyOne())), 1))
	opts := Options{}.withDefaults()
	a := &Authenticator{cfg: TenantConfig{Name: "acme"}, claims: Claims{}.withDefaults(), opts: opts}
	a.keys = &keySet{now: time.Now, limits: opts.Limits, nextByID: time.Now().Add(24 * time.Hour)}
	a.keys.current.Store(&keys{byID: set, fetched: time.Now()})
	a.parser = jwt.NewParser(a.parserOptions()...)
	good := rs256("one", keyOne(), goodClaims(nil))
	f.Add(good)
	f.Add(good[:len(good)-2])
	f.Add(part(`{"alg":"none"}`) + "." + part(`{}`) + ".")
	f.Add(part(`{"alg":"RS256","kid":"one"}`) + "." + part(`{"exp":1e300}`) + ".AAAA")
	f.Add("opaque")
	f.Fuzz(func(t *testing.T, token string) {
		v, err := a.Authenticate(t.Context(), bearerHeader(token))
		if err == nil && !v.IsAnonymous() && strings.TrimSpace(token) != good {
			t.Errorf("accepted %q", token)
		}
		if err != nil {
			wantRefusal(t, err, Unauthorized)
		}
	})
}
