package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// clock is a time that a test moves.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(time.Now().Truncate(time.Second).UnixNano()) // a token's times are whole seconds
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()) }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

// never keeps the background loop from fetching during a test.
const never = 1000 * time.Hour

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	iss, clock := newIssuer(t, jwks("one", keyOne())), newClock()
	a := start(t, TenantConfig{Name: "acme", JWKSURL: iss.URL}, Options{Now: clock.now})
	old := rs256("one", keyOne(), goodClaims(nil))
	rotated := rs256("two", keyTwo(), goodClaims(nil))

	if _, err := a.Authenticate(t.Context(), bearerHeader(old)); err != nil {
		t.Fatal(err)
	}
	iss.publish(jwks("one", keyOne(), "two", keyTwo()))
	for range 3 {
		if _, err := a.Authenticate(t.Context(), bearerHeader(rotated)); err != nil {
			t.Fatal(err)
		}
	}
	if got := iss.hits.Load(); got != 2 {
		t.Errorf("%d fetches, want one at the start and one for the unknown kid", got)
	}
	iss.publish(jwks("two", keyTwo()))
	clock.advance(11 * time.Second)
	_, err := a.Authenticate(t.Context(), bearerHeader(rs256("three", keyOne(), goodClaims(nil))))
	wantRefusal(t, err, Unauthorized)
	_, err = a.Authenticate(t.Context(), bearerHeader(old))
	wantRefusal(t, err, Unauthorized) // a key that was taken away serves no more
}

func TestUnknownKidsAreRateLimited(t *testing.T) {
	t.Parallel()
	iss, clock := newIssuer(t, jwks("one", keyOne())), newClock()
	a := start(t, TenantConfig{Name: "acme", JWKSURL: iss.URL}, Options{Now: clock.now})
	flood := func() {
		for i := range 50 {
			_, err := a.Authenticate(t.Context(), bearerHeader(rs256(fmt.Sprintf("k%d", i), keyOne(), goodClaims(nil))))
			refused := wantRefusal(t, err, Unauthorized)
			if !strings.Contains(refused.Message, "at most every 10s") {
				t.Fatalf("the limit isn't told: %q", refused.Message)
			}
		}
	}
	flood()
	if got := iss.hits.Load(); got != 2 {
		t.Errorf("%d fetches, want one at the start and one for all unknown kids", got)
	}
	clock.advance(10 * time.Second)
	flood()
	if got := iss.hits.Load(); got != 3 {
		t.Errorf("%d fetches after the limit's time, want 3", got)
	}
}

