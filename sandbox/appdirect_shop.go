package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// What a shop shows around its products: the tags to browse by, bundles, a
// vendor's products, and what goes with a product. None of these lists is paged.

// Tags have numbers that no category and no attribute share.
const (
	attributeGroup = 100 // the number of the group that the attributes are in
	recommended    = 4   // products that are recommended at most
)

// categoryTag is the tag of a category, as products and the navigator print it.
func categoryTag(category int) Document {
	return tag("CATEGORY", int64(category+1), categoryNames[category])
}

// attributeTag is the tag of an attribute. Its type is ours: the printed tags
// are categories only.
func attributeTag(attribute int) Document {
	return tag("ATTRIBUTE", attributeNumber(attribute), attributeNames[attribute])
}

// attributeNumber is the number of the attribute's tag.
func attributeNumber(attribute int) int64 { return attributeGroup + int64(attribute) + 1 }

func tag(kind string, number int64, name string, children ...any) Document {
	if children == nil {
		children = []any{}
	}
	return Document{
		"type": kind, "id": number, "name": name, "badge": nil, "showBadge": false, "showOnNavigation": true, "children": children,
		"description": nil,
	}
}

// navigator is the tree of tags. No sample is printed; the tags of a product are
// taken. None of them is bound to a price level, by which it can be narrowed.
func navigator(*exchange) ([]*Record, error) {
	var tags []*Record
	for i := range categoryNames {
		tags = append(tags, &Record{Body: categoryTag(i)})
	}
	var attributes []any
	for i := range attributeNames {
		attributes = append(attributes, attributeTag(i))
	}
	return append(tags, &Record{Body: tag("ATTRIBUTE", attributeGroup, "Made for", attributes...)}), nil
}

// inOne answers a list that is not paged.
func inOne(x *exchange, records []*Record) (reply, error) {
	return reply{body: show(x, records, asStored)}, nil
}

// readRecommendations answers GET …/products/{applicationId}/recommendations:
// others of the same category that are in the catalogue, most bought first.
func readRecommendations(x *exchange) (reply, error) {
	p, err := x.product()
	if err != nil {
		return reply{}, err
	}
	same := x.world.applications.Select(Query{Sort: "unpopularity", Matches: []Match{func(r *Record) bool {
		return r.ID != p.ID && r.text("category") == p.text("category")
	}}})
	return reply{body: show(x, same[:min(len(same), recommended)], asStored)}, nil
}

// readVendorProducts answers GET /marketplace/v1/vendors/{vendorUuid}/products.
func readVendorProducts(x *exchange) (reply, error) {
	vendor := x.params["vendorUuid"]
	if !slices.ContainsFunc(x.world.products.all(), func(r *Record) bool { return r.text("vendor") == vendor }) {
		return reply{}, notFound("Vendor not found with id %s.", vendor)
	}
	return reply{body: show(x, where(x.world.applications.all(), "vendor", vendor), asStored)}, nil
}

// bundleSpec is what a bundle's documents are made of.
type bundleSpec struct {
	number     int64
	uuid, name string
	products   []*productSpec
}

// document is the bundle as the list prints it. Of what its products look like
// in there nothing is printed: their ids and addresses are taken.
func (b *bundleSpec) document(provider *companySpec, made time.Time) Document {
	inside := make([]any, len(b.products))
	for i, p := range b.products {
		inside[i] = Document{"id": p.number, "uuid": p.uuid, "name": p.name, "href": productPath(p.number)}
	}
	blurb := b.name + " in one subscription"
	return Document{
		"href": href("/api/marketplace/v1/bundles/" + id(b.number)), "url": href("/apps/" + id(b.number)), "id": b.number, "uuid": b.uuid,
		"name": b.name, "productType": "BUNDLE", "bundledProducts": inside, "blurb": blurb, "description": blurb + ", at one price.",
		"developerName": provider.name, "vendorName": provider.name, "startingPrice": "$19.00/User/Mo", "billingFrequency": "MONTHLY",
		"addon": false, "buyable": true, "collectLeads": false, "featured": b.number%2 == 0, "featuredSliderPosition": nil, "free": false,
		"freeTrialOrEditionPresent": false, "hidePricings": false, "popular": false, "popularity": nil, "referable": false,
		"staffPick": false, "staffPickSliderPosition": nil, "sortRank": 5, "rating": nil, "numRatings": nil, "discountDetails": nil,
		"bundleUrls": []any{}, "downloadFileSize": nil, "hasLyncToPhone": false, "iconUrl": nil, "overview": nil, "overviewImageUrl": nil,
		"profileLogoUrl": nil, "supportedLanguages": texts("en"), "tags": []any{}, "lastModified": millis(made), "publishedOn": millis(made),
	}
}

// makeBundles makes bundles of a few products of the catalogue each.
func (m *maker) makeBundles() {
	inCatalogue := slices.DeleteFunc(slices.Clone(m.products), func(p *productSpec) bool { return !p.inCatalogue() })
	for _, name := range bundleNames {
		b := &bundleSpec{number: m.number(), uuid: m.uuid(), name: name, products: shuffled(m, inCatalogue)[:2+m.rng.IntN(3)]}
		m.put(m.world.bundles, &Record{ID: id(b.number), Body: b.document(m.market, m.daysAgo(1, 60))})
	}
}

// readBundle answers GET /marketplace/v1/bundles/{bundleId}, which prints no uuid
// but who provides the bundle.
func readBundle(x *exchange) (reply, error) {
	key := x.params["bundleId"]
	r := x.world.bundles.Get(key)
	if r == nil {
		return reply{}, notFound("Bundle not found with id %s.", key)
	}
	absent := r.Body.without("uuid", "addon", "bundleUrls", "developerName", "hasLyncToPhone", "hidePricings", "sortRank", "vendorName")
	return reply{body: absent.with(Document{
		"changeSubscriptionAllowed": true, "collectLeadsWithPurchaseEnabled": false, "newSubscriptionEnabled": true,
		"provider": Document{"name": r.Body["vendorName"], "uuid": nil, "url": nil},
	})}, nil
}

// shopRoutes are the endpoints around products.
func shopRoutes() map[string]handler {
	return map[string]handler{
		http.MethodGet + " /marketplace/v1/navigator": listing{
			records: navigator, filters: map[string]filter{"pl": oneOf("priceLevel"), "locale": ignored}, paging: inOne,
		}.serve,
		http.MethodGet + " /marketplace/v1/products/{applicationId}/recommendations": readRecommendations,
		http.MethodGet + " /marketplace/v1/vendors/{vendorUuid}/products":            readVendorProducts,
		http.MethodGet + " /marketplace/v1/bundles": listing{
			records: everything(func(w *world) *Collection { return w.bundles }),
			paging:  inOne,
		}.serve,
		http.MethodGet + " /marketplace/v1/bundles/{bundleId}": readBundle,
	}
}
