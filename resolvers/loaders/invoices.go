package loaders

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// errOtherCompany is an invoice of another company than was asked for: the rule
// was decided for the one that the path names.
var errOtherCompany = errors.New("an invoice of another company than was asked for")

var readInvoice = mapped(appdirect.ReadInvoice, appdirect.DecodeInvoice, toInvoice)

// invoicesOf reads the invoices of one company, of which none may be another's.
func invoicesOf(companyID string) source[chunk[*model.Invoice]] {
	route := appdirect.ListCompanyInvoices
	return source[chunk[*model.Invoice]]{route, func(body []byte) (chunk[*model.Invoice], error) {
		items, err := appdirect.DecodeInvoices(body)
		for _, i := range items {
			if owner := string(i.Company.ID); owner != "" && owner != companyID {
				return chunk[*model.Invoice]{}, upstream.Malformed(route, errOtherCompany)
			}
		}
		return page(appdirect.Page[appdirect.Invoice]{Items: items}, func(w appdirect.Invoice) *model.Invoice {
			i := toInvoice(w)
			i.CompanyID = companyID // also where the reply leaves it out
			return i
		}), err
	}}
}

// Invoice gives one invoice, [NotFoundError] where there is none that the viewer may see.
func (l *Loaders) Invoice(ctx context.Context, id string) (*model.Invoice, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	one := single[model.Invoice]{source: readInvoice, typeName: "Invoice", id: func(i *model.Invoice) string { return i.ID }}
	invoice, err := one.find(ctx, l, ask{params: map[string]string{"invoiceNumber": id}}, id)
	if err != nil {
		return nil, err
	}
	if !l.viewer.May(auth.RuleBillingRead, invoice.CompanyID) {
		return nil, &NotFoundError{Type: one.typeName}
	}
	return invoice, nil
}

// Invoices lists the invoices of each of these companies, in one status where
// that is not ""; positional. It is a call for each company.
func (l *Loaders) Invoices(ctx context.Context, companyIDs []string, status model.InvoiceStatus, p Page) ([]*List[*model.Invoice], []error) {
	return l.invoices.load(ctx, listKeys(companyIDs, status, p))
}

func (l *Loaders) fetchInvoices(ctx context.Context, keys []listKey) answers[*List[*model.Invoice]] {
	rows := l.viewer.Rows(auth.RuleBillingRead)
	return perParent(keys, rows.Allows, errForbiddenList, func(keys []listKey) answers[*List[*model.Invoice]] {
		lists := make([]listing[*model.Invoice], len(keys))
		for i, key := range keys {
			lists[i] = l.invoiceListing(key.parent, key.status)
		}
		return read(ctx, l, lists, keys[0].page)
	})
}

func (l *Loaders) invoiceListing(companyID, status string) listing[*model.Invoice] {
	src := invoicesOf(companyID)
	size := src.route.PageSize
	pageAsk := func(page int) ask {
		q := url.Values{"start": {strconv.Itoa(page * size)}, "count": {strconv.Itoa(size)}}
		if status != "" {
			q.Set("status", status)
		}
		return ask{params: map[string]string{"companyId": companyID}, query: q}
	}
	return listing[*model.Invoice]{source: src, size: size, ask: pageAsk, mark: markOf(src.request(l, pageAsk(0)).Key, "")}
}

func toInvoice(w appdirect.Invoice) *model.Invoice {
	return &model.Invoice{
		ID:              string(w.InvoiceID),
		ReferenceNumber: text(w.ReferenceNumber),
		Status:          enum(w.Status, model.InvoiceStatusUnknown),
		Currency:        text(w.Currency),
		Total:           w.Total.Ptr(),
		CreatedAt:       w.CreationDate.Ptr(),
		DueAt:           w.DueDate.Ptr(),
		CompanyID:       string(w.Company.ID),
		UserID:          string(w.User.ID),
	}
}
