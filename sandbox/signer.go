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
	"net/http"
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
	now                      func() time.Time
	key                      func() (signingKey, error)
}

// signingKey has an id that is a digest of it, so that two sandboxes never publish
// different keys under one id.
type signingKey struct {
	*rsa.PrivateKey
	id string
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

func newSigningKey(tenant string) (signingKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return signingKey{}, fmt.Errorf("sandbox: signing key of %s: %w", tenant, err)
	}
	digest := sha256.Sum256(key.N.Bytes())
	return signingKey{key, tenant + "-" + base64.RawURLEncoding.EncodeToString(digest[:6])}, nil
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
	key, err := s.key()
	if err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = key.id
	signed, err := token.SignedString(key.PrivateKey)
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
	key, err := s.key()
	if err != nil {
		return nil, err
	}
	if t.Header["kid"] != key.id {
		return nil, errForeignToken
	}
	return crypto.PublicKey(&key.PublicKey), nil
}

// serveCerts answers with the key set.
func (s *signer) serveCerts(w http.ResponseWriter, _ *http.Request) {
	keys, err := s.jwks()
	if err != nil {
		writeJSON(w, http.StatusInternalServerError, Document{"error": "server_error"})
		return
	}
	writeJSON(w, http.StatusOK, keys)
}

// jwks is the key set as served at certs.
func (s *signer) jwks() (Document, error) {
	key, err := s.key()
	if err != nil {
		return nil, err
	}
	number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	return Document{"keys": []any{Document{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.id,
		"n": number(key.N), "e": number(big.NewInt(int64(key.E))),
	}}}, nil
}
