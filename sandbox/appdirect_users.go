package sandbox

import (
	"net/http"
	"time"
)

// userSpec is what a user's documents are made of.
type userSpec struct {
	uuid, first, last, name, email, external, locale string
	number                                           int64
	roles                                            []string // of the user record, beside USER, which all have
	activated                                        bool
	persona                                          bool // belongs to one company and stays there
	created                                          time.Time
}

// membershipSpec is what a membership's documents hold beside the two ends.
type membershipSpec struct {
	roles             []string
	enabled, lastUsed bool
	mosi              bool // some printed memberships carry an empty mosiUser
	position          string
	joined            time.Time
}

// userPath is the address of a user.
func userPath(uuid string) href { return href("/api/account/v2/users/" + uuid) }

// embedded is the user as membership documents hold it.
func (u *userSpec) embedded() Document {
	return Document{
		"uuid": u.uuid, "email": u.email, "userName": u.name, "firstName": u.first, "lastName": u.last, "activated": u.activated,
		"boostUser": nil, "ldapId": nil, "metadata": Document{"apsUid": nil}, "picture": nil, "roles": texts(u.ownRoles()...),
		"links": []any{link("self", userPath(u.uuid)), link("memberships", userPath(u.uuid)+"/memberships")},
	}
}

// ownRoles are the roles of the user record.
func (u *userSpec) ownRoles() []string { return append([]string{"ROLE_USER"}, u.roles...) }

// attributes are shown on request only.
func (u *userSpec) attributes() []any {
	return []any{Document{
		"attributeType": "TEXT", "hint": "", "label": "Badge number", "name": "Badge", "value": "B-" + u.uuid[:4],
	}}
}

// record makes the user's document. No sample of it is printed in full: it is the
// user of the printed memberships plus the members of the printed list.
func (u *userSpec) record() *Record {
	locale := u.locale
	if locale == "" {
		locale = "en_US"
	}
	aliases := []string{emailKey(u.email), "id:" + id(u.number)}
	if u.external != "" {
		aliases = append(aliases, "externalId:"+u.external)
	}
	return &Record{
		ID: u.uuid, Aliases: aliases,
		Body: u.embedded().with(Document{
			"openId": href("/openid/id/" + u.uuid), "locale": locale, "currency": "USD", "externalId": nullable(u.external),
			"creationDate": millis(u.created), "customAttributes": u.attributes(),
		}),
		Facts: map[string]any{
			"name": u.first + " " + u.last, "firstName": u.first, "lastName": u.last, "email": u.email, "userName": u.name,
			"externalId": u.external, "created": millis(u.created), "lastModified": millis(u.created.AddDate(0, 1, 0)),
			"activated": u.activated, "roles": u.ownRoles(), "custom.Badge": "B-" + u.uuid[:4],
		},
	}
}

// record makes the membership's document, with both ends embedded as printed.
func (s membershipSpec) record(c *companySpec, u *userSpec) *Record {
	var mosi any
	if s.mosi {
		mosi = Document{"username": nil}
	}
	return &Record{
		ID: membershipID(c.uuid, u.uuid),
		Body: Document{
			"company": c.embedded(), "user": u.embedded(), "enabled": s.enabled, "lastUsed": s.lastUsed, "roles": texts(s.roles...),
			"position": nullable(s.position), "metadata": Document{"mosi_username": nil}, "mosiUser": mosi,
			"links": []any{
				link("self", companyPath(c.uuid)+"/memberships/"+href(u.uuid)),
				link("user", userPath(u.uuid)), link("company", companyPath(c.uuid)),
			},
		},
		Facts: map[string]any{
			"company": c.uuid, "user": u.uuid, "enabled": s.enabled, "active": u.activated, "roles": s.roles, "groups": []string{},
			"name": u.first + " " + u.last, "email": u.email, "firstName": u.first, "lastName": u.last, "joined": millis(s.joined),
			"status": status(s.enabled),
		},
	}
}

// status names a membership's state as the status parameter does.
func status(enabled bool) string {
	if enabled {
		return "ACTIVE"
	}
	return "INACTIVE"
}

// companyMemberships are a company's, disabled ones too.
func companyMemberships(x *exchange) ([]*Record, error) {
	c, err := x.company("companyUuid")
	if err != nil {
		return nil, err
	}
	return where(x.world.memberships.all(), "company", c.ID), nil
}

// userMemberships are a user's, disabled ones too.
func userMemberships(x *exchange) ([]*Record, error) {
	u, err := x.user("userUuid")
	if err != nil {
		return nil, err
	}
	return x.world.membershipsOf(u.ID), nil
}

// membershipOfCompany shows a membership below a company; the company itself is
// there unless includeCompanies=false.
func membershipOfCompany(x *exchange, r *Record) any {
	body := r.Body
	if x.param("includeCompanies") == "false" {
		body = body.with(Document{"company": nil})
	}
	return withUserAttributes(x, r, body)
}

