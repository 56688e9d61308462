package loaders

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
)

// invoicesOf filters as documented.
func (b *backend) invoicesOf(r *http.Request) []doc {
	return slices.DeleteFunc(slices.Clone(b.invoices), func(d doc) bool {
		status := r.FormValue("status")
		return d["of"] != r.PathValue("company") || (status != "" && d["status"] != status)
	})
}

// bill gives companies c0… as many invoices as their number says, every other one open.
func (b *backend) bill(n int) (companies []string) {
	for i := range n {
		id := "c" + strconv.Itoa(i)
		companies = append(companies, id)
		b.companies = append(b.companies, doc{"uuid": id})
		for j := range i % 4 {
			b.invoices = append(b.invoices, doc{
				"of": id, "invoiceId": strconv.Itoa(100*i + j), "status": []string{"UNPAID", "PAID"}[j%2], "company": doc{"-id": id}, "user": doc{"-id": "u1"},
			})
		}
	}
	return companies
}

// TestInvoicesCalls: one call per company, and none the second time.
func TestInvoicesCalls(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 20} {
		b := newBackend(t)
		companies, tenant := b.bill(n), b.tenant(t)
		for _, want := range []map[string]int{{"invoices": n}, {}} {
			lists, errs := New(tenant, service(t)).Invoices(t.Context(), companies, model.InvoiceStatusUnpaid, Page{first: 5})
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			for i, list := range lists {
				if open := (i%4 + 1) / 2; len(list.Items) != open {
					t.Errorf("company %d has %d open invoices, want %d", i, len(list.Items), open)
				}
			}
			if diff := cmp.Diff(want, b.counts()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		}
	}
}

// TestInvoicesFollowTheRule: for who administers a company or its bills, in
// lists and by number; to others an invoice is as if it were not there.
func TestInvoicesFollowTheRule(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	companies := b.bill(4)
	for name, tc := range map[string]struct {
		viewer *auth.Viewer
		want   []bool
	}{
		"the marketplace":         {service(t), []bool{true, true, true, true}},
		"a billing administrator": {viewer(t, "bea", member("c2", auth.RoleBillingAdmin), member("c3", auth.RoleUser)), []bool{false, false, true, false}},
		"a member":                {viewer(t, "bob", member("c1", auth.RoleUser)), []bool{false, false, false, false}},
	} {
		l := New(b.tenant(t), tc.viewer)
		_, errs := l.Invoices(t.Context(), companies, "", Page{first: 1})
		for i, err := range errs {
			refused, ok := errors.AsType[*auth.Error](err)
			if (err == nil) != tc.want[i] || (err != nil && (!ok || refused.Code != auth.Forbidden)) {
				t.Errorf("%s, list of %s: %v", name, companies[i], err)
			}
			if i == 0 {
				continue // has none
			}
			invoice, err := l.Invoice(t.Context(), strconv.Itoa(100*i))
			if (err == nil) != tc.want[i] || (err != nil && !isNotFound(err)) || (err == nil && invoice.CompanyID != companies[i]) {
				t.Errorf("%s, invoice of %s: %v, %v", name, companies[i], invoice, err)
			}
		}
		if _, err := l.Invoice(t.Context(), "nothing"); !isNotFound(err) {
			t.Errorf("%s, what is not there: %v", name, err)
		}
	}
}

// TestInvoicesOfNobody: an invoice that does not say whose it is belongs to the
// company that the path names, and is nobody's where no path does.
func TestInvoicesOfNobody(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.bill(3)
	for _, d := range b.invoices {
		delete(d, "company")
	}
	admin := viewer(t, "bea", member("c1", auth.RoleBillingAdmin))
	lists, errs := New(b.tenant(t), admin).Invoices(t.Context(), []string{"c1"}, "", Page{first: 1})
	if errs[0] != nil || lists[0].Items[0].CompanyID != "c1" {
		t.Errorf("in the list: %v, %v", lists[0], errs[0])
	}
	if _, err := New(b.tenant(t), admin).Invoice(t.Context(), "100"); !isNotFound(err) {
		t.Errorf("by number: %v", err)
	}
	b.invoices[0]["company"] = doc{"-id": "c2"}
	_, errs = New(b.tenant(t), admin).Invoices(t.Context(), []string{"c1"}, "", Page{first: 1})
	if upstream.KindOf(errs[0]) != upstream.MalformedReply || !errors.Is(errs[0], errOtherCompany) {
		t.Errorf("another company's among them: %v", errs[0])
	}
}

func TestInvoiceMapping(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.companies = []doc{{"uuid": "c1"}}
	b.invoices = []doc{{
		"invoiceId": "4711", "referenceNumber": "INV-1", "status": "OVERDUE", "currency": "EUR", "total": "12.3400000000",
		"creationDate": "2015-08-12T13:43:26-06:00", "dueDate": 1439408606000, "company": doc{"-id": "c1"}, "user": doc{"-id": "u1"},
	}}
	got, err := New(b.tenant(t), service(t)).Invoice(t.Context(), "4711")
	if err != nil {
		t.Fatal(err)
	}
	reference, currency, status := "INV-1", "EUR", model.InvoiceStatusUnknown
	total, at := decimal.RequireFromString("12.34"), time.Date(2015, 8, 12, 19, 43, 26, 0, time.UTC)
	want := &model.Invoice{
		ID: "4711", ReferenceNumber: &reference, Status: &status, Currency: &currency, Total: &total, CreatedAt: &at, DueAt: &at, CompanyID: "c1", UserID: "u1",
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) }), cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
