package main

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
)

const defaultDoc = `mutation($input: SetDefaultPaymentMethodInput!) { setDefaultPaymentMethod(input: $input) {
	paymentMethod { id isDefault } userErrors { __typename ... on UserError { message path } } } }`

// TestInWhoseNameTheDefaultIsSet: people by their own token, services by the service user, and without one nobody.
func TestInWhoseNameTheDefaultIsSet(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	g := b.start(t)
	lone := b.start(t, func(cfg *Config) { cfg.Tenants[0].AppDirect.ServiceUser = nil })
	s := newShopper(t, g, "acme", "buyer")
	var methods []any
	for range 2 {
		input := map[string]any{"userId": s.user, "accountId": s.company, "token": s.cardToken(t)}
		methods = append(methods, at(s.must(t, s.ask(paymentDoc, input)), "addPaymentMethod", "paymentMethod", "id"))
	}
	const own, nobody = "does not admit you", "a person's own access token (authority `viewer`) or to the marketplace's service user (authority `serviceUser`), and there is none"
	for i, tc := range []struct {
		name    string
		gateway *front
		as      string
		method  any
		code    string // of the error; "" for none
		says    string
		sent    int
	}{
		{"a person", g, "buyer", methods[0], "", "", 1},
		{"what is so already", g, "buyer", methods[0], "", "", 0},
		{"a service", g, "partner", methods[1], "", "", 1},
		{"another's method", g, "buyer", "none", "NOT_FOUND", "PaymentMethod", 0},
		{"an administrator, whom the backend lets speak for themselves only", g, "company-admin", methods[0], "FORBIDDEN", own, 1},
		{"a person without a service user", lone, "buyer", methods[0], "", "", 1},
		{"a service without a service user", lone, "partner", methods[1], "FORBIDDEN", nobody, 0},
		{"a visitor", g, "", methods[1], "UNAUTHORIZED", "", 0},
	} {
		b.forgetCalls(t)
		got := tc.gateway.query(t, ask{as: tc.as, doc: defaultDoc, vars: map[string]any{
			"input": map[string]any{"userId": s.user, "accountId": s.company, "paymentMethodId": tc.method},
		}})
		if n := b.calls(t).ByRoute["POST /appMarket/v2/paymentMethods/defaults"]; n != tc.sent {
			t.Errorf("%d, %s: %d sent, want %d: %v", i, tc.name, n, tc.sent, b.calls(t).ByRoute)
		}
		if tc.code != "" {
			if len(got.errors) != 1 || got.errors[0].code() != tc.code || !strings.Contains(got.errors[0].Message, tc.says) {
				t.Errorf("%d, %s: %s", i, tc.name, got.body)
			}
			continue
		}
		set := at(got.data, "setDefaultPaymentMethod", "paymentMethod")
		if len(got.errors) > 0 || text(set, "id") != tc.method || at(set, "isDefault") != true {
			t.Errorf("%d, %s: %s", i, tc.name, got.body)
		}
	}
}

// TestGatewaysShareAServiceUser: one session in Redis, sealed, from which each of them takes the token; another key
// opens nothing, and the log says what to do.
func TestGatewaysShareAServiceUser(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	url, _ := startRedis(t)
	user, err := b.box.ServiceUser("acme")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	same := func(cfg *Config) {
		withRedis(url)(cfg)
		cfg.Tenants[0].AppDirect.ServiceUser = &ServiceUserConfig{
			ClientID: user.ClientID, ClientSecret: Secret{value: user.ClientSecret}, RefreshToken: Secret{value: user.RefreshToken},
		}
		if keys = append(keys, cfg.VaultKey.value); len(keys) < 3 {
			cfg.VaultKey.value = keys[0]
		}
	}
	buyer := b.start(t, same)
	s := newShopper(t, buyer, "acme", "buyer")
	method := at(s.must(t, s.ask(paymentDoc, map[string]any{"userId": s.user, "accountId": s.company, "token": s.cardToken(t)})), "addPaymentMethod", "paymentMethod", "id")
	other := at(s.must(t, s.ask(paymentDoc, map[string]any{"userId": s.user, "accountId": s.company, "token": s.cardToken(t)})), "addPaymentMethod", "paymentMethod", "id")
	set := func(g *front, method any) reply {
		t.Helper()
		return g.query(t, ask{as: "partner", doc: defaultDoc, vars: map[string]any{
			"input": map[string]any{"userId": s.user, "accountId": s.company, "paymentMethodId": method},
		}})
	}
	second := b.start(t, same)
	for i, g := range []*front{buyer, second} {
		if got := set(g, []any{method, other}[i]); len(got.errors) > 0 {
			t.Fatalf("gateway %d: %s\n%s", i, got.body, g.log)
		}
	}
	kept := everythingIn(t, url)
	for _, secret := range []string{user.RefreshToken, user.ClientSecret, "eyJhbGci", `"refresh"`} {
		if strings.Contains(kept, secret) {
			t.Errorf("Redis holds %q", secret)
		}
	}
	if strings.Count(kept, ":v:") != 1 {
		t.Errorf("not one session is kept: %.300s", kept)
	}
	third := b.start(t, same)
	if got := set(third, method); len(got.errors) != 1 || got.errors[0].code() != "INTERNAL_SERVER_ERROR" {
		t.Errorf("with another key: %s", got.body)
	}
	if said := third.log.String(); !strings.Contains(said, "give back the vaultKey") || strings.Contains(said, user.RefreshToken) {
		t.Errorf("log: %s", said)
	}
}

// everythingIn is each name in a Redis with what it holds, where that is a text.
func everythingIn(t *testing.T, url string) string {
	t.Helper()
	client, err := cache.OpenRedis(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	var all strings.Builder
	names, err := client.Keys(t.Context(), "*").Result()
	for _, name := range names {
		value, err := client.Get(t.Context(), name).Result()
		if err != nil && !errors.As(err, new(redis.Error)) {
			t.Fatal(err)
		}
		all.WriteString(name + "=" + value + "\n")
	}
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// TestRenewalsAreLogged once when they begin to fail and once when they work again, with what to do.
func TestRenewalsAreLogged(t *testing.T) {
	t.Parallel()
	book := &logBook{}
	told := renewals(slog.New(slog.NewJSONHandler(book, nil)), "acme")
	revoked := &upstream.CredentialsError{Kind: upstream.Unauthenticated, Status: http.StatusBadRequest, Code: "invalid_grant"}
	for _, err := range []error{nil, revoked, revoked, nil, nil} {
		told(err)
	}
	lines := strings.Split(strings.TrimSpace(book.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "sign the service user in again") || !strings.Contains(lines[1], "renewed again") {
		t.Errorf("logged %q", lines)
	}
}
