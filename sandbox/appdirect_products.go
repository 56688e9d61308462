package sandbox

import (
	"fmt"
	"slices"
	"time"
)

// productSpec is what a product's documents are made of.
type productSpec struct {
	number                 int64
	uuid, name, kind       string // kind is the productType, such as WEB_APP
	vendor                 *companySpec
	blurb, overview        string
	category               int // index into categoryNames
	addon, free, delisted  bool
	rating, popularity     int // 0 means none yet
	languages              []string
	created, published     time.Time
	editions               []*editionSpec
	stagingNumber          int64
	physical               bool        // has to be shipped
	fields                 []fieldSpec // that the vendor asks for of an item
	subscriptionFields     []fieldSpec // custom attributes that the item must carry
	purchaseFields         []fieldSpec // custom attributes that its cart must carry
	stagingUUID, appStatus string      // of the working copy; DEVELOPMENT, PENDING or PRODUCTION
}

// editionSpec is what an edition's documents are made of.
type editionSpec struct {
	number     int64
	uuid, name string
	code       string
	rank       int
	trialDays  int // 0 means no free trial
	revenue    string
	restricted bool
	modified   time.Time
	plans      []*planSpec
}

// productPath is a product's address; working copies have addresses of this kind
// too, which is why they are easily taken for products.
func productPath(number int64) href { return href("/api/marketplace/v1/products/" + id(number)) }

// editionPath is an edition's address.
func editionPath(product, edition int64) href {
	return productPath(product) + "/editions/" + href(id(edition))
}

// inCatalogue reports whether customers can find the product.
func (p *productSpec) inCatalogue() bool { return p.appStatus == "PRODUCTION" && !p.delisted }

// document is the edition as the marketplace prints it.
func (e *editionSpec) document(product int64) Document {
	plans := make([]any, len(e.plans))
	for i, p := range e.plans {
		plans[i] = p.document(product, e.number)
	}
	return Document{
		"id": e.number, "uuid": e.uuid, "rank": e.rank, "name": e.name, "primary": e.rank == 1, "code": e.code,
		"trial": Document{"length": e.trialDays, "unit": "DAY"}, "freeTrialDuration": e.trialDays, "freeTrialType": "DAY",
		"expiredTrialGracePeriod": nil, "bundleOnly": false, "targetAudience": nil, "defaultFreeTrial": false, "invisible": false,
		"leadGen": false, "lastModified": millis(e.modified), "revenueType": e.revenue, "restricted": e.restricted,
		"customerContractRestricted": false, "plans": plans, "bullets": texts("Includes " + e.name + " support"), "items": []any{},
		"customizations": []any{},
	}
}

// featured, staffPick and collectsLeads are what the marketplace's people have
// said about the product. They follow from its number.
func (p *productSpec) featured() bool      { return p.number%9 == 0 }
func (p *productSpec) staffPick() bool     { return p.number%11 == 0 }
func (p *productSpec) collectsLeads() bool { return p.number%7 == 0 }

// popular is what enough people have bought.
func (p *productSpec) popular() bool { return p.popularity > 80 }

// slider is the place of a product among those that a page shows in a row; null
// for all others.
func (p *productSpec) slider(shown bool) any {
	if !shown {
		return nil
	}
	return 1 + p.number%20
}

// attribute is an index into attributeNames.
func (p *productSpec) attribute() int { return int(p.number % int64(len(attributeNames))) }

// tags holds the product's category and its attribute.
func (p *productSpec) tags() []any {
	return []any{categoryTag(p.category), attributeTag(p.attribute())}
}

// document is the product in full: as the marketplace answers it by id and, for
// its working copy, as the staging catalogue lists it.
func (p *productSpec) document() Document {
	editions := make([]any, len(p.editions))
	for i, e := range p.editions {
		editions[i] = e.document(p.number)
	}
	d := Document{
		"href": productPath(p.number), "id": p.number, "uuid": p.uuid, "name": p.name, "type": p.kind, "publishedApp": nil,
		"workingApp": Document{"id": id(p.stagingNumber), "href": productPath(p.stagingNumber)},
		"provider":   Document{"uuid": p.vendor.uuid, "name": p.vendor.name, "url": p.vendor.domain},
		"vendorUUID": p.vendor.uuid, "tags": p.tags(), "supportedLanguages": texts(p.languages...), "addon": p.addon, "free": p.free,
		"pricing": Document{
			"pricingSummary": nil, "footnotes": []any{}, "bullets": []any{}, "editions": editions,
		},
		"lastModified": millis(p.published), "publishedOn": millis(p.published), "buyable": true,
		"freeTrialOrEditionPresent": p.free || p.hasTrial(), "startingPrice": p.startingPrice(), "applicationStatus": "LAUNCHED",
		"links": []any{link("self", productPath(p.number))},
	}
	return d.with(p.presentation()).with(plainProduct())
}

