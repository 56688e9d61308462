package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// companySpec is what a company's documents are made of.
type companySpec struct {
	uuid, name, externalID, domain, phone, region, size, street string
	number                                                      int64
	address                                                     address
	enabled, reseller, vendor, channelAdmin                     bool
	created                                                     time.Time
	dailyLimit, thirtyDaysLimit                                 amount // of spending; 0 means none
	links                                                       []any  // custom attributes that link to other backends
}

// companyPath is the address of a company; others are made by appending to it.
func companyPath(uuid string) href { return href("/api/account/v2/companies/" + uuid) }

// link is a member of a links list.
func link(rel string, to href) Document { return Document{"rel": rel, "href": to} }

// embedded is the company as membership documents hold it.
func (c *companySpec) embedded() Document {
	self := companyPath(c.uuid)
	return Document{
		"uuid": c.uuid, "name": c.name, "enabled": c.enabled, "defaultRole": "USER", "vendor": c.vendor,
		"phoneNumber": nullable(c.phone), "picture": href("/profilePics/" + c.uuid + ".png"),
		"links": []any{link("self", self), link("memberships", self+"/memberships")},
	}
}

// purchaseLimits are the members that includePurchaseLimitData adds.
var purchaseLimits = []string{"thirtyDaysPurchaseLimitExempt", "thirtyDaysPurchaseLimitOverrideAmt", "thirtyDaysPurchaseRemainingAmt"}

// record makes the company's document with everything that some view of it
// shows; each view leaves out what was not asked for.
func (c *companySpec) record() *Record {
	body := c.embedded().with(Document{
		"reseller": c.reseller, "channelAdmin": c.channelAdmin, "externalId": c.externalID,
		"address": Document{
			"street1": c.street, "street2": "", "city": c.address.city, "state": c.address.state,
			"zip": c.address.zip, "country": c.address.country,
		},
		"companySize": nullable(c.size), "countryCode": c.address.country, "website": "https://" + c.domain,
		"emailAddress": "info@" + c.domain, "creationDate": millis(c.created), "customAttributes": c.attributes(),
		"thirtyDaysPurchaseLimitExempt": false, "thirtyDaysPurchaseLimitOverrideAmt": nil, "thirtyDaysPurchaseRemainingAmt": 5000,
	})
	facts := map[string]any{"name": c.name, "number": c.number, "enabled": c.enabled, "created": millis(c.created), "custom.Company Details": c.details()}
	if c.region != "" {
		facts["custom.Geographic Region"] = c.region
	}
	return &Record{
		ID: c.uuid, Aliases: []string{"id:" + id(c.number), "externalId:" + c.externalID}, Body: body, Facts: facts,
	}
}

// details are the values of the one attribute that every company has.
func (c *companySpec) details() []string {
	if c.size == "LARGE" {
		return []string{"key account", "great option"}
	}
	return []string{"great option"}
}

// attributes prints both kinds of custom attribute: with one value and with
// several keys.
func (c *companySpec) attributes() []any {
	out := []any{Document{
		"attributeType": "MULTISELECT", "hint": "", "label": "Label Names", "name": "Company Details", "valueKeys": texts(c.details()...),
	}}
	if c.region != "" {
		out = append(out, Document{
			"attributeType": "TEXT", "hint": "US West, US Central, or US East", "label": "Geographic Region",
			"name": "Geographic Region", "value": c.region,
		})
	}
	return append(out, c.links...)
}

// readCompany answers GET /account/v2/companies/{companyUuid}.
func readCompany(x *exchange) (reply, error) {
	r, err := x.company("companyUuid")
	if err != nil {
		return reply{}, err
	}
	return reply{body: r.Body.without(purchaseLimits...)}, nil
}

