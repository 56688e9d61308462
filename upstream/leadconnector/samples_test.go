package leadconnector_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// decoder is any of the room's decoders, its value boxed.
type decoder struct {
	route  *upstream.Route
	sample string
	decode func(body []byte) (any, error)
	// least is the shortest body that it takes.
	least string
}

func boxed[T any](decode func([]byte) (T, error)) func([]byte) (any, error) {
	return func(body []byte) (any, error) { return decode(body) }
}

// decoders has one entry per read, in the order of Routes.
var decoders = []decoder{
	{leadconnector.ListCharges, "charges", boxed(leadconnector.DecodeCharges), `{"charges":[{"chargeId":"c"}]}`},
	{leadconnector.ReadCharge, "charge", boxed(leadconnector.DecodeCharge), `{"chargeId":"c"}`},
	{leadconnector.HasFunds, "has-funds", boxed(leadconnector.DecodeFunds), `{"hasFunds":"false"}`},
	{leadconnector.ReadInstallation, "installation", boxed(leadconnector.DecodeInstallation), `{"installationDetails":{"companyId":"a"}}`},
	{leadconnector.ReadRebilling, "rebilling-config", boxed(leadconnector.DecodeRebilling), `{"plans":{"subscription":[],"usage":[]}}`},
	{leadconnector.ReadCompany, "company", boxed(leadconnector.DecodeCompany), `{"company":{"id":"a"}}`},
	{leadconnector.SearchLocations, "locations", boxed(leadconnector.DecodeLocations), `{"locations":[]}`},
	{leadconnector.ReadLocation, "location", boxed(leadconnector.DecodeLocation), `{"location":{"id":"l"}}`},
}

const sampleDir = "testdata/samples/"

func read(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	return read(t, sampleDir+name+".json")
}

// cause is what a malformed error hides; for the messages of tests only.
func cause(err error) error { return errors.Unwrap(err) }

// TestEveryReadHasItsDecoderAndSample: the one route that is no read is tested with the credentials.
func TestEveryReadHasItsDecoderAndSample(t *testing.T) {
	t.Parallel()
	routes := leadconnector.Routes()
	if len(routes) != len(decoders)+1 || routes[len(decoders)] != leadconnector.IssueLocationToken {
		t.Fatalf("%d routes, %d decoders", len(routes), len(decoders))
	}
	for i, d := range decoders {
		if d.route != routes[i] {
			t.Errorf("%s is decoded in the place of %s", d.route.Name, routes[i].Name)
		}
		for _, body := range [][]byte{sample(t, d.sample), []byte(d.least)} {
			if _, err := d.decode(body); err != nil {
				t.Errorf("%s: %v: %v", d.route.Name, err, cause(err))
			}
		}
	}
	if all, err := filepath.Glob(sampleDir + "*.json"); err != nil || len(all) != len(decoders)+1 {
		t.Errorf("%d samples for %d routes: %v", len(all), len(routes), err)
	}
}

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

