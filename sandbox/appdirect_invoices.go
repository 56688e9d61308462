package sandbox

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

// invoiceSpec is what an invoice's document is made of. What an invoice's lines
// look like is printed nowhere, so it has none.
type invoiceSpec struct {
	number                        int64
	company, user                 string // uuids
	status, currency              string
	cents                         int64
	created, due                  time.Time
	orders, subscriptions, buyers []string // what is charged, and whose it is
	dates                         dateStyle
	reference                     string // "" when it carries none
}

// record makes the invoice's document, of the members that a change of one
// prints, in the style of the other billing documents.
func (i *invoiceSpec) record() *Record {
	orders := make([]any, len(i.orders))
	for n, order := range i.orders {
		orders[n] = order
	}
	body := Document{
		"invoiceId": id(i.number), "creationDate": i.dates.write(i.created), "dueDate": i.dates.write(i.due), "status": i.status,
		"currency": i.currency, "total": longMoney(i.cents), "orderIds": collapsed(orders),
		"company": reference(i.company, href("/api/account/v1//companies/"+i.company)),
		"user":    reference(i.user, href("/api/account/v1//users/"+i.user)),
	}
	if i.reference != "" {
		body["referenceNumber"] = i.reference
	}
	return &Record{ID: id(i.number), Body: body, Facts: map[string]any{
		"company": i.company, "user": i.buyers, "status": i.status, "created": millis(i.created), "number": i.number, "total": i.cents,
		"subscription": i.subscriptions,
	}}
}

// invoicesOf makes one of the lists of invoices, which differ in nothing but
// what they start from and which end comes first.
func invoicesOf(records func(*exchange) ([]*Record, error)) handler {
	return listing{
		records: records,
		filters: map[string]filter{
			"status": oneOf("status"), "fromDate": notBefore("created"), "toDate": notAfter("created"), "excludeFree": excludeFree,
		},
		sorts:  map[string]string{"INVOICE_ID": "number", "DATE": "created", "TOTAL": "total"},
		paging: windows(asStored, maxWindow, false),
	}.serve
}

// errBoolean words the refusal of what is neither true nor false.
var errBoolean = errors.New("must be true or false")

// excludeFree leaves out invoices of nothing.
func excludeFree(values []string) (Match, error) {
	exclude, err := strconv.ParseBool(values[0])
	if err != nil {
		return nil, errBoolean
	}
	return func(r *Record) bool { return !exclude || r.Facts["total"] != int64(0) }, nil
}

// invoice finds the invoice that the path names.
func (x *exchange) invoice() (*Record, error) {
	return x.named(x.world.invoices, "invoiceNumber", "Invoice not found with number %s.")
}

// invoiceRoutes are the endpoints of invoices that are answered.
func invoiceRoutes() map[string]handler {
	invoices := func(w *world) *Collection { return w.invoices }
	return map[string]handler{
		http.MethodGet + " /billing/v1/invoices":                                      invoicesOf(everything(invoices)),
		http.MethodGet + " /billing/v1/invoices/{invoiceNumber}":                      reads((*exchange).invoice),
		http.MethodGet + " /billing/v1/companies/{companyId}/invoices":                invoicesOf(ownedBy(invoices, billedCompany)),
		http.MethodGet + " /billing/v1/companies/{companyId}/users/{userId}/invoices": invoicesOf(ownedBy(invoices, billedCompany, billedUser)),
		http.MethodGet + " /billing/v1/subscriptions/{subscriptionId}/invoices":       invoicesOf(ownedBy(invoices, billedSubscription)),
	}
}
