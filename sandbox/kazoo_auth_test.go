package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestKazooSignIn takes each way in that is printed, and refuses the rest.
func TestKazooSignIn(t *testing.T) {
	c := tenantNamed(t, "acme").Kazoo
	w := shared.kazooOf("acme")
	account := w.accounts.Get(w.largest())
	user := w.below[account.ID].users.all()[0].text("username")
	sum := credentialsOf("md5", user)
	number := w.below[account.ID].numbers.all()[0].ID
	tests := []struct {
		name string
		data map[string]any
		want int
	}{
		{"by name", map[string]any{"credentials": sum, "account_name": account.Body["name"]}, 201},
		{"by name in another case", map[string]any{"credentials": sum, "account_name": strings.ToUpper(factText(account.Body["name"]))}, 201},
		{"by realm", map[string]any{"credentials": sum, "account_realm": account.Body["realm"]}, 201},
		{"by id", map[string]any{"credentials": sum, "account_id": account.ID}, 201},
		{"by number", map[string]any{"credentials": sum, "phone_number": number}, 201},
		{"with sha", map[string]any{"credentials": credentialsOf("sha", user), "method": "sha", "account_id": account.ID}, 201},
		{"sum in capitals", map[string]any{"credentials": strings.ToUpper(sum), "account_id": account.ID}, 201},
		{"the service", map[string]any{"credentials": credentialsOf("md5", c.User), "account_id": c.AccountID}, 201},
		{"sha sent as md5", map[string]any{"credentials": credentialsOf("sha", user), "account_id": account.ID}, 401},
		{"wrong sum", map[string]any{"credentials": strings.Repeat("0", 32), "account_id": account.ID}, 401},
		{"other account", map[string]any{"credentials": sum, "account_id": c.AccountID}, 401},
		{"no such account", map[string]any{"credentials": sum, "account_name": "nobody"}, 401},
		{"no account", map[string]any{"credentials": sum}, 401},
		{"no credentials", map[string]any{"account_id": account.ID}, 400},
		{"unknown method", map[string]any{"credentials": sum, "account_id": account.ID, "method": "plain"}, 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := &phone{fixture: shared, tenant: "acme"}
			a := p.login(t, test.data)
			if a.status != test.want {
				t.Fatalf("%d, want %d: %s", a.status, test.want, a.body)
			}
			token, _ := a.object(t)["auth_token"].(string)
			if (token != "") != (test.want == 201) {
				t.Errorf("token %q", token)
			}
			if test.want == 201 && field(a.data(t), "account_id") == "" {
				t.Error("no account id")
			}
		})
	}
}

func TestKazooAPIKey(t *testing.T) {
	t.Parallel()
	p := shared.phone(t, "acme")
	c := tenantNamed(t, "acme").Kazoo
	key := field(p.read(t, "/accounts/"+c.AccountID+"/api_key").data(t), "api_key")
	if key != c.APIKey {
		t.Errorf("the key is %v", key)
	}
	a := p.as("").call(t, http.MethodPut, "/api_auth", map[string]any{"data": map[string]any{"api_key": key}})
	token, _ := a.object(t)["auth_token"].(string)
	if a.status != http.StatusCreated || field(a.data(t), "account_id") != c.AccountID {
		t.Fatalf("%d %s", a.status, a.body)
	}
	p.as(token).read(t, "/accounts/"+c.AccountID)
	for _, wrong := range []string{"", "nobody's"} {
		if a := p.as("").call(t, http.MethodPut, "/api_auth", map[string]any{"data": map[string]any{"api_key": wrong}}); a.status/100 != 4 {
			t.Errorf("key %q: %d", wrong, a.status)
		}
	}
}