func TestOldKeysServeThroughAnOutage(t *testing.T) {
	t.Parallel()
	iss, clock := newIssuer(t, jwks("one", keyOne())), newClock()
	a := start(t, TenantConfig{Name: "acme", JWKSURL: iss.URL}, Options{Now: clock.now})
	known := bearerHeader(rs256("one", keyOne(), goodClaims(jwt.MapClaims{"exp": clock.now().Add(never).Unix()})))
	unknown := bearerHeader(rs256("two", keyTwo(), goodClaims(jwt.MapClaims{"exp": clock.now().Add(never).Unix()})))
	if _, err := a.Authenticate(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	for _, breakage := range []func(){
		func() { iss.fail(http.StatusInternalServerError) },
		func() { iss.fail(http.StatusNotFound) },
		func() { iss.publish("<html>maintenance</html>") },
		func() { iss.publish(`{"keys":[]}`) },
		func() { iss.publish(`{}`) },
		func() { iss.Close() },
	} {
		breakage()
		clock.advance(11 * time.Second)
		_, err := a.Authenticate(t.Context(), unknown)
		if refused := wantRefusal(t, err, Unavailable); !refused.Retryable() {
			t.Error("a new key in an outage is refused for good")
		}
		if _, err := a.Authenticate(t.Context(), known); err != nil {
			t.Errorf("a known key in an outage: %v", err)
		}
	}
	clock.advance(24 * time.Hour)
	_, err := a.Authenticate(t.Context(), known)
	wantRefusal(t, err, Unavailable)
}

func TestKeysGoneAtTheStart(t *testing.T) {
	t.Parallel()
	iss, clock := newIssuer(t, ""), newClock()
	iss.fail(http.StatusBadGateway)
	a := start(t, TenantConfig{Name: "acme", JWKSURL: iss.URL}, Options{Now: clock.now, Limits: Limits{KeySetRetry: never}})
	token := bearerHeader(rs256("one", keyOne(), goodClaims(nil)))
	for range 3 {
		_, err := a.Authenticate(t.Context(), token)
		wantRefusal(t, err, Unavailable)
	}
	if v, err := a.Authenticate(t.Context(), http.Header{}); err != nil || !v.IsAnonymous() {
		t.Errorf("a visitor needs keys: %v, %v", v, err)
	}
	iss.publish(jwks("one", keyOne()))
	clock.advance(11 * time.Second)
	if _, err := a.Authenticate(t.Context(), token); err != nil {
		t.Errorf("after the keys came back: %v", err)
	}
}

func TestHugeKeySetIsRefused(t *testing.T) {
	t.Parallel()
	many := make([]any, 0, 202)
	for i := range 101 {
		many = append(many, fmt.Sprintf("k%d", i), keyOne())
	}
	for name, set := range map[string]string{
		"bytes": strings.Repeat(" ", 1<<20) + jwks("one", keyOne()),
		"keys":  jwks(many...),
	} {
		iss := newIssuer(t, set)
		a := start(t, TenantConfig{Name: "acme", JWKSURL: iss.URL}, Options{})
		_, err := a.Authenticate(t.Context(), bearerHeader(rs256("one", keyOne(), goodClaims(nil))))
		wantRefusal(t, err, Unavailable)
		if got := iss.hits.Load(); got == 0 {
			t.Errorf("%s: not fetched at all", name)
		}
	}
}

// TestADribblingKeySetIsGivenUp: an answer that goes on for ever ends with the fetch's own time.
func TestADribblingKeySetIsGivenUp(t *testing.T) {
	t.Parallel()
	iss := newIssuer(t, "")
	iss.answer(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"keys":[`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	a := start(t, TenantConfig{Name: "acme", JWKSURL: iss.URL}, Options{Limits: Limits{KeySetTimeout: 50 * time.Millisecond}})
	_, err := a.Authenticate(t.Context(), bearerHeader(rs256("one", keyOne(), goodClaims(nil))))
	wantRefusal(t, err, Unavailable)
}

func TestKeysAreNotReadFromElsewhere(t *testing.T) {
	t.Parallel()
	elsewhere := newIssuer(t, jwks("one", keyOne()))
	iss := newIssuer(t, "")
	iss.answer(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) })
	given := &http.Client{} // follows redirects by default
	defer given.CloseIdleConnections()
	a := start(t, TenantConfig{Name: "acme", JWKSURL: iss.URL, HTTP: given}, Options{})
	_, err := a.Authenticate(t.Context(), bearerHeader(rs256("one", keyOne(), goodClaims(nil))))
	wantRefusal(t, err, Unavailable)
	if elsewhere.hits.Load() != 0 {
		t.Error("a redirect was followed")
	}
	if given.CheckRedirect != nil {
		t.Error("the given client was changed")
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

func TestRequestsShareOneFetch(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	iss := newIssuer(t, "")
	iss.answer(func(w http.ResponseWriter, _ *http.Request) {
		<-release
		_, _ = w.Write([]byte(jwks("one", keyOne())))
	})
	a := start(t, TenantConfig{Name: "acme", JWKSURL: iss.URL}, Options{})
	token := bearerHeader(rs256("one", keyOne(), goodClaims(nil)))
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := a.Authenticate(t.Context(), token); err != nil {
				t.Error(err)
			}
		})
	}
	close(release)
	wg.Wait()
	if got := iss.hits.Load(); got != 1 {
		t.Errorf("%d fetches, want 1", got)
	}
}

// TestParseKeys changes one member of a good key at a time.
func TestParseKeys(t *testing.T) {
	t.Parallel()
	small := must(rsa.GenerateKey(rand.Reader, 1024))
	wide := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	edwards := must2(ed25519.GenerateKey(rand.Reader))
	member := func(public any, changes map[string]any) string {
		var m map[string]any
		if err := json.Unmarshal(must(json.Marshal(jwk("k", public))), &m); err != nil {
			t.Fatal(err)
		}
		maps.Copy(m, changes)
		return `{"keys":[` + string(must(json.Marshal(m))) + `]}`
	}
	for _, tc := range []struct {
		name, set string
		alg       string // "" for a set without usable keys
	}{
		{"RSA", member(keyOne().Public(), nil), algRS256},
		{"EC", member(keyCurve().Public(), nil), algES256},
		{"no use", member(keyOne().Public(), map[string]any{"use": ""}), algRS256},
		{"alg said", member(keyOne().Public(), map[string]any{"alg": "RS256"}), algRS256},
		{"key_ops", member(keyOne().Public(), map[string]any{"key_ops": []string{"verify"}}), algRS256},
		{"certificate elsewhere", member(keyOne().Public(), map[string]any{"x5u": "http://127.0.0.1:1/"}), algRS256},
		{"another RSA alg", member(keyOne().Public(), map[string]any{"alg": "RS512"}), ""},
		{"alg of another key type", member(keyCurve().Public(), map[string]any{"alg": "RS256"}), ""},
		{"for encryption", member(keyOne().Public(), map[string]any{"use": "enc"}), ""},
		{"for signing only", member(keyOne().Public(), map[string]any{"key_ops": []string{"sign"}}), ""},
		{"no kid", member(keyOne().Public(), map[string]any{"kid": ""}), ""},
		{"kid that isn't a string", member(keyOne().Public(), map[string]any{"kid": 7}), ""},
		{"RSA too small", member(small.Public(), nil), ""},
		{"RSA too large", member(keyOne().Public(), map[string]any{"n": strings.Repeat("_", 1400)}), ""},
		{"broken modulus", member(keyOne().Public(), map[string]any{"n": "*"}), ""},
		{"curve too wide", member(wide.Public(), nil), ""},
		{"Edwards curve", member(edwards, nil), ""},
		{"secret", `{"keys":[{"kty":"oct","kid":"k","k":"c2VjcmV0","alg":"HS256"}]}`, ""},
		{"unknown type", `{"keys":[{"kty":"XYZ","kid":"k"}]}`, ""},
		{"not an object", `{"keys":[7,null,"x",[]]}`, ""},
		{"keys that aren't a list", `{"keys":{}}`, ""},
		{"no keys", `{}`, ""},
		{"not JSON", `<html>`, ""},
		{"nothing", ``, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			byID, err := parseKeys([]byte(tc.set), 10)
			if (err == nil) != (tc.alg != "") {
				t.Fatalf("parseKeys = %v, %v", byID, err)
			}
			if _, ok := byID[keyID{tc.alg, "k"}]; tc.alg != "" && (!ok || len(byID) != 1) {
				t.Errorf("keys = %v, want one for %s", byID, tc.alg)
			}
		})
	}
}

func must2[A, B any](a A, _ B, err error) A {
	if err != nil {
		panic(err)
	}
	return a
}

func TestSameKidOfTwoKinds(t *testing.T) {
	t.Parallel()
	byID, err := parseKeys([]byte(jwks("k", keyOne(), "k", keyCurve(), "k", keyTwo())), 3)
	if err != nil {
		t.Fatal(err)
	}
	first, ok := byID[keyID{algRS256, "k"}].(*rsa.PublicKey)
	if len(byID) != 2 || !ok || !first.Equal(keyOne().Public()) {
		t.Errorf("keys = %v, want the first of each kind", byID)
	}
}

func TestBoundedFetch(t *testing.T) {
	t.Parallel()
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("x", 1<<10)); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	client, free := newClient(nil)
	defer free()
	req := must(http.NewRequestWithContext(t.Context(), http.MethodGet, endless.URL+"/?secret=x", http.NoBody))
	if _, err := do(client, req, 10_000); err == nil || err.Error() != "the answer is larger than 10000 bytes" {
		t.Errorf("an endless answer: %v", err)
	}
	endless.CloseClientConnections()
	endless.Close()
	if _, err := do(client, req, 10_000); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a server that is gone: %v", err)
	}
}

func FuzzParseKeys(f *testing.F) {
	f.Add([]byte(jwks("one", keyOne(), "curve", keyCurve())))
	f.Add([]byte(`{"keys":[{"kty":"RSA","kid":"k","n":"AQAB","e":"AQAB"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"EC","kid":"k","crv":"P-256","x":"AA","y":"AA"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"OKP","kid":"k","crv":"Ed25519","x":""}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		byID, err := parseKeys(body, 4)
		if (err == nil) != (len(byID) > 0) || len(byID) > 4 {
			t.Errorf("%d keys, %v", len(byID), err)
		}
		for id, key := range byID {
			if id.kid == "" || algorithm(key) != id.alg {
				t.Errorf("%v: %T", id, key)
			}
		}
	})
}
