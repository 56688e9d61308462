package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// What one page holds: nothing printed says, so lists behave like AppDirect's.
const (
	walletPageSize    = 10
	walletMaxPageSize = 100
)

// leadconnectorHandlers is what of LeadConnector is answered, by Endpoint.Key:
// every read but those of users, and the token that all of them need.
func leadconnectorHandlers() map[string]leadconnectorHandler {
	return map[string]leadconnectorHandler{
		"GET /marketplace/billing/charges":                                    walletCharges,
		"GET /marketplace/billing/charges/has-funds":                          walletFunds,
		"GET /marketplace/billing/charges/{chargeId}":                         walletCharge,
		"GET /marketplace/app/{appId}/installations":                          appInstallation,
		"GET /marketplace/app/{appId}/rebilling-config/location/{locationId}": appRebilling,
		"GET /companies/{companyId}":                                          oneAgency,
		"GET /locations/search":                                               searchLocations,
		"GET /locations/{locationId}":                                         oneLocation,
		"GET /oauth/installedLocations":                                       installedLocations,
		"POST /oauth/locationToken":                                           sellLocationToken,
	}
}

// skipLimit reads the one paging style of LeadConnector.
func (x *leadconnectorCall) skipLimit(total int) (slot, error) {
	for least, name := range []string{"skip", "limit"} { // from no record on, but at least one
		if _, err := intParam(x.query, name, least, least); err != nil {
			return slot{}, &apiError{Status: http.StatusUnprocessableEntity, Message: fmt.Sprintf("%s must not be less than %d", name, least)}
		}
	}
	return windowSlot(url.Values{"start": x.query["skip"], "count": x.query["limit"]}, walletPageSize, walletMaxPageSize, total)
}

// walletCharges lists the charges of the token's location, latest first.
func walletCharges(x *leadconnectorCall) (reply, error) {
	q := Query{Sort: "created", Desc: true}
	for name, f := range map[string]filter{
		"meterId": oneOf("meter"), "eventId": oneOf("event"), "userId": oneOf("user"),
		"startDate": notBefore("created"), "endDate": notAfter("created"),
	} {
		if !x.query.Has(name) {
			continue
		}
		match, err := f(x.query[name])
		if err != nil {
			return reply{}, &apiError{Status: http.StatusUnprocessableEntity, Message: name + " must be a valid ISO 8601 date string"}
		}
		q.Matches = append(q.Matches, match)
	}
	charges := q.apply(where(x.data.charges.all(), "location", x.bearer.location.ID))
	at, err := x.skipLimit(len(charges))
	if err != nil {
		return reply{}, err
	}
	out := []any{}
	for _, c := range charges[at.from:at.to] {
		out = append(out, c.Body)
	}
	skip, _ := strconv.Atoi(x.query.Get("skip"))
	return reply{body: Document{
		"charges": out, "count": at.total, "pagination": Document{"total": at.total, "skip": skip, "limit": at.size},
	}}, nil
}

// walletCharge answers one charge; other locations' are not there.
func walletCharge(x *leadconnectorCall) (reply, error) {
	c := x.data.charges.Get(x.params["chargeId"])
	if c == nil || c.text("location") != x.bearer.location.ID {
		return reply{}, notFound("Charge not found")
	}
	return reply{body: c.Body}, nil
}

// walletFunds tells whether the location can pay.
func walletFunds(x *leadconnectorCall) (reply, error) {
	return reply{body: Document{"hasFunds": x.bearer.location.Facts["funds"]}}, nil
}

// ownApp refuses what is not about the app that the token was made for.
func (x *leadconnectorCall) ownApp() error {
	if x.params["appId"]+x.query.Get("appId") != x.site.tenant.LeadConnector.AppID {
		return &apiError{Status: http.StatusForbidden, Message: "The client does not have permission to access this app"}
	}
	return nil
}

