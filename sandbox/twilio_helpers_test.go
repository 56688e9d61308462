package sandbox

import (
	"net/url"
	"strings"
	"testing"
)

// twilioBase is the address of a tenant's add-on backend.
func (f *fixture) twilioBase(tenant string) string {
	return f.box.BackendURL(f.srv.URL, tenant, BackendTwilio)
}

// twilioAddress puts a printed path behind the host it belongs to.
func (f *fixture) twilioAddress(tenant, path string) string {
	for host, start := range twilioHosts {
		if strings.HasPrefix(path, start) {
			return f.twilioBase(tenant) + "/" + host + path
		}
	}
	return f.twilioBase(tenant) + path
}

// twilio makes a call to acme's add-on backend with an account's credentials.
func (f *fixture) twilio(t *testing.T, method string, account *Record, path, body string) answer {
	t.Helper()
	r := request(t, method, f.twilioAddress("acme", path), body)
	if account != nil {
		r.SetBasicAuth(account.ID, account.text("token"))
	}
	if body != "" {
		r.Header.Set("Content-Type", formType)
	}
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	}
	return do(t, r)
}

// addOns is acme's add-on data.
func (f *fixture) addOns() *twilioWorld { return f.acme().twilio }

// parentAccount is acme's own.
func (f *fixture) parentAccount() *Record {
	return f.addOns().accounts.Get(f.box.tenants[0].Twilio.AccountSID)
}

// busyChain is a sub-account with everything in it, and one of each thing, by
// the names that paths have for them.
func busyChain(t *testing.T, w *twilioWorld) (*Record, map[string]string) {
	t.Helper()
	for _, payload := range w.payloads.all() {
		result := w.results.Get(payload.text("parent"))
		recording := w.recordings.Get(result.text("parent"))
		account := recording.text("parent")
		for _, assigned := range w.assigned.all() {
			number := w.numbers.Get(assigned.text("parent"))
			extensions := where(w.extensions.all(), "parent", assigned.ID)
			if number.text("parent") != account || recording.Facts["deleted"] == true {
				continue
			}
			return w.accounts.Get(account), map[string]string{
				"AccountSid": account, "PayloadSid": payload.ID, "AddOnResultSid": result.ID, "ReferenceSid": recording.ID, "ResourceSid": number.ID,
				"AssignedAddOnSid": assigned.text("sid"), "InstalledAddOnSid": assigned.text("sid"), "XF": extensions[0].text("sid"),
				"AvailableAddOnSid": w.installed.Get(assigned.text("sid")).text("listing"),
			}
		}
	}
	t.Fatal("no account has everything")
	return nil, nil
}

// twilioPathFor fills a template from a chain; what Sid means depends on what
// stands before it.
func twilioPathFor(template string, chain map[string]string) string {
	path := template
	for name, value := range chain {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	last := map[string]string{
		"/Extensions/{Sid}": "XF", "/AssignedAddOns/{Sid}": "AssignedAddOnSid", "/IncomingPhoneNumbers/{Sid}": "ResourceSid",
		"/Payloads/{Sid}": "PayloadSid", "/AddOnResults/{Sid}": "AddOnResultSid", "/Recordings/{Sid}": "ReferenceSid",
		"/InstalledAddOns/{Sid}": "InstalledAddOnSid", "/AvailableAddOns/{Sid}": "AvailableAddOnSid", "/Listing/{Sid}": "AvailableAddOnSid",
		"/Accounts/{Sid}": "AccountSid",
	}
	for end, name := range last {
		path = strings.ReplaceAll(path, end, strings.ReplaceAll(end, "{Sid}", chain[name]))
	}
	return path
}

// exampleBody is a valid body of an endpoint.
func exampleBody(e Endpoint) string {
	form, members := url.Values{}, []string{}
	for _, p := range e.Body {
		if !p.Required {
			continue
		}
		value := exampleValue(p)
		if strings.HasPrefix(p.Pattern, "^X") || strings.HasPrefix(p.Pattern, "^AC") {
			value = p.Pattern[1:3] + strings.Repeat("a", 32)
		}
		form.Set(p.Name, value)
		members = append(members, `"`+p.Name+`":"`+value+`"`)
	}
	if e.BodyType == "application/json" {
		return "{" + strings.Join(members, ",") + "}"
	}
	return form.Encode()
}

// quiet starts a sandbox of its own on a clock that stands still.
func quiet(t *testing.T) (*fixture, *fakeClock) {
	t.Helper()
	clock := newClock()
	return start(t, Options{Now: clock.now}), clock
}
