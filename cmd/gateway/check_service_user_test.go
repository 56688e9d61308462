package main

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/cache"
)

// withServiceUser signs acme's service user in and writes that into the configuration.
func (c *checked) withServiceUser(t *testing.T) {
	t.Helper()
	user, err := c.box.ServiceUser("acme")
	if err != nil {
		t.Fatal(err)
	}
	c.of("appdirect")["serviceUser"] = map[string]any{
		"clientId": user.ClientID, "clientSecret": c.secret(t, "service-secret", user.ClientSecret),
		"refreshToken": c.secret(t, "service-token", user.RefreshToken),
	}
}

// withVault names a Redis, and a key that is this byte over and over.
func (c *checked) withVault(t *testing.T, redis string, key byte) {
	t.Helper()
	c.top = map[string]any{
		"redis":    c.secret(t, "redis", redis),
		"vaultKey": c.secret(t, "vault-key", base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{key}, cache.VaultKeyBytes))),
	}
}

// TestCheckOfTheServiceUser: the check goes by what gateways share, uses nothing up that it cannot hand on, and says
// what to do.
func TestCheckOfTheServiceUser(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	redis, kill := startRedis(t)
	c := toCheck(t, b)
	says := func(step string, code int, want ...string) {
		t.Helper()
		got, said := c.run(t)
		if got != code {
			t.Errorf("%s: exit code %d, want %d:\n%s", step, got, code, said)
		}
		for _, text := range want {
			if !strings.Contains(said, text) {
				t.Errorf("%s: %q is not in:\n%s", step, text, said)
			}
		}
	}
	c.withServiceUser(t)
	says("without redis", exitOK, "serviceUser    -     not tried")
	c.withVault(t, redis, 1)
	for range 2 { // the second goes by what the first has stored, and the first by a token that nobody has used
		says("with redis", exitOK, "serviceUser    ok    signed in through acme-service")
	}
	c.withVault(t, redis, 2)
	says("another key", exitFailed, "serviceUser    FAIL  the session in redis is sealed with another key", "check vaultKey")
	c.withVault(t, redis, 1)

	c.withServiceUser(t) // another session, which begins anew under whatever key
	says("a new session", exitOK, "signed in through")
	c.of("appdirect")["serviceUser"].(map[string]any)["refreshToken"] = c.secret(t, "service-token", "revoked")
	says("revoked", exitFailed, "serviceUser    FAIL  refused the credentials (status 400)", "sign the service user in again", "refreshToken (")
	c.withServiceUser(t)
	c.of("appdirect")["serviceUser"].(map[string]any)["clientSecret"] = c.secret(t, "service-secret", "wrong")
	says("wrong secret", exitFailed, "serviceUser    FAIL  refused the credentials (status 401)", "check the service user's clientId")
	kill()
	says("redis away", exitFailed, "the session is in redis, which does not answer")
}

// TestServiceUserSettings that are wrong are named.
func TestServiceUserSettings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		cfg  Config
		want string // "" for none
	}{
		{"no redis, no key", Config{}, ""},
		{"redis, no key", Config{Redis: Secret{Env: "X"}}, "vaultKey: is missing"},
		{"key is no base64", Config{VaultKey: Secret{File: "testdata/none", value: "?"}}, "vaultKey: is no base64 of 32 bytes"},
		{"key is too short", Config{VaultKey: Secret{File: "testdata/none", value: "c2hvcnQ="}}, "vaultKey: is no base64 of 32 bytes"},
	} {
		tc.cfg.Tenants = []TenantConfig{{AppDirect: AppDirectConfig{ServiceUser: &ServiceUserConfig{}}}}
		c := &checker{}
		tc.cfg.checkVaultKey(c)
		if said := strings.Join(c.faults, "\n"); !strings.Contains(said, tc.want) || (said == "") != (tc.want == "") {
			t.Errorf("%s: %q", tc.name, said)
		}
	}
	c := &checker{}
	(&ServiceUserConfig{}).check(c, "u")
	if len(c.faults) != 3 {
		t.Errorf("nothing is configured, and it says %q", c.faults)
	}
}
