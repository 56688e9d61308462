package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// listBundles is the one list of all bundles. A bundle alone is looked up in it
// too: read by itself it prints no uuid, and the list is shared by everybody.
var listBundles = family[the, *model.Bundle]{appdirect.ListBundles, func(the) ask { return ask{} }, func(_ the, body []byte) ([]*model.Bundle, error) {
	w, err := appdirect.DecodeBundles(body)
	return toAll(w, err, toBundle)
}}

// Bundles gives all bundles of the marketplace.
func (l *Loaders) Bundles(ctx context.Context) ([]*model.Bundle, error) {
	return l.bundles.one(ctx, the{})
}

// Bundle gives one bundle by its uuid or its number, [NotFoundError] where there is none.
func (l *Loaders) Bundle(ctx context.Context, id string) (*model.Bundle, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	all, err := l.Bundles(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range all {
		if b.ID == id || value(b.LegacyID) == id {
			return b, nil
		}
	}
	return nil, &NotFoundError{Type: "Bundle"}
}

// BundledProducts gives the products in bundles, those that are gone left out;
// positional. The products of all bundles are looked up together.
func (l *Loaders) BundledProducts(ctx context.Context, bundles []*model.Bundle) ([][]*model.Product, []error) {
	var numbers []string
	for _, b := range bundles {
		numbers = append(numbers, b.ProductNumbers...)
	}
	products, failed := l.ProductsOf(ctx, numbers)
	out, errs := make([][]*model.Product, len(bundles)), make([]error, len(bundles))
	for i, b := range bundles {
		out[i] = []*model.Product{}
		for range b.ProductNumbers {
			switch {
			case failed[0] != nil:
				errs[i] = failed[0]
			case products[0] != nil:
				out[i] = append(out[i], products[0])
			}
			products, failed = products[1:], failed[1:]
		}
	}
	return out, errs
}

func toBundle(w appdirect.Bundle) *model.Bundle {
	b := &model.Bundle{
		ID:                string(w.UUID),
		LegacyID:          text(w.ID),
		Name:              text(w.Name),
		VendorName:        text(w.VendorName),
		Blurb:             text(w.Blurb),
		Description:       text(w.Description),
		URL:               text(w.URL),
		IconURL:           text(w.IconURL),
		StartingPriceText: text(w.StartingPrice),
		IsFeatured:        w.Featured.Ptr(),
		IsBuyable:         w.Buyable.Ptr(),
		PublishedAt:       w.PublishedOn.Ptr(),
		UpdatedAt:         w.LastModified.Ptr(),
	}
	for _, p := range w.Products {
		b.ProductNumbers = append(b.ProductNumbers, string(p.ID))
	}
	return b
}
