package kazoo_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// The expectations below are written from the samples by hand, never from what the code gave.

var (
	yes = wire.Bool{Value: true, Valid: true}
	no  = wire.Bool{Valid: true}
)

func num(s string) wire.Number {
	return wire.Number{Value: decimal.RequireFromString(s), Valid: true}
}

func at(t testing.TB, rfc3339 string) wire.Gregorian {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		t.Fatal(err)
	}
	return wire.Gregorian{Time: moment}
}

// Ids that the samples use throughout.
const (
	master = "dbc005bedb433b92d0e4018befc468ec"
	owner  = "1b9efbab658fbd15557cf1c43bb89ff2"
	phone  = "42549c8d36c2a29403ed0097d2629dcd"
)

func TestAccountSample(t *testing.T) {
	t.Parallel()
	want := kazoo.Account{
		ID: master, Name: "child account", Realm: "aeac33.sip.2600hz.com", Enabled: yes, IsReseller: no, ResellerID: "undefined",
		BillingMode: "manual", Language: "en-us", Timezone: "America/Los_Angeles", Created: at(t, "2016-02-02T20:05:01Z"),
	}
	contract.CheckDecodes(t, kazoo.DecodeAccount, room.Sample(t, "account-read"), want)
	if want.Reseller() != "" || (kazoo.Account{ResellerID: "a"}).Reseller() != "a" {
		t.Error("undefined is no reseller's id")
	}
}

func TestAccountsSamples(t *testing.T) {
	t.Parallel()
	want := kazoo.Page[kazoo.AccountEntry]{Items: []kazoo.AccountEntry{{
		ID: "9246d10a3f9aaaec66146b23658386d5", Name: "child account", Realm: "aeac33.sip.example.com", Tree: []wire.Text{master},
	}}}
	contract.CheckDecodes(t, accountsOf(kazoo.ListDescendants), room.Sample(t, "descendants-list"), want)
	contract.CheckDecodes(t, accountsOf(kazoo.ListChildren), room.Sample(t, "children-list"), want)
}

func TestDeviceSamples(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, kazoo.DecodeDevices, room.Sample(t, "devices-list"), kazoo.Page[kazoo.DeviceEntry]{Items: []kazoo.DeviceEntry{{
		ID: "4ee2d01d474a92ca299bb311efd23cef", Name: "Device1 Admin", Username: "user_meme", MACAddress: "001122334455",
		OwnerID: "96f99542f33c180790d1836192300c27", Enabled: yes, DeviceType: "sip_device", Flags: []wire.Text{},
	}}})
	contract.CheckDecodes(t, kazoo.DecodeDevice, room.Sample(t, "device-read"), kazoo.Device{
		ID: phone, Name: "New Device", Enabled: yes, SIP: kazoo.SIP{Method: "password"},
	})
	contract.CheckDecodes(t, kazoo.DecodeDeviceStatuses, room.Sample(t, "devices-status"), []kazoo.DeviceStatus{
		{DeviceID: phone, Registrable: yes, Registered: yes},
		{DeviceID: "481867205a2c7e0e74871fb682909cc9", Registrable: no},
	})
}

func TestUserSamples(t *testing.T) {
	t.Parallel()
	entry := func(id, name, last, level wire.Text) kazoo.UserEntry {
		return kazoo.UserEntry{
			ID: id, Username: name, Email: name, FirstName: "User", LastName: last, PrivLevel: level,
			Timezone: "America/Los_Angeles", Features: []wire.Text{"caller_id", "vm_to_email"},
		}
	}
	contract.CheckDecodes(t, kazoo.DecodeUsers, room.Sample(t, "users-list"), kazoo.Page[kazoo.UserEntry]{Items: []kazoo.UserEntry{
		entry(owner, "user1@account_realm.com", "One", "admin"),
		entry("2b6c053faa6235726d1e0dcca60e1ed6", "user2@account_realm.com", "Two", "user"),
	}})
	contract.CheckDecodes(t, kazoo.DecodeUser, room.Sample(t, "user-read"), kazoo.User{
		ID: owner, FirstName: "User", LastName: "Three", Enabled: yes, Verified: no, VMToEmailEnabled: yes, PrivLevel: "user",
	})
}