// patchCompany answers PATCH /account/v2/companies/{companyUuid}. Name and state can be changed here; the other printed
// members cannot. Memberships show the company as it is then.
func patchCompany(x *exchange) (reply, error) {
	old, err := x.company("companyUuid")
	if err != nil {
		return reply{}, err
	}
	var b struct {
		Name    *string `json:"name"`
		Enabled *bool   `json:"enabled"`
	}
	if err := x.decode(&b); err != nil {
		return reply{}, err
	}
	changes, w := Document{}, x.world
	if b.Name != nil {
		changes["name"] = *b.Name
	}
	if b.Enabled != nil {
		changes["enabled"] = *b.Enabled
	}
	r := old.changed(changes)
	for _, m := range where(w.memberships.all(), "company", r.ID) {
		shown, _ := m.Body["company"].(Document)
		err = errors.Join(err, w.memberships.Put(m.shown(Document{"company": shown.with(changes)})))
	}
	err = errors.Join(err, w.companies.Put(r))
	return reply{body: r.Body.without(purchaseLimits...), events: []event{companyEvent(actionChanged, r)}}, err
}

// company finds the company a path parameter names. Where the documents offer
// no prefix such as externalId:, only the plain id is taken.
func (x *exchange) company(param string) (*Record, error) {
	return x.named(x.world.companies, param, "Company not found with id %s.")
}

// user finds the user a path parameter names.
func (x *exchange) user(param string) (*Record, error) {
	return x.named(x.world.users, param, "User not found with id %s.")
}

// named finds a record by a path parameter, as plainly as the endpoint demands.
func (x *exchange) named(c *Collection, param, missing string) (*Record, error) {
	key := x.params[param]
	r := c.Get(key)
	if r == nil || key != r.ID && !x.acceptsPrefix(param, key) {
		return nil, notFound(missing, key)
	}
	return r, nil
}

// reads answers with the document of what the path names.
func reads(find func(*exchange) (*Record, error)) handler {
	return func(x *exchange) (reply, error) {
		r, err := find(x)
		if err != nil {
			return reply{}, err
		}
		return reply{body: r.Body}, nil
	}
}

// acceptsPrefix reports whether the endpoint prints the prefix that a key has.
func (x *exchange) acceptsPrefix(param, key string) bool {
	return slices.ContainsFunc(x.endpoint.Params, func(p Parameter) bool {
		return p.Name == param && slices.ContainsFunc(p.AcceptsPrefixes, func(prefix string) bool {
			return strings.HasPrefix(key, prefix)
		})
	})
}

// companyInList shows a company in lists, where some members come on request.
func companyInList(x *exchange, r *Record) any {
	var hidden []string
	if !x.asked("includeCustomAttributes") {
		hidden = append(hidden, "customAttributes")
	}
	if !x.asked("includePurchaseLimitData") {
		hidden = append(hidden, purchaseLimits...)
	}
	return r.Body.without(hidden...)
}

// byCustomAttribute selects by the value of a custom attribute.
func byCustomAttribute(name string, negate bool) filter {
	return func(values []string) (Match, error) {
		is, err := oneOf(customPrefix + name)(values)
		if err != nil || !negate {
			return is, err
		}
		return func(r *Record) bool { return !is(r) }, nil
	}
}

// companyRoutes are the company and membership endpoints that are answered.
func companyRoutes() map[string]handler {
	return map[string]handler{
		http.MethodGet + " /account/v2/companies": listing{
			records: everything(func(w *world) *Collection { return w.companies }),
			filters: map[string]filter{"name": contains("name")}, custom: byCustomAttribute,
			sorts: map[string]string{"NAME": "name"}, paging: pages(companyInList, false),
		}.serve,
		http.MethodGet + " /account/v2/companies/{companyUuid}":   readCompany,
		http.MethodPatch + " /account/v2/companies/{companyUuid}": patchCompany,
		http.MethodGet + " /account/v2/companies/{companyUuid}/memberships": listing{
			records: companyMemberships,
			filters: map[string]filter{
				"active": flag("active"), "enabled": flag("enabled"), "roleName": oneOf("roles"), "groupUuid": oneOf("groups"),
				"searchText": contains("name", "email"),
			},
			sorts:  map[string]string{"DATE": "joined", "FIRST_NAME": "firstName", "LAST_NAME": "lastName"},
			paging: pages(membershipOfCompany, false),
		}.serve,
		http.MethodGet + " /account/v2/companies/{companyUuid}/memberships/{userUuid}":   readMembership,
		http.MethodPut + " /account/v2/companies/{companyUuid}/memberships/{userUuid}":   changeMembership,
		http.MethodPatch + " /account/v2/companies/{companyUuid}/memberships/{userUuid}": changeMembership,
	}
}
