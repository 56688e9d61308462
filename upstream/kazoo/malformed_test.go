package kazoo_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
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
	if e.Kind != upstream.MalformedReply || e.Route != route.Name || e.Backend != kazoo.Backend || e.Retryable() {
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
		``, ` `, `{`, `[`, `nul`, `null`, `<html>` + secret + `</html>`, `{"data":[}`, `{} {}`, `true`, `"` + secret + `"`, `12`, `[]`, `[{}]`,
		`{}`, `{"message":"` + secret + `"}`, `{"status":"success"}`, `{"status":"success","data":null}`,
		`{"status":"success","data":"` + secret + `"}`, `{"status":"success","data":[1]}`,
		`{"status":"success","data":[null]}`, `{"status":"success","data":[{}]}`, `{"status":"success","data":["` + secret + `"]}`,
		`{"data":{"id":"a","balance":1,"numbers":{}}}`, `{"data":[]}`,
		`{"status":"error","data":{"id":"a","balance":1,"numbers":{}}}`, `{"status":"fatal","data":[]}`, `{"status":"Success","data":[]}`,
		`{"status":["success"],"data":[]}`, `{"status":"success","data":[],"next_start_key":["` + secret + `"]}`,
		`{"status":"success","data":[],"start_key":"a","next_start_key":"a"}`,
		strings.Repeat(`{"data":`, 20_000), strings.Repeat("[", 20_000), `{"status":"success","data":{"id":"` + secret,
	} {
		for _, d := range decoders {
			t.Run(fmt.Sprintf("%s/%.30s", d.route.Name, body), func(t *testing.T) {
				t.Parallel()
				got, err := d.decode([]byte(body))
				assertMalformed(t, d.route, err)
				if !reflect.ValueOf(got).IsZero() {
					t.Errorf("a value beside the error: %+v", got)
				}
			})
		}
	}
}

// TestRefusedData: one wrong member in an otherwise whole reply.
func TestRefusedData(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		route *upstream.Route
		data  string
	}{
		{kazoo.ReadAccount, `{}`},
		{kazoo.ReadAccount, `{"id":""}`},
		{kazoo.ReadAccount, `{"id":"a","created":1454443501}`},
		{kazoo.ReadAccount, `{"id":"a","enabled":"` + secret + `"}`},
		{kazoo.ListDescendants, `[{"id":"a"},{"name":"` + secret + `"}]`},
		{kazoo.ListChildren, `[{"id":"a","tree":"` + secret + `"}]`},
		{kazoo.ListDevices, `{"id":"a"}`},
		{kazoo.ListDevices, `[{"id":"a","flags":{}}]`},
		{kazoo.ReadDevice, `{"name":"` + secret + `"}`},
		{kazoo.ReadDevice, `{"id":"a","sip":["` + secret + `"]}`},
		{kazoo.ListDeviceStatuses, `[{"registered":true}]`},
		{kazoo.ListUsers, `[{"username":"` + secret + `"}]`},
		{kazoo.ReadUser, `{"first_name":"` + secret + `"}`},
		{kazoo.ListPhoneNumbers, `{"cascade_quantity":0}`},
		{kazoo.ListPhoneNumbers, `{"numbers":null}`},
		{kazoo.ListPhoneNumbers, `{"numbers":[]}`},
		{kazoo.ListPhoneNumbers, `{"numbers":{"+1":null}}`},
		{kazoo.ListPhoneNumbers, `{"numbers":{"":{"state":"in_service"}}}`},
		{kazoo.ListPhoneNumbers, `{"numbers":{"+1":{"created":"` + secret + `"}}}`},
		{kazoo.ReadPhoneNumber, `{"state":"reserved"}`},
		{kazoo.ListCallflows, `[{"id":"a","featurecode":true}]`},
		{kazoo.ListCallflows, `[{"id":"a","featurecode":"` + secret + `"}]`},
		{kazoo.ReadCallflow, `{"flow":{"module":"user"}}`},
		{kazoo.ReadCallflow, `{"id":"a","flow":{"module":"user","children":{"_":{"module":["` + secret + `"]}}}}`},
		{kazoo.ListGroups, `[{"id":"a","endpoints":{"b":{"type":"user"}}}]`}, // as the document writes it
		{kazoo.ReadLimits, `{"calls":"` + secret + `"}`},
		{kazoo.ReadBalance, `{}`},
		{kazoo.ReadBalance, `{"balance":""}`},
		{kazoo.ReadBalance, `{"balance":"` + secret + `"}`},
		{kazoo.ListChannels, `[{"timestamp":63573977746}]`},
		{kazoo.ListCDRs, `[{"call_id":"a"}]`},
		{kazoo.ListCDRs, `[{"id":"a","duration_seconds":"` + secret + `"}]`},
		{kazoo.ListVoicemailBoxes, `[{"mailbox":"3000"}]`},
		{kazoo.ListConferences, `[{"name":"a"}]`},
	} {
		_, err := decoderOf(t, c.route)([]byte(`{"status":"success","data":` + c.data + `}`))
		if err == nil {
			t.Errorf("%s: taken: %s", c.route.Name, c.data)
			continue
		}
		assertMalformed(t, c.route, err)
	}
}

func decoderOf(t testing.TB, route *upstream.Route) func([]byte) (any, error) {
	t.Helper()
	for _, d := range decoders {
		if d.route == route {
			return d.decode
		}
	}
	t.Fatalf("%s has no decoder", route.Name)
	return nil
}

// TestAcceptedLeastReplies: what a decoder wants is the ids and no more.
func TestAcceptedLeastReplies(t *testing.T) {
	t.Parallel()
	least := map[*upstream.Route]string{
		kazoo.ListDeviceStatuses: `[{"device_id":"a"}]`,
		kazoo.ListPhoneNumbers:   `{"numbers":{"+1":{}}}`,
		kazoo.ReadLimits:         `{}`,
		kazoo.ReadBalance:        `{"balance":"0"}`,
		kazoo.ListChannels:       `[{"uuid":"a"}]`,
	}
	for _, d := range decoders {
		data, ok := least[d.route]
		if !ok {
			data = `{"id":"a"}`
			if strings.HasPrefix(d.route.Name, "kazoo.list") {
				data = "[" + data + "]"
			}
		}
		if _, err := d.decode([]byte(`{"status":"success","data":` + data + `}`)); err != nil {
			t.Errorf("%s: %s: %v", d.route.Name, data, cause(err))
		}
	}
}