func TestPhoneNumberSamples(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, kazoo.DecodePhoneNumbers, room.Sample(t, "phone-numbers-list"), kazoo.Page[kazoo.PhoneNumberEntry]{
		Next: "+14155558921",
		Items: []kazoo.PhoneNumberEntry{
			{
				Number: "+14152338421", State: "in_service", AssignedTo: master, Features: []wire.Text{},
				Created: at(t, "2016-04-22T13:26:46Z"), Updated: at(t, "2016-04-22T13:26:46Z"),
			},
			{
				Number: "+14155234712", State: "in_service", AssignedTo: master, Features: []wire.Text{"local"},
				Created: at(t, "2016-07-28T22:14:35Z"), Updated: at(t, "2016-07-28T22:14:35Z"),
			},
			{
				Number: "+14155558920", State: "reserved", AssignedTo: master, Features: []wire.Text{"local"},
				Created: at(t, "2016-06-15T11:59:06Z"), Updated: at(t, "2016-06-15T11:59:06Z"),
			},
		},
	})
	contract.CheckDecodes(t, kazoo.DecodePhoneNumber, room.Sample(t, "phone-number-read"), kazoo.PhoneNumber{
		ID: "+14155550100", State: "reserved", Features: []wire.Text{"local"},
		Metadata: kazoo.PhoneNumberMetadata{
			State: "reserved", Created: at(t, "2016-04-14T10:29:49Z"), Modified: at(t, "2016-04-14T10:29:49Z"),
		},
	})
}

func TestCallflowSamples(t *testing.T) {
	t.Parallel()
	const id = "a7d2ac750abc219a316fe03531684aaa"
	numbers := []wire.Text{"1001", "+14155550100"}
	contract.CheckDecodes(t, kazoo.DecodeCallflows, room.Sample(t, "callflows-list"), kazoo.Page[kazoo.CallflowEntry]{Items: []kazoo.CallflowEntry{{
		ID: id, Name: "MainCallflow", Type: "main", Numbers: numbers, Patterns: []wire.Text{}, OwnerID: owner,
		Modules: []wire.Text{"user", "voicemail"}, Flags: []wire.Text{},
	}}})
	contract.CheckDecodes(t, kazoo.DecodeCallflow, room.Sample(t, "callflow-read"), kazoo.Callflow{
		ID: id, Name: "Main Callflow", Numbers: numbers, Patterns: []wire.Text{}, OwnerID: owner,
		Flow: kazoo.Action{Module: "user", Data: kazoo.ActionData{ID: owner}, Children: map[string]kazoo.Action{
			"_": {Module: "voicemail", Data: kazoo.ActionData{ID: "ddf925c413d341b33da06d3414e81e78"}, Children: map[string]kazoo.Action{}},
		}},
	})
}

// TestFeatureCodes: an object in documents, and false for none in lists.
func TestFeatureCodes(t *testing.T) {
	t.Parallel()
	for wired, want := range map[string]kazoo.FeatureCode{
		`{"name":"voicemail[action=check]","number":"97"}`: {Name: "voicemail[action=check]", Number: "97"},
		`{"name":"park_and_retrieve","number":3}`:          {Name: "park_and_retrieve", Number: "3"},
		`false`: {}, `null`: {}, `{}`: {},
	} {
		body := []byte(`{"status":"success","data":[{"id":"a","featurecode":` + wired + `}]}`)
		got, err := kazoo.DecodeCallflows(body)
		if err != nil || got.Items[0].FeatureCode != want {
			t.Errorf("%s: %+v, %v", wired, got, err)
		}
	}
}

