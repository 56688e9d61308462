package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

const (
	customersPath    = "/appReseller/v1/companies"
	associationsPath = "/appReseller/v1/companyAssociations"
)

// TestCustomersByContext asks for customers in every role.
func TestCustomersByContext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		persona, context string
		status, sells    int
	}{
		{"reseller", "RESELLER", http.StatusOK, 5},
		{"reseller-manager", "RESELLER_MANAGER", http.StatusOK, 5},
		{"reseller", "RESELLER_MANAGER", http.StatusForbidden, 0},
		{"reseller-manager", "RESELLER", http.StatusForbidden, 0},
		{"admin", "RESELLER", http.StatusForbidden, 0},
		{"partner", "RESELLER", http.StatusForbidden, 0},
		{"buyer", "RESELLER", http.StatusForbidden, 0},
	} {
		a := shared.call(t, http.MethodGet, "acme", c.persona, customersPath+"?context="+c.context)
		if a.status != c.status || c.status == http.StatusOK && len(a.list(t)) != c.sells {
			t.Errorf("%s as %s: %d, %.200s", c.persona, c.context, a.status, a.body)
		}
	}
}

func TestCustomersAreFiltered(t *testing.T) {
	t.Parallel()
	asked := func(query string) int {
		return len(shared.get(t, "reseller", customersPath+"?context=RESELLER"+query).list(t))
	}
	all := asked("")
	for query, want := range map[string]int{
		"&vendor=ONLY_NON_VENDORS": all, "&vendor=ONLY_VENDORS": 0, "&vendor=ONLY_RESELLERS": 0, "&channelAdmin=ONLY_NON_CHANNEL_ADMINS": all,
		"&size=2": 2, "&size=2&page=2": 1, "&enabled=true": asked("&active=true"),
	} {
		if got := asked(query); got != want {
			t.Errorf("%s: %d companies, want %d", query, got, want)
		}
	}
	if got := asked("&enabled=true") + asked("&enabled=false"); got != all {
		t.Errorf("%d are enabled or not, of %d", got, all)
	}
}

// TestAssociationsBeginAndEnd: a company is a reseller's customer from the one call to the other.
func TestAssociationsBeginAndEnd(t *testing.T) {
	t.Parallel()
	w := shopping.acme()
	seller, company := resellersCompany(w), w.companies.all()[40].ID
	customers := func() []string { return ids(shopping.get(t, "reseller", customersPath+"?context=RESELLER").list(t)) }
	send := func(as, method, path string, body any) answer {
		return shopping.callWith(t, method, "acme", as, path, body)
	}
	body := map[string]any{"customerCompanyId": company, "resellerCompanyId": seller}
	made := send("partner", http.MethodPost, associationsPath, body)
	if made.status != http.StatusOK || !slices.Contains(customers(), company) {
		t.Fatalf("not made: %d %s", made.status, made.body)
	}
	id := factText(field(made.json(t), "id"))
	query := fmt.Sprintf("?resellerCompanyId=%s&customerCompanyId=%s", seller, company)
	if listed := ids(shopping.get(t, "reseller-manager", associationsPath+query).list(t)); !slices.Equal(listed, []string{id}) {
		t.Errorf("listed: %v, want %s", listed, id)
	}
	for _, c := range []struct {
		name, method, persona, path string
		body                        any
		status                      int
	}{
		{"twice", http.MethodPost, "partner", associationsPath, body, http.StatusConflict},
		{"to a company that sells nothing", http.MethodPost, "partner", associationsPath, map[string]any{"customerCompanyId": seller, "resellerCompanyId": company}, http.StatusNotFound},
		{"by a reader", http.MethodPost, "reader", associationsPath, body, http.StatusForbidden},
		{"ended by a reseller", http.MethodDelete, "reseller", associationsPath + "/" + id, nil, http.StatusForbidden},
		{"ended by the manager", http.MethodDelete, "reseller-manager", associationsPath + "/" + id, nil, http.StatusNoContent},
		{"ended again", http.MethodDelete, "partner", associationsPath + "/" + id, nil, http.StatusNotFound},
	} {
		if a := send(c.persona, c.method, c.path, c.body); a.status != c.status {
			t.Errorf("%s: %d, want %d: %.200s", c.name, a.status, c.status, a.body)
		}
	}
	if slices.Contains(customers(), company) {
		t.Error("an ended association still counts")
	}
}