// membershipOfUser shows a membership below a user.
func membershipOfUser(x *exchange, r *Record) any {
	body := r.Body
	if x.asked("includeCompanyCustomAttributes") {
		whole := x.world.companies.Get(r.text("company"))
		embedded, _ := body["company"].(Document)
		body = body.with(Document{"company": embedded.with(Document{"customAttributes": whole.Body["customAttributes"]})})
	}
	return withUserAttributes(x, r, body)
}

// withUserAttributes adds the user's custom attributes when asked to. They are
// read from the user, not kept twice.
func withUserAttributes(x *exchange, r *Record, body Document) Document {
	if !x.asked("includeUserCustomAttributes") {
		return body
	}
	whole := x.world.users.Get(r.text("user"))
	embedded, _ := body["user"].(Document)
	return body.with(Document{"user": embedded.with(Document{"customAttributes": whole.Body["customAttributes"]})})
}

// readMembership answers GET …/companies/{companyUuid}/memberships/{userUuid}.
func readMembership(x *exchange) (reply, error) {
	if _, err := x.company("companyUuid"); err != nil {
		return reply{}, err
	}
	u, err := x.user("userUuid")
	if err != nil {
		return reply{}, err
	}
	m := x.world.memberships.Get(membershipID(x.params["companyUuid"], u.ID))
	if m == nil {
		return reply{}, notFound("Membership not found for user %s.", u.ID)
	}
	return reply{body: membershipOfCompany(x, m)}, nil
}

// changeMembership answers PUT and PATCH …/companies/{companyUuid}/memberships/{userUuid}:
// what is not sent stays. PATCH prints no roles.
func changeMembership(x *exchange) (reply, error) {
	var b struct {
		Enabled *bool     `json:"enabled"`
		Roles   *[]string `json:"roles"`
	}
	if err := x.decode(&b); err != nil {
		return reply{}, err
	}
	r := x.world.memberships.Get(membershipID(x.params["companyUuid"], x.params["userUuid"]))
	if r == nil {
		return reply{}, notFound("Membership not found for user %s.", x.params["userUuid"])
	}
	if b.Enabled != nil {
		r = r.changed(Document{"enabled": *b.Enabled})
		r.Facts["status"] = status(*b.Enabled)
	}
	if b.Roles != nil {
		r = r.changed(Document{"roles": texts(*b.Roles...)})
		r.Facts["roles"] = *b.Roles
	}
	return reply{body: membershipOfCompany(x, r), events: []event{membershipEvent(actionChanged, r)}}, x.world.memberships.Put(r)
}

// readUser answers GET /account/v2/users/{userUuid}.
func readUser(x *exchange) (reply, error) {
	r, err := x.user("userUuid")
	if err != nil {
		return reply{}, err
	}
	return reply{body: userInList(x, r)}, nil
}

// userInList shows a user; custom attributes come on request.
func userInList(x *exchange, r *Record) any {
	if x.asked("includeCustomAttributes") {
		return r.Body
	}
	return r.Body.without("customAttributes")
}

// onePage answers a list that the documents give no paging parameters for: all
// of it, on a single page.
func onePage(one shower) func(*exchange, []*Record) (reply, error) {
	return func(x *exchange, records []*Record) (reply, error) {
		at := cut(0, max(len(records), 1), len(records))
		return reply{body: Document{
			"links": []any{}, "content": show(x, records, one), "page": pageObject(at, 0),
		}}, nil
	}
}

// usersList narrows to the holders of companyMembershipRole, which is no fact of
// the user but of their memberships.
func usersList(x *exchange) ([]*Record, error) {
	all := x.world.users.all()
	role := x.query.Get("companyMembershipRole")
	if role == "" {
		return all, nil
	}
	holders := map[string]bool{}
	for _, m := range x.world.memberships.all() {
		for _, have := range textList(m, "roles") {
			holders[m.text("user")] = holders[m.text("user")] || have == role
		}
	}
	kept := all[:0]
	for _, u := range all {
		if holders[u.ID] {
			kept = append(kept, u)
		}
	}
	return kept, nil
}

// userRoutes are the user endpoints that are answered.
func userRoutes() map[string]handler {
	return map[string]handler{
		http.MethodGet + " /account/v2/users": listing{
			records: usersList,
			filters: map[string]filter{
				"name": contains("name"), "email": oneOf("email"), "externalId": oneOf("externalId"), "username": oneOf("userName"),
				"lastModified": notBefore("lastModified"), "companyMembershipRole": ignored,
			},
			custom: byCustomAttribute,
			sorts:  map[string]string{"DATE": "created", "FIRST_NAME": "firstName", "LAST_NAME": "lastName"},
			paging: pages(userInList, false),
		}.serve,
		http.MethodGet + " /account/v2/users/{userUuid}": readUser,
		http.MethodGet + " /account/v2/users/{userUuid}/memberships": listing{
			records: userMemberships, filters: map[string]filter{"status": oneOf("status")}, paging: onePage(membershipOfUser),
		}.serve,
	}
}
