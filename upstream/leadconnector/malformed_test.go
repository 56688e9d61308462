package leadconnector_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// secret stands for what a reply may hold and no log must.
const secret = "s3cret-of-a-customer"

// assertMalformed holds an error to its promises: kind, place, and silence about the reply.
func assertMalformed(t testing.TB, route *upstream.Route, err error) {
	t.Helper()
	var e *upstream.Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: %v is no upstream.Error", route.Name, err)
	}
	if e.Kind != upstream.MalformedReply || e.Route != route.Name || e.Backend != leadconnector.Backend || e.Retryable() {
		t.Errorf("%s: kind %s of route %s", route.Name, e.Kind, e.Route)
	}
	if want := "upstream: " + route.Name + ": malformed"; err.Error() != want {
		t.Errorf("%q, want %q", err.Error(), want)
	}
}

// TestRefusedByAll: no decoder may take these for a reply, nor give half of one.
func TestRefusedByAll(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, ` `, `{`, `[`, `nul`, `<html>` + secret + `</html>`, `{} {}`, `true`, `"` + secret + `"`, `12`, `null`,
		`{}`, `[]`, `[{}]`, `{"statusCode":422,"message":["` + secret + `"],"error":"Unprocessable Entity"}`,
		`{"statusCode":400,"message":"` + secret + `"}`, `{"traceId":"t"}`,
		`{"charges":null,"locations":null,"plans":null,"company":null,"location":null,"installationDetails":null,"hasFunds":null}`,
		`{"charges":{},"locations":{},"plans":{},"company":{},"location":{},"installationDetails":{},"hasFunds":{}}`,
		`{"charges":[{}],"locations":[{}],"plans":{"subscription":[{}],"usage":[]},"company":{"id":""},"hasFunds":""}`,
		`{"charges":[null],"locations":[null],"plans":{"subscription":[],"usage":[null]},"hasFunds":"` + secret + `"}`,
		`{"charges":["` + secret + `"],"locations":["` + secret + `"],"plans":["` + secret + `"],"hasFunds":1}`,
		strings.Repeat(`{"a":`, 20_000), strings.Repeat("[", 20_000), `{"chargeId":"` + secret,
	} {
		for _, d := range decoders {
			got, err := d.decode([]byte(body))
			if err == nil {
				t.Errorf("%s: taken: %.60s", d.route.Name, body)
				continue
			}
			assertMalformed(t, d.route, err)
			if !reflect.ValueOf(got).IsZero() {
				t.Errorf("%s: a value beside the error: %+v", d.route.Name, got)
			}
		}
	}
}

// TestNeighboursAreNotTaken: the paths of some reads fit others' literal paths. A charge of the id "has-funds" must not be
// found, nor a location of the id "search".
func TestNeighboursAreNotTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		route  *upstream.Route
		params map[string]string
		of     *upstream.Route
		body   string
		decode func([]byte) (any, error)
	}{
		{leadconnector.ReadCharge, map[string]string{"chargeId": "has-funds"}, leadconnector.HasFunds, "has-funds", boxed(leadconnector.DecodeCharge)},
		{leadconnector.ReadLocation, map[string]string{"locationId": "search"}, leadconnector.SearchLocations, "locations", boxed(leadconnector.DecodeLocation)},
	} {
		if path, err := c.route.Expand(c.params); err != nil || path != c.of.Path {
			t.Errorf("%s, %v: not the path of %s any more", path, err, c.of.Name)
		}
		_, err := c.decode(sample(t, c.body))
		assertMalformed(t, c.route, err)
	}
}

// TestRefusedValues: one wrong member in an otherwise whole reply.
func TestRefusedValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		route  *upstream.Route
		body   string
		decode func([]byte) (any, error)
	}{
		{leadconnector.ReadCharge, `{"chargeId":"c","amountCharged":"` + secret + `"}`, boxed(leadconnector.DecodeCharge)},
		{leadconnector.ReadCharge, `{"chargeId":"c","createdAt":"` + secret + `"}`, boxed(leadconnector.DecodeCharge)},
		{leadconnector.ReadCharge, `{"chargeId":"c","meta":["` + secret + `"]}`, boxed(leadconnector.DecodeCharge)},
		{leadconnector.ListCharges, `{"charges":[{"chargeId":"c"},{"meterId":"` + secret + `"}]}`, boxed(leadconnector.DecodeCharges)},
		{leadconnector.ListCharges, `{"charges":[],"pagination":{"total":"` + secret + `"}}`, boxed(leadconnector.DecodeCharges)},
		{leadconnector.ReadInstallation, `{"installationDetails":{"companyId":"a","isWhitelabelCompany":"` + secret + `"}}`, boxed(leadconnector.DecodeInstallation)},
		{leadconnector.ReadRebilling, `{"plans":{"subscription":[]}}`, boxed(leadconnector.DecodeRebilling)},
		{leadconnector.ReadRebilling, `{"plans":{"subscription":[],"usage":[{"meterId":"m","minPricePerUnit":"` + secret + `"}]}}`, boxed(leadconnector.DecodeRebilling)},
		{leadconnector.ReadCompany, `{"company":{"id":"a","locationCount":"` + secret + `"}}`, boxed(leadconnector.DecodeCompany)},
		{leadconnector.SearchLocations, `{"locations":[{"id":"l"},{"name":"` + secret + `"}]}`, boxed(leadconnector.DecodeLocations)},
	} {
		_, err := c.decode([]byte(c.body))
		if err == nil {
			t.Errorf("%s: taken: %s", c.route.Name, c.body)
			continue
		}
		assertMalformed(t, c.route, err)
	}
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
