package loaders

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// ListingFilter narrows and orders the shop's listing. The zero value is the
// backend's own list.
type ListingFilter struct {
	// Search is a text that the product matches; "" for any.
	Search string
	// Categories and Attributes are numbers of tags; one of each must be the product's. None for any.
	Categories, Attributes []string
	// Vendors are uuids, one of which must be the product's; none for any.
	Vendors []string
	// Types are kinds, one of which must be the product's; none for any.
	Types []model.ProductType
	// Marks are what must be said of the product, one of them; none for any.
	Marks []model.ListingMark
	// Order is nil for the backend's own.
	Order *model.ListingOrder
}

var (
	listShop = source[chunk[*detail]]{appdirect.ListShop, func(body []byte) (chunk[*detail], error) {
		items, err := appdirect.DecodeShop(appdirect.ListShop, body)
		return page(appdirect.Page[appdirect.Application]{Items: items}, listedDetail), err
	}}
	listTags = family[the, *model.ProductTag]{appdirect.ListTags, func(the) ask { return ask{} }, func(_ the, body []byte) ([]*model.ProductTag, error) {
		w, err := appdirect.DecodeTags(body)
		return toAll(w, err, toTag)
	}}
	listRecommendations = family[string, *model.Product]{appdirect.ListRecommendations, productParams, decodeProducts[string](appdirect.ListRecommendations)}
	listVendorProducts  = family[string, *model.Product]{appdirect.ListVendorProducts, func(uuid string) ask {
		return ask{params: map[string]string{"vendorUuid": uuid}}
	}, decodeProducts[string](appdirect.ListVendorProducts)}
)

// decodeProducts reads a plain list of products.
func decodeProducts[K any](route *upstream.Route) func(K, []byte) ([]*model.Product, error) {
	return func(_ K, body []byte) ([]*model.Product, error) {
		w, err := appdirect.DecodeShop(route, body)
		return toAll(w, err, toProduct)
	}
}

// Listing lists what visitors of the shop see. The backend does not count it.
func (l *Loaders) Listing(ctx context.Context, f ListingFilter, p Page) (*List[*model.Product], error) {
	err := cmp.Or(l.checkTags("categoryIds", f.Categories), l.checkTags("attributeIds", f.Attributes), l.checkCount("vendorIds", f.Vendors))
	if err != nil {
		return nil, err
	}
	return l.productsIn(ctx, listing[*detail]{source: listShop, size: appdirect.ListShop.PageSize, ask: f.ask}, p)
}

// ProductTags gives what the catalogue can be browsed by.
func (l *Loaders) ProductTags(ctx context.Context) ([]*model.ProductTag, error) {
	return l.productTags.one(ctx, the{})
}

// Recommendations gives what is recommended beside products, by number; positional.
func (l *Loaders) Recommendations(ctx context.Context, numbers []string) ([][]*model.Product, []error) {
	return l.primed(ctx, l.recommendations, numbers)
}

// VendorProducts gives what the vendors of products sell, by product number:
// nil for a product that names no vendor; positional.
func (l *Loaders) VendorProducts(ctx context.Context, numbers []string) ([][]*model.Product, []error) {
	vendors, errs := l.Vendors(ctx, numbers)
	out := make([][]*model.Product, len(numbers))
	var uuids []string
	var at []int
	for i, vendor := range vendors {
		if vendor != nil {
			uuids, at = append(uuids, *vendor), append(at, i)
		}
	}
	got, failed := l.primed(ctx, l.vendorProducts, uuids)
	for i, position := range at {
		out[position], errs[position] = got[i], failed[i]
	}
	return out, errs
}

// primed loads lists of products, which need not be looked up again by their numbers.
func (l *Loaders) primed(ctx context.Context, m *memo[string, []*model.Product], keys []string) ([][]*model.Product, []error) {
	lists, errs := m.load(ctx, keys)
	for _, list := range lists {
		for _, product := range list {
			l.products.prime(ctx, value(product.LegacyID), product)
		}
	}
	return lists, errs
}

// checkTags refuses what can be no number of a tag, which the backend would.
func (l *Loaders) checkTags(argument string, ids []string) error {
	if i := slices.IndexFunc(ids, func(id string) bool { return !isNumber(id) || len(id) > maxID }); i >= 0 {
		return &InputError{Argument: argument, Reason: "the id of a tag is a number"}
	}
	return l.checkCount(argument, ids)
}

// checkCount bounds how many values one filter may have: all of them go into one address.
func (l *Loaders) checkCount(argument string, ids []string) error {
	if len(ids) > l.tenant.maxItems {
		return &InputError{Argument: argument, Reason: fmt.Sprintf("give at most %d values, the limit `pageItems`", l.tenant.maxItems)}
	}
	return nil
}

func (f ListingFilter) ask(page int) ask {
	q := url.Values{
		"start": {strconv.Itoa(page * appdirect.ListShop.PageSize)},
		"count": {strconv.Itoa(appdirect.ListShop.PageSize)},
	}
	narrow(q, "c", f.Categories)
	narrow(q, "a", f.Attributes)
	narrow(q, "vendor", f.Vendors)
	narrow(q, "type", f.Types)
	narrow(q, "filter", f.Marks)
	if f.Search != "" {
		q.Set("q", f.Search)
	}
	if f.Order != nil {
		q.Set("order", f.Order.String())
	}
	return ask{query: q}
}

// narrow sends each value once and in one order, so that equal questions have equal keys.
func narrow[S ~string](q url.Values, parameter string, values []S) {
	sorted := slices.Compact(slices.Sorted(slices.Values(values)))
	for _, v := range sorted {
		q.Add(parameter, string(v))
	}
}

func toTag(w appdirect.Tag) *model.ProductTag {
	return &model.ProductTag{
		ID:          string(w.ID),
		Type:        enum(w.Type, model.ProductTagTypeUnknown),
		Name:        text(w.Name),
		Description: text(w.Description),
		Children:    inOrder(w.Children, toTag),
	}
}
