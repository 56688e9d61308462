package loaders

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

func p[T any](v T) *T { return &v }

func dec(s string) *decimal.Decimal { return p(decimal.RequireFromString(s)) }

func moment(s string) *time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return &t
}

// same compares decimals and moments by value.
var same = cmp.Options{
	cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) }),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
	cmp.AllowUnexported(detail{}),
}

func decoded[T any](t *testing.T, src source[T], body string) T {
	t.Helper()
	got, err := src.decode([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestCompanyMapping(t *testing.T) {
	t.Parallel()
	got := decoded(t, readCompany, `{
		"uuid": "c1", "name": "Cloud Five", "enabled": true, "reseller": "false", "vendor": false,
		"externalId": "", "phoneNumber": "555 01", "emailAddress": "it@example.com", "website": "example.com",
		"picture": "https://img.example/c1.png", "countryCode": "US", "defaultRole": "USER", "creationDate": 1695644888000,
		"address": {"street1": "1 Main St", "street2": null, "city": "Reno", "state": "NV", "zip": 89501, "country": "US"},
		"customAttributes": [
			{"name": "segment", "label": "Segment", "attributeType": "TEXT", "value": "smb"},
			{"name": "regions", "attributeType": "MULTISELECT", "valueKeys": ["north", "west"]}
		],
		"aMemberOfTomorrow": {"is": "ignored"}
	}`)
	want := &model.Company{
		ID: "c1", Name: p("Cloud Five"), IsEnabled: p(true), IsReseller: p(false), IsVendor: p(false),
		PhoneNumber: p("555 01"), EmailAddress: p("it@example.com"), Website: p("example.com"),
		PictureURL: p("https://img.example/c1.png"), CountryCode: p("US"), DefaultRole: p("USER"),
		CreatedAt: moment("2023-09-25T12:28:08Z"),
		Address:   &model.Address{Street1: p("1 Main St"), City: p("Reno"), State: p("NV"), Zip: p("89501"), Country: p("US")},
		CustomAttributes: []*model.CustomAttribute{
			{Name: "segment", Label: p("Segment"), Value: p("smb")},
			{Name: "regions", ValueKeys: []string{"north", "west"}},
		},
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	bare := &model.Company{ID: "c2", CustomAttributes: []*model.CustomAttribute{}}
	if diff := cmp.Diff(bare, decoded(t, readCompany, `{"uuid": "c2"}`), same); diff != "" {
		t.Errorf("what is left out must be null (-want +got):\n%s", diff)
	}
}

func TestMembershipMapping(t *testing.T) {
	t.Parallel()
	got := decoded(t, listMemberships, `{
		"content": [{
			"user": {"uuid": "u1", "email": "ann@example.com", "userName": "ann", "firstName": "Ann", "lastName": "Lee", "activated": true, "roles": ["ROLE_USER"]},
			"company": {"uuid": "c1", "name": "Cloud Five"}, "roles": ["ROLE_SYS_ADMIN", "ROLE_OF_TOMORROW"],
			"enabled": true, "lastUsed": false, "position": "Lead"
		}],
		"page": {"size": 100, "totalElements": 41, "number": 0}
	}`)
	want := []*model.Membership{{
		User: &model.User{
			ID: "u1", Email: p("ann@example.com"), UserName: p("ann"), FirstName: p("Ann"), LastName: p("Lee"), IsActivated: p(true),
			Roles: []model.Role{model.RoleRoleUser},
		},
		CompanyID: "c1", Roles: []model.Role{model.RoleRoleSysAdmin, model.RoleUnknown}, IsEnabled: p(true), IsLastUsed: p(false), Position: p("Lead"),
	}}
	if diff := cmp.Diff(want, got.items, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.total != 41 {
		t.Errorf("total is %d", got.total)
	}
}

func TestProductMapping(t *testing.T) {
	t.Parallel()
	got := decoded(t, listApplications, `{"content": [{
		"id": 1234, "uuid": "p1", "name": "Mail", "productType": "WEB_APP", "vendorName": "Post Ltd", "blurb": "Sends", "description": "Sends mail",
		"overview": "All of it", "url": "https://shop.example/p1", "iconUrl": "https://img.example/p1", "addon": false, "free": "true",
		"featured": true, "buyable": true, "rating": 4.25, "publishedOn": 1695644888000, "lastModified": "2023-09-25T12:28:08Z",
		"channelStartingPrice": {"prices": {"USD": {"price": 19.99, "duration": "MONTHLY"}, "EUR": {"price": "0.10", "duration": "FORTNIGHTLY"}}}
	}]}`)
	want := []*detail{{product: &model.Product{
		ID: "p1", LegacyID: p("1234"), Name: p("Mail"), Type: p(model.ProductTypeWebApp), VendorName: p("Post Ltd"),
		Blurb: p("Sends"), Description: p("Sends mail"), Overview: p("All of it"), URL: p("https://shop.example/p1"), IconURL: p("https://img.example/p1"),
		IsAddon: p(false), IsFree: p(true), IsFeatured: p(true), IsBuyable: p(true), Rating: dec("4.25"),
		StartingPrices: []*model.StartingPrice{
			{Currency: "EUR", Amount: dec("0.1"), Frequency: p(model.PricingFrequencyUnknown)},
			{Currency: "USD", Amount: dec("19.99"), Frequency: p(model.PricingFrequencyMonthly)},
		},
		PublishedAt: moment("2023-09-25T12:28:08Z"), UpdatedAt: moment("2023-09-25T12:28:08Z"),
	}}}
	if diff := cmp.Diff(want, got.items, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.total != unknown {
		t.Errorf("a page without a count has the total %d", got.total)
	}
}

func TestCatalogMapping(t *testing.T) {
	t.Parallel()
	got := decoded(t, readProduct, `{
		"uuid": "p1", "href": "https://shop.example/api/marketplace/v1/products/1234", "name": "Mail", "type": "SOMETHING_NEW",
		"provider": {"uuid": "v1", "name": "Post Ltd"}, "listing": {"blurb": "Sends", "overview": "All of it", "imageUrl": "https://img.example/p1"},
		"overview": {"splashDescription": "Sends mail"}, "addon": true, "free": false, "buyable": false, "rating": null,
		"pricing": {"editions": [{
			"id": "77", "uuid": "e1", "name": "Gold", "code": "GLD", "primary": true, "invisible": false, "revenueType": "RECURRING",
			"trial": {"length": 30, "unit": "DAY"},
			"plans": [{
				"-id": "88", "uuid": "pl1", "frequency": "YEARLY", "isPrimaryPrice": true,
				"contract": {"minimumServiceLength": "12", "blockSwitchToShorterContract": true, "blockContractDowngrades": false, "blockContractUpgrades": null},
				"costs": {"cost": {"unit": "USER", "amount": {"USD": 10.5, "CAD": "14"}, "minUnits": 1, "maxUnits": null, "increment": 0.5, "meteredUsage": false}}
			}]
		}, {"id": "78", "uuid": "e2", "trial": {"length": 0, "unit": "DAY"}, "plans": []}]}
	}`)
	want := &detail{
		product: &model.Product{
			ID: "p1", LegacyID: p("1234"), Name: p("Mail"), Type: p(model.ProductTypeUnknown), VendorName: p("Post Ltd"), Blurb: p("Sends"),
			Description: p("Sends mail"), Overview: p("All of it"), IconURL: p("https://img.example/p1"), IsAddon: p(true), IsFree: p(false), IsBuyable: p(false),
		},
		vendorID: p("v1"),
		editions: []*model.Edition{{
			ID: "e1", LegacyID: p("77"), Name: p("Gold"), Code: p("GLD"), IsPrimary: p(true), IsInvisible: p(false),
			RevenueType: p(model.RevenueTypeRecurring), Trial: &model.Trial{Length: p(int32(30)), Unit: p("DAY")}, ProductLegacyID: "1234",
			Plans: []*model.PricingPlan{{
				ID: "pl1", LegacyID: p("88"), Frequency: p(model.PricingFrequencyYearly), IsPrimaryPrice: p(true),
				Contract: &model.PlanContract{MinimumServiceLength: p(int32(12)), IsShorterContractBlocked: p(true), IsDowngradeBlocked: p(false)},
				Costs: []*model.PlanCost{{
					Unit: p("USER"), Amounts: []*model.Money{{Currency: "CAD", Amount: dec("14")}, {Currency: "USD", Amount: dec("10.5")}},
					MinUnits: dec("1"), Increment: dec("0.5"), IsMetered: p(false),
				}},
			}},
		}, {ID: "e2", LegacyID: p("78"), ProductLegacyID: "1234"}},
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSubscriptionMapping(t *testing.T) {
	t.Parallel()
	got := decoded(t, readSubscription, `{
		"id": "s1", "status": "ACTIVE", "creationDate": 1695644888000, "endDate": null, "externalAccountId": "x-1", "maxUsers": "25",
		"company": {"-id": "c1"}, "user": {"id": "u1"}, "product": {"-id": "1234"}, "edition": {"-id": "77"},
		"order": {
			"-id": "9", "id": "9", "status": "ACTIVE", "type": "NEW", "frequency": "MONTHLY", "currency": "USD", "totalPrice": "90071992547409931.07",
			"startDate": 1695644888000, "nextBillingDate": 1695644888000,
			"orderLines": {"orderLine": {"id": "5", "type": "ITEM", "unit": "USER", "quantity": "3", "price": 1.10, "totalPrice": 3.30}}
		}
	}`)
	want := &model.Subscription{
		ID: "s1", Status: p(model.SubscriptionStatusActive), CreatedAt: moment("2023-09-25T12:28:08Z"), ExternalAccountID: p("x-1"), MaxUsers: p(int32(25)),
		CompanyID: "c1", UserID: "u1", ProductLegacyID: "1234", EditionLegacyID: "77",
		Billing: &model.Order{
			ID: "9", Status: p("ACTIVE"), Type: p("NEW"), Frequency: p(model.PricingFrequencyMonthly), Currency: p("USD"),
			TotalPrice: dec("90071992547409931.07"), StartAt: moment("2023-09-25T12:28:08Z"), NextBillingAt: moment("2023-09-25T12:28:08Z"),
			Lines: []*model.OrderLine{{ID: "5", Type: p("ITEM"), Unit: p("USER"), Quantity: dec("3"), Price: dec("1.1"), TotalPrice: dec("3.3")}},
		},
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	embedded := decoded(t, listSubscriptions, `[{"id": "s2", "status": "HIBERNATING", "product": {"id": "1234"}, "edition": {"id": "77", "uuid": "e1", "name": "Gold"}}]`)
	wantEmbedded := []*model.Subscription{{
		ID: "s2", Status: p(model.SubscriptionStatusUnknown), ProductLegacyID: "1234", EditionLegacyID: "77",
		Expanded: &model.Edition{ID: "e1", LegacyID: p("77"), Name: p("Gold"), ProductLegacyID: "1234"},
	}}
	if diff := cmp.Diff(wantEmbedded, embedded.items, same); diff != "" {
		t.Errorf("embedded (-want +got):\n%s", diff)
	}
}

func TestWholeNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]*int32{
		"0": p(int32(0)), "2147483647": p(int32(2147483647)), "-2147483648": p(int32(-2147483648)), "12.0": p(int32(12)),
		"2147483648": nil, "1.5": nil, "99999999999999999999": nil,
	} {
		if diff := cmp.Diff(want, whole(wire.Number{Value: decimal.RequireFromString(text), Valid: true})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	if got := whole(wire.Number{}); got != nil {
		t.Errorf("no number is %d", *got)
	}
}

// TestEditionsOf: what the list embedded costs nothing, the others are read
// once each, and the shared cached edition is not written to.
func TestEditionsOf(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.catalog = []doc{
		{"id": "1", "uuid": "p1", "pricing": doc{"editions": []doc{{"id": "7", "uuid": "e7"}}}},
		{"id": "2", "uuid": "p2", "pricing": doc{"editions": []doc{{"id": "7", "uuid": "e7b"}}}},
	}
	l := New(b.tenant(t), service(t))
	subscriptions := []*model.Subscription{
		{ProductLegacyID: "1", EditionLegacyID: "7"},
		{ProductLegacyID: "1", EditionLegacyID: "9", Expanded: &model.Edition{ID: "embedded"}},
		{ProductLegacyID: "2", EditionLegacyID: "7"},
		{ProductLegacyID: "1"},
		{ProductLegacyID: "1", EditionLegacyID: "7"},
	}
	got, errs := l.EditionsOf(t.Context(), subscriptions)
	want := []*model.Edition{
		{ID: "e7", LegacyID: p("7"), ProductLegacyID: "1"},
		{ID: "embedded"},
		{ID: "e7b", LegacyID: p("7"), ProductLegacyID: "2"},
		nil,
		{ID: "e7", LegacyID: p("7"), ProductLegacyID: "1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i, err := range errs {
		if err != nil {
			t.Errorf("subscription %d: %v", i, err)
		}
	}
	if diff := cmp.Diff(map[string]int{"edition": 2}, b.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}
