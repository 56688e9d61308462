package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

const (
	mintIssuer   = "https://login.acme.example"
	mintAudience = "acme-api"
)

// Keys are dear to make.
var (
	mintKey    = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
	foreignKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
)

// mint is acme's token service, whose keys a test has: what it does not sign, nobody did.
type mint struct {
	t       *testing.T
	rsa     *rsa.PrivateKey
	foreign *rsa.PrivateKey // of another tenant
	curve   *ecdsa.PrivateKey
	url     string
	lured   atomic.Int64 // requests to where forged headers lead
}

func startMint(t *testing.T) *mint {
	t.Helper()
	m := &mint{t: t}
	var err error
	if m.rsa, err = mintKey(); err != nil {
		t.Fatal(err)
	}
	if m.foreign, err = foreignKey(); err != nil {
		t.Fatal(err)
	}
	if m.curve, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	set := m.set(m.jwk("rsa", m.rsa.Public()), m.jwk("curve", m.curve.Public()))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(set) })
	lure := m.set(m.jwk("lure", m.foreign.Public()))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		m.lured.Add(1)
		_, _ = w.Write(lure)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	m.url = server.URL
	return m
}

// mints makes acme take this service's tokens, and no others.
func (m *mint) mints(cfg *Config) {
	cfg.Tenants[0].Tokens = TokensConfig{JWKSURL: m.url + "/keys", Issuer: mintIssuer, Audiences: []string{mintAudience}}
}

func (m *mint) jwk(kid string, public crypto.PublicKey) jwkset.JWKMarshal {
	m.t.Helper()
	key, err := jwkset.NewJWKFromKey(public, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: kid, USE: jwkset.UseSig}})
	if err != nil {
		m.t.Fatal(err)
	}
	return key.Marshal()
}

func (m *mint) set(keys ...jwkset.JWKMarshal) []byte {
	m.t.Helper()
	text, err := json.Marshal(jwkset.JWKSMarshal{Keys: keys})
	if err != nil {
		m.t.Fatal(err)
	}
	return text
}

