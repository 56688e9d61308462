package leadconnector_test

import (
	"os"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// decoders has one entry per read, in the order of Routes.
var decoders = []contract.Decoder{
	{Route: leadconnector.ListCharges, Sample: "charges", Decode: contract.Boxed(leadconnector.DecodeCharges), Least: `{"charges":[{"chargeId":"c"}]}`},
	{Route: leadconnector.ReadCharge, Sample: "charge", Decode: contract.Boxed(leadconnector.DecodeCharge), Least: `{"chargeId":"c"}`},
	{Route: leadconnector.HasFunds, Sample: "has-funds", Decode: contract.Boxed(leadconnector.DecodeFunds), Least: `{"hasFunds":"false"}`},
	{Route: leadconnector.ReadInstallation, Sample: "installation", Decode: contract.Boxed(leadconnector.DecodeInstallation), Least: `{"installationDetails":{"companyId":"a"}}`},
	{Route: leadconnector.ReadRebilling, Sample: "rebilling-config", Decode: contract.Boxed(leadconnector.DecodeRebilling), Least: `{"plans":{"subscription":[],"usage":[]}}`},
	{Route: leadconnector.ReadCompany, Sample: "company", Decode: contract.Boxed(leadconnector.DecodeCompany), Least: `{"company":{"id":"a"}}`},
	{Route: leadconnector.SearchLocations, Sample: "locations", Decode: contract.Boxed(leadconnector.DecodeLocations), Least: `{"locations":[]}`},
	{Route: leadconnector.ReadLocation, Sample: "location", Decode: contract.Boxed(leadconnector.DecodeLocation), Least: `{"location":{"id":"l"}}`},
}

// room is what the checks that all backends share are told of this one.
var room = &contract.Room{
	Backend: leadconnector.Backend, Routes: leadconnector.Routes(), Decoders: decoders,
	Files: os.DirFS("."), Docs: os.DirFS("../../docs"),
}

// TestEveryReadHasItsDecoderAndSample: the one route that is no read is tested with the credentials.
func TestEveryReadHasItsDecoderAndSample(t *testing.T) {
	t.Parallel()
	room.CheckDecoders(t, leadconnector.IssueLocationToken)
	room.CheckSamples(t, "location-token")
	room.CheckOneSampleEach(t)
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

func TestChargeSamples(t *testing.T) {
	t.Parallel()
	want := leadconnector.Charge{
		ChargeID: "charge_123", AppID: "6578278e879ad2646715ba9c", MeterID: "680b97022b4a34420f5f9b93",
		EntityType: "location", EntityID: "ve9EPM428h8vShlRW1KT", TransactionType: "charge", Currency: "USD",
		AmountCharged: num("0.1"), PricePerUnit: num("0.01"), Units: num("10"), Refunded: no,
		Meta:      leadconnector.ChargeMeta{EventID: "evt_abc123", Description: "Charge for 10 SMS messages"},
		CreatedAt: at(t, "2025-03-26T00:00:00Z"), UpdatedAt: at(t, "2025-03-26T00:00:00Z"),
	}
	contract.CheckDecodes(t, leadconnector.DecodeCharge, room.Sample(t, "charge"), want)
	contract.CheckDecodes(t, leadconnector.DecodeCharges, room.Sample(t, "charges"), leadconnector.Charges{
		Items: []leadconnector.Charge{want}, Pagination: &leadconnector.Pagination{Total: 100, Limit: 10},
	})
	contract.CheckDecodes(t, leadconnector.DecodeFunds, room.Sample(t, "has-funds"), leadconnector.Funds{HasFunds: yes})
}

func TestInstallationSample(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, leadconnector.DecodeInstallation, room.Sample(t, "installation"), leadconnector.Installation{
		CompanyID: "company123", CompanyName: "Example Company", CompanyEmail: "contact@example.com",
		CompanyOwnerFullName: "John Doe", CompanyPlan: "agency_monthly_497", RelationshipNumber: "0-002-230",
		IsWhitelabelCompany: no, LocationID: "location123", UserID: "user123", MarketplaceAppPlanID: "plan123",
	})
}

// TestRebillingSample: fixed prices are numbers, bounds are texts.
func TestRebillingSample(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, leadconnector.DecodeRebilling, room.Sample(t, "rebilling-config"), leadconnector.Rebilling{
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
	contract.CheckDecodes(t, leadconnector.DecodeCompany, room.Sample(t, "company"), leadconnector.Company{
		ID: "seD4PfOuKoVMLkEZqohJ", Name: "Tesla inc", Email: "john@deo.com", Phone: "+1202-555-0107",
		Website: "https://www.tesla.com", Domain: "https://app.myawesomedomain.com", Address: "3500 Deer Creek Road",
		City: "Palo Alto", State: "CA", PostalCode: "94304", Country: "US", Timezone: "US/Central",
		RelationshipNumber: "x-xxx-xxx", Status: "active-trial", LocationCount: num("10"), IsReselling: yes,
	})
}

func TestLocationSamples(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, leadconnector.DecodeLocation, room.Sample(t, "location"), leadconnector.Location{
		ID: "ve9EPM428h8vShlRW1KT", CompanyID: "5DP4iH6HLkQsiKESj6rh", Name: "dentist", Email: "rane@due.com",
		Phone: "+919039160788", Website: "https://gohighlevel.com/", Domain: "test.msgsndr.com",
		Address: "ganthi nagar, gyanbabu chauk motihati", City: "motihari", State: "Loca", PostalCode: "567654", Country: "IN",
		Timezone: "America/Chicago",
	})
	contract.CheckDecodes(t, leadconnector.DecodeLocations, room.Sample(t, "locations"), []leadconnector.Location{{
		ID: "ve9EPM428h8vShlRW1KT", Name: "Mark Shoes", Email: "john.doe@mail.com", Phone: "+1410039940",
		Website: "https://yourwebsite.com", Address: "4th fleet street", City: "New York", State: "Illinois",
		PostalCode: "567654", Country: "US", Timezone: "US/Central",
	}})
}
