package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
)

func twilioFactsOf(t *testing.T) Facts {
	t.Helper()
	f, err := TwilioFacts()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestTwilioEndpointsAreKnown calls all of them: reads are answered, writes
// checked and refused with 501.
func TestTwilioEndpointsAreKnown(t *testing.T) {
	t.Parallel()
	account, chain := busyChain(t, shared.addOns())
	facts := twilioFactsOf(t)
	if len(facts.Endpoints) != 38 {
		t.Errorf("facts hold %d endpoints", len(facts.Endpoints))
	}
	for _, e := range facts.Endpoints {
		want := http.StatusNotImplemented
		switch {
		case strings.HasSuffix(e.Path, "/Data.json"):
			want = http.StatusTemporaryRedirect
		case e.Key() == "GET /v1/Listing/{Sid}":
			want = http.StatusForbidden // it is not theirs
		case e.Method == http.MethodGet:
			want = http.StatusOK
		}
		a := shared.twilio(t, e.Method, account, twilioPathFor(e.Path, chain), exampleBody(e))
		if a.status != want {
			t.Errorf("%s: %d, want %d: %.200s", e.Key(), a.status, want, a.body)
		}
	}
}

// TestTwilioBodiesAreChecked before a write is refused as not answered.
func TestTwilioBodiesAreChecked(t *testing.T) {
	t.Parallel()
	account, chain := busyChain(t, shared.addOns())
	listing := chain["AvailableAddOnSid"]
	usage := "/v1/InstalledAddOns/" + chain["InstalledAddOnSid"] + "/Usage"
	tests := []struct {
		name, path, body string
		status           int
	}{
		{"whole", "/v1/InstalledAddOns", "AvailableAddOnSid=" + listing + "&AcceptTermsOfService=true", http.StatusNotImplemented},
		{"with configuration", "/v1/InstalledAddOns", "AvailableAddOnSid=" + listing + "&AcceptTermsOfService=true&Configuration=%7B%7D", http.StatusNotImplemented},
		{"required missing", "/v1/InstalledAddOns", "AvailableAddOnSid=" + listing, http.StatusBadRequest},
		{"no SID", "/v1/InstalledAddOns", "AvailableAddOnSid=XB1&AcceptTermsOfService=true", http.StatusBadRequest},
		{"no boolean", "/v1/InstalledAddOns", "AvailableAddOnSid=" + listing + "&AcceptTermsOfService=yes", http.StatusBadRequest},
		{"unknown field", "/v1/InstalledAddOns", "AvailableAddOnSid=" + listing + "&AcceptTermsOfService=true&accept=1", http.StatusBadRequest},
		{"JSON for a form", "/v1/InstalledAddOns", `{"AvailableAddOnSid":"` + listing + `"}`, http.StatusBadRequest},
		{"nothing", "/v1/InstalledAddOns", "", http.StatusBadRequest},
		{"JSON where it belongs", usage, `{"billable_items":[{"quantity":1,"sid":"BI1"}]}`, http.StatusNotImplemented},
		{"a form for JSON", usage, "billable_items=1", http.StatusBadRequest},
		{"cut JSON", usage, `{"billable_items":[`, http.StatusBadRequest},
		{"two JSON values", usage, `{"billable_items":[]}{}`, http.StatusBadRequest},
	}
	for _, test := range tests {
		if a := shared.twilio(t, http.MethodPost, account, test.path, test.body); a.status != test.status {
			t.Errorf("%s: %d, want %d: %s", test.name, a.status, test.status, a.body)
		}
	}
}

// TestTwilioCredentials tries who may read what.
func TestTwilioCredentials(t *testing.T) {
	t.Parallel()
	w := shared.addOns()
	sub, chain := busyChain(t, w)
	parent := shared.parentAccount()
	var sibling, closed *Record
	for _, a := range w.accounts.all() {
		switch {
		case a.text("status") == "closed":
			closed = a
		case a.ID != sub.ID && a.ID != parent.ID:
			sibling = a
		}
	}
	globex := shared.box.tenants[1].world.Load().twilio.accounts.all()[1]
	forged := &Record{ID: sub.ID, Facts: map[string]any{"token": parent.text("token")}}
	numbers := accountPath(sub.ID) + "/IncomingPhoneNumbers.json"
	installed := "/v1/InstalledAddOns/" + chain["InstalledAddOnSid"]
	tests := []struct {
		name    string
		account *Record
		path    string
		status  int
	}{
		{"nobody", nil, numbers, 401},
		{"nobody at the marketplace", nil, "/v1/AvailableAddOns", 401},
		{"another account's token", forged, numbers, 401},
		{"another tenant's account", globex, "/v1/AvailableAddOns", 401},
		{"a closed account", closed, "/v1/AvailableAddOns", 401},
		{"itself", sub, numbers, 200},
		{"the parent", parent, numbers, 200},
		{"a sibling", sibling, numbers, 401},
		{"a sub-account about its parent", sub, accountPath(parent.ID) + "/Recordings.json", 401},
		{"itself, installed", sub, installed, 200},
		{"the parent, installed", parent, installed, 404},
		{"a sibling, installed", sibling, installed, 404},
		{"the parent reads the account", parent, accountPath(sub.ID) + ".json", 200},
		{"the account itself", sub, accountPath(sub.ID) + ".json", 200},
		{"a sibling reads the account", sibling, accountPath(sub.ID) + ".json", 404},
		{"its listing", parent, "/v1/Listing/" + where(w.modules.all(), "owner", parent.ID)[0].ID, 200},
		{"no listing", parent, "/v1/Listing/XB" + strings.Repeat("0", 32), 404},
		{"no SID at all", sub, "/v1/AvailableAddOns/XB12", 404},
		{"another number's add-on", sub, accountPath(sub.ID) + "/IncomingPhoneNumbers/" + chain["ResourceSid"] + "/AssignedAddOns/XE" + strings.Repeat("0", 32) + ".json", 404},
		{"no suffix", sub, strings.TrimSuffix(numbers, ".json"), 404},
	}
	for _, test := range tests {
		a := shared.twilio(t, http.MethodGet, test.account, test.path, "")
		if a.status != test.status {
			t.Errorf("%s: %d, want %d: %.200s", test.name, a.status, test.status, a.body)
		}
		if a.status == http.StatusOK {
			continue
		}
		body := a.object(t)
		if factText(body["status"]) != factText(test.status) || factText(body["code"]) != factText(twilioCode(test.status)) || body["message"] == "" || body["more_info"] == "" {
			t.Errorf("%s: %s", test.name, a.body)
		}
	}
	if a := do(t, request(t, http.MethodGet, shared.twilioBase("acme")+"/api/v1/AvailableAddOns", "")); a.status != http.StatusNotFound {
		t.Errorf("a path at the other host: %d", a.status)
	}
}

// TestTwilioParentLendsTokens: what the parent reads is what the marketplace
// takes.
func TestTwilioParentLendsTokens(t *testing.T) {
	t.Parallel()
	parent := shared.parentAccount()
	for _, l := range shared.acme().links.all() {
		if l.TwilioAccount == "" {
			continue
		}
		token := shared.twilio(t, http.MethodGet, parent, accountPath(l.TwilioAccount)+".json", "").object(t)["auth_token"]
		lent := &Record{ID: l.TwilioAccount, Facts: map[string]any{"token": token}}
		a := shared.twilio(t, http.MethodGet, lent, "/v1/InstalledAddOns", "")
		if a.status != http.StatusOK {
			t.Fatalf("account %s: %d", l.TwilioAccount, a.status)
		}
		for _, i := range a.object(t)["installed_add_ons"].([]any) {
			if field(i, "account_sid") != l.TwilioAccount {
				t.Errorf("account %s sees what %v installed", l.TwilioAccount, field(i, "account_sid"))
			}
		}
	}
}

// TestTwilioDocumentsHaveEveryPrintedKey holds the documents against the samples
// of the specification.
func TestTwilioDocumentsHaveEveryPrintedKey(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/twilio_samples.json")
	if err != nil {
		t.Fatal(err)
	}
	var samples []sample
	if err := json.Unmarshal(raw, &samples); err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		ours := map[string]bool{}
		path := strings.TrimPrefix(s.Endpoint, "GET ")
		for _, p := range twilioPaths(t, path) {
			account, at, _ := strings.Cut(p, " ")
			maps.Copy(ours, keysOf(shared.twilio(t, http.MethodGet, shared.addOns().accounts.Get(account), at, "").json(t)))
		}
		for _, key := range slices.Sorted(maps.Keys(keysOf(s.Body))) {
			// What an add-on can be configured with is its own affair.
			if !ours[key] && !strings.Contains(key, ".bad_words") {
				t.Errorf("%s: printed, not served: %s", s.Endpoint, key)
			}
		}
	}
	if len(samples) < 25 {
		t.Errorf("only %d samples", len(samples))
	}
}

