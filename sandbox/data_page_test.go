package sandbox

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// docs/sandbox.md says how much there is with seed 1.
func TestDataIsWritten(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, tenant := range Tenants() {
		w := worldOf(t, i, 1)
		for _, counts := range [][]any{w.shopCounts(), w.phoneCounts(), w.addOnCounts()} {
			row := fmt.Sprintf("| `%s`", tenant.Name)
			for _, n := range counts {
				row += fmt.Sprintf(" | %v", n)
			}
			if !strings.Contains(string(page), row+" |\n") {
				t.Errorf("docs/sandbox.md does not have: %s |", row)
			}
		}
	}
}

// shopCounts are of companies, users, products and subscriptions.
func (w *world) shopCounts() []any {
	return []any{w.companies.Len(), w.users.Len(), w.applications.Len(), w.subscriptions.Len()}
}

// phoneCounts are of companies with an account, accounts, users, devices, numbers and calls.
func (w *world) phoneCounts() []any {
	linked, users, devices, numbers, calls := 0, 0, 0, 0, 0
	for _, l := range w.links.all() {
		if l.KazooAccount != "" {
			linked++
		}
	}
	for _, a := range w.kazoo.below {
		users, devices, numbers, calls = users+a.users.Len(), devices+a.devices.Len(), numbers+a.numbers.Len(), calls+a.cdrs.Len()
	}
	return []any{fmt.Sprintf("%d of %d", linked, w.companies.Len()), len(w.kazoo.below), users, devices, numbers, calls}
}

// addOnCounts are of sub-accounts, those with add-ons, installations, numbers, assigned add-ons, locations and charges.
func (w *world) addOnCounts() []any {
	owners := map[string]bool{}
	for _, r := range w.twilio.installed.all() {
		owners[r.text("parent")] = true
	}
	active := w.twilio.accounts.Len() - 2 // without the parent and the one that was closed
	return []any{
		fmt.Sprintf("%d (%d)", active, len(owners)), w.twilio.installed.Len(), w.twilio.numbers.Len(), w.twilio.assigned.Len(),
		w.wallets.locations.Len(), w.wallets.charges.Len(),
	}
}
