package sandbox

import (
	"fmt"
	"testing"
)

// TestLinksAreAsPromised for every seed: how many, in both ways, and of whom.
func TestLinksAreAsPromised(t *testing.T) {
	for index, tenant := range Tenants() {
		for _, seed := range testSeeds {
			t.Run(fmt.Sprintf("%s %d", tenant.Name, seed), func(t *testing.T) {
				t.Parallel()
				w := worldOf(t, index, seed)
				total, phones, addOns, wallets := w.companies.Len(), 0, 0, 0
				seen := map[string]bool{}
				for _, l := range w.links.all() {
					for _, id := range []string{l.Company, l.KazooAccount, l.TwilioAccount, l.LeadConnectorLocation} {
						if id != "" && seen[id] {
							t.Errorf("%s is linked twice", id)
						}
						seen[id] = true
					}
					if (l.LeadConnectorLocation != "") != (l.LeadConnectorCompany == tenant.LeadConnector.CompanyID) {
						t.Errorf("location %q of company %q", l.LeadConnectorLocation, l.LeadConnectorCompany)
					}
					phones, addOns, wallets = phones+one(l.KazooAccount), addOns+one(l.TwilioAccount), wallets+one(l.LeadConnectorLocation)
					if l.KazooAccount != "" && w.kazoo.accounts.Get(l.KazooAccount) == nil {
						t.Errorf("no account %s", l.KazooAccount)
					}
				}
				linked := len(w.links.all()) * 100 / total
				if linked < 60 || linked > 65 || phones < 25 || phones*10 > total*7 || addOns*3 < total || wallets < 20 {
					t.Errorf("of %d companies %d%% are linked: %d phones, %d add-ons, %d wallets", total, linked, phones, addOns, wallets)
				}
				if len(w.links.byTable) < 10 || len(w.links.byAttributes) < 10 {
					t.Errorf("%d by table, %d by attributes", len(w.links.byTable), len(w.links.byAttributes))
				}
				checkPersonaLink(t, w, tenant)
				checkAttributes(t, w)
			})
		}
	}
}

// one counts a text that is there.
func one(text string) int {
	if text == "" {
		return 0
	}
	return 1
}

// checkPersonaLink makes sure that the personas' company has everything.
func checkPersonaLink(t *testing.T, w *world, tenant Tenant) {
	t.Helper()
	for _, name := range []string{"buyer", "company-admin"} {
		p, _ := tenant.Persona(name)
		user := w.users.Get(emailKey(p.Email))
		company := w.membershipsOf(user.ID)[0].text("company")
		l := w.links.byTable[0]
		if l.Company != company || l.KazooAccount == "" || l.TwilioAccount == "" || l.LeadConnectorLocation == "" {
			t.Errorf("%s's company %s is linked as %+v", name, company, l)
		}
	}
	if l := w.links.byAttributes[0]; l.KazooAccount == "" || l.TwilioAccount == "" || l.LeadConnectorLocation == "" {
		t.Errorf("the crowded company is linked as %+v", l)
	}
}

// checkAttributes makes sure that companies say in attributes what they are
// meant to say there, and the others nothing.
func checkAttributes(t *testing.T, w *world) {
	t.Helper()
	want := map[string]map[string]string{}
	for _, l := range w.links.byAttributes {
		want[l.Company] = map[string]string{
			AttributeKazooAccount: l.KazooAccount, AttributeTwilioAccount: l.TwilioAccount, AttributeLeadConnectorLocation: l.LeadConnectorLocation,
		}
	}
	for _, c := range w.companies.all() {
		have := map[string]string{}
		for _, a := range c.Body["customAttributes"].([]any) {
			have[factText(field(a, "name"))] = factText(field(a, "value"))
		}
		for _, name := range []string{AttributeKazooAccount, AttributeTwilioAccount, AttributeLeadConnectorLocation} {
			if have[name] != want[c.ID][name] {
				t.Errorf("company %s: %s is %q, want %q", c.ID, name, have[name], want[c.ID][name])
			}
		}
	}
}

// TestLinksOfASandbox follow its data.
func TestLinksOfASandbox(t *testing.T) {
	t.Parallel()
	table := shared.box.Links("acme")
	for i, l := range table {
		if i > 0 && table[i-1].Company >= l.Company {
			t.Error("out of order")
		}
	}
	if len(table) != len(shared.acme().links.byTable) || shared.box.Links("nobody") != nil {
		t.Errorf("%d links", len(table))
	}
	table[0].Company = "changed"
	if shared.box.Links("acme")[0].Company == "changed" {
		t.Error("a change reached other callers")
	}
	f := start(t, Options{Seed: 9})
	if same(t, f.box.Links("acme"), shared.box.Links("acme")) {
		t.Error("another seed has the same links")
	}
}

// TestCompaniesAreFoundByTheirLink as by any other custom attribute.
func TestCompaniesAreFoundByTheirLink(t *testing.T) {
	t.Parallel()
	l := shared.acme().links.byAttributes[0]
	list := shared.get(t, "partner", "/account/v2/companies?custom."+AttributeKazooAccount+"="+l.KazooAccount).list(t)
	if len(list) != 1 || ids(list)[0] != l.Company {
		t.Errorf("%v, want %s", ids(list), l.Company)
	}
}
