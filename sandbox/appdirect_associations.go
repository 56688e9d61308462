package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// companyAssociation ties a company to a reseller's company that sells to it.
func companyAssociation(reseller, customer *Record, created int64) *Record {
	party := func(r *Record) Document { return Document{"id": r.ID, "name": r.text("name")} }
	id := uuid.NewSHA1(uuid.NameSpaceOID, []byte(reseller.ID+customer.ID)).String()
	return &Record{
		ID: id,
		Body: Document{
			"id": id, "resellerCompany": party(reseller), "customerCompany": party(customer), "createdOn": created,
		},
		Facts: map[string]any{"reseller": reseller.ID, "customer": customer.ID, "name": customer.text("name"), "created": created},
	}
}

// makeAssociations gives each reseller a few customers, one of them both.
func (m *maker) makeAssociations() {
	sellers := m.customers[len(m.customers)-resellers:]
	for i, seller := range sellers {
		for _, customer := range m.customers[9+4*i : 14+4*i] {
			m.put(m.world.associations, companyAssociation(
				m.world.companies.Get(seller.uuid), m.world.companies.Get(customer.uuid), millis(customer.created)))
		}
	}
}

// sells reports whether the caller may act for the reseller's company: who
// manages resellers for their own, all others that the endpoint admits for any.
func (x *exchange) sells(reseller string) bool {
	return x.caller.admits(x.endpoint.Roles, target{company: reseller}, x.world)
}

// customersInContext are the companies to which the caller sells in the role
// that the request names.
func customersInContext(x *exchange) ([]*Record, error) {
	role := "ROLE_" + x.param("context")
	if !slices.Contains(x.endpoint.Roles, role) || !x.caller.admits([]string{role}, target{}, x.world) {
		return nil, &apiError{Status: http.StatusForbidden}
	}
	sold := map[string]bool{}
	for _, a := range x.world.associations.all() {
		if x.caller.admits([]string{role}, target{company: a.text("reseller")}, x.world) {
			sold[a.text("customer")] = true
		}
	}
	return slices.DeleteFunc(x.world.companies.all(), func(c *Record) bool { return !sold[c.ID] }), nil
}

// customer is a company as its reseller sees it in a list.
func customer(x *exchange, c *Record) any {
	return Document{
		"id": c.ID, "externalId": c.Body["externalId"], "name": c.Body["name"], "createdOn": c.Body["creationDate"],
		"phone": c.Body["phoneNumber"], "activated": c.Body["enabled"], "grantedAccesses": []any{},
		"numOfUsers": len(where(x.world.memberships.all(), "company", c.ID)),
	}
}

// createAssociation makes a company a reseller's customer.
func createAssociation(x *exchange) (reply, error) {
	var asked struct {
		CustomerCompanyID string `json:"customerCompanyId"`
		ResellerCompanyID string `json:"resellerCompanyId"`
	}
	if err := x.decode(&asked); err != nil {
		return reply{}, err
	}
	reseller, sold := x.world.companies.Get(asked.ResellerCompanyID), x.world.companies.Get(asked.CustomerCompanyID)
	if sold == nil || reseller == nil || reseller.Body["reseller"] != true || !x.sells(reseller.ID) {
		return reply{}, notFound("Resource does not exist")
	}
	made := companyAssociation(reseller, sold, millis(x.now))
	if x.world.associations.Get(made.ID) != nil {
		return reply{}, &apiError{Status: http.StatusConflict, Message: "The companies are associated already."}
	}
	return reply{body: made.Body}, x.world.associations.Put(made)
}

// endAssociation ends one; of another reseller's nobody is told that it exists.
func endAssociation(x *exchange) (reply, error) {
	id := x.params["companyAssociationId"]
	if a := x.world.associations.Get(id); a == nil || !x.sells(a.text("reseller")) || !x.world.associations.Remove(id) {
		return reply{}, notFound("Association not found with id %s.", id)
	}
	return done, nil
}

// associationRoutes are the answered endpoints about resellers' customers.
func associationRoutes() map[string]handler {
	return map[string]handler{
		"GET /appReseller/v1/companies": listing{
			records: customersInContext,
			filters: map[string]filter{
				"active": written("enabled"), "enabled": written("enabled"), "vendor": only("vendor", "reseller"), "channelAdmin": only("channelAdmin"), "searchText": contains("name"),
				"fromDate": notBefore("created"), "toDate": notAfter("created"),
			},
			sorts: map[string]string{"COMPANY_ID": "number", "CREATED_ON": "created"}, paging: contentOnly(pages(customer, false)),
		}.serve,
		"GET /appReseller/v1/companyAssociations": listing{
			records: func(x *exchange) ([]*Record, error) {
				return slices.DeleteFunc(x.world.associations.all(), func(a *Record) bool { return !x.sells(a.text("reseller")) }), nil
			},
			filters: map[string]filter{
				"resellerCompanyId": oneOf("reseller"), "customerCompanyId": oneOf("customer"), "searchText": contains("name"),
			},
			paging: unlinked(pages(asStored, false)),
		}.serve,
		"POST /appReseller/v1/companyAssociations":                          createAssociation,
		"DELETE /appReseller/v1/companyAssociations/{companyAssociationId}": endAssociation,
	}
}

// written selects by a boolean whose parameter is printed as a text: neither
// true nor false is nobody's.
func written(member string) filter {
	return func(values []string) (Match, error) {
		return func(c *Record) bool { return fmt.Sprint(c.Body[member]) == values[0] }, nil
	}
}

// only selects companies that are something, or with NON that are not:
// ONLY_VENDORS, ONLY_NON_VENDORS, ONLY_RESELLERS, ONLY_CHANNEL_ADMINS.
func only(members ...string) filter {
	return func(values []string) (Match, error) {
		kind, not := strings.CutPrefix(strings.TrimPrefix(values[0], "ONLY_"), "NON_")
		i := slices.IndexFunc(members, func(m string) bool { return strings.EqualFold(strings.ReplaceAll(kind, "_", ""), m+"s") })
		if i < 0 {
			return nil, errors.New("names no kind of company")
		}
		return func(c *Record) bool { return (c.Body[members[i]] == true) != not }, nil
	}
}

// contentOnly answers a page without what surrounds it, as one printed list is.
func contentOnly(paging func(*exchange, []*Record) (reply, error)) func(*exchange, []*Record) (reply, error) {
	return func(x *exchange, records []*Record) (reply, error) {
		out, err := paging(x, records)
		if d, ok := out.body.(Document); ok {
			out.body = d["content"]
		}
		return out, err
	}
}
