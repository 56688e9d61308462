package kazoo_test

import (
	"os"
	"reflect"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// accountsOf is the decoder of one of the lists of accounts.
func accountsOf(r *upstream.Route) func([]byte) (kazoo.Page[kazoo.AccountEntry], error) {
	return func(body []byte) (kazoo.Page[kazoo.AccountEntry], error) { return kazoo.DecodeAccounts(r, body) }
}

// decoders has one entry per route, in the order of Routes.
var decoders = []contract.Decoder{
	{Route: kazoo.ReadAccount, Sample: "account-read", Decode: contract.Boxed(kazoo.DecodeAccount)},
	{Route: kazoo.ListDescendants, Sample: "descendants-list", Decode: contract.Boxed(accountsOf(kazoo.ListDescendants))},
	{Route: kazoo.ListChildren, Sample: "children-list", Decode: contract.Boxed(accountsOf(kazoo.ListChildren))},
	{Route: kazoo.ListDevices, Sample: "devices-list", Decode: contract.Boxed(kazoo.DecodeDevices)},
	{Route: kazoo.ReadDevice, Sample: "device-read", Decode: contract.Boxed(kazoo.DecodeDevice)},
	{Route: kazoo.ListDeviceStatuses, Sample: "devices-status", Decode: contract.Boxed(kazoo.DecodeDeviceStatuses)},
	{Route: kazoo.ListUsers, Sample: "users-list", Decode: contract.Boxed(kazoo.DecodeUsers)},
	{Route: kazoo.ReadUser, Sample: "user-read", Decode: contract.Boxed(kazoo.DecodeUser)},
	{Route: kazoo.ListPhoneNumbers, Sample: "phone-numbers-list", Decode: contract.Boxed(kazoo.DecodePhoneNumbers)},
	{Route: kazoo.ReadPhoneNumber, Sample: "phone-number-read", Decode: contract.Boxed(kazoo.DecodePhoneNumber)},
	{Route: kazoo.ListCallflows, Sample: "callflows-list", Decode: contract.Boxed(kazoo.DecodeCallflows)},
	{Route: kazoo.ReadCallflow, Sample: "callflow-read", Decode: contract.Boxed(kazoo.DecodeCallflow)},
	{Route: kazoo.ListGroups, Sample: "groups-list", Decode: contract.Boxed(kazoo.DecodeGroups)},
	{Route: kazoo.ReadLimits, Sample: "limits-read", Decode: contract.Boxed(kazoo.DecodeLimits)},
	{Route: kazoo.ReadBalance, Sample: "balance-read", Decode: contract.Boxed(kazoo.DecodeBalance)},
	{Route: kazoo.ListChannels, Sample: "channels-list", Decode: contract.Boxed(kazoo.DecodeChannels)},
	{Route: kazoo.ListCDRs, Sample: "cdrs-list", Decode: contract.Boxed(kazoo.DecodeCDRs)},
	{Route: kazoo.ReadCDR, Sample: "cdr-read", Decode: contract.Boxed(kazoo.DecodeCDR)},
	{Route: kazoo.ListVoicemailBoxes, Sample: "vmboxes-list", Decode: contract.Boxed(kazoo.DecodeVoicemailBoxes)},
	{Route: kazoo.ListConferences, Sample: "conferences-list", Decode: contract.Boxed(kazoo.DecodeConferences)},
}

// room is what the checks that all backends share are told of this one.
var room = &contract.Room{
	Backend: kazoo.Backend, Routes: kazoo.Routes(), Decoders: decoders,
	Files: os.DirFS("."), Docs: os.DirFS("../../docs"),
}

func TestEveryRouteHasItsDecoder(t *testing.T) {
	t.Parallel()
	room.CheckDecoders(t)
	room.CheckOneSampleEach(t)
}

// TestEverySampleDecodes: but those of login_test.go and failure_test.go.
func TestEverySampleDecodes(t *testing.T) {
	t.Parallel()
	room.CheckSamples(t, "auth-*", "error-*")
}

// TestErrorsAreNoReplies: a printed refusal that came with status 200 must not be read as a document.
func TestErrorsAreNoReplies(t *testing.T) {
	t.Parallel()
	var refusals []contract.Refusal
	for _, body := range room.Samples(t, "error-*") {
		for _, d := range decoders {
			refusals = append(refusals, contract.Refusal{Route: d.Route, Body: string(body)})
		}
	}
	room.CheckRefused(t, refusals)
}

// TestListMembersAreDocumented: each member of a list's wire type is one that the listing has, so that none is null for ever.
func TestListMembersAreDocumented(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	for route, entry := range map[*upstream.Route]any{
		kazoo.ListDescendants: kazoo.AccountEntry{}, kazoo.ListChildren: kazoo.AccountEntry{}, kazoo.ListDevices: kazoo.DeviceEntry{},
		kazoo.ListUsers: kazoo.UserEntry{}, kazoo.ListCallflows: kazoo.CallflowEntry{}, kazoo.ListGroups: kazoo.GroupEntry{},
		kazoo.ListChannels: kazoo.Channel{}, kazoo.ListCDRs: kazoo.CDR{},
		kazoo.ListVoicemailBoxes: kazoo.VoicemailBoxEntry{}, kazoo.ListConferences: kazoo.ConferenceEntry{},
	} {
		documented := map[string]bool{}
		for _, name := range contract.FactOf(t, f.Routes, route).Fields {
			documented[name] = true
		}
		typ := reflect.TypeOf(entry)
		for i := range typ.NumField() {
			if name := typ.Field(i).Tag.Get("json"); !documented[name] {
				t.Errorf("%s: %q is not in the listing", route.Name, name)
			}
		}
	}
}
