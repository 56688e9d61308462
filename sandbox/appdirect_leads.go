package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// leadSpec is what a lead's documents are made of. The older API and the newer
// one show the same lead, under the same id, in different words.
type leadSpec struct {
	uuid, status     string // status in the newer API's words
	source, target   string // of the older API: RESELLER or CUSTOMER; PROVIDER, RESELLER or VENDOR
	kind             string // MANUAL, PRODUCT or COMPANY
	prospect         address
	company, street  string
	phone            string
	first, last      string
	email, notes     string
	created, changed time.Time
	closes           time.Time // zero when nobody guessed
	seats            int       // 0 when nobody guessed
	creator          *userSpec
	creatorCompany   *companySpec
	creatorRole      string // RESELLER, CHANNEL_ADMIN or REFERRAL
	reseller         *userSpec
	resellerCompany  *companySpec // nil until the lead is assigned
	product          *productSpec // nil unless the lead is about one
	customer         *companySpec // whom it was converted to; nil otherwise
	customerUser     *userSpec
	partner          string
}

// olderStatus are the older API's words for the newer one's.
var olderStatus = map[string]string{
	"PENDING_SUBMISSION": "PENDING", "SUBMITTED": "PENDING", "ASSIGNED": "ASSIGNED", "PENDING_CONVERSION_APPROVAL": "ACCEPTED",
	"CONVERSION_APPROVED": "ACCEPTED", "CONVERTED": "WON", "DISQUALIFIED": "LOST", "DELETED": "DENIED", "LEGACY": "PENDING",
	"PENDING_FOR_MANAGERS": "PENDING", "ACCEPTED_FOR_MANAGERS": "ACCEPTED",
}

// record makes the documents of both APIs: Body is the newer one's, the fact
// "older" the other.
func (l *leadSpec) record() *Record {
	facts := map[string]any{
		"status": l.status, "olderStatus": olderStatus[l.status], "source": l.source, "target": l.target, "created": millis(l.created),
		"companyName": l.company, "fullName": l.first + " " + l.last, "lastName": l.last, "email": l.email, "older": l.older(),
		"creatorCompany": l.creatorCompany.uuid,
	}
	if l.resellerCompany != nil {
		facts["resellerCompany"], facts["resellerName"] = l.resellerCompany.uuid, l.reseller.last
	}
	return &Record{ID: l.uuid, Body: l.newer(), Facts: facts}
}

// newer is the lead as the lead v2 API prints it: its moments are seconds, unlike all others.
func (l *leadSpec) newer() Document {
	company := Document{
		"name": l.company, "street1": l.street, "city": l.prospect.city, "state": l.prospect.state, "zip": l.prospect.zip, "country": l.prospect.country,
	}
	channel := Document{"participantType": "CHANNEL", "partner": l.partner}
	d := Document{
		"id": l.uuid, "partner": l.partner, "leadType": l.kind, "status": l.status, "createdOn": l.created.Unix(), "lastModified": l.changed.Unix(),
		"customer": Document{"company": company, "contact": l.contact()}, "customAttributes": Document{},
		"creator": Document{
			"id": l.creator.uuid, "companyId": l.creatorCompany.uuid, "companyName": l.creatorCompany.name, "role": l.creatorRole,
		},
		"referrer": channel, "recipient": channel,
	}
	if l.notes != "" {
		d["notes"] = l.notes
	}
	if l.resellerCompany != nil {
		d["reseller"] = Document{"id": l.reseller.uuid, "companyId": l.resellerCompany.uuid}
		d["recipient"] = Document{"participantType": "COMPANY", "companyId": l.resellerCompany.uuid, "companyName": l.resellerCompany.name}
	}
	if l.customer != nil {
		company["companyExists"], d["result"] = true, "WON"
		d["convertedCompany"] = Document{"id": l.customer.uuid, "name": l.customer.name}
		d["convertedUser"] = Document{"id": l.customerUser.uuid, "companyId": l.customer.uuid}
	}
	return d
}

// contact is the person to talk to.
func (l *leadSpec) contact() Document {
	return Document{"firstName": l.first, "lastName": l.last, "email": l.email, "phone": l.phone}
}

