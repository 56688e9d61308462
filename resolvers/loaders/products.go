package loaders

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ProductFilter narrows and orders the catalogue. The zero value is the
// backend's own list: everything that can be bought, by name, ascending.
type ProductFilter struct {
	// Search is a text that the product matches; "" for any.
	Search string
	// Order is by what and which way; nil for the backend's own.
	Order *model.ProductOrder
	// Categories are numbers of tags, one of which must be the product's; none for any.
	Categories []string
}

// detail is a product as far as one reply tells: the list of what can be
// bought leaves out vendor and editions, so only [Loaders.fetchDetails] reads those.
type detail struct {
	product  *model.Product
	vendorID *string
	// withPurchase says whether it can be bought although it collects leads.
	withPurchase *bool
	editions     []*model.Edition
}

func (d *detail) number() string { return value(d.product.LegacyID) }

var (
	listApplications = source[chunk[*detail]]{appdirect.ListApplications, func(body []byte) (chunk[*detail], error) {
		p, err := appdirect.DecodeApplications(body)
		return page(p, listedDetail), err
	}}
	listCatalog = source[chunk[*detail]]{appdirect.ListCatalog, func(body []byte) (chunk[*detail], error) {
		p, err := appdirect.DecodeCatalog(body)
		return page(p, toDetail), err
	}}
	readProduct = source[*detail]{appdirect.ReadProduct, func(body []byte) (*detail, error) {
		p, err := appdirect.DecodeProduct(body)
		return toDetail(p), err
	}}
	// productsByNumber also finds what can no longer be bought, by reading it alone.
	productsByNumber = &index[*detail]{
		typeName: "Product", id: (*detail).number, listFirst: true,
		list: listApplications, page: ProductFilter{}.ask,
		one: readProduct, read: productAsk,
	}
	productsByUUID = &index[*detail]{
		typeName: "Product", id: func(d *detail) string { return d.product.ID }, listFirst: true,
		list: listApplications, page: ProductFilter{}.ask,
		one: readProduct, read: func(string) (ask, bool) { return ask{}, false },
	}
	detailsByNumber = &index[*detail]{
		typeName: "Product", id: (*detail).number,
		list: listCatalog, page: catalogAsk,
		one: readProduct, read: productAsk,
	}
)

func productAsk(number string) (ask, bool) { return productParams(number), true }

// productParams asks for what is at a product's address or below it.
func productParams(number string) ask {
	return ask{params: map[string]string{"applicationId": number}}
}

// listedDetail is a product as lists of what can be bought write it.
func listedDetail(w appdirect.Application) *detail { return &detail{product: toProduct(w)} }

// catalogAsk leaves out what was never published.
func catalogAsk(page int) ask {
	q := pageQuery(page, appdirect.ListCatalog.PageSize)
	q.Set("appStatus", "PRODUCTION")
	return ask{query: q}
}

// Products lists what can be bought.
func (l *Loaders) Products(ctx context.Context, f ProductFilter, p Page) (*List[*model.Product], error) {
	if err := l.checkTags("categoryIds", f.Categories); err != nil {
		return nil, err
	}
	return l.productsIn(ctx, listing[*detail]{source: listApplications, size: appdirect.ListApplications.PageSize, ask: f.ask}, p)
}

// productsIn gives a page of a list of products, which need not be looked up again.
func (l *Loaders) productsIn(ctx context.Context, in listing[*detail], p Page) (*List[*model.Product], error) {
	in.mark = markOf(in.source.request(l, in.ask(0)).Key, "")
	got := read(ctx, l, []listing[*detail]{in}, p)
	if got.errs[0] != nil {
		return nil, got.errs[0]
	}
	details := got.values[0]
	list := &List[*model.Product]{Start: details.Start, Total: details.Total, HasNext: details.HasNext, mark: details.mark}
	for _, d := range details.Items {
		list.Items = append(list.Items, d.product)
		l.products.prime(ctx, d.number(), d.product)
	}
	return list, nil
}

// Product gives one product by its uuid or its number.
func (l *Loaders) Product(ctx context.Context, id string) (*model.Product, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	return l.products.one(ctx, id)
}

// ProductsOf gives products by number, nil where there is none; positional.
func (l *Loaders) ProductsOf(ctx context.Context, numbers []string) ([]*model.Product, []error) {
	return optional(ctx, l.products, numbers, everything)
}

// Vendors gives the uuids of the products' vendors, by product number; positional.
func (l *Loaders) Vendors(ctx context.Context, numbers []string) ([]*string, []error) {
	details, errs := optional(ctx, l.details, numbers, everything)
	out := make([]*string, len(details))
	for i, d := range details {
		if d != nil {
			out[i] = d.vendorID
		}
	}
	return out, errs
}

// LeadsWithPurchase says whether products that collect leads can be bought all
// the same, by product number; positional.
func (l *Loaders) LeadsWithPurchase(ctx context.Context, numbers []string) ([]*bool, []error) {
	details, errs := optional(ctx, l.details, numbers, everything)
	out := make([]*bool, len(details))
	for i, d := range details {
		if d != nil {
			out[i] = d.withPurchase
		}
	}
	return out, errs
}