// claims are a good token's of a persona; changes replace some, and nil removes one.
func (m *mint) claims(persona string, changes jwt.MapClaims) jwt.MapClaims {
	m.t.Helper()
	p, err := findPersona("acme", persona)
	if err != nil {
		m.t.Fatal(err)
	}
	out := jwt.MapClaims{
		"iss": mintIssuer, "aud": mintAudience, "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
		"sub": p.Email, "client_id": p.ClientID, "scope": p.Scopes, "tenant": "acme",
	}
	maps.Copy(out, changes)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

// sign makes a token of claims; header entries are added, and nil removes one.
func (m *mint) sign(method jwt.SigningMethod, key any, header map[string]any, claims jwt.MapClaims) string {
	m.t.Helper()
	token := jwt.NewWithClaims(method, claims)
	maps.Copy(token.Header, header)
	maps.DeleteFunc(token.Header, func(_ string, v any) bool { return v == nil })
	text, err := token.SignedString(key)
	if err != nil {
		m.t.Fatal(err)
	}
	return text
}

// with is an administrator's token, good but for these claims.
func (m *mint) with(claims jwt.MapClaims) string {
	return m.sign(jwt.SigningMethodRS256, m.rsa, map[string]any{"kid": "rsa"}, m.claims("admin", claims))
}

// under is an administrator's token, good but for these entries of its header.
func (m *mint) under(header map[string]any) string {
	return m.sign(jwt.SigningMethodRS256, m.rsa, header, m.claims("admin", nil))
}

// publicText is what anybody can read of the key, as text.
func (m *mint) publicText() []byte {
	m.t.Helper()
	der, err := x509.MarshalPKIXPublicKey(m.rsa.Public())
	if err != nil {
		m.t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// forgery is one request that is not whose it says.
type forgery struct {
	name   string
	header http.Header
	query  string // "" is none
	status int    // 0 is 401
}

// bearer is a forgery that is all in the token.
func bearer(name, token string) forgery {
	return forgery{name: name, header: http.Header{"Authorization": {"Bearer " + token}}}
}

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// forgedHeads are tokens whose header is not what the issuer writes.
func (m *mint) forgedHeads() (out []forgery) {
	claims := m.claims("admin", nil)
	payload := strings.Split(m.with(nil), ".")[1]
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "", "none ", "HS256", "RS256"} {
		head := encoded(`{"alg":"` + alg + `","typ":"JWT","kid":"rsa"}`)
		out = append(out, bearer("unsigned as "+alg, head+"."+payload+"."), bearer("junk as "+alg, head+"."+payload+"."+encoded("x")))
	}
	for name, kid := range map[string]any{
		"none": nil, "a number": 1, "a list": []string{"rsa"}, "a path": "../../../../../../dev/null", "SQL": "x' UNION SELECT 'rsa' --", "a URL": m.url + "/lure",
		"a command": "rsa|cat /etc/passwd", "a null byte": "rsa\x00", "other case": "RSA", "another tenant's": "lure", "huge": strings.Repeat("rsa", 1500),
	} {
		out = append(out, bearer("kid: "+name, m.under(map[string]any{"kid": kid})))
	}
	lure := map[string]any{"kid": "lure", "jku": m.url + "/lure", "x5u": m.url + "/lure", "jwk": m.jwk("lure", m.foreign.Public())}
	own := maps.Clone(lure)
	own["kid"] = "rsa"
	return append(
		out,
		bearer("HS256 with the public key", m.sign(jwt.SigningMethodHS256, m.publicText(), map[string]any{"kid": "rsa"}, claims)),
		bearer("HS256 with nothing", m.sign(jwt.SigningMethodHS256, []byte{}, map[string]any{"kid": "rsa"}, claims)),
		bearer("RS512", m.sign(jwt.SigningMethodRS512, m.rsa, map[string]any{"kid": "rsa"}, claims)),
		bearer("PS256", m.sign(jwt.SigningMethodPS256, m.rsa, map[string]any{"kid": "rsa"}, claims)),
		bearer("RS256 under the curve's kid", m.under(map[string]any{"kid": "curve"})),
		bearer("ES256 under the other's kid", m.sign(jwt.SigningMethodES256, m.curve, map[string]any{"kid": "rsa"}, claims)),
		bearer("a wider curve", m.wide(claims)),
		bearer("another tenant's key", m.sign(jwt.SigningMethodRS256, m.foreign, map[string]any{"kid": "rsa"}, claims)),
		bearer("a key of its own", m.sign(jwt.SigningMethodRS256, m.foreign, lure, claims)),
		bearer("a key of its own under our kid", m.sign(jwt.SigningMethodRS256, m.foreign, own, claims)),
		bearer("crit", m.under(map[string]any{"kid": "rsa", "crit": []string{"exp"}})),
		bearer("crit without names", m.under(map[string]any{"kid": "rsa", "crit": []string{}})),
		bearer("b64", m.under(map[string]any{"kid": "rsa", "crit": []string{"b64"}, "b64": false})),
	)
}

// wide is signed by a curve that no issuer of ours uses.
func (m *mint) wide(claims jwt.MapClaims) string {
	m.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		m.t.Fatal(err)
	}
	return m.sign(jwt.SigningMethodES384, key, map[string]any{"kid": "curve"}, claims)
}

// forgedClaims are tokens of the issuer that are for somebody, some time or something else.
func (m *mint) forgedClaims() (out []forgery) {
	from := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	for name, claims := range map[string]jwt.MapClaims{
		"expired": {"exp": from(-time.Hour)}, "no exp": {"exp": nil}, "exp as text": {"exp": "2999-01-01"}, "exp below zero": {"exp": -1},
		"not yet": {"nbf": from(time.Hour)}, "nbf as text": {"nbf": "now"}, "issued tomorrow": {"iat": from(24 * time.Hour)},
		"another issuer": {"iss": "https://login.globex.example"}, "an issuer that begins alike": {"iss": mintIssuer + ".evil.example"},
		"no issuer": {"iss": nil}, "a list of issuers": {"iss": []string{mintIssuer}},
		"another audience": {"aud": "billing"}, "no audience": {"aud": nil}, "an empty audience": {"aud": []string{}},
		"another tenant": {"tenant": "globex"}, "a list of tenants": {"tenant": []string{"acme"}}, "an empty tenant": {"tenant": ""},
		"nobody": {"sub": nil, "client_id": nil}, "a number for a scope": {"scope": 7}, "an object for scopes": {"scope": map[string]any{"ROLE_PARTNER": true}},
	} {
		out = append(out, bearer(name, m.with(claims)))
	}
	return out
}

// forgedTexts are a good token, spoiled.
func (m *mint) forgedTexts() []forgery {
	good := m.with(nil)
	p := strings.Split(good, ".")
	root := strings.Split(m.with(jwt.MapClaims{"sub": "root"}), ".")[1]
	return []forgery{
		bearer("no signature", p[0]+"."+p[1]+"."), bearer("two parts", p[0]+"."+p[1]), bearer("claims of another token", p[0]+"."+root+"."+p[2]),
		bearer("half a signature", good[:len(good)-100]), bearer("junk behind", good+"AA"), bearer("a fourth part", good+".x"),
		bearer("two dots", p[0]+".."+p[2]), bearer("dots alone", ".."), bearer("twice", good+"."+good),
		bearer("padded", p[0]+"=."+p[1]+"."+p[2]), bearer("the other alphabet", p[0]+"."+p[1]+"."+strings.NewReplacer("-", "+", "_", "/").Replace(p[2])+"+"),
		bearer("encrypted", encoded(`{"alg":"dir","enc":"A256GCM","kid":"rsa"}`)+".."+p[1]+"."+p[1]+"."+p[2]), bearer("opaque", "0123456789abcdef0123456789abcdef"),
		bearer("oversized", good+strings.Repeat("A", 9<<10)), bearer("oversized claims", m.with(jwt.MapClaims{"x": strings.Repeat("x", 9<<10)})),
	}
}

// forgedRequests are good tokens in a place or a company where none counts.
func (m *mint) forgedRequests() []forgery {
	good, other := m.with(nil), m.with(jwt.MapClaims{"jti": "other"})
	return []forgery{
		{name: "the header twice", header: http.Header{"Authorization": {"Bearer " + good, "Bearer " + good}}},
		{name: "two tokens in two headers", header: http.Header{"Authorization": {"Bearer " + good}, "Mp-Authorization": {"Bearer " + other}}},
		{name: "the marketplace's header twice", header: http.Header{"Mp-Authorization": {good, other}}},
		{name: "two tokens in one header", header: http.Header{"Authorization": {"Bearer " + good + ", Bearer " + other}}},
		{name: "junk behind a space", header: http.Header{"Authorization": {"Bearer " + good + " x"}}},
		{name: "basic", header: http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("admin:"+good))}}},
		{name: "no scheme", header: http.Header{"Authorization": {good}}},
		{name: "an empty token", header: http.Header{"Authorization": {"Bearer "}}},
		{name: "a good one beside an empty one", header: http.Header{"Authorization": {"Bearer " + good}, "Mp-Authorization": {""}}},
		// There is no token where these have it: they are visitors', and refused by the field.
		{name: "in the query", query: "?access_token=" + url.QueryEscape(good), status: http.StatusOK},
		{name: "in a cookie", header: http.Header{"Cookie": {"access_token=" + good + "; Authorization=Bearer%20" + good}}, status: http.StatusOK},
		{name: "in headers of proxies", header: http.Header{"X-Forwarded-Authorization": {"Bearer " + good}, "Proxy-Authorization": {"Bearer " + good}, "X-User": {"admin"}}, status: http.StatusOK},
	}
}

