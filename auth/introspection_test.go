package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

const opaque = "opaque-token-0123456789"

// introspecting is a tenant whose endpoint answers with claims.
func introspecting(t *testing.T, answer jwt.MapClaims, opts Options) (*Authenticator, *issuer) {
	t.Helper()
	iss := newIssuer(t, string(must(json.Marshal(answer))))
	return start(t, TenantConfig{
		Name: "acme", Issuer: "https://acme.example", Audiences: []string{"account"},
		Introspection: &IntrospectionConfig{URL: iss.URL, ClientID: "gate way", ClientSecret: "s:cr&t"},
	}, opts), iss
}

func TestIntrospectionRequest(t *testing.T) {
	t.Parallel()
	a, iss := introspecting(t, nil, Options{})
	iss.answer(func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		got := []string{r.Method, r.Header.Get("Content-Type"), r.FormValue("token"), r.URL.RawQuery, id, secret}
		want := []string{"POST", "application/x-www-form-urlencoded", opaque, "", "gate+way", "s%3Acr%26t"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("request (-want +got):\n%s", diff)
		}
		_, _ = fmt.Fprintf(w, `{"active":true,"sub":"ada@example.com","client_id":"app","scope":"ROLE_USER openid","exp":%d}`,
			time.Now().Add(time.Hour).Unix())
	})
	v, err := a.Authenticate(t.Context(), bearerHeader(opaque))
	if err != nil {
		t.Fatal(err)
	}
	got := []any{v.sub, v.ClientID(), v.Scopes(), v.AccessToken(), v.IsService(), v.Tenant()}
	if diff := cmp.Diff([]any{"ada@example.com", "app", []string{"ROLE_USER", "openid"}, opaque, false, "acme"}, got); diff != "" {
		t.Errorf("viewer (-want +got):\n%s", diff)
	}
}

func TestIntrospectionAnswers(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	for _, tc := range []struct {
		name   string
		answer jwt.MapClaims
		code   Code // 0: good
		says   string
		sub    string
	}{
		{"username for sub", jwt.MapClaims{"active": true, "username": "ada", "client_id": "app"}, 0, "", "ada"},
		{"service", jwt.MapClaims{"active": true, "client_id": "app", "scope": "ROLE_PARTNER"}, 0, "", "app"},
		{"right issuer and audience", jwt.MapClaims{"active": true, "sub": "a", "iss": "https://acme.example", "aud": "account"}, 0, "", "a"},
		{"inactive", jwt.MapClaims{"active": false, "sub": "a"}, Unauthorized, "not active", ""},
		{"active as text", jwt.MapClaims{"active": "true", "sub": "a"}, Unauthorized, "not active", ""},
		{"active missing", jwt.MapClaims{"sub": "a"}, Unauthorized, "not active", ""},
		{"expired", jwt.MapClaims{"active": true, "sub": "a", "exp": at(-time.Hour)}, Unauthorized, "expired", ""},
		{"exp that isn't a number", jwt.MapClaims{"active": true, "sub": "a", "exp": "x"}, Unauthorized, "malformed", ""},
		{"not yet valid", jwt.MapClaims{"active": true, "sub": "a", "nbf": at(time.Hour)}, Unauthorized, "not valid yet", ""},
		{"other tenant", jwt.MapClaims{"active": true, "sub": "a", "tenant": "globex"}, Unauthorized, "another tenant", ""},
		{"other issuer", jwt.MapClaims{"active": true, "sub": "a", "iss": "x"}, Unauthorized, "another issuer", ""},
		{"other audience", jwt.MapClaims{"active": true, "sub": "a", "aud": []string{"x"}}, Unauthorized, "another audience", ""},
		{"nobody", jwt.MapClaims{"active": true}, Unauthorized, "neither a user nor a client", ""},
		{"scopes malformed", jwt.MapClaims{"active": true, "sub": "a", "scope": 1}, Unauthorized, "scopes", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a, iss := introspecting(t, tc.answer, Options{})
			for range 2 { // the second time from what was kept
				v, err := a.Authenticate(t.Context(), bearerHeader(opaque))
				if tc.code == 0 {
					if err != nil || v.sub != tc.sub {
						t.Fatalf("viewer = %v, %v", v, err)
					}
					continue
				}
				if refused := wantRefusal(t, err, tc.code); !strings.Contains(refused.Message, tc.says) {
					t.Errorf("message = %q, want it to say %q", refused.Message, tc.says)
				}
			}
			if got := iss.hits.Load(); got != 1 {
				t.Errorf("%d calls, want 1", got)
			}
		})
	}
}

