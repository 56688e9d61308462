package appdirect_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// TestPrintedPartnerLeads: written from the sample by hand. Its moments are seconds.
func TestPrintedPartnerLeads(t *testing.T) {
	t.Parallel()
	got, err := appdirect.DecodePartnerLeads(room.Sample(t, "partner-leads-list"))
	if err != nil || len(got.Items) != 2 || got.Info.TotalElements != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	moment := wire.Unix{Time: time.Date(2018, 8, 17, 18, 43, 48, 0, time.UTC)}
	want := appdirect.PartnerLead{
		ID: "acfce97c-5428-4310-b841-3bf7cca4e047", Status: "CONVERTED", LeadType: "MANUAL", Result: "WON", CreatedOn: moment, LastModified: moment,
	}
	want.Customer.Company.Name = "Globex"
	want.Customer.Contact.FirstName, want.Customer.Contact.LastName = "Jane", "Doe"
	want.Customer.Contact.Email, want.Customer.Contact.Phone = "jane.doe@globex.com", "+18008888080"
	if diff := cmp.Diff(want, got.Items[1]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if open := got.Items[0]; open.Result != "" || open.Status != "SUBMITTED" {
		t.Errorf("an open lead: %+v", open)
	}
}

// TestAssumedLead: the printed fields, with contacts as the newer leads have them.
func TestAssumedLead(t *testing.T) {
	t.Parallel()
	body := `{
		"uuid": "29a1dc26-8088-475c-ba75-7b73915a0fab", "status": "PENDING", "source": "CUSTOMER", "target": "VENDOR", "comment": "Call in May",
		"creationDate": 1534531428000, "lastModificationDate": "1534531428000", "reseller": null, "application": {"id": 7, "name": "Mail"},
		"customer": ` + string(cut(t, "partner-leads-list", "content", 0, "customer")) + `, "customerLeadForVendor": true, "attributes": {}
	}`
	moment := wire.Time{Time: time.Date(2018, 8, 17, 18, 43, 48, 0, time.UTC)}
	want := appdirect.Lead{
		UUID: "29a1dc26-8088-475c-ba75-7b73915a0fab", Status: "PENDING", Source: "CUSTOMER", Target: "VENDOR", Comment: "Call in May",
		CreationDate: moment, LastModificationDate: moment, Customer: &appdirect.LeadParty{}, Application: wire.Ref{ID: "7"},
	}
	want.Customer.Company.Name = "Acme"
	want.Customer.Contact.FirstName, want.Customer.Contact.LastName = "John", "Doe"
	want.Customer.Contact.Email, want.Customer.Contact.Phone = "john.doe@acme.com", "+14455555555"
	got, err := appdirect.DecodeLead([]byte(body))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	page, err := appdirect.DecodeLeads([]byte(`{"content":[` + body + `],"page":{"totalElements":120}}`))
	if err != nil || page.Info.TotalElements != 120 || cmp.Diff(want, page.Items[0]) != "" {
		t.Errorf("in a page: %+v, %v", page, err)
	}
}
