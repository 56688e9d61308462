package appdirect_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// The expectations below are written from the samples by hand, never from what the code gave.

var (
	yes = wire.Bool{Value: true, Valid: true}
	no  = wire.Bool{Valid: true}
)

func num(s string) wire.Number {
	return wire.Number{Value: decimal.RequireFromString(s), Valid: true}
}

func at(t testing.TB, rfc3339 string) wire.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339Nano, rfc3339)
	if err != nil {
		t.Fatal(err)
	}
	return wire.Time{Time: moment}
}

func TestCompaniesSample(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, appdirect.DecodeCompanies, room.Sample(t, "companies-list"), appdirect.Page[appdirect.Company]{
		Items: []appdirect.Company{{
			UUID: "6b4bd452-895d-4098-aa56-e6046b238e0f", Name: "Appdirect", Enabled: yes,
			Address: &appdirect.Address{Street1: "50 Grove St.", City: "Somerville", State: "MA", Zip: "02114", Country: "US"},
		}},
		Info: &appdirect.PageInfo{Size: 100, TotalElements: 2171},
	})
}

func TestCompanySample(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, appdirect.DecodeCompany, room.Sample(t, "company-read"), appdirect.Company{
		UUID: "d689b970-f3f9-42a6-a974-90e2bdadf860", Name: "Company 7078259907",
		Enabled: yes, Reseller: no, Vendor: no,
		PhoneNumber: "9259221234", Picture: "http://localhost:8080/profilePics/http://cdn/company.png", DefaultRole: "USER",
		CustomAttributes: []appdirect.CustomAttribute{
			{Name: "Geographic Region", Label: "Geographic Region", AttributeType: "TEXT", Value: "US"},
			{Name: "Company Details", Label: "Label Names", AttributeType: "MULTISELECT", ValueKeys: []wire.Text{"great option"}},
		},
	})
}

func TestMembershipsSample(t *testing.T) {
	t.Parallel()
	company := appdirect.Company{
		UUID: "4be3ce24-a702-46b9-a789-f15ce822a9ef", Name: "Company 5261852235", Enabled: yes, Vendor: no,
		Picture: "http://localhost:8080/profilePics/http://cdn/company.png", DefaultRole: "USER",
	}
	member := func(uuid, name, first wire.Text) appdirect.Membership {
		return appdirect.Membership{
			Company: company, Enabled: yes, LastUsed: no,
			Roles: []wire.Text{"ROLE_BILLING_ADMIN", "ROLE_SYS_ADMIN"},
			User: &appdirect.User{
				UUID: uuid, Email: name + "@company5833088198.com", UserName: name, FirstName: first, LastName: "Simpson",
				Activated: yes, Roles: []wire.Text{"ROLE_USER"},
			},
		}
	}
	contract.CheckDecodes(t, appdirect.DecodeMemberships, room.Sample(t, "memberships-list"), appdirect.Page[appdirect.Membership]{
		Items: []appdirect.Membership{
			member("d6e7c0d2-e86a-4ea2-a6c9-c1bbeb2410f0", "john.simpson", "John"),
			member("6de203c1-a583-455a-ba95-3797edc262d0", "jude.simpson", "Jude"),
		},
		Info: &appdirect.PageInfo{Size: 50, TotalElements: 2},
	})
}

func TestUsersSample(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, appdirect.DecodeUsers, room.Sample(t, "users-list"), appdirect.Page[appdirect.User]{
		Items: []appdirect.User{{
			UUID: "2f93cb24-f7b9-433f-875e-bb0dd9b0f1c1", Email: "jsmith@example.com", UserName: "jsmith@example.com",
			FirstName: "John", LastName: "Smith",
		}},
	})
}