// older is the lead as the prm v1 API has it. Its members are printed as request
// fields only; contacts are assumed to be shaped like the newer API's.
func (l *leadSpec) older() Document {
	var reseller, application any
	if l.resellerCompany != nil {
		reseller = Document{
			"company": Document{"uuid": l.resellerCompany.uuid, "name": l.resellerCompany.name},
			"contact": Document{"uuid": l.reseller.uuid, "firstName": l.reseller.first, "lastName": l.reseller.last, "email": l.reseller.email},
		}
	}
	if l.product != nil {
		application = Document{"id": l.product.number, "uuid": l.product.uuid, "name": l.product.name}
	}
	var seats any
	if l.seats > 0 {
		seats = l.seats
	}
	return Document{
		"uuid": l.uuid, "externalIdentifier": nil, "status": olderStatus[l.status], "source": l.source, "target": l.target,
		"creationDate": millis(l.created), "lastModificationDate": millis(l.changed), "anticipatedCloseDate": momentOrNull(l.closes),
		"anticipatedNumberOfSeats": seats, "comment": nullable(l.notes), "additionalComment": nil, "useCaseDescription": nil,
		"customer":                Document{"company": Document{"name": l.company, "country": l.prospect.country}, "contact": l.contact()},
		"customerLeadForProvider": l.source == "CUSTOMER" && l.target == "PROVIDER", "customerLeadForReseller": l.source == "CUSTOMER" && l.target == "RESELLER",
		"customerLeadForVendor": l.source == "CUSTOMER" && l.target == "VENDOR", "referralLead": l.creatorRole == "REFERRAL",
		"reseller": reseller, "application": application, "edition": nil, "attributes": Document{},
	}
}

// leadRoutes are the answered endpoints of both lead APIs.
func leadRoutes() map[string]handler {
	return map[string]handler{
		"GET /prm/v1/leads": listing{
			records: everything(func(w *world) *Collection { return w.leads }),
			filters: map[string]filter{
				"fromDate": notBefore("created"), "toDate": notAfter("created"), "searchText": contains("companyName", "fullName", "email"),
				"source": oneOf("source"), "status": oneOf("olderStatus"), "target": oneOf("target"),
			},
			sorts: map[string]string{
				"COMPANY_NAME": "companyName", "DATE": "created", "RESELLER_LAST_NAME": "resellerName",
				"USER_FULL_NAME": "fullName", "USER_LAST_NAME": "lastName",
			},
			paging: pages(olderLead, false),
		}.serve,
		"GET /prm/v1/leads/{uuid}": func(x *exchange) (reply, error) {
			r := x.world.leads.Get(x.params["uuid"])
			if r == nil {
				return reply{}, notFound("Lead not found with id %s.", x.params["uuid"])
			}
			return reply{body: olderLead(x, r)}, nil
		},
		"GET /lead/v2/leads": listing{
			records: leadsInContext,
			filters: map[string]filter{
				"fromDate": notBefore("created"), "toDate": notAfter("created"),
				"searchText": contains("companyName", "fullName", "email"), "status": oneOf("status"),
			},
			sorts:  map[string]string{"COMPANY_NAME": "companyName", "DATE": "created"},
			paging: unlinked(pages(asStored, false)),
		}.serve,
		"GET /lead/v2/leads/{leadId}": leadInContext,
	}
}

// olderLead shows a lead as the older API does.
func olderLead(_ *exchange, r *Record) any { return r.Facts["older"] }

// unlinked leaves out the links that these lists do not print.
func unlinked(paging func(*exchange, []*Record) (reply, error)) func(*exchange, []*Record) (reply, error) {
	return func(x *exchange, records []*Record) (reply, error) {
		out, err := paging(x, records)
		if d, ok := out.body.(Document); ok {
			out.body = d.without("links")
		}
		return out, err
	}
}

// leadsInContext lists what the caller may see in the role and company that the
// request names: the company's own leads, or all for those who manage resellers.
func leadsInContext(x *exchange) ([]*Record, error) {
	role, company := "ROLE_"+x.param("context"), x.param("companyId")
	if !slices.Contains(x.endpoint.Roles, role) || !x.caller.admits([]string{role}, target{company: company}, x.world) {
		return nil, &apiError{Status: http.StatusForbidden}
	}
	leads := x.world.leads.all()
	if role == "ROLE_RESELLER_MANAGER" {
		return leads, nil
	}
	return slices.DeleteFunc(leads, func(r *Record) bool {
		return r.text("resellerCompany") != company && r.text("creatorCompany") != company
	}), nil
}

// leadInContext answers one of those leads; all others are not there.
func leadInContext(x *exchange) (reply, error) {
	leads, err := leadsInContext(x)
	if err != nil {
		return reply{}, err
	}
	for _, r := range leads {
		if r.ID == x.params["leadId"] {
			return reply{body: r.Body}, nil
		}
	}
	return reply{}, notFound("Lead not found with id %s.", x.params["leadId"])
}
