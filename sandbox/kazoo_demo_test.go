package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestKazooDemoData holds every seed to what the data promises.
func TestKazooDemoData(t *testing.T) {
	for index, tenant := range Tenants() {
		for _, seed := range testSeeds {
			t.Run(fmt.Sprintf("%s %d", tenant.Name, seed), func(t *testing.T) {
				t.Parallel()
				w := worldOf(t, index, seed)
				checkKazooSpread(t, w.kazoo)
				checkKazooReferences(t, w.kazoo)
			})
		}
	}
}

func checkKazooSpread(t *testing.T, w *kazooWorld) {
	t.Helper()
	if n := w.accounts.Len(); n < 26 || n != len(w.below) {
		t.Errorf("%d accounts, %d with contents", n, len(w.below))
	}
	large := w.below[w.largest()]
	for name, n := range map[string]int{"users": large.users.Len(), "devices": large.devices.Len(), "numbers": large.numbers.Len(), "calls": large.cdrs.Len()} {
		if n <= kazooPageSize {
			t.Errorf("the largest account has %d %s, all on one page", n, name)
		}
	}
	bare, silent, deep := 0, 0, 0
	for id, a := range w.below {
		if a.users.Len() == 0 && a.numbers.Len() == 0 {
			bare++
		}
		if a.users.Len() > 0 && a.devices.Len() == 0 {
			silent++
		}
		if len(tree(w.accounts.Get(id))) == 2 {
			deep++
		}
	}
	if bare == 0 || silent == 0 || deep < 2 {
		t.Errorf("%d accounts with nothing, %d without devices, %d below a reseller", bare, silent, deep)
	}
}

// checkKazooReferences follows every reference to where it must lead.
func checkKazooReferences(t *testing.T, w *kazooWorld) {
	t.Helper()
	seen := map[string]bool{}
	for id, a := range w.below {
		for _, above := range tree(w.accounts.Get(id)) {
			if w.below[above] == nil {
				t.Errorf("account %s is below nothing", id)
			}
		}
		for _, c := range []*Collection{a.devices, a.callflows, a.vmboxes, a.conferences} {
			for _, r := range c.all() {
				if owner, has := r.Body["owner_id"].(string); has && a.users.Get(owner) == nil {
					t.Errorf("%s has an unknown owner", r.ID)
				}
			}
		}
		for _, r := range a.cdrs.all() {
			vars := r.Body["custom_channel_vars"].(Document)
			if a.devices.Get(factText(vars["authorizing_id"])) == nil || a.users.Get(factText(vars["owner_id"])) == nil || vars["account_id"] != id {
				t.Errorf("call %s is nobody's", r.ID)
			}
		}
		for _, n := range a.numbers.all() {
			if seen[n.ID] || len(n.ID) != 12 || !strings.HasPrefix(n.ID, "+1") {
				t.Errorf("number %s", n.ID)
			}
			seen[n.ID] = true
		}
		if len(a.registrations) != a.devices.Len() {
			t.Errorf("%d devices, %d states", a.devices.Len(), len(a.registrations))
		}
	}
}

// TestTelephonyUsersAreTheCompanysPeople under the same address.
func TestTelephonyUsersAreTheCompanysPeople(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	matched := 0
	for _, l := range w.links.all() {
		if l.KazooAccount == "" {
			continue
		}
		if got, want := w.kazoo.accounts.Get(l.KazooAccount).Body["name"], w.companies.Get(l.Company).Body["name"]; got != want {
			t.Errorf("account of %v is called %v", want, got)
		}
		for _, u := range w.kazoo.below[l.KazooAccount].users.all() {
			email, _ := u.Body["email"].(string)
			if email == "" {
				continue
			}
			person := w.users.Get(emailKey(email))
			if person == nil || w.memberships.Get(membershipID(l.Company, person.ID)) == nil {
				t.Errorf("%s is no member of company %s", email, l.Company)
			}
			matched++
		}
	}
	if matched < 100 {
		t.Errorf("only %d", matched)
	}
}

// TestKazooDataFollowsTheSeed and nothing else.
func TestKazooDataFollowsTheSeed(t *testing.T) {
	t.Parallel()
	dump := func(index int, seed uint64) []any {
		w := worldOf(t, index, seed)
		out := []any{w.links.table(), w.links.byAttributes}
		for _, a := range w.kazoo.accounts.all() {
			b := w.kazoo.below[a.ID]
			out = append(out, a.Body, b.limits, b.balance, b.channels, b.registrations)
			for _, c := range []*Collection{b.users, b.devices, b.numbers, b.callflows, b.groups, b.conferences, b.vmboxes, b.cdrs} {
				for _, r := range c.all() {
					out = append(out, r.Body, r.Facts["summary"])
				}
			}
		}
		return out
	}
	first := dump(0, 5)
	if !same(t, first, dump(0, 5)) {
		t.Error("the same seed gives other data")
	}
	if same(t, first, dump(0, 6)) || same(t, first, dump(1, 5)) {
		t.Error("another seed or tenant gives the same data")
	}
}

// TestKazooTenantsShareNothing but the names of what is made for each.
func TestKazooTenantsShareNothing(t *testing.T) {
	t.Parallel()
	acme, globex := shared.kazooOf("acme"), shared.kazooOf("globex")
	p := &phone{shared, "globex", shared.phone(t, "globex").token}
	for _, account := range acme.accounts.all() {
		if globex.accounts.Get(account.ID) != nil {
			t.Errorf("account %s is both's", account.ID)
		}
	}
	if a := p.call(t, http.MethodGet, "/accounts/"+acme.parent, nil); a.status != http.StatusNotFound {
		t.Errorf("acme's account at globex: %d", a.status)
	}
}

// TestFeatureCodesDifferFromCallflows in lists: an object where others have a
// plain false, and neither a name nor an owner.
func TestFeatureCodesDifferFromCallflows(t *testing.T) {
	t.Parallel()
	p := shared.phone(t, "acme")
	codes, others := 0, 0
	for _, item := range p.read(t, "/accounts/"+p.kazooOf("acme").largest()+"/callflows?paginate=false").items(t) {
		switch code := field(item, "featurecode").(type) {
		case bool:
			others++
		case map[string]any:
			if codes++; code["number"] != "97" || field(item, "name") != nil || field(item, "owner_id") != nil {
				t.Errorf("%v", item)
			}
		}
	}
	if codes != 1 || others < 50 {
		t.Errorf("%d codes, %d others", codes, others)
	}
}
