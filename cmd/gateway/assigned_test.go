package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/sandbox"
)

// addOnWalk reads the add-on backend as one account, with nothing of the gateway's.
type addOnWalk struct {
	*backends
	sid, token string
}

func (w addOnWalk) get(t *testing.T, path string) any {
	t.Helper()
	r := request(t, http.MethodGet, w.box.BackendURL(w.server.URL, "acme", sandbox.BackendTwilio)+"/api/2010-04-01/Accounts/"+path+".json", nil)
	r.Header.Set("Accept", "application/json")
	r.SetBasicAuth(w.sid, w.token)
	status, _, body := w.do(t, r)
	if status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", path, status, body)
	}
	var v any
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// assigned are the ids of what is assigned, by number.
func (w addOnWalk) assigned(t *testing.T, account string) map[string][]string {
	t.Helper()
	own := addOnWalk{w.backends, account, text(w.get(t, account), "auth_token")}
	out := map[string][]string{}
	for _, number := range list(own.get(t, account+"/IncomingPhoneNumbers"), "incoming_phone_numbers") {
		ids := []string{}
		for _, a := range list(own.get(t, account+"/IncomingPhoneNumbers/"+text(number, "sid")+"/AssignedAddOns"), "assigned_add_ons") {
			ids = append(ids, text(a, "sid"))
		}
		out[text(number, "phone_number")] = ids
	}
	return out
}

// TestAssignedAddOns: each phone number of the telephony backend has the
// add-ons that the other backend assigns to the same number of the same company.
func TestAssignedAddOns(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	links := walk{b, "acme"}.links(t)
	parent := addOnWalk{backends: b}
	for _, tenant := range sandbox.Tenants() {
		if tenant.Name == "acme" {
			parent.sid, parent.token = tenant.Twilio.AccountSID, tenant.Twilio.AuthToken
		}
	}
	got := b.start(t).must(t, ask{as: "partner", doc: `{ companies(first: 35) { nodes { id telephonyAccount {
		phoneNumbers(first: 5) { nodes { number assignedAddOns { id } } }
	} } } }`})
	working, bare, elsewhere := 0, 0, 0
	for _, company := range list(got, "companies", "nodes") {
		there := map[string][]string{}
		if account := links[text(company, "id")].TwilioAccount; account != "" {
			there = parent.assigned(t, account)
		}
		for _, number := range list(company, "telephonyAccount", "phoneNumbers", "nodes") {
			want, known := there[text(number, "number")]
			switch {
			case len(want) > 0:
				working++
			case known:
				bare++
			default:
				elsewhere++
			}
			if diff := cmp.Diff(want, assignedTo(number)); diff != "" {
				t.Errorf("%s of %s (-want +got):\n%s", text(number, "number"), text(company, "id"), diff)
			}
		}
	}
	if working == 0 || bare == 0 || elsewhere == 0 {
		t.Errorf("%d numbers with add-ons, %d without, %d elsewhere: one of these was not tried", working, bare, elsewhere)
	}
}

// assignedTo is nil for null.
func assignedTo(number any) []string {
	assigned, ok := at(number, "assignedAddOns").([]any)
	if !ok {
		return nil
	}
	out := []string{}
	for _, a := range assigned {
		out = append(out, text(a, "id"))
	}
	return out
}