// twilioPaths are, with the account to ask as, enough requests to meet every
// shape that an endpoint serves.
func twilioPaths(t *testing.T, path string) []string {
	t.Helper()
	w := shared.addOns()
	sub, chain := busyChain(t, w)
	switch {
	case strings.HasSuffix(path, "/Recordings.json"), strings.HasSuffix(path, "/Recordings/{Sid}.json"):
		var out []string
		for _, r := range w.recordings.all() {
			at := strings.ReplaceAll(strings.ReplaceAll(path, "{AccountSid}", r.text("parent")), "{Sid}", r.ID)
			out = append(out, r.text("parent")+" "+at+"?IncludeSoftDeleted=true")
		}
		return out
	case strings.HasPrefix(path, "/v1/Listing"):
		parent := shared.parentAccount().ID
		return []string{parent + " " + strings.ReplaceAll(path, "{Sid}", where(w.modules.all(), "owner", parent)[0].ID)}
	case strings.HasSuffix(path, "/Usage/Records.json"):
		return []string{sub.ID + " " + twilioPathFor(path, chain) + "?PageSize=1"}
	case path == "/v1/AvailableAddOns/{Sid}":
		var out []string
		for _, l := range w.listings.all() {
			out = append(out, sub.ID+" /v1/AvailableAddOns/"+l.ID)
		}
		return out
	default:
		return []string{sub.ID + " " + twilioPathFor(path, chain)}
	}
}
