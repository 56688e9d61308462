package sandbox

import (
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// TestVerifyInsistsOnEveryClaim signs with the right key and spoils one claim at
// a time.
func TestVerifyInsistsOnEveryClaim(t *testing.T) {
	s := shared.box.tenants[0].signer
	good := func() accessClaims {
		return accessClaims{
			RegisteredClaims: jwt.RegisteredClaims{
				Issuer: s.issuer, Subject: "x", Audience: jwt.ClaimStrings{"other", s.audience},
				ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
			},
			Tenant: s.tenant,
		}
	}
	tests := []struct {
		name  string
		spoil func(*accessClaims)
		ok    bool
	}{
		{"nothing spoiled", func(*accessClaims) {}, true},
		{"issuer", func(c *accessClaims) { c.Issuer = "https://elsewhere.example" }, false},
		{"audience", func(c *accessClaims) { c.Audience = jwt.ClaimStrings{"other"} }, false},
		{"no audience", func(c *accessClaims) { c.Audience = nil }, false},
		{"tenant", func(c *accessClaims) { c.Tenant = "globex" }, false},
		{"no tenant", func(c *accessClaims) { c.Tenant = "" }, false},
		{"expired", func(c *accessClaims) { c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(-time.Second)) }, false},
		{"no expiry", func(c *accessClaims) { c.ExpiresAt = nil }, false},
		{"not yet", func(c *accessClaims) { c.NotBefore = jwt.NewNumericDate(time.Now().Add(time.Hour)) }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			claims := good()
			test.spoil(&claims)
			token, err := s.sign(claims)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.verify(token); (err == nil) != test.ok {
				t.Errorf("verified: %v", err)
			}
		})
	}
}

// TestVerifyInsistsOnAlgorithmAndKey where the claims are fine.
func TestVerifyInsistsOnAlgorithmAndKey(t *testing.T) {
	s := shared.box.tenants[0].signer
	own, err := s.key()
	if err != nil {
		t.Fatal(err)
	}
	claims := accessClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.issuer, Audience: jwt.ClaimStrings{s.audience}, ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
		},
		Tenant: s.tenant,
	}
	tests := []struct {
		name   string
		method jwt.SigningMethod
		key    any
		kid    any
		ok     bool
	}{
		{"as issued", jwt.SigningMethodRS256, own.PrivateKey, own.id, true},
		{"no kid", jwt.SigningMethodRS256, own.PrivateKey, nil, false},
		{"another kid", jwt.SigningMethodRS256, own.PrivateKey, "other", false},
		{"a stronger digest", jwt.SigningMethodRS512, own.PrivateKey, own.id, false},
		{"a shared secret", jwt.SigningMethodHS256, own.N.Bytes(), own.id, false},
		{"none", jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, own.id, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			token := jwt.NewWithClaims(test.method, claims)
			if test.kid != nil {
				token.Header["kid"] = test.kid
			}
			raw, err := token.SignedString(test.key)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.verify(raw); (err == nil) != test.ok {
				t.Errorf("verified: %v", err)
			}
		})
	}
}

// TestTenantsPublishDifferentKeys and nothing private.
func TestTenantsPublishDifferentKeys(t *testing.T) {
	t.Parallel()
	acmeID, acme := publishedKey(t, shared, "acme")
	globexID, globex := publishedKey(t, shared, "globex")
	if acmeID == globexID || acme.Equal(globex) {
		t.Error("two tenants share a key")
	}
	if acme.N.BitLen() != keyBits {
		t.Errorf("a key of %d bits", acme.N.BitLen())
	}
	published, err := shared.box.tenants[0].signer.jwks()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range published["keys"].([]any) {
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
			if field(key, private) != nil {
				t.Errorf("member %q is published", private)
			}
		}
	}
}

// FuzzVerify must refuse whatever it is given without a key.
func FuzzVerify(f *testing.F) {
	for _, seed := range []string{"", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if claims, err := shared.box.tenants[0].signer.verify(raw); err == nil {
			t.Errorf("%q verified as %v", raw, claims)
		}
	})
}