// presentation is what the storefront shows of the product.
func (p *productSpec) presentation() Document {
	return Document{
		"listing": Document{
			"myAppLogoIconUrl": p.image("icon"), "imageUrl": p.image("image"), "profileImageUrl": p.image("profile"),
			"myAppLogoIconSrcset": p.imageSet("icon"), "imageSrcset": p.imageSet("image"), "profileImageSrcset": p.imageSet("profile"),
			"blurb": nullable(p.blurb), "overview": nullable(p.overview), "rating": p.stars(), "reviewCount": p.rating,
			"mobileBundleId": nil, "mobileAppStoreId": nil,
		},
		"overview": Document{
			"splashTitle": nullable(p.blurb), "splashDescription": nullable(p.overview), "imageUrl": nil, "imageSrcset": Document{},
			"demoUrl": nil, "documentationUrl": nil, "downloadDocumentationUrl": nil, "systemRequirements": nil,
			"downloadFileSize": nil, "benefits": []any{}, "versions": Document{},
		},
		"support": Document{
			"email": "support@" + p.vendor.domain, "phone": nil, "knowledgebaseUrl": nil, "description": nil,
		},
		"rating": p.stars(), "numRatings": zeroAsNull(p.rating),
		"collectLeads": p.collectsLeads(), "collectLeadsWithPurchaseEnabled": p.collectsLeads() && p.featured(),
	}
}

// plainProduct is what the demo's products have in common.
func plainProduct() Document {
	return Document{
		"privacyUrl": nil, "termsUrl": nil, "referUrl": nil, "hostedLocation": nil, "referable": false, "hidePricings": false,
		"newSubscriptionEnabled":    true,
		"changeSubscriptionAllowed": true, "displayQuestions": true, "displayReviews": true, "oneClickPurchasable": true,
		"autoUpgradeToPaid": false, "downloadFileSize": nil, "highestPercentageDiscount": nil, "highestFixedDiscount": nil,
		"bundledPlanIds": nil, "customIntegration": nil, "usageType": "MULTI_USER", "linkedImportableApplicationUuid": nil,
		"liveChatEnabled": false, "liveChatAvailable": false, "showThirdPartyLegalDisclosure": false,
		"showSelfServiceRestriction": false, "resources": []any{}, "screenshots": []any{}, "addonOfferings": []any{},
		"featuredCustomers": []any{}, "featuredMedia": []any{}, "features": []any{},
		"integrationConfiguration": Document{"productSettings": nil, "domainManagementEnabled": false},
	}
}

// stagingDocument is the working copy: another application with its own ids,
// which names the published one.
func (p *productSpec) stagingDocument() Document {
	var published any
	state := "NEW"
	if p.appStatus == "PRODUCTION" {
		published, state = Document{"id": id(p.number), "href": productPath(p.number)}, "LAUNCHED"
	}
	self := productPath(p.stagingNumber)
	return p.document().with(Document{
		"href": self, "id": p.stagingNumber, "uuid": p.stagingUUID, "publishedApp": published, "workingApp": nil,
		"applicationStatus": state, "links": []any{link("self", self)}, "buyable": state == "LAUNCHED",
	})
}

// hasTrial reports whether any edition can be tried for free.
func (p *productSpec) hasTrial() bool {
	return slices.ContainsFunc(p.editions, func(e *editionSpec) bool { return e.trialDays > 0 })
}

// cheapest is the plan with the lowest price in a currency; false when no plan
// is sold in it.
func (p *productSpec) cheapest(currency string) (*planSpec, bool) {
	var best *planSpec
	for _, e := range p.editions {
		for _, plan := range e.plans {
			if _, sold := plan.costs[0].prices[currency]; sold && (best == nil || plan.price(currency) < best.price(currency)) {
				best = plan
			}
		}
	}
	return best, best != nil
}

// startingPrice is the lowest dollar price, and empty for what is not sold in
// dollars.
func (p *productSpec) startingPrice() Document {
	plan, ok := p.cheapest("USD")
	if !ok {
		return Document{"unit": nil, "billingFrequency": nil, "amount": Document{}, "discount": nil}
	}
	return Document{
		"unit": plan.costs[0].unit, "billingFrequency": plan.frequency, "discount": nil,
		"amount": Document{"USD": number(shortMoney(plan.price("USD")))},
	}
}

// image is null for every product with an odd uuid: not all have pictures.
func (p *productSpec) image(kind string) any {
	if p.uuid[0]%2 == 1 {
		return nil
	}
	return href("/app_resources/" + id(p.number) + "/" + kind + ".png")
}

// imageSet is the printed companion of image: empty where that is null.
func (p *productSpec) imageSet(kind string) Document {
	if image := p.image(kind); image != nil {
		return Document{"default": image}
	}
	return Document{}
}

// stars is the average rating, null while nobody rated.
func (p *productSpec) stars() any {
	if p.rating == 0 {
		return nil
	}
	return number(fmt.Sprintf("%d.5", 2+p.rating%3))
}

// zeroAsNull is for counts that are printed as null until there is one.
func zeroAsNull(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