func TestIntrospectionFailures(t *testing.T) {
	t.Parallel()
	a, iss := introspecting(t, nil, Options{})
	for name, answer := range map[string]http.HandlerFunc{
		"down":           func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"our secret bad": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"not JSON":       func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "<html>"+opaque) },
		"null":           func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "null") },
		"huge": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, `{"active":true,"sub":"`+strings.Repeat("a", 64<<10)+`"}`)
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		},
	} {
		iss.answer(answer)
		_, err := a.Authenticate(t.Context(), bearerHeader(opaque))
		if refused := wantRefusal(t, err, Unavailable); !refused.Retryable() {
			t.Errorf("%s: not retryable", name)
		}
		for _, secret := range []string{opaque, "s:cr&t", "s%3Acr%26t"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error shows a secret: %v", name, err)
			}
		}
	}
	iss.publish(`{"active":true,"sub":"a"}`)
	if _, err := a.Authenticate(t.Context(), bearerHeader(opaque)); err != nil {
		t.Errorf("a failure was kept: %v", err)
	}
}

func TestIntrospectionIsKeptBriefly(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		active bool
		exp    time.Duration // 0: none
		limits Limits
		kept   time.Duration
	}{
		{name: "active", active: true, exp: time.Hour, kept: time.Minute},
		{name: "active without exp", active: true, kept: time.Minute},
		{name: "never beyond exp", active: true, exp: 20 * time.Second, kept: 20 * time.Second},
		{name: "never beyond a minute", active: true, limits: Limits{IntrospectionAge: time.Hour}, kept: time.Minute},
		{name: "shorter by configuration", active: true, limits: Limits{IntrospectionAge: time.Second}, kept: time.Second},
		{name: "inactive", kept: 5 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			clock := newClock()
			answer := jwt.MapClaims{"active": tc.active, "sub": "a"}
			if tc.exp != 0 {
				answer["exp"] = float64(clock.now().Add(tc.exp).UnixNano()) / 1e9
			}
			a, iss := introspecting(t, answer, Options{Now: clock.now, Limits: tc.limits})
			ask := func(hits int64) {
				t.Helper()
				_, _ = a.Authenticate(t.Context(), bearerHeader(opaque))
				if got := iss.hits.Load(); got != hits {
					t.Errorf("%d calls, want %d", got, hits)
				}
			}
			ask(1)
			clock.advance(tc.kept - 10*time.Millisecond)
			ask(1)
			clock.advance(20 * time.Millisecond)
			ask(2)
		})
	}
}

