package sandbox

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"
)

// twilioStep is one stage of a path: a collection and the parameter that names
// a record of it, which must belong to the record before.
type twilioStep struct {
	of     func(*twilioWorld) *Collection
	param  string
	scoped bool // its SID is unique only within the record before
}

// The collections by how paths step into them.
func listingsOf(w *twilioWorld) *Collection   { return w.listings }
func installedOf(w *twilioWorld) *Collection  { return w.installed }
func numbersOf(w *twilioWorld) *Collection    { return w.numbers }
func assignedOf(w *twilioWorld) *Collection   { return w.assigned }
func extensionsOf(w *twilioWorld) *Collection { return w.extensions }
func recordingsOf(w *twilioWorld) *Collection { return w.recordings }
func resultsOf(w *twilioWorld) *Collection    { return w.results }
func payloadsOf(w *twilioWorld) *Collection   { return w.payloads }
func usageOf(w *twilioWorld) *Collection      { return w.usage }

// root is what the first step of a path must belong to.
type root func(*twilioCall) string

// Listings belong to nobody, installations to who calls, and what is in the
// older API to the account in the path.
func nobody(*twilioCall) string      { return "" }
func theCaller(x *twilioCall) string { return x.account.ID }
func inPath(x *twilioCall) string    { return x.params["AccountSid"] }

// reach walks a path and is the record at its end; its ID is the parent of what
// is below. Without steps there is no record, only the root's id.
func (x *twilioCall) reach(from root, steps []twilioStep) (string, *Record, error) {
	key := from(x)
	var at *Record
	for _, s := range steps {
		id := x.params[s.param]
		if s.scoped {
			id = below(key, id)
		}
		at = s.of(x.data).Get(id)
		if at == nil || at.text("parent") != key {
			return "", nil, &apiError{Status: http.StatusNotFound}
		}
		key = at.ID
	}
	return key, at, nil
}

// item answers the record at the end of a path.
func item(from root, steps ...twilioStep) twilioHandler {
	return func(x *twilioCall) (reply, error) {
		_, at, err := x.reach(from, steps)
		if err != nil {
			return reply{}, err
		}
		return reply{body: at.Body}, nil
	}
}

// list answers what is below the record at the end of a path.
func list(key string, of func(*twilioWorld) *Collection, filters map[string]filter, from root, steps ...twilioStep) twilioHandler {
	return twilioList(key, func(x *twilioCall) ([]*Record, error) {
		parent, _, err := x.reach(from, steps)
		if err != nil {
			return nil, err
		}
		return x.filtered(where(of(x.data).all(), "parent", parent), filters)
	})
}

// filtered keeps the records that the query asks for.
func (x *twilioCall) filtered(records []*Record, filters map[string]filter) ([]*Record, error) {
	var q Query
	for name, values := range x.query {
		if filters[name] == nil {
			continue
		}
		match, err := filters[name](values)
		if err != nil {
			return nil, badParam(name, err.Error())
		}
		q.Matches = append(q.Matches, match)
	}
	return q.apply(records), nil
}

// twilioHandlers is what of Twilio is answered, by Endpoint.Key: every read.
func twilioHandlers() map[string]twilioHandler {
	all := twilioAddOnRoutes()
	maps.Copy(all, twilioAccountRoutes())
	maps.Copy(all, twilioRecordingRoutes())
	return all
}

