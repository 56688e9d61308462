package sandbox

import (
	"fmt"
	"net/http"
)

// applicationDocument is the product as catalogue lists show it.
func (p *productSpec) applicationDocument() Document {
	self := productPath(p.number)
	d := Document{
		"href": self, "id": p.number, "uuid": p.uuid, "url": href("/apps/" + id(p.number) + "/" + slug(p.name)), "name": p.name,
		"productType": p.kind, "iconUrl": p.image("icon"), "profileLogoUrl": p.image("profile"), "iconSrcset": p.imageSet("icon"),
		"profileLogoSrcset": p.imageSet("profile"), "overviewImageUrl": p.image("overview"), "overviewImageSrcset": p.imageSet("overview"),
		"description": p.overview, "overview": nullable(p.overview), "blurb": nullable(p.blurb),
		"publishedOn": millis(p.published), "lastModified": millis(p.published), "developerName": p.vendor.name, "vendorName": p.vendor.name,
		"rating": p.stars(), "numRatings": zeroAsNull(p.rating), "popular": p.popular(), "popularity": zeroAsNull(p.popularity),
		"free": p.free, "freeTrialOrEditionPresent": p.free || p.hasTrial(), "addon": p.addon, "tags": p.tags(),
		"supportedLanguages": texts(p.languages...), "links": []any{link("self", self)},
		"showRating": true, "buyable": true, "importable": false, "referable": false, "hasLyncToPhone": false, "downloadFileSize": nil,
		"hidePricings": false, "collectLeads": p.collectsLeads(), "featured": p.featured(), "featuredSliderPosition": p.slider(p.featured()),
		"staffPick": p.staffPick(), "staffPickSliderPosition": p.slider(p.staffPick()), "discountDetails": nil, "sortRank": 3, "bundleUrls": []any{}, "productRibbon": Document{},
		"merchandisingBadges": []any{}, "supportedCountries": []any{},
	}
	return d.with(p.catalogPrice())
}

// catalogPrice is the price as catalogue lists show it.
func (p *productSpec) catalogPrice() Document {
	prices := Document{}
	for _, currency := range demoCurrencies {
		if plan, ok := p.cheapest(currency); ok {
			prices[currency] = Document{"price": number(shortMoney(plan.price(currency))), "duration": plan.frequency}
		}
	}
	frequency, starting := "MONTHLY", ""
	if plan, ok := p.cheapest("USD"); ok {
		frequency, starting = plan.frequency, fmt.Sprintf("$%d.%02d", plan.price("USD")/100, plan.price("USD")%100)
	}
	return Document{
		"startingPrice": starting, "billingFrequency": frequency,
		"channelStartingPrice": Document{"prices": prices, "free": p.free, "freeTrial": p.hasTrial()},
	}
}

// facts are what catalogue lists are searched and ordered by.
func (p *productSpec) facts() map[string]any {
	return map[string]any{
		"name": p.name, "blurb": p.blurb, "vendorName": p.vendor.name, "vendor": p.vendor.uuid, "type": p.kind,
		"category": id(int64(p.category + 1)), "rating": int64(p.rating), "popularity": int64(p.popularity),
		"published": millis(p.published), "createdOn": millis(p.created), "lastModified": millis(p.published),
		"newest": -millis(p.published), "unrating": -int64(p.rating), "unpopularity": -int64(p.popularity), "status": p.appStatus, "marks": p.marks(), "vendors": []string{p.vendor.uuid, p.vendor.name},
		"attributes": id(attributeNumber(p.attribute())),
	}
}

// marks are what the listing's filter goes by.
func (p *productSpec) marks() []string {
	var out []string
	for _, mark := range []struct {
		name string
		set  bool
	}{
		{"FREE", p.free},
		{"PAID", !p.free},
		{"FREE_TRIAL", p.hasTrial()},
		{"POPULAR", p.popular()},
		{"FEATURED", p.featured()},
		{"STAFFPICK", p.staffPick()},
	} {
		if mark.set {
			out = append(out, mark.name)
		}
	}
	return out
}