// TestKazooTokensStand in any of the printed places.
func TestKazooTokensStandInAnyPrintedPlace(t *testing.T) {
	t.Parallel()
	p := shared.phone(t, "acme")
	c := tenantNamed(t, "acme").Kazoo
	path := "/accounts/" + c.AccountID
	none := p.as("")
	if a := none.call(t, http.MethodGet, path+"?auth_token="+p.token, nil); a.status != http.StatusOK {
		t.Errorf("in the query: %d", a.status)
	}
	basic := http.Header{}
	r := &http.Request{Header: basic}
	r.SetBasicAuth(c.AccountID, credentialsOf("md5", c.User))
	if a := none.send(t, http.MethodGet, path, nil, basic); a.status != http.StatusOK {
		t.Errorf("basic: %d", a.status)
	}
	body := map[string]any{"auth_token": p.token, "data": map[string]any{"name": "x"}}
	if a := none.call(t, http.MethodPut, path+"/callflows", body); a.status != http.StatusNotImplemented {
		t.Errorf("in the body: %d %s", a.status, a.body)
	}
	for name, a := range map[string]answer{
		"none": none.call(t, http.MethodGet, path, nil), "rubbish": p.as("rubbish").call(t, http.MethodGet, path, nil),
		"changed": p.as(p.token+"x").call(t, http.MethodGet, path, nil),
		"bearer":  none.send(t, http.MethodGet, path, nil, http.Header{"Authorization": {"Bearer " + p.token}}),
	} {
		if a.status != http.StatusUnauthorized || a.object(t)["message"] != "invalid_credentials" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestKazooTokensExpire(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f := start(t, Options{Now: clock.now})
	p := f.phone(t, "acme")
	path := "/accounts/" + tenantNamed(t, "acme").Kazoo.AccountID
	clock.advance(kazooTokenLife - time.Second)
	p.read(t, path)
	clock.advance(2 * time.Second)
	if a := p.call(t, http.MethodGet, path, nil); a.status != http.StatusUnauthorized {
		t.Errorf("after an hour: %d", a.status)
	}
	f.phone(t, "acme").read(t, path)
}

func TestKazooTokensOutliveAReset(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	p := f.phone(t, "acme")
	own := f.kazooOf("acme").largest()
	user := f.kazooOf("acme").below[own].users.all()[0].text("username")
	a := p.login(t, map[string]any{"credentials": credentialsOf("md5", user), "account_id": own})
	other := p.as(factText(a.object(t)["auth_token"]))
	f.steer(t, http.MethodPost, "/reset", `{"seed":2}`)
	p.read(t, "/accounts/"+tenantNamed(t, "acme").Kazoo.AccountID)
	if a := other.call(t, http.MethodGet, "/accounts/"+own, nil); a.status != http.StatusUnauthorized {
		t.Errorf("a user that is gone: %d", a.status)
	}
}

// TestKazooAccountsAreReachedDownTheTree only.
func TestKazooAccountsAreReachedDownTheTree(t *testing.T) {
	t.Parallel()
	w := shared.kazooOf("acme")
	service := shared.phone(t, "acme")
	var reseller, child *Record
	for _, r := range w.accounts.all() {
		if len(tree(r)) == 2 {
			child, reseller = r, w.accounts.Get(tree(r)[1])
		}
	}
	in := func(account *Record) *phone {
		user := w.below[account.ID].users.all()[0].text("username")
		a := service.login(t, map[string]any{"credentials": credentialsOf("md5", user), "account_id": account.ID})
		return service.as(factText(a.object(t)["auth_token"]))
	}
	foreign := shared.kazooOf("globex").largest()
	tests := []struct {
		name, account string
		as            *phone
		want          int
	}{
		{"service of the parent", w.parent, service, 200},
		{"service of a child", reseller.ID, service, 200},
		{"service of a grandchild", child.ID, service, 200},
		{"reseller of its child", child.ID, in(reseller), 200},
		{"reseller of the parent", w.parent, in(reseller), 403},
		{"child of itself", child.ID, in(child), 200},
		{"child of its reseller", reseller.ID, in(child), 403},
		{"another tenant's", foreign, service, 404},
		{"nobody's", strings.Repeat("f", 32), service, 404},
		{"by an alias", accountNameKey(factText(child.Body["name"])), service, 404},
	}
	for _, test := range tests {
		if a := test.as.call(t, http.MethodGet, "/accounts/"+test.account+"/users", nil); a.status != test.want {
			t.Errorf("%s: %d, want %d", test.name, a.status, test.want)
		}
	}
	globex := &phone{shared, "globex", service.token}
	if a := globex.call(t, http.MethodGet, "/accounts/"+foreign, nil); a.status != http.StatusUnauthorized {
		t.Errorf("acme's token at globex: %d", a.status)
	}
}