// TestForgedTokens: none of them is answered anything, nor told again, and none
// makes a call: not to a backend, and not to where a token says its key is.
func TestForgedTokens(t *testing.T) {
	t.Parallel()
	m := startMint(t)
	b := startBackends(t, 1)
	g := b.start(t, m.mints)
	forgeries := append(append(append(m.forgedHeads(), m.forgedClaims()...), m.forgedTexts()...), m.forgedRequests()...)
	for _, f := range forgeries {
		b.forgetCalls(t)
		f.check(t, g)
	}
	if n := m.lured.Load(); n > 0 {
		t.Errorf("%d requests to where forged tokens lead", n)
	}
	// What was forged is as it should be otherwise: a good token is answered, in each form.
	for _, header := range []http.Header{
		{"Authorization": {"Bearer " + m.with(nil)}},
		{"Authorization": {"bearer " + m.with(nil)}},
		{"Mp-Authorization": {m.with(nil)}},
		{"Authorization": {"Bearer " + m.sign(jwt.SigningMethodES256, m.curve, map[string]any{"kid": "curve"}, m.claims("admin", nil))}},
	} {
		g.must(t, ask{doc: forgedDocument, header: header})
	}
}

const forgedDocument = `{ companies(first: 1) { nodes { id } } }`

func (f forgery) check(t *testing.T, g *front) {
	t.Helper()
	r := g.request(t, ask{doc: forgedDocument, header: f.header})
	r.URL.RawQuery = strings.TrimPrefix(f.query, "?")
	got := g.read(t, r)
	want := f.status
	if want == 0 {
		want = http.StatusUnauthorized
	}
	if got.status != want || len(got.errors) != 1 || got.errors[0].code() != "UNAUTHORIZED" || at(got.data, "companies") != nil {
		t.Errorf("%s is answered %d %s", f.name, got.status, got.body)
	}
	if challenged := got.header.Get("WWW-Authenticate") != ""; challenged != (want == http.StatusUnauthorized) {
		t.Errorf("%s: challenged: %v", f.name, challenged)
	}
	if made := g.calls(t); made.Total > 0 {
		t.Errorf("%s made calls: %v", f.name, made.ByRoute)
	}
	told := string(got.body) + g.log.String()
	for _, values := range f.header {
		for _, part := range strings.FieldsFunc(strings.Join(values, "."), func(r rune) bool { return strings.ContainsRune(". ,;=", r) }) {
			if len(part) > 20 && strings.Contains(told, part) {
				t.Errorf("%s: a part of it was told: %s", f.name, part)
			}
		}
	}
}

