package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var (
	addOnListingList = shape[model.AddOnListing, model.AddOnListingEdge, model.AddOnListingConnection]{
		edge: func(cursor string, node *model.AddOnListing) *model.AddOnListingEdge {
			return &model.AddOnListingEdge{Cursor: cursor, Node: node}
		},
		connection: func(nodes []*model.AddOnListing, edges []*model.AddOnListingEdge, info *model.PageInfo, total *int32) *model.AddOnListingConnection {
			return &model.AddOnListingConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
		},
		enrol: objects[model.AddOnListing],
	}
	addOnInstallationList = shape[model.AddOnInstallation, model.AddOnInstallationEdge, model.AddOnInstallationConnection]{
		edge: func(cursor string, node *model.AddOnInstallation) *model.AddOnInstallationEdge {
			return &model.AddOnInstallationEdge{Cursor: cursor, Node: node}
		},
		connection: func(nodes []*model.AddOnInstallation, edges []*model.AddOnInstallationEdge, info *model.PageInfo, total *int32) *model.AddOnInstallationConnection {
			return &model.AddOnInstallationConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
		},
		enrol: objects[model.AddOnInstallation],
	}
)

// AddOnListings answers Query.addOnListings.
func (queryResolver) AddOnListings(ctx context.Context, first *int32, after *string, last *int32, before *string) (*model.AddOnListingConnection, error) {
	return listed(ctx, pageArgs{first, after, last, before}, addOnListingList,
		func(l *loaders.Loaders, p loaders.Page) (*loaders.List[*model.AddOnListing], error) {
			return l.AddOnListings(ctx, p)
		})
}

// AddOnListing answers Query.addOnListing.
func (queryResolver) AddOnListing(ctx context.Context, id string) (*model.AddOnListing, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.AddOnListing, error) { return l.AddOnListing(ctx, id) })
}

// AddOnInstallation answers Query.addOnInstallation.
func (queryResolver) AddOnInstallation(ctx context.Context, companyID, id string) (*model.AddOnInstallation, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.AddOnInstallation, error) {
		return l.AddOnInstallation(ctx, companyID, id)
	})
}

// AddOnInstallations answers Company.addOnInstallations.
func (companyResolver) AddOnInstallations(ctx context.Context, objs []*model.Company, first *int32, after *string, last *int32, before *string) ([]*model.AddOnInstallationConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, addOnInstallationList,
		func(ctx context.Context, l *loaders.Loaders, companies []*model.Company, p loaders.Page) ([]*loaders.List[*model.AddOnInstallation], []error) {
			return l.AddOnInstallations(ctx, members(companies, companyID), p)
		})
}

// Listing answers AddOnInstallation.listing.
func (addOnInstallationResolver) Listing(ctx context.Context, objs []*model.AddOnInstallation) ([]*model.AddOnListing, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, installations []*model.AddOnInstallation) ([]*model.AddOnListing, []error) {
			return l.ListingsOf(ctx, members(installations, func(i *model.AddOnInstallation) string { return i.ListingSID }))
		}, objects[model.AddOnListing])
}

// Company answers AddOnInstallation.company.
func (addOnInstallationResolver) Company(ctx context.Context, objs []*model.AddOnInstallation) ([]*model.Company, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, installations []*model.AddOnInstallation) ([]*model.Company, []error) {
			return l.CompaniesOf(ctx, members(installations, func(i *model.AddOnInstallation) string { return i.CompanyID }))
		}, objects[model.Company])
}
