package main

import (
	"bytes"
	"crypto/md5" // what Kazoo takes instead of a password
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/sandbox"
)

// restWalk reads all four backends of a tenant with nothing of the gateway's:
// signing in, addresses, pages and decoding are written here from the documents.
type restWalk struct {
	walk
	who    sandbox.Tenant
	phone  string                  // Kazoo's token; "" before the first call
	addOns map[string]string       // tokens of Twilio's accounts
	tokens map[string]string       // of LeadConnector's locations
	linkTo map[string]sandbox.Link // by company
}

func newRESTWalk(t testing.TB, b *backends, tenant string) *restWalk {
	t.Helper()
	who, ok := tenantNamed(tenant)
	if !ok {
		t.Fatalf("there is no tenant %s", tenant)
	}
	w := &restWalk{walk: walk{b, tenant}, who: who, tokens: map[string]string{}}
	w.addOns = map[string]string{who.Twilio.AccountSID: who.Twilio.AuthToken}
	w.linkTo = w.links(t)
	return w
}

// ask sends one request and decodes its answer.
func (w *restWalk) ask(t testing.TB, method, backend, where string, body []byte, adjust func(*http.Request)) any {
	t.Helper()
	r := request(t, method, w.box.BackendURL(w.server.URL, w.tenant, backend)+where, body)
	r.Header.Set("Accept", "application/json")
	adjust(r)
	status, _, answer := w.do(t, r)
	if status != http.StatusOK && status != http.StatusCreated {
		t.Fatalf("%s %s: %d %s", method, where, status, answer)
	}
	var v any
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%s %s: %v", method, where, err)
	}
	return v
}

// kazoo reads the data of one telephony document or list.
func (w *restWalk) kazoo(t testing.TB, where string, query url.Values) any {
	t.Helper()
	if w.phone == "" {
		sum := md5.Sum([]byte(w.who.Kazoo.User + ":" + w.who.Kazoo.Password))
		login, err := json.Marshal(map[string]any{"data": map[string]string{
			"credentials": hex.EncodeToString(sum[:]), "account_name": w.who.Kazoo.AccountName,
		}})
		if err != nil {
			t.Fatal(err)
		}
		w.phone = text(w.ask(t, http.MethodPut, sandbox.BackendKazoo, "/v2/user_auth", login, func(r *http.Request) {
			r.Header.Set("Content-Type", "application/json")
		}), "auth_token")
	}
	return at(w.ask(t, http.MethodGet, sandbox.BackendKazoo, "/v2/accounts/"+where+"?"+query.Encode(), nil, func(r *http.Request) {
		r.Header.Set("X-Auth-Token", w.phone)
	}), "data")
}

// twilio reads as an account, whose token the parent account knows.
func (w *restWalk) twilio(t testing.TB, account, where string) any {
	t.Helper()
	if w.addOns[account] == "" {
		w.addOns[account] = text(w.twilio(t, w.who.Twilio.AccountSID, "/api/2010-04-01/Accounts/"+account+".json"), "auth_token")
	}
	return w.ask(t, http.MethodGet, sandbox.BackendTwilio, where, nil, func(r *http.Request) {
		r.SetBasicAuth(account, w.addOns[account])
	})
}

// leadConnector reads as a location, whose token the agency's buys.
func (w *restWalk) leadConnector(t testing.TB, location, where string) any {
	t.Helper()
	as := func(token string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Version", "2021-07-28")
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	if w.tokens[location] == "" {
		form := url.Values{"companyId": {w.who.LeadConnector.CompanyID}, "locationId": {location}}
		w.tokens[location] = text(w.ask(t, http.MethodPost, sandbox.BackendLeadConnector, "/oauth/locationToken", []byte(form.Encode()),
			as(w.who.LeadConnector.AgencyToken)), "access_token")
	}
	return w.ask(t, http.MethodGet, sandbox.BackendLeadConnector, where, nil, as(w.tokens[location]))
}

// telephony is a company's account; nil without.
func (w *restWalk) telephony(t testing.TB, company string) any {
	t.Helper()
	account := w.linkTo[company].KazooAccount
	if account == "" {
		return nil
	}
	return w.phones(t, account, func(device any) any { return map[string]any{"name": at(device, "name")} })
}

// phones are an account with its first five devices, each as wanted, and numbers.
func (w *restWalk) phones(t testing.TB, account string, device func(any) any) map[string]any {
	t.Helper()
	devices := []any{}
	for _, d := range firstFew(w.kazoo(t, account+"/devices", url.Values{"page_size": {"5"}}), 5) {
		devices = append(devices, device(d))
	}
	numbers := []any{}
	all, _ := at(w.kazoo(t, account+"/phone_numbers", url.Values{"page_size": {"200"}}), "numbers").(map[string]any)
	for _, number := range slices.Sorted(maps.Keys(all))[:min(len(all), 5)] {
		numbers = append(numbers, map[string]any{"number": number, "state": at(all[number], "state")})
	}
	return map[string]any{
		"id": account, "name": at(w.kazoo(t, account, nil), "name"),
		"devices": map[string]any{"nodes": devices}, "phoneNumbers": map[string]any{"nodes": numbers},
	}
}

// installations are a company's first three add-ons; nil without an account.
func (w *restWalk) installations(t testing.TB, company string) any {
	t.Helper()
	account := w.linkTo[company].TwilioAccount
	if account == "" {
		return nil
	}
	nodes := []any{}
	for _, item := range firstFew(at(w.twilio(t, account, "/marketplace/v1/InstalledAddOns?PageSize=3"), "installed_add_ons"), 3) {
		listing := path.Base(text(item, "links", "available_add_on"))
		name := at(w.twilio(t, w.who.Twilio.AccountSID, "/marketplace/v1/AvailableAddOns/"+listing), "friendly_name")
		nodes = append(nodes, map[string]any{"id": text(item, "sid"), "listing": map[string]any{"name": name}})
	}
	return map[string]any{"nodes": nodes}
}

// wallet is a company's; nil without.
func (w *restWalk) wallet(t testing.TB, company string) any {
	t.Helper()
	location := w.linkTo[company].LeadConnectorLocation
	if location == "" {
		return nil
	}
	charges := []any{}
	for _, c := range firstFew(at(w.leadConnector(t, location, "/marketplace/billing/charges?limit=3&skip=0"), "charges"), 3) {
		charges = append(charges, map[string]any{
			"id": text(c, "chargeId"), "amount": at(c, "amountCharged"), "description": at(c, "meta", "description"),
		})
	}
	return map[string]any{
		"hasFunds": at(w.leadConnector(t, location, "/marketplace/billing/charges/has-funds"), "hasFunds"),
		"charges":  map[string]any{"nodes": charges},
	}
}

// firstFew are the first items of a list, fewer where it is shorter.
func firstFew(v any, n int) []any {
	items, _ := v.([]any)
	return items[:min(len(items), n)]
}

// printedText is a text as a test's message shows it.
func printedText(v any) string {
	encoded, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(encoded))
}