// TestScopesNarrowRoles: rights are those that the token's scopes and the records
// both have, so neither a narrow token nor a boastful one gives more.
func TestScopesNarrowRoles(t *testing.T) {
	t.Parallel()
	m := startMint(t)
	g := startBackends(t, 1).start(t, m.mints)
	const document = `{ companies(first: 1) { totalCount } me { id } }`
	for _, c := range []struct {
		name, persona string
		scopes        []string
		me, all       bool // answered; the whole marketplace's companies
	}{
		{"as asked", "admin", []string{"ROLE_USER", "ROLE_CHANNEL_ADMIN"}, true, true},
		{"narrower than the role", "admin", []string{"ROLE_USER"}, true, false},
		{"none of the roles", "admin", []string{"openid", "profile"}, false, false},
		{"no scope", "admin", nil, false, false},
		{"wider than the roles", "buyer", []string{"ROLE_USER", "ROLE_CHANNEL_ADMIN", "ROLE_PARTNER", "ROLE_PARTNER_READ"}, true, false},
		{"a service's scopes", "buyer", []string{"ROLE_PARTNER"}, false, false},
		{"no role at all", "admin", []string{"role_channel_admin", "ROLE_CHANNEL_ADMIN ", "ROLE_*", "ROOT"}, false, false},
	} {
		claims := m.claims(c.persona, jwt.MapClaims{"scope": c.scopes})
		token := m.sign(jwt.SigningMethodRS256, m.rsa, map[string]any{"kid": "rsa"}, claims)
		g.forgetCalls(t)
		got := g.query(t, ask{doc: document, header: http.Header{"Authorization": {"Bearer " + token}}})
		if me := at(got.data, "me") != nil; got.status != http.StatusOK || me != c.me {
			t.Errorf("%s: me: %v, want %v: %s", c.name, me, c.me, got.body)
		}
		if all := g.calls(t).ByRoute[routeCompanies] > 0; all != c.all {
			t.Errorf("%s: the list was read: %v, want %v: %s", c.name, all, c.all, got.body)
		}
	}
}
