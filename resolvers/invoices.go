package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var invoiceList = shape[model.Invoice, model.InvoiceEdge, model.InvoiceConnection]{
	edge: func(cursor string, node *model.Invoice) *model.InvoiceEdge {
		return &model.InvoiceEdge{Cursor: cursor, Node: node}
	},
	connection: func(nodes []*model.Invoice, edges []*model.InvoiceEdge, info *model.PageInfo, total *int32) *model.InvoiceConnection {
		return &model.InvoiceConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
	},
	enrol: objects[model.Invoice],
}

// Invoice answers Query.invoice.
func (queryResolver) Invoice(ctx context.Context, id string) (*model.Invoice, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.Invoice, error) { return l.Invoice(ctx, id) })
}

// Invoices answers Company.invoices.
func (companyResolver) Invoices(ctx context.Context, objs []*model.Company, first *int32, after *string, last *int32, before *string, status *model.InvoiceStatus) ([]*model.InvoiceConnection, error) {
	wanted, err := filterBy("status", status, model.InvoiceStatusUnknown)
	if err != nil {
		return nil, err
	}
	return nested(ctx, objs, pageArgs{first, after, last, before}, invoiceList,
		func(ctx context.Context, l *loaders.Loaders, companies []*model.Company, p loaders.Page) ([]*loaders.List[*model.Invoice], []error) {
			return l.Invoices(ctx, members(companies, companyID), wanted, p)
		})
}

// Company answers Invoice.company.
func (invoiceResolver) Company(ctx context.Context, objs []*model.Invoice) ([]*model.Company, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, invoices []*model.Invoice) ([]*model.Company, []error) {
			return l.CompaniesOf(ctx, members(invoices, func(i *model.Invoice) string { return i.CompanyID }))
		}, objects[model.Company])
}

// User answers Invoice.user.
func (invoiceResolver) User(ctx context.Context, objs []*model.Invoice) ([]*model.User, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, invoices []*model.Invoice) ([]*model.User, []error) {
			return l.BuyersOf(ctx, members(invoices, func(i *model.Invoice) string { return i.UserID }))
		}, objects[model.User])
}
