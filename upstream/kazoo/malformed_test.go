package kazoo_test

import (
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// secret stands for what a reply may hold and no log must.
const secret = contract.Secret

// TestRefusedByAll: no decoder may take these for a reply, nor give half of one.
func TestRefusedByAll(t *testing.T) {
	t.Parallel()
	room.CheckRefusedByAll(t, append(contract.NoReplies(),
		`null`, `{"data":[}`, `[]`, `{"message":"`+secret+`"}`, `{"status":"success"}`, `{"status":"success","data":null}`,
		`{"status":"success","data":"`+secret+`"}`, `{"status":"success","data":[1]}`, `{"status":"success","data":[null]}`,
		`{"status":"success","data":[{}]}`, `{"status":"success","data":["`+secret+`"]}`,
		`{"data":{"id":"a","balance":1,"numbers":{}}}`, `{"data":[]}`, `{"status":"error","data":{"id":"a","balance":1,"numbers":{}}}`,
		`{"status":"fatal","data":[]}`, `{"status":"Success","data":[]}`, `{"status":["success"],"data":[]}`,
		`{"status":"success","data":[],"next_start_key":["`+secret+`"]}`,
		`{"status":"success","data":[],"start_key":"a","next_start_key":"a"}`, strings.Repeat(`{"data":`, 20_000),
		`{"status":"success","data":{"id":"`+secret,
	))
}

// TestRefusedData: one wrong member in an otherwise whole reply.
func TestRefusedData(t *testing.T) {
	t.Parallel()
	var refusals []contract.Refusal
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
		{kazoo.ReadCDR, `{"call_id":"` + secret + `"}`},
		{kazoo.ReadCDR, `{"id":"a","timestamp":"` + secret + `"}`},
		{kazoo.ListVoicemailBoxes, `[{"mailbox":"3000"}]`},
		{kazoo.ListConferences, `[{"name":"a"}]`},
	} {
		refusals = append(refusals, contract.Refusal{Route: c.route, Body: `{"status":"success","data":` + c.data + `}`})
	}
	room.CheckRefused(t, refusals)
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
		data, ok := least[d.Route]
		if !ok {
			data = `{"id":"a"}`
			if strings.HasPrefix(d.Route.Name, "kazoo.list") {
				data = "[" + data + "]"
			}
		}
		if _, err := d.Decode([]byte(`{"status":"success","data":` + data + `}`)); err != nil {
			t.Errorf("%s: %s: %v", d.Route.Name, data, contract.Cause(err))
		}
	}
}
