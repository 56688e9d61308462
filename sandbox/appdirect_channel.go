package sandbox

import (
	"net/http"
	"time"
)

// discountSpec is what a discount's document is made of. The demo's are all
// percentages.
type discountSpec struct {
	number            int64
	code, description string // code is "" for a discount that applies by itself
	percentage        int
	created           time.Time
	starts, ends      time.Time // zero when open
	product           *productSpec
	redemptions       int
}

// record makes the discount's document and what the list is ordered by.
func (d *discountSpec) record() *Record {
	var productID, productName any
	facts := map[string]any{
		"code": d.code, "created": millis(d.created), "redemptions": int64(d.redemptions), "channel": "CHANNEL",
	}
	if d.product != nil {
		productID, productName = d.product.number, d.product.name
		facts["application"] = d.product.name
	}
	for name, t := range map[string]time.Time{"start": d.starts, "end": d.ends} {
		if !t.IsZero() {
			facts[name] = millis(t)
		}
	}
	return &Record{ID: id(d.number), Facts: facts, Body: Document{
		"id": d.number, "code": nullable(d.code), "description": d.description, "type": "PERCENTAGE", "percentage": d.percentage,
		"price": nil, "autoApply": d.code == "", "retainable": false, "createdOn": millis(d.created), "startDate": momentOrNull(d.starts),
		"expirationDate": momentOrNull(d.ends), "redemptions": d.redemptions, "maxRedemptions": nil, "redemptionRestriction": "NONE",
		"unit": "USER", "minUnits": 0, "maxUnits": 0, "billingCycles": nil, "applicationId": productID, "applicationName": productName,
		"editionId": nil, "paymentPlanId": nil, "industryId": nil, "resellerCompanyId": nil, "basePartnerSharePercentage": nil,
		"partnerSharePercentage": nil, "vendorSharePercentage": nil,
	}}
}

// momentOrNull is null for an open end.
func momentOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return millis(t)
}

// quoteSpec is what a quote's document is made of.
type quoteSpec struct {
	uuid, display, name, status string
	created                     time.Time
	owner, customer             *userSpec
	ownerCompany, company       *companySpec
	source                      string // opportunity the quote came from
}

// quoteActions are what may be done with a quote in each status.
var quoteActions = map[string][]string{
	"OPEN":     {"PRINT_PDF", "EDIT_NAME", "REQUEST_CUSTOMER_APPROVAL"},
	"PENDING":  {"PRINT_PDF", "EDIT_NAME", "SHARE_LINK", "REVOKE"},
	"ACCEPTED": {"PRINT_PDF"},
}

// record makes the quote's document.
func (q *quoteSpec) record() *Record {
	person := func(u *userSpec, c *companySpec) Document {
		return Document{
			"id": u.uuid, "email": u.email, "firstName": u.first, "lastName": u.last, "company": Document{"id": c.uuid},
		}
	}
	return &Record{
		ID: q.uuid,
		Body: Document{
			"id": q.uuid, "displayId": q.display, "name": q.name, "createdOn": millis(q.created), "status": q.status,
			"createdBy": person(q.customer, q.company), "ownerUser": person(q.owner, q.ownerCompany),
			"customerUser": person(q.customer, q.company), "availableActions": texts(quoteActions[q.status]...),
		},
		Facts: map[string]any{
			"status": q.status, "sourceId": q.source, "sourceType": "OPPORTUNITY", "ownerCompany": q.ownerCompany.uuid,
		},
	}
}

// visibleQuotes are all quotes to the marketplace's people, and to a reseller
// those of the companies where they are one.
func visibleQuotes(x *exchange) ([]*Record, error) {
	all := x.world.quotes.all()
	if x.caller.admits(marketplaceRoles, target{}, x.world) {
		return all, nil
	}
	kept := all[:0]
	for _, q := range all {
		if x.caller.admits(x.endpoint.Roles, target{company: q.text("ownerCompany")}, x.world) {
			kept = append(kept, q)
		}
	}
	return kept, nil
}

// channelRoutes are discounts, the one list that prints its total in a header,
// and quotes, the one list with cursors.
func channelRoutes() map[string]handler {
	return map[string]handler{
		http.MethodGet + " /channel/v1/discounts": listing{
			records: everything(func(w *world) *Collection { return w.discounts }),
			filters: map[string]filter{"code": oneOf("code")},
			sorts: map[string]string{
				"APPLICATION": "application", "CHANNEL": "channel", "CODE": "code", "CREATED_ON": "created",
				"END_DATE": "end", "REDEMPTIONS": "redemptions", "START_DATE": "start",
			},
			paging: windows(asStored, maxWindow, true),
		}.serve,
		http.MethodGet + " /assistedSales/v1/quotes": listing{
			records: visibleQuotes,
			filters: map[string]filter{"sourceId": oneOf("sourceId"), "sourceType": oneOf("sourceType"), "status": oneOf("status")},
			paging:  cursors(asStored, "quotes"),
		}.serve,
	}
}
