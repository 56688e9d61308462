package sandbox

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// keyBits is the size of a tenant's signing key.
const keyBits = 2048

// Documented lifetimes. A new access token is announced as one second short of
// twelve hours, as the printed responses are.
const (
	accessLifetime  = 12 * time.Hour
	idLifetime      = time.Hour
	refreshLifetime = 30 * 24 * time.Hour
	codeLifetime    = time.Minute
)

// signer issues and verifies one tenant's tokens. It lives as long as the
// Sandbox: a reset changes the data, not the keys.
type signer struct {
	tenant, issuer, audience string
	key                      *rsa.PrivateKey
	kid                      string
	now                      func() time.Time
}

// accessClaims are the claims of an access token.
type accessClaims struct {
	jwt.RegisteredClaims
	ClientID string   `json:"client_id"`
	Scope    []string `json:"scope"`
	Tenant   string   `json:"tenant"`
}

// idClaims are the claims of an ID token.
type idClaims struct {
	jwt.RegisteredClaims
	Nonce      string `json:"nonce,omitempty"`
	Email      string `json:"email,omitempty"`
	GivenName  string `json:"given_name,omitempty"`
	FamilyName string `json:"family_name,omitempty"`
}

// newSigner makes a fresh key. Its id is a digest of the key, so that two
// sandboxes never publish different keys under one id.
func newSigner(t Tenant, now func() time.Time) (*signer, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, fmt.Errorf("sandbox: signing key of %s: %w", t.Name, err)
	}
	digest := sha256.Sum256(key.N.Bytes())
	kid := t.Name + "-" + base64.RawURLEncoding.EncodeToString(digest[:6])
	return &signer{tenant: t.Name, issuer: t.Issuer, audience: t.Audience, key: key, kid: kid, now: now}, nil
}

// access issues an access token; subject is a user's email or the client's id.
func (s *signer) access(subject, client string, scopes []string) (string, error) {
	now := s.now()
	return s.sign(accessClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.issuer, Subject: subject, Audience: jwt.ClaimStrings{s.audience}, ID: rand.Text(),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(accessLifetime)),
		},
		ClientID: client, Scope: scopes, Tenant: s.tenant,
	})
}

// id issues an ID token for a client about a user.
func (s *signer) id(client, nonce string, scopes []string, user *Record) (string, error) {
	now := s.now()
	claims := idClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.issuer, Subject: user.ID, Audience: jwt.ClaimStrings{client},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(idLifetime)),
		},
		Nonce: nonce,
	}
	for _, scope := range scopes {
		switch scope {
		case "email":
			claims.Email = user.text("email")
		case "profile":
			claims.GivenName, claims.FamilyName = user.text("firstName"), user.text("lastName")
		}
	}
	return s.sign(claims)
}

// sign signs any claims with the tenant's key and names it in the header.
func (s *signer) sign(claims jwt.Claims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = s.kid
	signed, err := token.SignedString(s.key)
	if err != nil {
		return "", fmt.Errorf("sandbox: sign token of %s: %w", s.tenant, err)
	}
	return signed, nil
}

// errForeignToken is one error for two causes: neither is a caller's business.
var errForeignToken = errors.New("token of another tenant or key")

// verify reads an access token of this tenant.
func (s *signer) verify(raw string) (accessClaims, error) {
	var claims accessClaims
	_, err := jwt.ParseWithClaims(raw, &claims, s.publicKey,
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired(), jwt.WithIssuer(s.issuer),
		jwt.WithAudience(s.audience), jwt.WithTimeFunc(s.now))
	if err != nil {
		return accessClaims{}, err
	}
	if claims.Tenant != s.tenant {
		return accessClaims{}, errForeignToken
	}
	return claims, nil
}

// publicKey refuses an unknown kid before any signature is checked.
func (s *signer) publicKey(t *jwt.Token) (any, error) {
	if t.Header["kid"] != s.kid {
		return nil, errForeignToken
	}
	return crypto.PublicKey(&s.key.PublicKey), nil
}

// jwks is the key set as served at certs.
func (s *signer) jwks() Document {
	number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	return Document{"keys": []any{Document{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": s.kid,
		"n": number(s.key.N), "e": number(big.NewInt(int64(s.key.E))),
	}}}
}