// store files the product in every collection it belongs to.
func (p *productSpec) store(m *maker) {
	facts := p.facts()
	m.put(m.world.staging, &Record{ID: id(p.stagingNumber), Body: p.stagingDocument(), Facts: facts})
	if p.appStatus != "PRODUCTION" {
		return
	}
	m.put(m.world.products, &Record{ID: id(p.number), Body: p.document(), Facts: facts})
	if p.inCatalogue() {
		m.put(m.world.applications, &Record{ID: id(p.number), Body: p.applicationDocument(), Facts: facts})
	}
	m.world.shop.stock(p)
	for _, e := range p.editions {
		m.put(m.world.editions, &Record{ID: id(e.number), Body: e.document(p.number), Facts: map[string]any{"product": id(p.number)}})
		for _, plan := range e.plans {
			m.put(m.world.plans, &Record{
				ID: id(plan.number), Body: plan.document(p.number, e.number),
				Facts: map[string]any{"product": id(p.number), "edition": id(e.number)},
			})
		}
	}
}

// readEditionPlans answers GET …/editions/{editionId}/paymentPlans. No sample is
// printed; the plans of the printed edition are taken.
func readEditionPlans(x *exchange) (reply, error) {
	r, err := x.edition()
	if err != nil {
		return reply{}, err
	}
	return reply{body: r.Body["plans"]}, nil
}

// edition finds the edition a path names; it must be one of the named product.
func (x *exchange) edition() (*Record, error) {
	key := x.params["editionId"]
	r := x.world.editions.Get(key)
	if r == nil || r.text("product") != x.params["applicationId"] {
		return nil, notFound("Edition not found with id %s.", key)
	}
	return r, nil
}

// plan finds the plan a path names.
func (x *exchange) plan() (*Record, error) {
	return x.named(x.world.plans, "paymentPlanId", "Payment plan not found with id %s.")
}

// catalogueRoutes are the catalogue endpoints that are answered. Popularity and
// rating are ordered best first in the listing, which has no sortOrder, and as
// sortOrder says in the applications list.
func catalogueRoutes() map[string]handler {
	product := http.MethodGet + " /marketplace/v1/products/{applicationId}"
	return map[string]handler{
		product:                           reads((*exchange).product),
		product + "/editions/{editionId}": reads((*exchange).edition),
		product + "/editions/{editionId}/paymentPlans":                   readEditionPlans,
		http.MethodGet + " /marketplace/v1/paymentPlans/{paymentPlanId}": reads((*exchange).plan),
		http.MethodGet + " /channel/v1/applications": listing{
			records: everything(func(w *world) *Collection { return w.applications }),
			filters: map[string]filter{"searchText": contains("name", "blurb"), "categoryId": oneOf("category")},
			sorts:   map[string]string{"NAME": "name", "RATING": "rating", "POPULARITY": "popularity", "NEWEST_FIRST": "newest"},
			paging:  pages(asStored, true),
		}.serve,
		http.MethodGet + " /channel/v1/stagingCatalog": listing{
			records: everything(func(w *world) *Collection { return w.staging }),
			filters: map[string]filter{
				"appStatus": oneOf("status"), "productType": oneOf("type"), "searchText": contains("name", "blurb"), "vendorUuid": oneOf("vendor"),
			},
			sortBy: "sortProperty", sorts: map[string]string{"createdOn": "createdOn", "name": "name", "lastModified": "lastModified"},
			paging: pages(asStored, false),
		}.serve,
		http.MethodGet + " /marketplace/v1/listing": listing{
			records: everything(func(w *world) *Collection { return w.applications }),
			filters: map[string]filter{
				"a": oneOf("attributes"), "s": oneOf("solutions"), "pl": oneOf("priceLevel"), "c": oneOf("category"), "platform": oneOf("platform"),
				"approvalAfter": notBefore("published"), "approvalBefore": notAfter("published"), "filter": oneOf("marks"),
				"q": contains("name", "blurb"), "type": oneOf("type"), "vendor": oneOf("vendors"), "locale": ignored,
			},
			sortBy: "order", sorts: map[string]string{
				"ALPHABETICAL": "name", "NEWEST_FIRST": "newest", "NEWEST_PUBLISHED": "newest", "POPULARITY": "unpopularity", "RATING": "unrating",
			},
			paging: windows(asStored, maxListing, false),
		}.serve,
	}
}
