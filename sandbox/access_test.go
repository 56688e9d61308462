package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// grantsOf is the test's own table of what each persona may be admitted for:
// roles that count everywhere, and roles that count in the company of the buyer,
// which the example paths name, or on the buyer themself.
var grantsOf = map[string]struct{ everywhere, inCompany, onBuyer, unbound []string }{
	"partner": {everywhere: []string{"ROLE_PARTNER", "ROLE_PARTNER_READ"}},
	"admin": {
		everywhere: []string{"ROLE_CHANNEL_ADMIN"},
		unbound:    []string{"ROLE_USER", "ROLE_SYS_ADMIN", "ROLE_BILLING_ADMIN"},
	},
	"support":  {everywhere: []string{"ROLE_CHANNEL_SUPPORT"}, unbound: []string{"ROLE_USER"}},
	"reseller": {unbound: []string{"ROLE_USER", "ROLE_RESELLER"}},
	"buyer":    {inCompany: []string{"ROLE_USER"}, onBuyer: []string{"ROLE_USER"}, unbound: []string{"ROLE_USER"}},
	"company-admin": {
		inCompany: []string{"ROLE_USER", "ROLE_SYS_ADMIN", "ROLE_BILLING_ADMIN"},
		onBuyer:   []string{"ROLE_SYS_ADMIN", "ROLE_BILLING_ADMIN"},
		unbound:   []string{"ROLE_USER", "ROLE_SYS_ADMIN", "ROLE_BILLING_ADMIN"},
	},
}

// TestPrintedRolesDecide calls every printed endpoint as every persona.
func TestPrintedRolesDecide(t *testing.T) {
	for persona, grants := range grantsOf {
		t.Run(persona, func(t *testing.T) {
			t.Parallel()
			refused := 0
			for _, e := range factsOf(t).Endpoints {
				if e.Key() == "POST /sync/v1/tasks#unassign" || e.Key() == "GET /appMarket/v2/paymentMethods/defaults" {
					continue // shares its address with #create, whose roles stand; is one's own: TestWhosePaymentMethods
				}
				counting := slices.Clone(grants.everywhere)
				switch {
				case strings.Contains(e.Path, "{companyUuid}"), strings.Contains(e.Path, "{companyId}"):
					counting = append(counting, grants.inCompany...)
				case strings.Contains(e.Path, "{userUuid}"), strings.Contains(e.Path, "{userId}"):
					counting = append(counting, grants.onBuyer...)
				default:
					counting = append(counting, grants.unbound...)
				}
				path := withQuery(e, "", "")
				if writes(e) && shared.box.appdirect.handlers[e.Key()] != nil && !strings.Contains(e.Path, "{companyUuid}") {
					path = fillPath(e.Path, nil) // of nothing, so that all personas find the same data; in a company without a body
				}
				want := len(e.Roles) == 0 || slices.ContainsFunc(e.Roles, func(r string) bool { return slices.Contains(counting, r) })
				a := shared.call(t, e.Method, "acme", persona, path)
				if admitted := a.status != http.StatusForbidden; admitted != want {
					t.Errorf("%s as %s: %d, printed roles %v", e.Key(), persona, a.status, e.Roles)
				}
				if !want {
					refused++
				}
			}
			if refused < 40 {
				t.Errorf("only %d endpoints refused: the matrix proves little", refused)
			}
		})
	}
}

// TestOthersCompanyIsClosed holds company-bound roles to their company.
func TestOthersCompanyIsClosed(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	own := w.membershipsOf(w.users.Get(emailKey("company-admin@acme.example")).ID)[0].text("company")
	admin := w.users.Get(emailKey("admin@acme.example")).ID
	for _, c := range w.companies.all() {
		want := http.StatusForbidden
		if c.ID == own {
			want = http.StatusOK
		}
		for _, persona := range []string{"buyer", "company-admin"} {
			if a := shared.call(t, "GET", "acme", persona, "/account/v2/companies/"+c.ID); a.status != want {
				t.Errorf("%s reads %s: %d, want %d", persona, c.Body["name"], a.status, want)
			}
		}
	}
	for _, path := range []string{"/account/v2/users/" + admin, "/account/v2/users/" + admin + "/memberships"} {
		for _, persona := range []string{"buyer", "company-admin", "reseller"} {
			if a := shared.call(t, "GET", "acme", persona, path); a.status != http.StatusForbidden {
				t.Errorf("%s reads %s: %d", persona, path, a.status)
			}
		}
	}
}

