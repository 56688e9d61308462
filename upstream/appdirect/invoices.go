package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// assumedInvoice is what the decoders of invoices lean on: no read of them prints a sample.
const assumedInvoice = "the printed members of changing an invoice, written as billing writes subscriptions"

// ListCompanyInvoices reads the invoices of one company, the highest number first.
var ListCompanyInvoices = &upstream.Route{
	Name:      "appdirect.listCompanyInvoices",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/billing/v1/companies/{companyId}/invoices",
	Query:     []string{"status", "count", "start"},
	Authority: upstream.System,
	Ours:      oursBilling,
	Fresh:     freshBilling,
	Hard:      hardExpiry,
	PageSize:  250,
	Tags:      []string{"invoices", "company:{companyId}:invoices"},
	Assumed:   assumedInvoice + ", in a plain list as discounts are printed",
}

// ReadInvoice reads one invoice by its number.
var ReadInvoice = &upstream.Route{
	Name:      "appdirect.readInvoice",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/billing/v1/invoices/{invoiceNumber}",
	Authority: upstream.System,
	Ours:      oursBilling,
	Fresh:     freshBilling,
	Hard:      hardExpiry,
	Tags:      []string{"invoice:{invoiceNumber}", "invoices"},
	Assumed:   assumedInvoice,
}

// Invoice is an invoice as billing writes it. Its lines are left out: of what is in them nothing is printed.
type Invoice struct {
	// InvoiceID is the number that [ReadInvoice] takes.
	InvoiceID       wire.Text   `json:"invoiceId"`
	ReferenceNumber wire.Text   `json:"referenceNumber"`
	Status          wire.Text   `json:"status"`
	Currency        wire.Text   `json:"currency"`
	Total           wire.Number `json:"total"`
	CreationDate    wire.Time   `json:"creationDate"`
	DueDate         wire.Time   `json:"dueDate"`
	Company         wire.Ref    `json:"company"`
	User            wire.Ref    `json:"user"`
}

// Check wants the number.
func (i *Invoice) Check() error { return wire.Identified(i.InvoiceID) }

// DecodeInvoices reads a reply of [ListCompanyInvoices].
func DecodeInvoices(body []byte) ([]Invoice, error) {
	return wire.Decode[wire.List[Invoice]](ListCompanyInvoices, body)
}

// DecodeInvoice reads a reply of [ReadInvoice].
func DecodeInvoice(body []byte) (Invoice, error) {
	return wire.Decode[Invoice](ReadInvoice, body)
}
