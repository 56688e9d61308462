package sandbox

import (
	"net/http"
	"time"
)

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

// channelRoutes are quotes, the one list with cursors.
func channelRoutes() map[string]handler {
	return map[string]handler{
		http.MethodGet + " /assistedSales/v1/quotes": listing{
			records: visibleQuotes,
			filters: map[string]filter{"sourceId": oneOf("sourceId"), "sourceType": oneOf("sourceType"), "status": oneOf("status")},
			paging:  cursors(asStored, "quotes"),
		}.serve,
	}
}