func TestIntrospectionKeepsNoTokenOfAnother(t *testing.T) {
	t.Parallel()
	a, iss := introspecting(t, nil, Options{})
	iss.answer(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"active":true,"sub":"owner of %s"}`, r.FormValue("token"))
	})
	for range 2 {
		for _, token := range []string{"aaaa", "bbbb", "aaaab"} {
			v, err := a.Authenticate(t.Context(), bearerHeader(token))
			if err != nil || v.sub != "owner of "+token || v.AccessToken() != token {
				t.Errorf("%s: %v, %v", token, v.sub, err)
			}
		}
	}
	if got := iss.hits.Load(); got != 3 {
		t.Errorf("%d calls, want 3", got)
	}
}

func TestIntrospectionBounds(t *testing.T) {
	t.Parallel()
	a, _ := introspecting(t, jwt.MapClaims{"active": true, "sub": "a"}, Options{Limits: Limits{IntrospectionEntries: 10}})
	for i := range 200 {
		if _, err := a.Authenticate(t.Context(), bearerHeader(fmt.Sprintf("token-%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	a.opaque.kept.CleanUp()
	if got := a.opaque.kept.EstimatedSize(); got > 10 {
		t.Errorf("%d answers kept, the limit is 10", got)
	}
}

// TestIntrospectionCalls runs in a bubble, so that "under way" is certain.
func TestIntrospectionCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		calls := 0
		client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			calls++
			mu.Unlock()
			select {
			case <-r.Context().Done():
				return nil, r.Context().Err()
			case <-time.After(2 * time.Second):
				return answering(http.StatusOK, `{"active":true,"sub":"a"}`), nil
			}
		})}
		a := start(t, TenantConfig{Name: "acme", HTTP: client, Introspection: &IntrospectionConfig{
			URL: "http://introspect.invalid", ClientID: "g", ClientSecret: "s",
		}}, Options{Limits: Limits{IntrospectionCalls: 2}})
		var wg sync.WaitGroup
		ask := func(token string) { // all who show the same token share a call
			wg.Go(func() {
				if _, err := a.Authenticate(t.Context(), bearerHeader(token)); err != nil {
					t.Errorf("%s: %v", token, err)
				}
			})
		}
		for range 5 {
			ask("one")
			ask("two")
		}
		synctest.Wait()
		_, err := a.Authenticate(t.Context(), bearerHeader("three"))
		if refused := wantRefusal(t, err, Unavailable); !strings.Contains(refused.Message, "more than 2 ") {
			t.Errorf("the limit isn't told: %q", refused.Message)
		}
		wg.Wait()
		if calls != 2 {
			t.Errorf("%d calls, want 2", calls)
		}
		ask("three")
		wg.Wait()
		a.Close()
	})
}

func TestIntrospectionDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}
		a := start(t, TenantConfig{Name: "acme", HTTP: client, Introspection: &IntrospectionConfig{
			URL: "http://introspect.invalid", ClientID: "g", ClientSecret: "s",
		}}, Options{})
		began := time.Now()
		_, err := a.Authenticate(t.Context(), bearerHeader("one"))
		wantRefusal(t, err, Unavailable)
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("the call's own deadline: %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		_, err = a.Authenticate(ctx, bearerHeader("two"))
		wantRefusal(t, err, Unavailable)
		if took := time.Since(began); took != time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the request's deadline: %s, %v", took, err)
		}
		began = time.Now()
		a.Close() // ends the call that the second request left behind
		if took := time.Since(began); took != 0 {
			t.Errorf("Close took %s", took)
		}
		_, err = a.Authenticate(t.Context(), bearerHeader("three"))
		wantRefusal(t, err, Unavailable)
	})
}

// TestSignedTokensAreNotShownToTheEndpoint: where both ways are configured, only opaque tokens leave the process.
func TestSignedTokensAreNotShownToTheEndpoint(t *testing.T) {
	t.Parallel()
	keys := newIssuer(t, jwks("one", keyOne()))
	endpoint := newIssuer(t, `{"active":true,"sub":"x"}`)
	a := start(t, TenantConfig{Name: "acme", JWKSURL: keys.URL, Introspection: &IntrospectionConfig{
		URL: endpoint.URL, ClientID: "g", ClientSecret: "s",
	}}, Options{})
	if _, err := a.Authenticate(t.Context(), bearerHeader(rs256("one", keyOne(), goodClaims(nil)))); err != nil {
		t.Error(err)
	}
	none := sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, map[string]any{"kid": "one"}, goodClaims(nil))
	_, err := a.Authenticate(t.Context(), bearerHeader(none))
	wantRefusal(t, err, Unauthorized)
	if endpoint.hits.Load() != 0 {
		t.Error("a signed token was introspected")
	}
	if _, err := a.Authenticate(t.Context(), bearerHeader(opaque)); err != nil || endpoint.hits.Load() != 1 {
		t.Errorf("an opaque token: %v", err)
	}
}
