package sandbox

import (
	"net/http"
	"slices"
	"testing"
)

// TestLeadsByContext asks for leads in every role and company.
func TestLeadsByContext(t *testing.T) {
	own, other := resellersCompany(shared.acme()), shared.acme().companies.all()[20].ID
	tests := []struct {
		name, persona, context, company string
		status                          int
	}{
		{"reseller in their company", "reseller", "RESELLER", own, http.StatusOK},
		{"reseller in another's", "reseller", "RESELLER", other, http.StatusForbidden},
		{"a role not held", "reseller", "RESELLER_MANAGER", own, http.StatusForbidden},
		{"a context no role of this endpoint", "reseller", "ANONYMOUS", own, http.StatusForbidden},
		{"administrator", "admin", "RESELLER", own, http.StatusForbidden},
		{"a service", "partner", "PARTNER", own, http.StatusForbidden},
		{"buyer", "buyer", "RESELLER", own, http.StatusForbidden},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			query := "?context=" + test.context + "&companyId=" + test.company
			for _, path := range []string{"/lead/v2/leads", "/lead/v2/leads/" + exampleLead(shared.acme()).ID} {
				if a := shared.call(t, http.MethodGet, "acme", test.persona, path+query); a.status != test.status {
					t.Errorf("%s: %d %s", path, a.status, a.body)
				}
			}
		})
	}
	for _, query := range []string{"", "?context=RESELLER", "?companyId=" + own} {
		if a := shared.call(t, http.MethodGet, "acme", "reseller", "/lead/v2/leads"+query); a.status != http.StatusBadRequest {
			t.Errorf("%q: %d", query, a.status)
		}
	}
}

// TestOthersLeadsAreNotThere neither in the list nor by id.
func TestOthersLeadsAreNotThere(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	own := resellersCompany(w)
	query := "?context=RESELLER&companyId=" + own
	listed := ids(shared.get(t, "reseller", "/lead/v2/leads"+query+"&size=100").list(t))
	foreign := 0
	for _, lead := range w.leads.all() {
		mine := lead.text("resellerCompany") == own || lead.text("creatorCompany") == own
		if slices.Contains(listed, lead.ID) != mine {
			t.Errorf("lead %s: listed is %t", lead.ID, !mine)
		}
		if mine {
			continue
		}
		foreign++
		if a := shared.call(t, http.MethodGet, "acme", "reseller", "/lead/v2/leads/"+lead.ID+query); a.status != http.StatusNotFound {
			t.Errorf("lead %s: %d", lead.ID, a.status)
		}
	}
	if len(listed) < 10 || foreign < 10 {
		t.Errorf("%d leads of theirs, %d of others: proves little", len(listed), foreign)
	}
}

// TestBothLeadAPIsShowTheSameLeads under the same ids.
func TestBothLeadAPIsShowTheSameLeads(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	statuses := map[string]bool{}
	for _, lead := range w.leads.all() {
		older, newer := lead.Facts["older"].(Document), lead.Body
		seconds, _ := newer["createdOn"].(int64) // as printed there; the older API has milliseconds
		millis, _ := older["creationDate"].(int64)
		if older["uuid"] != newer["id"] || seconds == 0 || millis/1000 != seconds {
			t.Errorf("lead %s: the documents are of two leads", lead.ID)
		}
		if olderStatus[lead.text("status")] != older["status"] || older["status"] == "" {
			t.Errorf("lead %s: %v and %v", lead.ID, lead.text("status"), older["status"])
		}
		if converted := field(newer, "convertedCompany", "id"); converted != nil && w.companies.Get(factText(converted)) == nil {
			t.Errorf("lead %s: converted to nobody", lead.ID)
		}
		statuses[lead.text("status")] = true
	}
	if w.leads.Len() != demoLeads || len(statuses) != len(leadStatuses) {
		t.Errorf("%d leads in %d statuses", w.leads.Len(), len(statuses))
	}
	if a := shared.get(t, "partner", "/prm/v1/leads/"+w.leads.all()[0].ID).object(t); a["uuid"] != w.leads.all()[0].ID {
		t.Errorf("by id: %v", a["uuid"])
	}
}
