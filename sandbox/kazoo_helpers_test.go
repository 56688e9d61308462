package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// phone is a test's way to Kazoo, as one user or none.
type phone struct {
	*fixture
	tenant, token string
}

// tenantNamed is one of the tenants.
func tenantNamed(t *testing.T, name string) Tenant {
	t.Helper()
	for _, tenant := range Tenants() {
		if tenant.Name == name {
			return tenant
		}
	}
	t.Fatalf("no tenant %s", name)
	return Tenant{}
}

// phone signs the tenant's service in.
func (f *fixture) phone(t *testing.T, tenant string) *phone {
	t.Helper()
	c := tenantNamed(t, tenant).Kazoo
	p := &phone{fixture: f, tenant: tenant}
	a := p.login(t, map[string]any{"credentials": credentialsOf("md5", c.User), "account_name": c.AccountName})
	if a.status != http.StatusCreated {
		t.Fatalf("sign-in: %d %s", a.status, a.body)
	}
	p.token, _ = a.object(t)["auth_token"].(string)
	return p
}

// as is the phone with another token.
func (p *phone) as(token string) *phone { return &phone{p.fixture, p.tenant, token} }

// login asks for a token with any data.
func (p *phone) login(t *testing.T, data map[string]any) answer {
	t.Helper()
	return p.call(t, http.MethodPut, "/user_auth", map[string]any{"data": data})
}

// send makes a request whose body is JSON; nil is no body.
func (p *phone) send(t *testing.T, method, path string, body any, header http.Header) answer {
	t.Helper()
	r := request(t, method, p.box.BackendURL(p.srv.URL, p.tenant, BackendKazoo)+"/v2"+path, inJSON(t, body))
	for name, values := range header {
		r.Header[name] = values
	}
	if p.token != "" {
		r.Header.Set("X-Auth-Token", p.token)
	}
	return do(t, r)
}

func (p *phone) call(t *testing.T, method, path string, body any) answer {
	t.Helper()
	return p.send(t, method, path, body, nil)
}

// read gets a path that must answer.
func (p *phone) read(t *testing.T, path string) answer {
	t.Helper()
	a := p.call(t, http.MethodGet, path, nil)
	if a.status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", path, a.status, a.body)
	}
	return a
}

// data is the data of an answer's envelope.
func (a answer) data(t *testing.T) any {
	t.Helper()
	return a.object(t)["data"]
}

// items is the data of a list.
func (a answer) items(t *testing.T) []any {
	t.Helper()
	list, ok := a.data(t).([]any)
	if !ok {
		t.Fatalf("no list: %.200s", a.body)
	}
	return list
}

// kazooOf is a tenant's telephony as it is now.
func (f *fixture) kazooOf(tenant string) *kazooWorld {
	for _, t := range f.box.tenants {
		if t.Name == tenant {
			return t.world.Load().kazoo
		}
	}
	return nil
}

// largest is the account with the most users.
func (w *kazooWorld) largest() string {
	best := w.parent
	for id, a := range w.below {
		if a.users.Len() > w.below[best].users.Len() {
			best = id
		}
	}
	return best
}

// pathsOf are the paths of a Kazoo endpoint in every account, one per record
// where the path names one.
func (w *kazooWorld) pathsOf(template string) []string {
	var out []string
	for _, account := range w.accounts.all() {
		path := strings.Replace(template, "{accountId}", account.ID, 1)
		below := w.below[account.ID]
		by := map[string]*Collection{
			"{userId}": below.users, "{deviceId}": below.devices, "{callflowId}": below.callflows, "{groupId}": below.groups,
			"{conferenceId}": below.conferences, "{voicemailId}": below.vmboxes, "{phoneNumber}": below.numbers, "{cdrId}": below.cdrs,
		}
		names := paramNames(path)
		if len(names) == 0 {
			out = append(out, path)
			continue
		}
		param := "{" + names[0] + "}"
		for _, r := range by[param].all()[:min(6, by[param].Len())] {
			out = append(out, strings.Replace(path, param, url.QueryEscape(r.ID), 1))
		}
	}
	return out
}

// same compares two JSON values as texts.
func same(t *testing.T, a, b any) bool {
	t.Helper()
	left, err1 := json.Marshal(a)
	right, err2 := json.Marshal(b)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	return bytes.Equal(left, right)
}