// EditionsOfProducts gives the products' editions, by product number; positional.
func (l *Loaders) EditionsOfProducts(ctx context.Context, numbers []string) ([][]*model.Edition, []error) {
	details, errs := optional(ctx, l.details, numbers, everything)
	out := make([][]*model.Edition, len(details))
	for i, d := range details {
		if d != nil {
			out[i] = d.editions
		}
	}
	return out, errs
}

// fetchProducts takes uuids and numbers alike: lookups accept both.
func (l *Loaders) fetchProducts(ctx context.Context, ids []string) answers[*model.Product] {
	var numbers, uuids []string
	for _, id := range ids {
		if isNumber(id) {
			numbers = append(numbers, id)
		} else {
			uuids = append(uuids, id)
		}
	}
	byNumber, byUUID := productsByNumber.find(ctx, l, numbers), productsByUUID.find(ctx, l, uuids)
	out := newAnswers[*model.Product](len(ids))
	for i, id := range ids {
		from := &byUUID
		if isNumber(id) {
			from = &byNumber
		}
		if out.errs[i] = from.errs[0]; out.errs[i] == nil {
			out.values[i] = from.values[0].product
		}
		from.values, from.errs = from.values[1:], from.errs[1:]
	}
	return out
}

func (l *Loaders) fetchDetails(ctx context.Context, numbers []string) answers[*detail] {
	return detailsByNumber.find(ctx, l, numbers)
}

func isNumber(id string) bool {
	return id != "" && strings.Trim(id, "0123456789") == ""
}

func (f ProductFilter) ask(page int) ask {
	q := pageQuery(page, appdirect.ListApplications.PageSize)
	if f.Search != "" {
		q.Set("searchText", f.Search)
	}
	narrow(q, "categoryId", f.Categories)
	if f.Order != nil {
		q.Set("sortField", f.Order.Field.String())
		q.Set("sortOrder", f.Order.Direction.String())
	}
	return ask{query: q}
}

func toProduct(w appdirect.Application) *model.Product {
	return &model.Product{
		ID:                    string(w.UUID),
		LegacyID:              text(w.ID),
		Name:                  text(w.Name),
		Type:                  enum(w.ProductType, model.ProductTypeUnknown),
		VendorName:            text(w.VendorName),
		Blurb:                 text(w.Blurb),
		Description:           text(w.Description),
		Overview:              text(w.Overview),
		URL:                   text(w.URL),
		IconURL:               text(w.IconURL),
		IsAddon:               w.Addon.Ptr(),
		IsFree:                w.Free.Ptr(),
		IsFeatured:            w.Featured.Ptr(),
		IsPopular:             w.Popular.Ptr(),
		IsStaffPick:           w.StaffPick.Ptr(),
		IsBuyable:             w.Buyable.Ptr(),
		HasFreeTrialOrEdition: w.FreeTrial.Ptr(),
		CollectsLeads:         w.CollectLeads.Ptr(),
		Rating:                w.Rating.Ptr(),
		RatingCount:           whole(w.NumRatings),
		Tags:                  inOrder(w.Tags, toTag),
		StartingPrices:        startingPrices(w.StartingPrice),
		PublishedAt:           w.PublishedOn.Ptr(),
		UpdatedAt:             w.LastModified.Ptr(),
	}
}

func startingPrices(w appdirect.StartingPrices) []*model.StartingPrice {
	out := make([]*model.StartingPrice, 0, len(w.Prices))
	for _, currency := range slices.Sorted(maps.Keys(w.Prices)) {
		price := w.Prices[currency]
		out = append(out, &model.StartingPrice{
			Currency:  currency,
			Amount:    price.Price.Ptr(),
			Frequency: enum(price.Duration, model.PricingFrequencyUnknown),
		})
	}
	return out
}

func toDetail(w appdirect.Product) *detail {
	number := wire.Text(w.Number())
	d := &detail{vendorID: text(wire.Text(w.Vendor())), withPurchase: w.CollectLeadsWithPurchase.Ptr()}
	d.product = &model.Product{
		ID:                    string(w.UUID),
		LegacyID:              text(number),
		Name:                  text(w.Name),
		Type:                  enum(w.Type, model.ProductTypeUnknown),
		VendorName:            text(w.Provider.Name),
		Blurb:                 text(w.Listing.Blurb),
		Description:           text(w.Overview.Description),
		Overview:              text(w.Listing.Overview),
		IconURL:               text(w.Listing.ImageURL),
		IsAddon:               w.Addon.Ptr(),
		IsFree:                w.Free.Ptr(),
		IsBuyable:             w.Buyable.Ptr(),
		HasFreeTrialOrEdition: w.FreeTrial.Ptr(),
		CollectsLeads:         w.CollectLeads.Ptr(),
		Rating:                w.Rating.Ptr(),
		RatingCount:           whole(w.NumRatings),
		Tags:                  inOrder(w.Tags, toTag),
		PublishedAt:           w.PublishedOn.Ptr(),
		UpdatedAt:             w.LastModified.Ptr(),
	}
	for _, edition := range w.Pricing.Editions {
		d.editions = append(d.editions, toEdition(edition, string(number)))
	}
	return d
}
