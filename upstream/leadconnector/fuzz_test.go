package leadconnector_test

import (
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
)

// fuzzDecoder starts from the route's samples; whole tells of a value whether it has what it is read for.
func fuzzDecoder[T any](f *testing.F, route *upstream.Route, decode func([]byte) (T, error), whole func(T) bool) {
	f.Helper()
	contract.FuzzDecoder(f, room, route, decode, whole)
}

func isCharge(c leadconnector.Charge) bool     { return c.ChargeID != "" }
func isLocation(l leadconnector.Location) bool { return l.ID != "" }

// all tells whether a list is there and its items all fit.
func all[T any](items []T, fits func(T) bool) bool {
	for _, item := range items {
		if !fits(item) {
			return false
		}
	}
	return items != nil
}

func FuzzDecodeCharges(f *testing.F) {
	fuzzDecoder(f, leadconnector.ListCharges, leadconnector.DecodeCharges, func(c leadconnector.Charges) bool {
		return all(c.Items, isCharge)
	})
}

func FuzzDecodeCharge(f *testing.F) {
	fuzzDecoder(f, leadconnector.ReadCharge, leadconnector.DecodeCharge, isCharge)
}

func FuzzDecodeFunds(f *testing.F) {
	fuzzDecoder(f, leadconnector.HasFunds, leadconnector.DecodeFunds, func(v leadconnector.Funds) bool { return v.HasFunds.Valid })
}

func FuzzDecodeInstallation(f *testing.F) {
	fuzzDecoder(f, leadconnector.ReadInstallation, leadconnector.DecodeInstallation, func(i leadconnector.Installation) bool {
		return i.CompanyID != ""
	})
}

func FuzzDecodeRebilling(f *testing.F) {
	fuzzDecoder(f, leadconnector.ReadRebilling, leadconnector.DecodeRebilling, func(r leadconnector.Rebilling) bool {
		return all(r.Subscription, func(p leadconnector.SubscriptionPlan) bool { return p.PlanID != "" }) &&
			all(r.Usage, func(p leadconnector.UsagePlan) bool { return p.MeterID != "" })
	})
}

func FuzzDecodeCompany(f *testing.F) {
	fuzzDecoder(f, leadconnector.ReadCompany, leadconnector.DecodeCompany, func(c leadconnector.Company) bool { return c.ID != "" })
}

func FuzzDecodeLocations(f *testing.F) {
	fuzzDecoder(f, leadconnector.SearchLocations, leadconnector.DecodeLocations, func(l []leadconnector.Location) bool {
		return all(l, isLocation)
	})
}

func FuzzDecodeLocation(f *testing.F) {
	fuzzDecoder(f, leadconnector.ReadLocation, leadconnector.DecodeLocation, isLocation)
}
