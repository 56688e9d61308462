package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var (
	leadList = shape[model.Lead, model.LeadEdge, model.LeadConnection]{
		edge: func(cursor string, node *model.Lead) *model.LeadEdge {
			return &model.LeadEdge{Cursor: cursor, Node: node}
		},
		connection: func(nodes []*model.Lead, edges []*model.LeadEdge, info *model.PageInfo, total *int32) *model.LeadConnection {
			return &model.LeadConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
		},
		enrol: objects[model.Lead],
	}
	partnerLeadList = shape[model.PartnerLead, model.PartnerLeadEdge, model.PartnerLeadConnection]{
		edge: func(cursor string, node *model.PartnerLead) *model.PartnerLeadEdge {
			return &model.PartnerLeadEdge{Cursor: cursor, Node: node}
		},
		connection: func(nodes []*model.PartnerLead, edges []*model.PartnerLeadEdge, info *model.PageInfo, total *int32) *model.PartnerLeadConnection {
			return &model.PartnerLeadConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
		},
		enrol: objects[model.PartnerLead],
	}
)

// Leads answers Query.leads.
func (queryResolver) Leads(ctx context.Context, first *int32, after *string, last *int32, before *string, status *model.LeadStatus, searchText *string) (*model.LeadConnection, error) {
	wanted, err := filterBy("status", status, model.LeadStatusUnknown)
	if err != nil {
		return nil, err
	}
	filter := loaders.LeadFilter{Search: text(searchText), Status: wanted}
	return listed(ctx, pageArgs{first, after, last, before}, leadList,
		func(l *loaders.Loaders, p loaders.Page) (*loaders.List[*model.Lead], error) {
			return l.Leads(ctx, filter, p)
		})
}

// Lead answers Query.lead.
func (queryResolver) Lead(ctx context.Context, id string) (*model.Lead, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.Lead, error) { return l.Lead(ctx, id) })
}

// PartnerLeads answers Query.partnerLeads.
func (queryResolver) PartnerLeads(ctx context.Context, first *int32, after *string, last *int32, before *string, role model.PartnerLeadContext, companyID *string) (*model.PartnerLeadConnection, error) {
	return listed(ctx, pageArgs{first, after, last, before}, partnerLeadList,
		func(l *loaders.Loaders, p loaders.Page) (*loaders.List[*model.PartnerLead], error) {
			return l.PartnerLeads(ctx, loaders.PartnerLeadFilter{Context: role, CompanyID: text(companyID)}, p)
		})
}

// Product answers Lead.product.
func (leadResolver) Product(ctx context.Context, objs []*model.Lead) ([]*model.Product, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, leads []*model.Lead) ([]*model.Product, []error) {
			return l.ProductsOf(ctx, members(leads, func(lead *model.Lead) string { return lead.ProductLegacyID }))
		}, objects[model.Product])
}
