package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Keys are dear to make: all tests share these. Nothing changes them.
var (
	keyOne   = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	keyTwo   = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	keyCurve = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// contract is the file of facts taken from the backend's documents: every endpoint, the roles that it prints, and what
// is said of roles and scopes.
type contract struct {
	Routes []struct {
		Method, Path string
		Roles        []Role
	}
	Unroled []string // endpoints that print no role, as "GET /path"
	Records map[Role]string
	Scopes  map[string][]string // by name: the grants that may ask for it
}

// printed are the roles of each endpoint, none where the contract prints none.
func (c contract) printed() map[string][]Role {
	out := map[string][]Role{}
	for _, r := range c.Routes {
		out[r.Method+" "+r.Path] = r.Roles
	}
	for _, endpoint := range c.Unroled {
		out[endpoint] = nil
	}
	return out
}

// union are the roles of all these lists, sorted, each once.
func union(lists ...[]Role) []Role {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

func readContract(t *testing.T) contract {
	t.Helper()
	var c contract
	if err := json.Unmarshal(must(os.ReadFile("testdata/contract.json")), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// issuer is a tenant's token service: a key set behind real HTTP.
type issuer struct {
	*httptest.Server
	hits  atomic.Int64
	mu    sync.Mutex
	serve http.HandlerFunc
}

func newIssuer(t *testing.T, set string) *issuer {
	t.Helper()
	i := &issuer{}
	i.publish(set)
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.hits.Add(1)
		i.mu.Lock()
		serve := i.serve
		i.mu.Unlock()
		serve(w, r)
	}))
	t.Cleanup(i.Close)
	return i
}

// answer replaces what the endpoint does from now on.
func (i *issuer) answer(serve http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.serve = serve
}

func (i *issuer) publish(set string) {
	i.answer(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(set)) })
}

func (i *issuer) fail(status int) {
	i.answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
}

// jwks writes a key set; the arguments are kid, key, kid, key, …
func jwks(pairs ...any) string {
	set := jwkset.JWKSMarshal{}
	for n := 0; n < len(pairs); n += 2 {
		set.Keys = append(set.Keys, jwk(pairs[n].(string), pairs[n+1].(crypto.Signer).Public()))
	}
	return string(must(json.Marshal(set)))
}

func jwk(kid string, public any) jwkset.JWKMarshal {
	return must(jwkset.NewJWKFromKey(public, jwkset.JWKOptions{
		Metadata: jwkset.JWKMetadataOptions{KID: kid, USE: jwkset.UseSig},
	})).Marshal()
}

// goodClaims has the printed shape of a user's token; changes replace claims, and nil removes one.
func goodClaims(changes jwt.MapClaims) jwt.MapClaims {
	claims := jwt.MapClaims{
		"sub": "ada@example.com", "aud": []string{"account", "billing"}, "exp": time.Now().Add(time.Hour).Unix(),
		"iss": "https://acme.example", "jti": "813fd046", "client_id": "storefront", "scope": []string{"ROLE_USER", "openid", "ROLE_SYS_ADMIN"},
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

// sign makes a token; header entries are added, and nil removes one.
func sign(method jwt.SigningMethod, key any, header map[string]any, claims jwt.MapClaims) string {
	token := jwt.NewWithClaims(method, claims)
	maps.Copy(token.Header, header)
	maps.DeleteFunc(token.Header, func(_ string, v any) bool { return v == nil })
	return must(token.SignedString(key))
}

func rs256(kid string, key *rsa.PrivateKey, claims jwt.MapClaims) string {
	return sign(jwt.SigningMethodRS256, key, map[string]any{"kid": kid}, claims)
}

func bearerHeader(token string) http.Header {
	return http.Header{"Authorization": {"Bearer " + token}}
}

func start(t *testing.T, cfg TenantConfig, opts Options) *Authenticator {
	t.Helper()
	a, err := NewAuthenticator(t.Context(), cfg, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

// wantRefusal checks that err is an *Error with the code.
func wantRefusal(t *testing.T, err error, code Code) *Error {
	t.Helper()
	refused, ok := errors.AsType[*Error](err)
	if !ok || refused.Code != code {
		t.Fatalf("error = %v, want an *Error with %v", err, code)
	}
	return refused
}

// roundTrip is an http.RoundTripper, for tests in a synctest bubble, where a real network's waiting can't be seen.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answering(status int, body string) *http.Response {
	rec := httptest.NewRecorder()
	rec.WriteHeader(status)
	_, _ = rec.WriteString(body)
	return rec.Result()
}