// twilioAddOnRoutes are the marketplace's.
func twilioAddOnRoutes() map[string]twilioHandler {
	const available, installed = "GET /v1/AvailableAddOns", "GET /v1/InstalledAddOns"
	listing := twilioStep{of: listingsOf, param: "AvailableAddOnSid"}
	installation := twilioStep{of: installedOf, param: "InstalledAddOnSid"}
	extension := twilioStep{of: extensionsOf, param: "Sid", scoped: true}
	return map[string]twilioHandler{
		available:            list("available_add_ons", listingsOf, nil, nobody),
		available + "/{Sid}": item(nobody, twilioStep{of: listingsOf, param: "Sid"}),
		available + "/{AvailableAddOnSid}/Extensions":       list("extensions", extensionsOf, nil, nobody, listing),
		available + "/{AvailableAddOnSid}/Extensions/{Sid}": item(nobody, listing, extension),
		installed:            list("installed_add_ons", installedOf, nil, theCaller),
		installed + "/{Sid}": item(theCaller, twilioStep{of: installedOf, param: "Sid"}),
		installed + "/{InstalledAddOnSid}/Extensions":       list("extensions", extensionsOf, nil, theCaller, installation),
		installed + "/{InstalledAddOnSid}/Extensions/{Sid}": item(theCaller, installation, extension),
		"GET /v1/Listings":      ownListings,
		"GET /v1/Listing/{Sid}": ownListing,
	}
}

// twilioAccountRoutes are accounts, their numbers and what is assigned to these.
func twilioAccountRoutes() map[string]twilioHandler {
	const numbers = "GET /2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers"
	number, assigned := twilioStep{of: numbersOf, param: "ResourceSid"}, twilioStep{of: assignedOf, param: "AssignedAddOnSid", scoped: true}
	return map[string]twilioHandler{
		"GET /2010-04-01/Accounts.json":       twilioList("accounts", visibleAccounts),
		"GET /2010-04-01/Accounts/{Sid}.json": oneAccount,
		numbers + ".json": list("incoming_phone_numbers", numbersOf, map[string]filter{
			"Beta": flag("beta"), "FriendlyName": oneOf("name"), "PhoneNumber": contains("number"), "Origin": oneOf("origin"),
		}, inPath),
		numbers + "/{Sid}.json":                                                      item(inPath, twilioStep{of: numbersOf, param: "Sid"}),
		numbers + "/{ResourceSid}/AssignedAddOns.json":                               list("assigned_add_ons", assignedOf, nil, inPath, number),
		numbers + "/{ResourceSid}/AssignedAddOns/{Sid}.json":                         item(inPath, number, twilioStep{of: assignedOf, param: "Sid", scoped: true}),
		numbers + "/{ResourceSid}/AssignedAddOns/{AssignedAddOnSid}/Extensions.json": list("extensions", extensionsOf, nil, inPath, number, assigned),
		numbers + "/{ResourceSid}/AssignedAddOns/{AssignedAddOnSid}/Extensions/{Sid}.json": item(
			inPath, number, assigned, twilioStep{of: extensionsOf, param: "Sid", scoped: true}),
		"GET /2010-04-01/Accounts/{AccountSid}/Usage/Records.json": list("usage_records", usageOf, map[string]filter{
			"Category": oneOf("category"), "StartDate": day("end", func(have, asked string) bool { return have >= asked }),
			"EndDate": day("start", func(have, asked string) bool { return have <= asked }),
		}, inPath),
	}
}

// twilioRecordingRoutes are recordings and what add-ons made of them.
func twilioRecordingRoutes() map[string]twilioHandler {
	const recordings = "GET /2010-04-01/Accounts/{AccountSid}/Recordings"
	const results = recordings + "/{ReferenceSid}/AddOnResults"
	recording, result := twilioStep{of: recordingsOf, param: "ReferenceSid"}, twilioStep{of: resultsOf, param: "AddOnResultSid"}
	return map[string]twilioHandler{
		recordings + ".json": twilioList("recordings", listedRecordings),
		recordings + "/{Sid}.json": func(x *twilioCall) (reply, error) {
			_, at, err := x.reach(inPath, []twilioStep{{of: recordingsOf, param: "Sid"}})
			if err != nil || at.Facts["deleted"] == true && x.query.Get("IncludeSoftDeleted") != "true" {
				return reply{}, &apiError{Status: http.StatusNotFound}
			}
			return reply{body: at.Body}, nil
		},
		results + ".json":                                 list("add_on_results", resultsOf, nil, inPath, recording),
		results + "/{Sid}.json":                           item(inPath, recording, twilioStep{of: resultsOf, param: "Sid"}),
		results + "/{AddOnResultSid}/Payloads.json":       list("payloads", payloadsOf, nil, inPath, recording, result),
		results + "/{AddOnResultSid}/Payloads/{Sid}.json": item(inPath, recording, result, twilioStep{of: payloadsOf, param: "Sid"}),
		results + "/{AddOnResultSid}/Payloads/{PayloadSid}/Data.json": payloadData(
			recording, result, twilioStep{of: payloadsOf, param: "PayloadSid"}),
	}
}

