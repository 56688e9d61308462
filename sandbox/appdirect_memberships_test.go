package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
)

// TestMembershipsChange: what is sent is so from then on, for documents and for rights; what is not sent stays.
func TestMembershipsChange(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	admin := f.acme().activeUser("company-admin@acme.example")
	company := f.acme().membershipsOf(admin.ID)[0].text("company")
	path := "/account/v2/companies/" + company + "/memberships/" + admin.ID
	put := func(persona, path, body string) answer {
		return f.callWith(t, http.MethodPut, "acme", persona, path, json.RawMessage(body))
	}
	for _, step := range []struct {
		persona, body string
		status        int
		roles         []string
		enabled       bool
	}{
		{"buyer", `{"roles": []}`, 403, []string{"ROLE_SYS_ADMIN", "ROLE_BILLING_ADMIN"}, true},
		{"partner", `{"roles": ["ROLE_DEVELOPER"]}`, 200, []string{"ROLE_DEVELOPER"}, true},
		{"partner", `{"enabled": false}`, 200, []string{"ROLE_DEVELOPER"}, false},
		{"partner", `{"enabled": true, "roles": []}`, 200, []string{}, true},
		{"partner", `{"role": "?"}`, 400, []string{}, true},
	} {
		if a := put(step.persona, path, step.body); a.status != step.status {
			t.Errorf("%s of %s: %d %s", step.body, step.persona, a.status, a.body)
		}
		now := f.get(t, "partner", path).object(t)
		roles := []string{}
		for _, role := range now["roles"].([]any) {
			roles = append(roles, role.(string))
		}
		if !slices.Equal(roles, step.roles) || now["enabled"] != step.enabled {
			t.Errorf("after %s: %v, enabled %v", step.body, roles, now["enabled"])
		}
		held := f.acme().rolesIn(admin, company)
		for _, role := range []string{"ROLE_SYS_ADMIN", "ROLE_DEVELOPER"} {
			if slices.Contains(held, role) != (step.enabled && slices.Contains(step.roles, role)) {
				t.Errorf("after %s they hold %v", step.body, held)
			}
		}
	}
	for _, gone := range []string{"/account/v2/companies/" + company + "/memberships/nobody", "/account/v2/companies/none/memberships/" + admin.ID} {
		if a := put("partner", gone, `{}`); a.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", gone, a.status, a.body)
		}
	}
}
