package leadconnector_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// secret stands for what a reply may hold and no log must.
const secret = contract.Secret

// TestRefusedByAll: no decoder may take these for a reply, nor give half of one.
func TestRefusedByAll(t *testing.T) {
	t.Parallel()
	room.CheckRefusedByAll(t, append(contract.NoReplies(),
		`null`, `[]`, `{"statusCode":422,"message":["`+secret+`"],"error":"Unprocessable Entity"}`,
		`{"statusCode":400,"message":"`+secret+`"}`, `{"traceId":"t"}`,
		`{"charges":null,"locations":null,"plans":null,"company":null,"location":null,"installationDetails":null,"hasFunds":null}`,
		`{"charges":{},"locations":{},"plans":{},"company":{},"location":{},"installationDetails":{},"hasFunds":{}}`,
		`{"charges":[{}],"locations":[{}],"plans":{"subscription":[{}],"usage":[]},"company":{"id":""},"hasFunds":""}`,
		`{"charges":[null],"locations":[null],"plans":{"subscription":[],"usage":[null]},"hasFunds":"`+secret+`"}`,
		`{"charges":["`+secret+`"],"locations":["`+secret+`"],"plans":["`+secret+`"],"hasFunds":1}`,
		`{"chargeId":"`+secret,
	))
}

// TestNeighboursAreNotTaken: the paths of some reads fit others' literal paths. A charge of the id "has-funds" must not be
// found, nor a location of the id "search".
func TestNeighboursAreNotTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		route  *upstream.Route
		params map[string]string
		of     *upstream.Route
		sample string
	}{
		{leadconnector.ReadCharge, map[string]string{"chargeId": "has-funds"}, leadconnector.HasFunds, "has-funds"},
		{leadconnector.ReadLocation, map[string]string{"locationId": "search"}, leadconnector.SearchLocations, "locations"},
	} {
		if path, err := c.route.Expand(c.params); err != nil || path != c.of.Path {
			t.Errorf("%s, %v: not the path of %s any more", path, err, c.of.Name)
		}
		room.CheckRefused(t, []contract.Refusal{{Route: c.route, Body: string(room.Sample(t, c.sample))}})
	}
}

// TestRefusedValues: one wrong member in an otherwise whole reply.
func TestRefusedValues(t *testing.T) {
	t.Parallel()
	room.CheckRefused(t, []contract.Refusal{
		{Route: leadconnector.ReadCharge, Body: `{"chargeId":"c","amountCharged":"` + secret + `"}`},
		{Route: leadconnector.ReadCharge, Body: `{"chargeId":"c","createdAt":"` + secret + `"}`},
		{Route: leadconnector.ReadCharge, Body: `{"chargeId":"c","meta":["` + secret + `"]}`},
		{Route: leadconnector.ListCharges, Body: `{"charges":[{"chargeId":"c"},{"meterId":"` + secret + `"}]}`},
		{Route: leadconnector.ListCharges, Body: `{"charges":[],"pagination":{"total":"` + secret + `"}}`},
		{Route: leadconnector.ReadInstallation, Body: `{"installationDetails":{"companyId":"a","isWhitelabelCompany":"` + secret + `"}}`},
		{Route: leadconnector.ReadRebilling, Body: `{"plans":{"subscription":[]}}`},
		{Route: leadconnector.ReadRebilling, Body: `{"plans":{"subscription":[],"usage":[{"meterId":"m","minPricePerUnit":"` + secret + `"}]}}`},
		{Route: leadconnector.ReadCompany, Body: `{"company":{"id":"a","locationCount":"` + secret + `"}}`},
		{Route: leadconnector.SearchLocations, Body: `{"locations":[{"id":"l"},{"name":"` + secret + `"}]}`},
	})
}

// TestFaults: a message alone or in a list, and nothing that is not the backend's.
func TestFaults(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]leadconnector.Fault{
		`{"statusCode":400,"message":"Bad Request"}`: {StatusCode: "400", Messages: []wire.Text{"Bad Request"}},
		`{"statusCode":401,"message":"Invalid token: access token is invalid","error":"Unauthorized"}`: {
			StatusCode: "401", Messages: []wire.Text{"Invalid token: access token is invalid"}, Name: "Unauthorized",
		},
		`{"statusCode":422,"message":["Unprocessable Entity","limit must be a number"],"error":"Unprocessable Entity"}`: {
			StatusCode: "422", Messages: []wire.Text{"Unprocessable Entity", "limit must be a number"}, Name: "Unprocessable Entity",
		},
		`{"message":"Charge not found"}`: {Messages: []wire.Text{"Charge not found"}},
		`{"statusCode":403}`:             {StatusCode: "403"},
	} {
		got, ok := leadconnector.DecodeFault([]byte(body))
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("%s: %t (-want +got):\n%s", body, ok, diff)
		}
	}
	for _, body := range []string{``, `{}`, `[]`, `<html>`, `{"message":{"a":{}}}`, `{"message":[]}`, `"Bad Request"`} {
		if got, ok := leadconnector.DecodeFault([]byte(body)); ok || got.StatusCode != "" || got.Messages != nil {
			t.Errorf("%s: %+v", body, got)
		}
	}
}
