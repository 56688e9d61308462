package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"
)

// invoiceNumbers reads a list's numbers in its order.
func invoiceNumbers(list []any) []int64 {
	out := make([]int64, len(list))
	for i, invoice := range list {
		out[i], _ = strconv.ParseInt(factText(field(invoice, "invoiceId")), 10, 64)
	}
	return out
}

// allInvoices walks the marketplace's list, or what a filter leaves of it.
func allInvoices(t *testing.T, filter string) []any {
	t.Helper()
	var all []any
	for start := 0; ; start += maxWindow {
		page := shared.get(t, "partner", "/billing/v1/invoices?start="+strconv.Itoa(start)+filter).list(t)
		if all = append(all, page...); len(page) < maxWindow {
			return all
		}
	}
}

// TestInvoicesOfEverything: what the lists of companies and users hold is the
// marketplace's list, each in its printed order, and each is found by number.
func TestInvoicesOfEverything(t *testing.T) {
	t.Parallel()
	all := invoiceNumbers(allInvoices(t, ""))
	if len(all) < 100 || !slices.IsSorted(all) {
		t.Fatalf("%d invoices, in order: %t", len(all), slices.IsSorted(all))
	}
	var ofCompanies []int64
	for _, c := range shared.acme().companies.all() {
		list := shared.get(t, "partner", "/billing/v1/companies/"+c.ID+"/invoices").list(t)
		numbers := invoiceNumbers(list)
		if !slices.IsSortedFunc(numbers, func(a, b int64) int { return int(b - a) }) {
			t.Errorf("%s: %v is not newest first", c.ID, numbers)
		}
		for _, invoice := range list {
			if field(invoice, "company", "-id") != c.ID {
				t.Errorf("%s has an invoice of %v", c.ID, field(invoice, "company", "-id"))
			}
		}
		ofCompanies = append(ofCompanies, numbers...)
	}
	slices.Sort(ofCompanies)
	if !slices.Equal(all, ofCompanies) {
		t.Errorf("companies have %d invoices of %d", len(ofCompanies), len(all))
	}
	one := "/billing/v1/invoices/" + strconv.FormatInt(all[0], 10)
	if got := shared.get(t, "partner", one).object(t); invoiceNumbers([]any{got})[0] != all[0] {
		t.Errorf("%s is %v", one, got)
	}
}

// TestInvoiceFilters by status, date and amount.
func TestInvoiceFilters(t *testing.T) {
	t.Parallel()
	all, found := allInvoices(t, ""), 0
	for _, status := range []string{"UNPAID", "PAID", "CARRIED", "VOIDED"} {
		list := allInvoices(t, "&status="+status)
		for _, invoice := range list {
			if field(invoice, "status") != status {
				t.Errorf("%v among %s", field(invoice, "status"), status)
			}
		}
		if found += len(list); len(list) == 0 {
			t.Errorf("none is %s", status)
		}
	}
	if found != len(all) {
		t.Errorf("%d of %d have a printed status", found, len(all))
	}
	since := strconv.FormatInt(millis(testDay.Add(-40*24*time.Hour)), 10)
	recent := len(allInvoices(t, "&fromDate="+since))
	older := len(all) - recent
	if recent == 0 || older == 0 {
		t.Errorf("%d recent, %d older", recent, older)
	}
	for query, want := range map[string]int{
		"/billing/v1/invoices?status=OPEN": 400, "/billing/v1/invoices?excludeFree=perhaps": 400, "/billing/v1/invoices/1": 404,
		"/billing/v1/companies/nobody/invoices": 404, "/billing/v1/subscriptions/nothing/invoices": 404,
	} {
		if a := shared.call(t, http.MethodGet, "acme", "partner", query); a.status != want {
			t.Errorf("%s: %d, want %d", query, a.status, want)
		}
	}
}

// TestInvoicesSumTheirOrders in every seed: an invoice is as high as the orders
// that it names, and is also among those of what was bought and who did.
func TestInvoicesSumTheirOrders(t *testing.T) {
	t.Parallel()
	for _, seed := range testSeeds {
		w := worldOf(t, 0, seed)
		costs := map[string]int64{}
		for _, s := range w.subscriptions.all() {
			order, _ := s.Body["order"].(Document)
			costs[factText(order["id"])] = cents(factText(order["totalPrice"]))
		}
		for _, i := range w.invoices.all() {
			orders, many := i.Body["orderIds"].([]any)
			if !many {
				orders = []any{i.Body["orderIds"]}
			}
			var sum int64
			for _, order := range orders {
				sum += costs[factText(order)]
			}
			if longMoney(sum) != i.Body["total"] {
				t.Errorf("seed %d: invoice %s is %v, its orders %s", seed, i.ID, i.Body["total"], longMoney(sum))
			}
			if at, _ := i.Facts["created"].(int64); at > millis(testDay) {
				t.Errorf("seed %d: invoice %s is of the future", seed, i.ID)
			}
		}
	}
	w := shared.acme()
	one := w.invoices.all()[0]
	sub, user := textList(one, "subscription")[0], textList(one, "user")[0]
	for _, path := range []string{"/billing/v1/subscriptions/" + sub + "/invoices", "/billing/v1/companies/" + one.text("company") + "/users/" + user + "/invoices"} {
		number, _ := strconv.ParseInt(one.ID, 10, 64)
		if numbers := invoiceNumbers(shared.get(t, "partner", path).list(t)); !slices.Contains(numbers, number) {
			t.Errorf("%s: %v without %d", path, numbers, number)
		}
	}
}
