package kazoo_test

import (
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// fuzzDecoder starts from the route's samples, and from what the backend spells in its own ways. identified tells of a value
// whether it has the ids that it is read for.
func fuzzDecoder[T any](f *testing.F, route *upstream.Route, decode func([]byte) (T, error), identified func(T) bool) {
	f.Helper()
	contract.FuzzDecoder(f, room, route, decode, identified,
		`{"status":"success","data":[{"id":"a","enabled":"true","timestamp":"63872361000"}],"next_start_key":7}`,
		`{"status":"success","data":{"id":"a","balance":"1e64","numbers":{"+1":{}}}}`,
		`{"status":"error","error":"402","message":"accept charges","data":{}}`,
	)
}

// every tells whether a page is a list whose items all have their ids.
func every[T any](id func(T) wire.Text) func(kazoo.Page[T]) bool {
	return func(p kazoo.Page[T]) bool { return p.Items != nil && all(id)(p.Items) }
}

func all[T any](id func(T) wire.Text) func([]T) bool {
	return func(items []T) bool {
		for _, item := range items {
			if id(item) == "" {
				return false
			}
		}
		return items != nil
	}
}

func FuzzDecodeAccount(f *testing.F) {
	fuzzDecoder(f, kazoo.ReadAccount, kazoo.DecodeAccount, func(a kazoo.Account) bool { return a.ID != "" })
}

func FuzzDecodeAccounts(f *testing.F) {
	fuzzDecoder(f, kazoo.ListDescendants, accountsOf(kazoo.ListDescendants), every(func(a kazoo.AccountEntry) wire.Text { return a.ID }))
}

func FuzzDecodeDevices(f *testing.F) {
	fuzzDecoder(f, kazoo.ListDevices, kazoo.DecodeDevices, every(func(d kazoo.DeviceEntry) wire.Text { return d.ID }))
}

func FuzzDecodeDevice(f *testing.F) {
	fuzzDecoder(f, kazoo.ReadDevice, kazoo.DecodeDevice, func(d kazoo.Device) bool { return d.ID != "" })
}

func FuzzDecodeDeviceStatuses(f *testing.F) {
	fuzzDecoder(f, kazoo.ListDeviceStatuses, kazoo.DecodeDeviceStatuses, all(func(s kazoo.DeviceStatus) wire.Text { return s.DeviceID }))
}

func FuzzDecodeUsers(f *testing.F) {
	fuzzDecoder(f, kazoo.ListUsers, kazoo.DecodeUsers, every(func(u kazoo.UserEntry) wire.Text { return u.ID }))
}

func FuzzDecodeUser(f *testing.F) {
	fuzzDecoder(f, kazoo.ReadUser, kazoo.DecodeUser, func(u kazoo.User) bool { return u.ID != "" })
}

func FuzzDecodeCDR(f *testing.F) {
	fuzzDecoder(f, kazoo.ReadCDR, kazoo.DecodeCDR, func(c kazoo.CDRDocument) bool { return c.ID != "" })
}

func FuzzDecodePhoneNumbers(f *testing.F) {
	fuzzDecoder(f, kazoo.ListPhoneNumbers, kazoo.DecodePhoneNumbers, every(func(n kazoo.PhoneNumberEntry) wire.Text { return n.Number }))
}

func FuzzDecodePhoneNumber(f *testing.F) {
	fuzzDecoder(f, kazoo.ReadPhoneNumber, kazoo.DecodePhoneNumber, func(n kazoo.PhoneNumber) bool { return n.ID != "" })
}

func FuzzDecodeCallflows(f *testing.F) {
	fuzzDecoder(f, kazoo.ListCallflows, kazoo.DecodeCallflows, every(func(c kazoo.CallflowEntry) wire.Text { return c.ID }))
}

func FuzzDecodeCallflow(f *testing.F) {
	fuzzDecoder(f, kazoo.ReadCallflow, kazoo.DecodeCallflow, func(c kazoo.Callflow) bool { return c.ID != "" })
}

func FuzzDecodeGroups(f *testing.F) {
	fuzzDecoder(f, kazoo.ListGroups, kazoo.DecodeGroups, every(func(g kazoo.GroupEntry) wire.Text { return g.ID }))
}

func FuzzDecodeLimits(f *testing.F) {
	fuzzDecoder(f, kazoo.ReadLimits, kazoo.DecodeLimits, func(kazoo.Limits) bool { return true })
}

func FuzzDecodeBalance(f *testing.F) {
	fuzzDecoder(f, kazoo.ReadBalance, kazoo.DecodeBalance, func(b kazoo.Balance) bool { return b.Balance.Valid })
}

func FuzzDecodeChannels(f *testing.F) {
	fuzzDecoder(f, kazoo.ListChannels, kazoo.DecodeChannels, all(func(c kazoo.Channel) wire.Text { return c.UUID }))
}

func FuzzDecodeCDRs(f *testing.F) {
	fuzzDecoder(f, kazoo.ListCDRs, kazoo.DecodeCDRs, every(func(c kazoo.CDR) wire.Text { return c.ID }))
}

func FuzzDecodeVoicemailBoxes(f *testing.F) {
	fuzzDecoder(f, kazoo.ListVoicemailBoxes, kazoo.DecodeVoicemailBoxes, every(func(v kazoo.VoicemailBoxEntry) wire.Text { return v.ID }))
}

func FuzzDecodeConferences(f *testing.F) {
	fuzzDecoder(f, kazoo.ListConferences, kazoo.DecodeConferences, every(func(c kazoo.ConferenceEntry) wire.Text { return c.ID }))
}