// visibleAccounts lists the caller and the accounts below it.
func visibleAccounts(x *twilioCall) ([]*Record, error) {
	all := slices.DeleteFunc(x.data.accounts.all(), func(r *Record) bool { return !x.visible(r) })
	return x.filtered(all, map[string]filter{"FriendlyName": oneOf("name"), "Status": oneOf("status")})
}

// oneAccount shows the caller itself or an account below it, token included.
func oneAccount(x *twilioCall) (reply, error) {
	account := x.data.accounts.Get(x.params["Sid"])
	if account == nil || !x.visible(account) {
		return reply{}, &apiError{Status: http.StatusNotFound}
	}
	return reply{body: account.Body}, nil
}

// ownListings shows what the caller has published, in short. It is no page.
func ownListings(x *twilioCall) (reply, error) {
	out := []any{}
	for _, r := range where(x.data.modules.all(), "owner", x.account.ID) {
		out = append(out, r.Body["module_info"])
	}
	return reply{body: Document{"listings": out}}, nil
}

// ownListing shows a listing to who published it and refuses it to others.
func ownListing(x *twilioCall) (reply, error) {
	r := x.data.modules.Get(x.params["Sid"])
	switch {
	case r == nil:
		return reply{}, &apiError{Status: http.StatusNotFound}
	case r.text("owner") != x.account.ID:
		return reply{}, &apiError{Status: http.StatusForbidden}
	}
	return reply{body: r.Body}, nil
}

// listedRecordings lists an account's recordings, deleted ones only when asked.
func listedRecordings(x *twilioCall) ([]*Record, error) {
	all := where(x.data.recordings.all(), "parent", x.params["AccountSid"])
	if x.query.Get("IncludeSoftDeleted") != "true" {
		all = slices.DeleteFunc(all, func(r *Record) bool { return r.Facts["deleted"] == true })
	}
	return x.filtered(all, map[string]filter{
		"CallSid": oneOf("call"), "ConferenceSid": oneOf("conference"), "DateCreated": sameDay("created"),
		"DateCreated<": notAfter("created"), "DateCreated>": notBefore("created"),
	})
}

// errDay words the refusal of a date that is none.
var errDay = errors.New("must be a date such as 2026-01-15")

// day compares a fact that is a date with one.
func day(fact string, keep func(have, asked string) bool) filter {
	return func(values []string) (Match, error) {
		if _, err := time.Parse(time.DateOnly, values[0]); err != nil {
			return nil, errDay
		}
		return func(r *Record) bool { return keep(r.text(fact), values[0]) }, nil
	}
}

// sameDay keeps records whose fact, in epoch milliseconds, is on the day of a
// moment.
func sameDay(fact string) filter {
	return func(values []string) (Match, error) {
		at, err := parseMoment(values[0])
		if err != nil {
			return nil, err
		}
		start := time.UnixMilli(at).UTC().Truncate(24 * time.Hour).UnixMilli()
		return func(r *Record) bool {
			have, ok := r.Facts[fact].(int64)
			return ok && have >= start && have < start+24*time.Hour.Milliseconds()
		}, nil
	}
}
