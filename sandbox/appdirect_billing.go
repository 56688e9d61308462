package sandbox

import (
	"errors"
	"net/http"
	"slices"
)

// expandable are the references that expand may replace by what they point to.
// Order is among the printed values although it always comes embedded.
var expandable = []string{"order", "product", "edition"}

// subscriptionFilters are those that all three subscription lists document.
func subscriptionFilters() map[string]filter {
	return map[string]filter{
		"fromDate": notBefore("created"), "toDate": notAfter("created"), "lastModified": notBefore("lastModified"),
		"discountId": oneOf("discount"), "status": oneOf("status"), "editionId": oneOf("edition"), "paymentPlanId": oneOf("plan"),
		"applicationIds": oneOf("product"), "bundleApplicationId": oneOf("bundle"), "orderReferenceCode": oneOf("referenceCode"),
		"expand": checkExpand,
	}
}

// errExpand words the refusal of an expand value that is not printed.
var errExpand = errors.New("must be of order, product, edition")

// checkExpand keeps every record; it only refuses values that are not printed.
func checkExpand(values []string) (Match, error) {
	for _, v := range splitValues(values) {
		if !slices.Contains(expandable, v) {
			return nil, errExpand
		}
	}
	return ignored(values)
}

// subscriptionsOf makes one of the three subscription lists, which differ in
// nothing but what they start from.
func subscriptionsOf(records func(*exchange) ([]*Record, error)) handler {
	return listing{
		records: records, filters: subscriptionFilters(),
		sorts: map[string]string{
			"APPLICATION": "productName", "COMPANY": "companyName", "DATE": "created", "OWNER": "owner", "STATUS": "status", "SUBSCRIPTION_ID": "id",
		},
		paging: windows(subscriptionInList, maxWindow, false),
	}.serve
}

// subscriptionInList shows a subscription with the references that expand names
// replaced by the whole resource, in billing's own style.
func subscriptionInList(x *exchange, r *Record) any {
	wanted := splitValues(x.query["expand"])
	body := r.Body
	if slices.Contains(wanted, "product") {
		body = body.with(Document{"product": expanded(x.world.products.Get(r.text("product")), body["product"])})
	}
	if slices.Contains(wanted, "edition") {
		body = body.with(Document{"edition": expanded(x.world.editions.Get(r.text("edition")), body["edition"])})
	}
	return body
}

// expanded writes a resource where a reference was, as the printed orders write
// their payment plan: the address stays an attribute, the id becomes a member.
func expanded(r *Record, reference any) any {
	ref, _ := reference.(Document)
	whole, ok := stringly(r.Body).(Document)
	if !ok {
		return reference
	}
	delete(whole, "href")
	return whole.with(Document{"-href": ref["-href"]})
}

// subscription finds the subscription that the path names. Read alone, it prints
// no expand parameter.
func (x *exchange) subscription() (*Record, error) {
	return x.named(x.world.subscriptions, "subscriptionId", "Subscription not found with id %s.")
}

// billingRoutes are the billing endpoints that are answered. They print no
// roles: any token of the tenant reads them, and who may see what is the
// client's to decide.
func billingRoutes() map[string]handler {
	subscriptions := func(w *world) *Collection { return w.subscriptions }
	return map[string]handler{
		http.MethodGet + " /billing/v1/subscriptions":                                      subscriptionsOf(everything(subscriptions)),
		http.MethodGet + " /billing/v1/subscriptions/{subscriptionId}":                     reads((*exchange).subscription),
		http.MethodGet + " /billing/v1/companies/{companyId}/subscriptions":                subscriptionsOf(ownedBy(subscriptions, billedCompany)),
		http.MethodGet + " /billing/v1/companies/{companyId}/users/{userId}/subscriptions": subscriptionsOf(ownedBy(subscriptions, billedCompany, billedUser)),
	}
}
