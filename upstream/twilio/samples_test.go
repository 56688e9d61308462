package twilio_test

import (
	"os"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/twilio"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// decoders has one entry per route, in the order of Routes.
var decoders = []contract.Decoder{
	{Route: twilio.ListAvailableAddOns, Sample: "available-add-ons", Decode: contract.Boxed(twilio.DecodeAvailableAddOns), Least: `{"available_add_ons":[{"sid":"XB1"}],"meta":{"next_page_url":null}}`},
	{Route: twilio.ReadAvailableAddOn, Sample: "available-add-on", Decode: contract.Boxed(twilio.DecodeAvailableAddOn), Least: `{"sid":"XB1"}`},
	{Route: twilio.ListAvailableAddOnExtensions, Sample: "available-add-on-extensions", Decode: contract.Boxed(twilio.DecodeAvailableAddOnExtensions), Least: `{"extensions":[{"sid":"XF1"}],"meta":{"next_page_url":null}}`},
	{Route: twilio.ListInstalledAddOns, Sample: "installed-add-ons", Decode: contract.Boxed(twilio.DecodeInstalledAddOns), Least: `{"installed_add_ons":[{"sid":"XE1"}],"meta":{"next_page_url":""}}`},
	{Route: twilio.ReadInstalledAddOn, Sample: "installed-add-on", Decode: contract.Boxed(twilio.DecodeInstalledAddOn), Least: `{"sid":"XE1"}`},
	{Route: twilio.ListInstalledAddOnExtensions, Sample: "installed-add-on-extensions", Decode: contract.Boxed(twilio.DecodeInstalledAddOnExtensions), Least: `{"extensions":[{"sid":"XF1"}],"meta":{"next_page_url":null}}`},
	{Route: twilio.ListPhoneNumbers, Sample: "incoming-phone-numbers", Decode: contract.Boxed(twilio.DecodePhoneNumbers), Least: `{"incoming_phone_numbers":[{"sid":"PN1","phone_number":"+1"}],"next_page_uri":null}`},
	{Route: twilio.ListAssignedAddOns, Sample: "assigned-add-ons", Decode: contract.Boxed(twilio.DecodeAssignedAddOns), Least: `{"assigned_add_ons":[{"sid":"XE1"}],"next_page_uri":null}`},
	{Route: twilio.ListRecordings, Sample: "recordings", Decode: contract.Boxed(twilio.DecodeRecordings), Least: `{"recordings":[{"sid":"RE1"}],"next_page_uri":null}`},
	{Route: twilio.ListAddOnResults, Sample: "add-on-results", Decode: contract.Boxed(twilio.DecodeAddOnResults), Least: `{"add_on_results":[{"sid":"XR1"}],"next_page_uri":""}`},
	{Route: twilio.ListUsageRecords, Sample: "usage-records", Decode: contract.Boxed(twilio.DecodeUsageRecords), Least: `{"usage_records":[{"category":"calls"}],"next_page_uri":null}`},
	{Route: twilio.ReadAccount, Sample: "account", Decode: contract.Boxed(twilio.DecodeAccount), Least: `{"sid":"AC1"}`},
}

// room is what the checks that all backends share are told of this one.
var room = &contract.Room{
	Backend: twilio.Backend, Routes: twilio.Routes(), Decoders: decoders,
	Files: os.DirFS("."), Docs: os.DirFS("../../docs"),
}

func TestEveryRouteHasItsDecoderAndSample(t *testing.T) {
	t.Parallel()
	room.CheckDecoders(t)
	room.CheckSamples(t)
	room.CheckOneSampleEach(t)
}

// The expectations below are written from the samples by hand, never from what the code gave.

const (
	account   = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	listing   = "XBaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	installed = "XEaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	number    = "PNaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	recording = "REaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

	voiceBase   = "VoiceBase High Accuracy Transcription"
	description = "Automatic Transcription and Keyword Extract..."
	uniqueName  = "voicebase_high_accuracy_transcription"
)

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

// assertOnly holds a sample's only item, on a last page, against want.
func assertOnly[T any](t *testing.T, decode func([]byte) (twilio.Page[T], error), name string, want T) {
	t.Helper()
	contract.CheckDecodes(t, decode, room.Sample(t, name), twilio.Page[T]{Items: []T{want}})
}

func TestListingSamples(t *testing.T) {
	t.Parallel()
	want := twilio.AvailableAddOn{
		SID: listing, FriendlyName: voiceBase, Description: description, PricingType: "per minute",
		ConfigurationSchema: `{"type":"object","properties":{"bad_words":{"type":"boolean"}},"required":["bad_words"]}`,
		URL:                 "https://marketplace.twilio.com/v1/AvailableAddOns/" + listing,
	}
	assertOnly(t, twilio.DecodeAvailableAddOns, "available-add-ons", want)
	contract.CheckDecodes(t, twilio.DecodeAvailableAddOn, room.Sample(t, "available-add-on"), want)
	assertOnly(t, twilio.DecodeAvailableAddOnExtensions, "available-add-on-extensions", twilio.Extension{
		SID: "XFaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", AvailableAddOnSID: listing,
		FriendlyName: "Incoming Voice Call", ProductName: "Programmable Voice", UniqueName: "voice-incoming",
	})
}

func TestInstallationSamples(t *testing.T) {
	t.Parallel()
	want := twilio.InstalledAddOn{
		SID: installed, AccountSID: account, FriendlyName: voiceBase, Description: description,
		UniqueName: uniqueName, Configuration: `{"bad_words":true}`,
		DateCreated: at(t, "2016-04-07T23:52:28Z"), DateUpdated: at(t, "2016-04-07T23:52:28Z"),
		Links: twilio.Links{AvailableAddOn: "https://marketplace.twilio.com/v1/AvailableAddOns/" + listing},
	}
	assertOnly(t, twilio.DecodeInstalledAddOns, "installed-add-ons", want)
	contract.CheckDecodes(t, twilio.DecodeInstalledAddOn, room.Sample(t, "installed-add-on"), want)
	if got := want.AvailableAddOnSID(); got != listing {
		t.Errorf("installed from %q", got)
	}
	assertOnly(t, twilio.DecodeInstalledAddOnExtensions, "installed-add-on-extensions", twilio.Extension{
		SID: "XFaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", InstalledAddOnSID: installed, Enabled: yes,
		FriendlyName: "Incoming Voice Call", ProductName: "Programmable Voice", UniqueName: "voice-incoming",
	})
}

func TestPhoneNumberSample(t *testing.T) {
	t.Parallel()
	assertOnly(t, twilio.DecodePhoneNumbers, "incoming-phone-numbers", twilio.PhoneNumber{
		SID: number, AccountSID: account, PhoneNumber: "+18089255327", FriendlyName: "(808) 925-5327",
		Capabilities: twilio.Capabilities{Voice: yes, SMS: no, MMS: yes, Fax: no},
		Status:       "in-use", Type: "local", Origin: "origin",
		DateCreated: at(t, "2015-07-30T23:19:04Z"), DateUpdated: at(t, "2015-07-30T23:19:04Z"),
	})
}

func TestAssignedAddOnSample(t *testing.T) {
	t.Parallel()
	assertOnly(t, twilio.DecodeAssignedAddOns, "assigned-add-ons", twilio.AssignedAddOn{
		SID: installed, AccountSID: account, ResourceSID: number, FriendlyName: voiceBase, Description: description,
		UniqueName: uniqueName, Configuration: `{"bad_words":true}`,
		DateCreated: at(t, "2016-04-07T23:52:28Z"), DateUpdated: at(t, "2016-04-07T23:52:28Z"),
	})
}

func TestRecordingSample(t *testing.T) {
	t.Parallel()
	assertOnly(t, twilio.DecodeRecordings, "recordings", twilio.Recording{
		SID: recording, AccountSID: account, CallSID: "CAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		Status: "completed", Source: "StartConferenceRecordingAPI",
		Duration: num("4"), Channels: num("1"), Price: num("0.04"), PriceUnit: "USD",
		StartTime: at(t, "2016-10-14T21:56:34Z"), DateCreated: at(t, "2016-10-14T21:56:34Z"), DateUpdated: at(t, "2016-10-14T21:56:38Z"),
	})
}

func TestAddOnResultSample(t *testing.T) {
	t.Parallel()
	then := at(t, "2010-09-01T15:15:41Z")
	assertOnly(t, twilio.DecodeAddOnResults, "add-on-results", twilio.AddOnResult{
		SID: "XRaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", AccountSID: account, ReferenceSID: recording,
		AddOnSID: listing, AddOnConfigurationSID: installed, Status: "completed",
		DateCreated: then, DateUpdated: then, DateCompleted: then,
	})
}

// TestUsageSample: a price as a text, a count that is not there, three forms of time, and a page that is not the last.
func TestUsageSample(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, twilio.DecodeUsageRecords, room.Sample(t, "usage-records"), twilio.Page[twilio.UsageRecord]{
		Items: []twilio.UsageRecord{{
			AccountSID: account, Category: "calleridlookups", Description: "Caller Name Lookups",
			Usage: num("2192.84855"), UsageUnit: "usd", Price: num("2192.84855"), PriceUnit: "usd",
			StartDate: at(t, "2008-01-02T00:00:00Z"), EndDate: at(t, "2008-01-02T00:00:00Z"), AsOf: at(t, "2019-06-24T22:32:49Z"),
		}},
		Next: map[string][]string{"PageSize": {"1"}, "Page": {"1"}, "PageToken": {"APMQ=="}},
	})
}

func TestAccountSample(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, twilio.DecodeAccount, room.Sample(t, "account"), twilio.Account{
		SID: account, OwnerAccountSID: account, FriendlyName: "friendly_name", Status: "active", Type: "Full",
		DateCreated: at(t, "2015-07-30T20:00:00Z"), DateUpdated: at(t, "2015-07-30T20:00:00Z"),
	})
}
