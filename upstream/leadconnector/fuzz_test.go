package leadconnector_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
)

// fuzzDecoder: any bytes give a value or a malformed error, and a value does not depend on how the same document is
// spaced. whole tells of a value whether it has what it is read for.
func fuzzDecoder[T any](f *testing.F, route *upstream.Route, decode func([]byte) (T, error), whole func(T) bool) {
	f.Helper()
	for _, d := range decoders {
		if d.route == route {
			f.Add(sample(f, d.sample))
			f.Add([]byte(d.least))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := decode(body)
		if err != nil {
			assertMalformed(t, route, err)
			return
		}
		if !whole(got) {
			t.Errorf("something is missing: %+v", got)
		}
		var spaced bytes.Buffer
		if err := json.Indent(&spaced, body, " ", "\t"); err != nil {
			t.Fatalf("taken, though it is not JSON: %v", err)
		}
		again, err := decode(spaced.Bytes())
		if err != nil {
			t.Fatalf("not taken when spaced: %v: %v", err, cause(err))
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("(-as given +spaced):\n%s", diff)
		}
	})
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