// appInstallation tells who installed the app, the agency or one location.
func appInstallation(x *leadconnectorCall) (reply, error) {
	if err := x.ownApp(); err != nil {
		return reply{}, err
	}
	agency := x.data.company
	d := Document{
		"companyId": agency.ID, "companyName": agency.Body["name"], "relationshipNumber": agency.Body["relationshipNumber"],
		"companyEmail": agency.Body["email"], "companyOwnerFullName": agency.text("owner"), "userId": agency.text("user"),
		"isWhitelabelCompany": false, "companyPlan": "agency_monthly_497", "companyHighLevelPlan": "agency_monthly_497", "marketplaceAppPlanId": x.data.plan,
	}
	if l := x.bearer.location; l != nil {
		d["locationId"], d["userId"] = l.ID, l.text("user")
	}
	return reply{body: Document{"installationDetails": d}}, nil
}

// appRebilling tells what the app's plans cost at the token's location.
func appRebilling(x *leadconnectorCall) (reply, error) {
	if err := x.ownApp(); err != nil {
		return reply{}, err
	}
	if _, err := x.atLocation(x.params["locationId"]); err != nil {
		return reply{}, err
	}
	return reply{body: x.data.rebilling}, nil
}

// oneAgency answers the agency to itself.
func oneAgency(x *leadconnectorCall) (reply, error) {
	if err := x.atCompany(x.params["companyId"]); err != nil {
		return reply{}, err
	}
	return reply{body: Document{"company": x.data.company.Body}}, nil
}

// oneLocation answers a location.
func oneLocation(x *leadconnectorCall) (reply, error) {
	l, err := x.atLocation(x.params["locationId"])
	if err != nil {
		return reply{}, err
	}
	return reply{body: Document{"location": l.Body}}, nil
}

// searchLocations lists the locations that a token may see, by email when asked.
// It tells no count.
func searchLocations(x *leadconnectorCall) (reply, error) {
	if company := x.query.Get("companyId"); company != "" {
		if err := x.atCompany(company); err != nil {
			return reply{}, err
		}
	}
	locations := x.data.locations.all()
	if own := x.bearer.location; own != nil {
		locations = []*Record{own}
	}
	if email := x.query.Get("email"); email != "" {
		locations = where(locations, "email", email)
	}
	locations = Query{Sort: "created", Desc: x.query.Get("order") == "desc"}.apply(locations)
	at, err := x.skipLimit(len(locations))
	if err != nil {
		return reply{}, err
	}
	return reply{body: Document{"locations": facts(locations[at.from:at.to], "listed")}}, nil
}

// installedLocations lists where the app is installed, which is everywhere.
func installedLocations(x *leadconnectorCall) (reply, error) {
	if err := x.atCompany(x.query.Get("companyId")); err != nil {
		return reply{}, err
	}
	if err := x.ownApp(); err != nil {
		return reply{}, err
	}
	locations := x.data.locations.all()
	if id := x.query.Get("locationId"); id != "" {
		locations = where(locations, "id", id)
	}
	if x.query.Get("isInstalled") == "false" {
		locations = nil
	}
	locations, err := x.named(locations)
	if err != nil {
		return reply{}, err
	}
	at, err := x.skipLimit(len(locations))
	if err != nil {
		return reply{}, err
	}
	return reply{body: Document{
		"locations": facts(locations[at.from:at.to], "installation"), "count": at.total, "installToFutureLocations": true,
	}}, nil
}

// named keeps the locations whose name contains what the query asks for.
func (x *leadconnectorCall) named(locations []*Record) ([]*Record, error) {
	if !x.query.Has("query") {
		return locations, nil
	}
	match, err := contains("name")(x.query["query"])
	if err != nil {
		return nil, err
	}
	return Query{Matches: []Match{match}}.apply(locations), nil
}

// facts are the same fact of several records.
func facts(records []*Record, name string) []any {
	out := make([]any, len(records))
	for i, r := range records {
		out[i] = r.Facts[name]
	}
	return out
}
