package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
)

// ServiceUserConfig is a person whom a marketplace keeps for the gateway, and who
// has signed in to a client application once.
type ServiceUserConfig struct {
	// ClientID is the client application that the person has signed in to.
	ClientID string `yaml:"clientId"`
	// ClientSecret goes with ClientID.
	ClientSecret Secret `yaml:"clientSecret"`
	// RefreshToken is what signing in has given. What replaces it is kept by the gateways.
	RefreshToken Secret `yaml:"refreshToken"`
}

func (u *ServiceUserConfig) check(c *checker, path string) {
	if u.ClientID == "" {
		c.add(path+".clientId", "is missing")
	}
	c.secret(path+".clientSecret", &u.ClientSecret)
	c.secret(path+".refreshToken", &u.RefreshToken)
}

// session names what comes of the refresh token. Where another is configured, that
// begins anew, while replicas that do not know of it yet go on with what they have.
func (u *ServiceUserConfig) session(tenant string) (cache.Tag, error) {
	scope, err := cache.NewScope(tenant, string(upstream.ServiceUser))
	if err != nil {
		return cache.Tag{}, err
	}
	digest := sha256.Sum256([]byte(u.RefreshToken.value))
	return scope.Tag("session", u.ClientID, hex.EncodeToString(digest[:16])), nil
}

// hasServiceUser reports whether any tenant has one.
func (cfg *Config) hasServiceUser() bool {
	return slices.ContainsFunc(cfg.Tenants, func(t TenantConfig) bool { return t.AppDirect.ServiceUser != nil })
}

func (cfg *Config) checkVaultKey(c *checker) {
	needed := cfg.Redis.named() && cfg.hasServiceUser()
	if !needed && !cfg.VaultKey.named() {
		return
	}
	c.secret("vaultKey", &cfg.VaultKey)
	if _, err := cfg.vaultKey(); err != nil && cfg.VaultKey.value != "" {
		c.add("vaultKey", "is no base64 of 32 bytes; make one with: openssl rand -base64 32")
	}
}

// vaultKey decodes the key; nil where none is configured.
func (cfg *Config) vaultKey() ([]byte, error) {
	if cfg.VaultKey.value == "" {
		return nil, nil //nolint:nilnil // no key is what a vault without Redis takes
	}
	key, err := base64.StdEncoding.DecodeString(cfg.VaultKey.value)
	if err == nil && len(key) != cache.VaultKeyBytes {
		err = base64.CorruptInputError(len(key))
	}
	return key, err
}