// TestScopesNarrowRoles takes an administrator's token without the scope.
func TestScopesNarrowRoles(t *testing.T) {
	t.Parallel()
	p := personaOf(t, "acme", "admin")
	form := passwordForm(p.Email, "ROLE_USER")
	token, _ := shared.post(t, "acme", p.ClientID, p.ClientSecret, form).object(t)["access_token"].(string)
	r := request(t, http.MethodGet, shared.base("acme")+"/api/account/v2/companies", "")
	r.Header.Set("Authorization", "Bearer "+token)
	if a := do(t, r); a.status != http.StatusForbidden {
		t.Errorf("without the scope: %d", a.status)
	}
}

// TestPartnerReadDoesNotWrite has the one-way rule between the partner scopes.
func TestPartnerReadDoesNotWrite(t *testing.T) {
	t.Parallel()
	reader := caller{service: true, scopes: []string{"ROLE_PARTNER_READ"}}
	writer := caller{service: true, scopes: []string{"ROLE_PARTNER"}}
	nobody := caller{service: true, scopes: []string{"ROLE_USER"}}
	tests := []struct {
		name   string
		c      caller
		role   string
		admits bool
	}{
		{"reader reads", reader, "ROLE_PARTNER_READ", true},
		{"reader writes", reader, "ROLE_PARTNER", false},
		{"writer reads", writer, "ROLE_PARTNER_READ", true},
		{"writer writes", writer, "ROLE_PARTNER", true},
		{"a service is no user", nobody, "ROLE_USER", false},
	}
	for _, test := range tests {
		if got := test.c.admits([]string{test.role}, target{}, nil); got != test.admits {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

// TestDisabledMembershipHoldsNothing checks that a disabled member is nobody in
// that company.
func TestDisabledMembershipHoldsNothing(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	disabled := 0
	for _, m := range w.memberships.all() {
		user := w.users.Get(m.text("user"))
		roles := w.rolesIn(user, m.text("company"))
		if enabled := m.Facts["enabled"] == true; enabled != slices.Contains(roles, "ROLE_USER") {
			t.Errorf("%s: enabled %t, roles %v", m.ID, enabled, roles)
		}
		if m.Facts["enabled"] != true {
			disabled++
		}
	}
	if disabled == 0 {
		t.Error("the demo data has no disabled membership")
	}
}

// TestTenantsAreApart presents each tenant's tokens to the other one.
func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	for home, foreign := range map[string]string{"acme": "globex", "globex": "acme"} {
		for _, p := range []string{"admin", "buyer", "partner"} {
			r := request(t, http.MethodGet, shared.base(foreign)+"/api/marketplace/v1/listing", "")
			r.Header.Set("Authorization", "Bearer "+shared.token(t, home, p))
			if a := do(t, r); a.status != http.StatusUnauthorized {
				t.Errorf("%s's %s at %s: %d", home, p, foreign, a.status)
			}
		}
	}
	company := shared.acme().companies.all()[3].ID
	if a := shared.call(t, "GET", "globex", "admin", "/account/v2/companies/"+company); a.status != http.StatusNotFound {
		t.Errorf("acme's company at globex: %d", a.status)
	}
	if a := shared.post(t, "globex", "acme-gateway", "acme-gateway-secret", machineForm("")); a.status != http.StatusUnauthorized {
		t.Errorf("acme's client at globex: %d", a.status)
	}
}