func assertDecodes[T any](t *testing.T, decode func([]byte) (T, error), name string, want T) {
	t.Helper()
	got, err := decode(sample(t, name))
	if err != nil {
		t.Fatalf("%v: %v", err, cause(err))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestChargeSamples(t *testing.T) {
	t.Parallel()
	want := leadconnector.Charge{
		ChargeID: "charge_123", AppID: "6578278e879ad2646715ba9c", MeterID: "680b97022b4a34420f5f9b93",
		EntityType: "location", EntityID: "ve9EPM428h8vShlRW1KT", TransactionType: "charge", Currency: "USD",
		AmountCharged: num("0.1"), PricePerUnit: num("0.01"), Units: num("10"), Refunded: no,
		Meta:      leadconnector.ChargeMeta{EventID: "evt_abc123", Description: "Charge for 10 SMS messages"},
		CreatedAt: at(t, "2025-03-26T00:00:00Z"), UpdatedAt: at(t, "2025-03-26T00:00:00Z"),
	}
	assertDecodes(t, leadconnector.DecodeCharge, "charge", want)
	assertDecodes(t, leadconnector.DecodeCharges, "charges", leadconnector.Charges{
		Items: []leadconnector.Charge{want}, Pagination: &leadconnector.Pagination{Total: 100, Limit: 10},
	})
	assertDecodes(t, leadconnector.DecodeFunds, "has-funds", leadconnector.Funds{HasFunds: yes})
}

func TestInstallationSample(t *testing.T) {
	t.Parallel()
	assertDecodes(t, leadconnector.DecodeInstallation, "installation", leadconnector.Installation{
		CompanyID: "company123", CompanyName: "Example Company", CompanyEmail: "contact@example.com",
		CompanyOwnerFullName: "John Doe", CompanyPlan: "agency_monthly_497", RelationshipNumber: "0-002-230",
		IsWhitelabelCompany: no, LocationID: "location123", UserID: "user123", MarketplaceAppPlanID: "plan123",
	})
}

// TestRebillingSample: fixed prices are numbers, bounds are texts.
func TestRebillingSample(t *testing.T) {
	t.Parallel()
	assertDecodes(t, leadconnector.DecodeRebilling, "rebilling-config", leadconnector.Rebilling{
		Subscription: []leadconnector.SubscriptionPlan{{
			PlanID: "5ae000000000000000000000", Name: "Monthly Plan - 999", BaseAmount: num("999"), ResellingAmount: num("0"),
			Features: []wire.Text{"feature1", "feature2"}, PaymentType: "month", PaymentTime: "month",
		}},
		Usage: []leadconnector.UsagePlan{{
			MeterID: "680b97022b4a34420f5f9b93", MeterName: "Send Group iMessage",
			ProductType: "workflow_action", ProductName: "Send Group iMessage", UsageUnit: "action / message", PriceType: "fixed",
			FixedPricePerUnit: num("0.01001"), MinPricePerUnit: num("0.01001"), MaxPricePerUnit: num("0.01001"),
			ExecutionLimitPerCycle: num("1000"),
		}},
	})
}

func TestCompanySample(t *testing.T) {
	t.Parallel()
	assertDecodes(t, leadconnector.DecodeCompany, "company", leadconnector.Company{
		ID: "seD4PfOuKoVMLkEZqohJ", Name: "Tesla inc", Email: "john@deo.com", Phone: "+1202-555-0107",
		Website: "https://www.tesla.com", Domain: "https://app.myawesomedomain.com", Address: "3500 Deer Creek Road",
		City: "Palo Alto", State: "CA", PostalCode: "94304", Country: "US", Timezone: "US/Central",
		RelationshipNumber: "x-xxx-xxx", Status: "active-trial", LocationCount: num("10"), IsReselling: yes,
	})
}

func TestLocationSamples(t *testing.T) {
	t.Parallel()
	assertDecodes(t, leadconnector.DecodeLocation, "location", leadconnector.Location{
		ID: "ve9EPM428h8vShlRW1KT", CompanyID: "5DP4iH6HLkQsiKESj6rh", Name: "dentist", Email: "rane@due.com",
		Phone: "+919039160788", Website: "https://gohighlevel.com/", Domain: "test.msgsndr.com",
		Address: "ganthi nagar, gyanbabu chauk motihati", City: "motihari", State: "Loca", PostalCode: "567654", Country: "IN",
		Timezone: "America/Chicago",
	})
	assertDecodes(t, leadconnector.DecodeLocations, "locations", []leadconnector.Location{{
		ID: "ve9EPM428h8vShlRW1KT", Name: "Mark Shoes", Email: "john.doe@mail.com", Phone: "+1410039940",
		Website: "https://yourwebsite.com", Address: "4th fleet street", City: "New York", State: "Illinois",
		PostalCode: "567654", Country: "US", Timezone: "US/Central",
	}})
}
