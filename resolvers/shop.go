package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// Listing answers Query.listing.
func (queryResolver) Listing(ctx context.Context, first *int32, after *string, last *int32, before *string, searchText *string, filter *model.ListingFilter, orderBy *model.ListingOrder) (*model.ProductConnection, error) {
	wanted, err := listingFilter(filter)
	if err != nil {
		return nil, err
	}
	wanted.Search, wanted.Order = text(searchText), orderBy
	return listed(ctx, pageArgs{first, after, last, before}, productList,
		func(l *loaders.Loaders, p loaders.Page) (*loaders.List[*model.Product], error) {
			return l.Listing(ctx, wanted, p)
		})
}

// listingFilter is the input as loaders take it.
func listingFilter(in *model.ListingFilter) (loaders.ListingFilter, error) {
	if in == nil {
		return loaders.ListingFilter{}, nil
	}
	for i := range in.Types {
		if _, err := filterBy("types", &in.Types[i], model.ProductTypeUnknown); err != nil {
			return loaders.ListingFilter{}, err
		}
	}
	return loaders.ListingFilter{
		Categories: in.CategoryIds, Attributes: in.AttributeIds, Vendors: in.VendorIds, Types: in.Types, Marks: in.Marks,
	}, nil
}

// ProductTags answers Query.productTags.
func (queryResolver) ProductTags(ctx context.Context) ([]*model.ProductTag, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	return l.ProductTags(ctx)
}

// Bundles answers Query.bundles.
func (queryResolver) Bundles(ctx context.Context) ([]*model.Bundle, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	return l.Bundles(ctx)
}

// Bundle answers Query.bundle.
func (queryResolver) Bundle(ctx context.Context, id string) (*model.Bundle, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.Bundle, error) { return l.Bundle(ctx, id) })
}

// Products answers Bundle.products.
func (bundleResolver) Products(ctx context.Context, objs []*model.Bundle) ([][]*model.Product, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, bundles []*model.Bundle) ([][]*model.Product, []error) {
			return l.BundledProducts(ctx, bundles)
		}, lists[model.Product])
}

// Recommendations answers Product.recommendations.
func (productResolver) Recommendations(ctx context.Context, objs []*model.Product) ([][]*model.Product, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, products []*model.Product) ([][]*model.Product, []error) {
			return l.Recommendations(ctx, members(products, productNumber))
		}, lists[model.Product])
}

// VendorProducts answers Product.vendorProducts.
func (productResolver) VendorProducts(ctx context.Context, objs []*model.Product) ([][]*model.Product, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, products []*model.Product) ([][]*model.Product, []error) {
			return l.VendorProducts(ctx, members(products, productNumber))
		}, lists[model.Product])
}
