package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/sandbox"
)

// mobile is an application on a phone: it has no secret, and signs people in
// by an authorization code that it proves to have asked for.
type mobile struct {
	*backends
	tenant   string
	client   sandbox.Client
	verifier string
}

func newMobile(t *testing.T, b *backends, tenant string) *mobile {
	t.Helper()
	for _, marketplace := range sandbox.Tenants() {
		for _, c := range marketplace.Clients {
			if marketplace.Name == tenant && c.Public {
				return &mobile{b, tenant, c, strings.Repeat("only-this-phone-knows-it.", 2)}
			}
		}
	}
	t.Fatalf("%s has no public application", tenant)
	return nil
}

// code fills in the login page, and gives the code that it leads to.
func (m *mobile) code(t *testing.T, p sandbox.Persona) string {
	t.Helper()
	sum := sha256.Sum256([]byte(m.verifier))
	page := m.server.URL + "/" + m.tenant + "/appdirect/oauth2/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {m.client.ID}, "redirect_uri": {m.client.RedirectURIs[0]}, "scope": {"ROLE_USER"},
		"state": {"s"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}.Encode()
	form := url.Values{"username": {p.Email}, "password": {p.Password}}
	r := request(t, http.MethodPost, page, []byte(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultTransport.RoundTrip(r) // not followed: the phone reads where it is sent
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	back, err := response.Location()
	if err != nil || back.Query().Get("code") == "" {
		t.Fatalf("signing in was answered %d %v: %v", response.StatusCode, back, err)
	}
	return back.Query().Get("code")
}

// tokens are what the token endpoint answers.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

func (m *mobile) exchange(t *testing.T, form url.Values) tokens {
	t.Helper()
	form.Set("client_id", m.client.ID)
	r := request(t, http.MethodPost, m.server.URL+"/"+m.tenant+"/appdirect/oauth2/token", []byte(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, _, body := m.do(t, r)
	var got tokens
	if err := json.Unmarshal(body, &got); err != nil || got.Access == "" || got.Refresh == "" {
		t.Fatalf("no tokens: %d %s", status, body)
	}
	return got
}

// A buyer signs in on a phone, stays signed in by a refresh, and is who they
// are: by the first token and by the second.
func TestJourneySignIn(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	g := b.start(t)
	for _, tenant := range []string{"acme", "globex"} {
		m := newMobile(t, b, tenant)
		p, err := findPersona(tenant, "buyer")
		if err != nil {
			t.Fatal(err)
		}
		first := m.exchange(t, url.Values{
			"grant_type": {sandbox.GrantAuthorizationCode}, "code": {m.code(t, p)}, "redirect_uri": {m.client.RedirectURIs[0]},
			"code_verifier": {m.verifier},
		})
		second := m.exchange(t, url.Values{"grant_type": {sandbox.GrantRefreshToken}, "refresh_token": {first.Refresh}})
		if first.Access == second.Access {
			t.Error("the refresh gave the same token again")
		}
		for _, token := range []string{first.Access, second.Access} {
			got := g.must(t, ask{
				tenant: tenant, doc: `{ me { email } viewer { tenant clientId isService roles scopes user { email } } }`,
				header: http.Header{"Authorization": {"Bearer " + token}},
			})
			want := map[string]any{
				"me": map[string]any{"email": p.Email},
				"viewer": map[string]any{
					"tenant": tenant, "clientId": m.client.ID, "isService": false, "user": map[string]any{"email": p.Email},
					"roles": []any{"ROLE_USER"}, "scopes": []any{"ROLE_USER"},
				},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: who is asking (-want +got):\n%s", tenant, diff)
			}
		}
	}
}

// A service is nobody in person; a visitor is asked to sign in.
func TestViewerWithoutAPerson(t *testing.T) {
	t.Parallel()
	g := startBackends(t, 1).start(t)
	got := g.must(t, ask{as: "partner", doc: `{ viewer { isService user { id } roles } }`})
	if at(got, "viewer", "isService") != true || at(got, "viewer", "user") != nil || len(list(got, "viewer", "roles")) == 0 {
		t.Errorf("the partner is %v", got)
	}
	refused := g.query(t, ask{doc: `{ viewer { tenant } }`})
	if len(refused.errors) != 1 || refused.errors[0].code() != "UNAUTHORIZED" || at(refused.data, "viewer") != nil {
		t.Errorf("a visitor is %v %v", refused.data, refused.errors)
	}
}