func TestApplicationsSample(t *testing.T) {
	t.Parallel()
	got, err := appdirect.DecodeApplications(room.Sample(t, "applications-list"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&appdirect.PageInfo{Size: 3, TotalElements: 932}, got.Info); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	want := appdirect.Application{
		ID: "3732", UUID: "531b7811-2372-47a3-8d04-40e66205d2db", Name: "1 Month Contract Recurring Addon V2", ProductType: "WEB_APP",
		VendorName: "developer+channeladmin", Description: "1 Month Contract Recurring Addon V2",
		URL:   "http://dockerdev.appdirect.com:8080/apps/3732/1-month-contract-recurring-addon-v2",
		Addon: yes, Free: no, Featured: no, Buyable: yes, Popular: no, StaffPick: no, CollectLeads: no, FreeTrial: no, Tags: []appdirect.Tag{},
		StartingPrice: appdirect.StartingPrices{Prices: map[string]appdirect.StartingPrice{}},
		PublishedOn:   at(t, "2017-07-19T11:19:04Z"), LastModified: at(t, "2017-07-20T08:44:04Z"),
	}
	if diff := cmp.Diff(want, got.Items[2]); diff != "" {
		t.Errorf("third (-want +got):\n%s", diff)
	}
	once := func(price string) appdirect.StartingPrice {
		return appdirect.StartingPrice{Price: num(price), Duration: "ONE_TIME"}
	}
	prices := map[string]appdirect.StartingPrice{
		"MXN": once("0"), "CAD": once("60"), "USD": once("60"), "EUR": once("60"), "IDR": once("0"), "GBP": once("60"),
	}
	if diff := cmp.Diff(prices, got.Items[0].StartingPrice.Prices); diff != "" {
		t.Errorf("prices of the first (-want +got):\n%s", diff)
	}
}

func TestCatalogSample(t *testing.T) {
	t.Parallel()
	got, err := appdirect.DecodeCatalog(room.Sample(t, "catalog-list"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&appdirect.PageInfo{Size: 20, TotalElements: 2}, got.Info); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	want := appdirect.Product{
		ID: "4", UUID: "659172ed-de2b-4668-bef1-2305543981c2", Name: "test", Type: "TEMPLATE",
		Href: "http://appdirect/api/marketplace/v1/products/4", VendorUUID: "d83b2364-6cfb-4f53-afab-195732ed1064",
		Provider: appdirect.Provider{UUID: "d83b2364-6cfb-4f53-afab-195732ed1064", Name: "Appdirect"},
		Addon:    no, Free: no, Buyable: no, FreeTrial: no, CollectLeads: no, CollectLeadsWithPurchase: no, Tags: []appdirect.Tag{},
		PublishedOn: at(t, "2017-02-16T17:58:55.599Z"), LastModified: at(t, "2017-02-16T17:58:55.599Z"),
		Pricing: appdirect.Pricing{Editions: []appdirect.Edition{{
			ID: "4", UUID: "d4e94846-2483-429a-8312-5e0ffd2bb3ac", Name: "65PdwyUfbf", Code: "739C6527-7C18-45cf-B567-E886800C3532",
			Primary: no, Invisible: no, LeadGen: no, RevenueType: "RECURRING", Trial: &appdirect.Trial{Length: num("0"), Unit: "DAY"},
			Plans: appdirect.Plans{{
				ID: "6", UUID: "bc8bd303-14e1-4b3f-9dc4-bc5fd408a3e3", Frequency: "MONTHLY", IsPrimaryPrice: no,
				Costs: tenPerUser(),
			}},
		}}},
	}
	if diff := cmp.Diff(want, got.Items[0]); diff != "" {
		t.Errorf("first (-want +got):\n%s", diff)
	}
	// The second is the working copy 5 of the product that is sold as 6.
	published := wire.Ref{ID: "6", Href: "http://appdirect/api/marketplace/v1/products/6"}
	if diff := cmp.Diff(published, got.Items[1].PublishedApp); diff != "" {
		t.Errorf("second, published (-want +got):\n%s", diff)
	}
	if got.Items[0].Number() != "4" || got.Items[1].Number() != "6" {
		t.Errorf("sold as %s and %s", got.Items[0].Number(), got.Items[1].Number())
	}
}

// tenPerUser is the one cost that the printed catalogue and edition know.
func tenPerUser() wire.List[appdirect.Cost] {
	return wire.List[appdirect.Cost]{{
		Unit: "USER", Amount: map[string]wire.Number{"USD": num("10")},
		MinUnits: num("0"), Increment: num("1"), MeteredUsage: no,
	}}
}

func TestEditionSample(t *testing.T) {
	t.Parallel()
	plan := func(id, uuid wire.Text, months string) appdirect.Plan {
		return appdirect.Plan{
			ID: id, UUID: uuid, Frequency: "MONTHLY", IsPrimaryPrice: no, Costs: tenPerUser(),
			Contract: &appdirect.Contract{
				MinimumServiceLength: num(months), BlockSwitchToShorterContract: no,
				BlockContractDowngrades: no, BlockContractUpgrades: no,
			},
		}
	}
	contract.CheckDecodes(t, appdirect.DecodeEdition, room.Sample(t, "edition-read"), appdirect.Edition{
		ID: "316", UUID: "77395548-5c87-45d0-9c87-4fc51ea8aa97", Name: "XLt6HgwZBq", Code: "WfvHz",
		Primary: no, Invisible: no, LeadGen: no, RevenueType: "RECURRING", Trial: &appdirect.Trial{Length: num("1"), Unit: "MONTH"},
		Plans: appdirect.Plans{
			plan("624", "9d813cc8-4aa8-4b22-b6ff-bfb4d8a72426", "3"),
			plan("625", "f55ad8a6-11d4-4bab-ac7f-d1bf887e685d", "6"),
		},
	})
}

const (
	accounts = "https://www.appdirect.com/api/account/v1//"
	products = "https://www.appdirect.com/api/marketplace/v1/products/"
)

// TestWrappedOrderLines: {"orderLine": […]}, with a member of every kind that billing writes as text.
func TestWrappedOrderLines(t *testing.T) {
	t.Parallel()
	const name = "LATEST AUTO_WEBAPP_NEW - Recurring edition all fees except contract - "
	contract.CheckDecodes(t, appdirect.DecodeSubscription, room.Sample(t, "subscription-creating-a-subscription"), appdirect.Subscription{
		ID: "2baa78aa-c5a8-49e8-b49f-ec5e8fe58086", Status: "ACTIVE", CreationDate: at(t, "2015-08-12T19:43:26Z"),
		ExternalAccountID: "8dcdc107-ab42-43de-b772-d9f2a06d58fc", MaxUsers: num("4"),
		Company: wire.Ref{ID: "a012bb88-c2c5-40a1-b140-ec6ed4593b78", Href: accounts + "companies/a012bb88-c2c5-40a1-b140-ec6ed4593b78"},
		User:    wire.Ref{ID: "3d4d2342-b7c4-4865-85bd-842f269adae6", Href: accounts + "users/3d4d2342-b7c4-4865-85bd-842f269adae6"},
		Product: wire.Ref{ID: "78", Href: products + "78"},
		Edition: &appdirect.Edition{DashID: "440"},
		Order: &appdirect.Order{
			ID: "1587", Status: "ACTIVE", Type: "NEW", Frequency: "MONTHLY", Currency: "USD", TotalPrice: num("26.57"),
			StartDate: at(t, "2015-08-12T06:00:00Z"), NextBillingDate: at(t, "2015-09-01T06:00:00Z"),
			Lines: wire.List[appdirect.OrderLine]{
				{ID: "2435", Description: name + "Monthly Fee", Type: "ITEM", Unit: "NOT_APPLICABLE", Quantity: num("1"), Price: num("10"), TotalPrice: num("10")},
				{ID: "2436", Description: name + "Per User Fee", Type: "ITEM", Unit: "USER", Quantity: num("3"), Price: num("5"), TotalPrice: num("15")},
				{ID: "2437", Description: "Sales Tax", Type: "TAX", Quantity: num("1"), Percentage: num("6.28"), TotalPrice: num("1.57")},
			},
		},
	})
}

// TestPlainOrderLines: the lines without their wrapper, and no maxUsers.
func TestPlainOrderLines(t *testing.T) {
	t.Parallel()
	const sample = "subscription-creating-a-one-time-flat-rate-subscription-with-a-discount"
	got, err := appdirect.DecodeSubscription(room.Sample(t, sample))
	if err != nil {
		t.Fatal(err)
	}
	if got.MaxUsers.Ptr() != nil || got.EndDate.Ptr() != nil {
		t.Errorf("said nothing of: maxUsers %v, endDate %v", got.MaxUsers, got.EndDate)
	}
	want := &appdirect.Order{
		ID: "1593", Status: "ONE_TIME", Type: "NEW", Frequency: "ONE_TIME", Currency: "USD", TotalPrice: num("5.31"),
		StartDate: at(t, "2015-08-13T06:00:00Z"), EndDate: at(t, "2015-08-13T06:00:00Z"), NextBillingDate: at(t, "2015-08-13T16:08:46Z"),
		Lines: wire.List[appdirect.OrderLine]{
			{ID: "2450", Description: "LATEST AUTO_WEBAPP_NEW - One Time - Flat Rate Price - One Time Fee", Type: "ITEM", Unit: "NOT_APPLICABLE", Quantity: num("1"), Price: num("10"), TotalPrice: num("10")},
			{ID: "2451", Description: "autoApply attribute is true", Type: "DISCOUNT", Quantity: num("1"), Price: num("-5"), TotalPrice: num("-5")},
			{ID: "2452", Description: "Sales Tax", Type: "TAX", Quantity: num("1"), Percentage: num("6.2"), TotalPrice: num("0.31")},
		},
	}
	if diff := cmp.Diff(want, got.Order); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestPlansOfOrders: billing prints plans in all three spellings of their costs.
// The gateway does not read an order's plan, but an embedded edition has the same.
func TestPlansOfOrders(t *testing.T) {
	t.Parallel()
	all := func(amount string, currencies ...string) map[string]wire.Number {
		m := map[string]wire.Number{}
		for _, c := range currencies {
			m[c] = num(amount)
		}
		return m
	}
	for _, c := range []struct {
		name, sample string
		costs        int
		first        appdirect.Cost
	}{
		{"wrapped", "subscription-creating-a-subscription", 4, appdirect.Cost{
			Unit: "NOT_APPLICABLE", MinUnits: num("0"), Increment: num("1"), MeteredUsage: no, Amount: all("10", "CAD", "CHF", "SEK", "USD"),
		}},
		{"wrapped and collapsed", "subscription-changing-a-subscription-with-price-per-unit-upgrade", 1, appdirect.Cost{
			Unit: "USER", MinUnits: num("0"), MeteredUsage: no,
			Amount: map[string]wire.Number{"CAD": num("10"), "CHF": num("10"), "EUR": num("1"), "SEK": num("10"), "USD": num("10")},
		}},
		{"plain", "subscription-creating-a-recurring-subscription-with-taxes", 7, appdirect.Cost{
			Unit: "CONTRACT_FEE", MinUnits: num("0"), Increment: num("1"), MeteredUsage: no, Amount: all("100", "CAD", "CHF", "SEK", "USD"),
		}},
		{"left out", "subscription-creating-a-free-trial-subscription", 0, appdirect.Cost{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			body := `{"id":"s","edition":{"-id":"1","plans":{"plan":` + string(cut(t, c.sample, "order", "paymentPlan")) + `}}}`
			got, err := appdirect.DecodeSubscription([]byte(body))
			if err != nil || len(got.Edition.Plans) != 1 {
				t.Fatalf("%+v, %v", got.Edition, err)
			}
			costs := got.Edition.Plans[0].Costs
			if len(costs) != c.costs {
				t.Fatalf("%d costs, want %d", len(costs), c.costs)
			}
			if c.costs == 0 {
				return
			}
			if diff := cmp.Diff(c.first, costs[0]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestExpandedEdition: expand=edition puts the edition where its reference was.
func TestExpandedEdition(t *testing.T) {
	t.Parallel()
	body := `{"id":"s","edition":` + string(room.Sample(t, "edition-read")) + `}`
	got, err := appdirect.DecodeSubscription([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if got.Edition.Number() != "316" || got.Edition.Plans[1].Number() != "625" {
		t.Errorf("edition %s, plans %+v", got.Edition.Number(), got.Edition.Plans)
	}
}

func TestNumbersOfResources(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, got, want string }{
		{"edition by id", appdirect.Edition{ID: "1", DashID: "2"}.Number(), "1"},
		{"edition by -id", appdirect.Edition{DashID: "2"}.Number(), "2"},
		{"plan by -id", appdirect.Plan{DashID: "3"}.Number(), "3"},
		{"product by id", appdirect.Product{ID: "4", Href: "/products/5"}.Number(), "4"},
		{"product by what it is sold as", appdirect.Product{ID: "5", PublishedApp: wire.Ref{ID: "6"}}.Number(), "6"},
		{"product by href", appdirect.Product{Href: "http://x/products/5"}.Number(), "5"},
		{"product by nothing", appdirect.Product{}.Number(), ""},
		{"vendor", appdirect.Product{VendorUUID: "v", Provider: appdirect.Provider{UUID: "p"}}.Vendor(), "v"},
		{"vendor as provider", appdirect.Product{Provider: appdirect.Provider{UUID: "p"}}.Vendor(), "p"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestBundlesSample(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, appdirect.DecodeBundles, room.Sample(t, "bundles-list"), []appdirect.Bundle{{
		ID: "257", UUID: "df44129f-3c03-40eb-a112-b04e455b8c3f", Name: "MockApp3891706169852983393", Products: []wire.Ref{},
		Blurb: "Bundle Blurb", Description: "Bundle Description", VendorName: "Appdirect", URL: "http://localhost/apps/257",
		StartingPrice: "$0.00/User/Mo", Featured: no, Buyable: no,
		PublishedOn: at(t, "2016-04-27T21:32:32.534Z"), LastModified: at(t, "2016-04-27T21:32:32.644Z"),
	}})
}