func TestGroupsAndBoxesSamples(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, kazoo.DecodeGroups, room.Sample(t, "groups-list"), kazoo.Page[kazoo.GroupEntry]{Items: []kazoo.GroupEntry{{
		ID: "18ccfd6cea456cbdd38133e5aa726ec4", Name: "Group Name", Features: []wire.Text{}, Endpoints: num("2"),
	}}})
	contract.CheckDecodes(t, kazoo.DecodeVoicemailBoxes, room.Sample(t, "vmboxes-list"), kazoo.Page[kazoo.VoicemailBoxEntry]{
		Items: []kazoo.VoicemailBoxEntry{{
			ID: "3a63acc3694ba189947235ae4727941b", Name: "VMBox 0", Mailbox: "3000", OwnerID: "f1d98a5df729f95cd208ee9430e3b21b", Messages: num("4"),
		}},
	})
	joining := kazoo.Joining{JoinMuted: no, JoinDeaf: no, Numbers: []wire.Text{}}
	contract.CheckDecodes(t, kazoo.DecodeConferences, room.Sample(t, "conferences-list"), kazoo.Page[kazoo.ConferenceEntry]{Items: []kazoo.ConferenceEntry{{
		ID: "388f2bfba36215d455c8156a2b04de5d", Name: "Conf", OwnerID: owner, ConferenceNumbers: []wire.Text{}, Flags: []wire.Text{},
		Member: joining, Moderator: joining, Members: num("0"), Admins: num("0"), Duration: num("0"), IsLocked: no,
	}}})
}

func TestMoneySamples(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, kazoo.DecodeLimits, room.Sample(t, "limits-read"), kazoo.Limits{
		TwowayTrunks: num("0"), InboundTrunks: num("0"), OutboundTrunks: num("5"), AllowPrepay: yes,
	})
	contract.CheckDecodes(t, kazoo.DecodeBalance, room.Sample(t, "balance-read"), kazoo.Balance{Balance: num("9.18")})
}

func TestCallSamples(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, kazoo.DecodeChannels, room.Sample(t, "channels-list"), []kazoo.Channel{{
		UUID: "5a54d9ad87f7c4c1c70c8f05b9515d5a", Direction: "outbound", Answered: yes, Destination: "user_zu0bf7", Username: "user_zu0bf7",
		PresenceID: "user_zu0bf7@account.realm.com", AuthorizingID: phone, AuthorizingType: "device", OwnerID: owner,
		OtherLeg: "026326af48e002b15ce3df72ef1dc8ed", Timestamp: at(t, "2014-07-30T22:15:46Z"),
	}})
	// The sample's texts for people name the 15th of January; its numbers, in both countings, the 13th.
	contract.CheckDecodes(t, kazoo.DecodeCDRs, room.Sample(t, "cdrs-list"), kazoo.Page[kazoo.CDR]{
		Next: "g2wAAAACbgUAbyYO1A5tAAAACDYwMTIzYjdiag",
		Items: []kazoo.CDR{{
			ID: "202401-f3bdee61b02153ea87c30bed2efbef59", CallID: "6517@203.0.113.10", InteractionID: "63872361000-3e247b2e",
			BridgeID: "6517@203.0.113.10", Timestamp: at(t, "2024-01-13T10:30:00Z"), Direction: "inbound",
			CallerIDName: "Acme", CallerIDNumber: "+14155550100", CalleeIDName: "User One", CalleeIDNumber: "1001",
			From: "+14155550100@acme.sip.example.com", To: "1001@acme.sip.example.com", DialedNumber: "1001", CallingFrom: "+14155550100",
			Duration: num("42"), BillingSeconds: num("38"), HangupCause: "NORMAL_CLEARING", OwnerID: owner, AuthorizingID: phone,
			Cost: num("0"), Rate: num("0.0"),
		}},
	})
}
