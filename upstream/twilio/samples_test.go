package twilio_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/twilio"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// decoder is any of the room's decoders, its value boxed.
type decoder struct {
	route  *upstream.Route
	sample string
	decode func(body []byte) (any, error)
	// least is the shortest body that it takes.
	least string
}

func boxed[T any](decode func([]byte) (T, error)) func([]byte) (any, error) {
	return func(body []byte) (any, error) { return decode(body) }
}

// decoders has one entry per route, in the order of Routes.
var decoders = []decoder{
	{twilio.ListAvailableAddOns, "available-add-ons", boxed(twilio.DecodeAvailableAddOns), `{"available_add_ons":[{"sid":"XB1"}],"meta":{"next_page_url":null}}`},
	{twilio.ReadAvailableAddOn, "available-add-on", boxed(twilio.DecodeAvailableAddOn), `{"sid":"XB1"}`},
	{twilio.ListAvailableAddOnExtensions, "available-add-on-extensions", boxed(twilio.DecodeAvailableAddOnExtensions), `{"extensions":[{"sid":"XF1"}],"meta":{"next_page_url":null}}`},
	{twilio.ListInstalledAddOns, "installed-add-ons", boxed(twilio.DecodeInstalledAddOns), `{"installed_add_ons":[{"sid":"XE1"}],"meta":{"next_page_url":""}}`},
	{twilio.ReadInstalledAddOn, "installed-add-on", boxed(twilio.DecodeInstalledAddOn), `{"sid":"XE1"}`},
	{twilio.ListInstalledAddOnExtensions, "installed-add-on-extensions", boxed(twilio.DecodeInstalledAddOnExtensions), `{"extensions":[{"sid":"XF1"}],"meta":{"next_page_url":null}}`},
	{twilio.ListPhoneNumbers, "incoming-phone-numbers", boxed(twilio.DecodePhoneNumbers), `{"incoming_phone_numbers":[{"sid":"PN1","phone_number":"+1"}],"next_page_uri":null}`},
	{twilio.ListAssignedAddOns, "assigned-add-ons", boxed(twilio.DecodeAssignedAddOns), `{"assigned_add_ons":[{"sid":"XE1"}],"next_page_uri":null}`},
	{twilio.ListRecordings, "recordings", boxed(twilio.DecodeRecordings), `{"recordings":[{"sid":"RE1"}],"next_page_uri":null}`},
	{twilio.ListAddOnResults, "add-on-results", boxed(twilio.DecodeAddOnResults), `{"add_on_results":[{"sid":"XR1"}],"next_page_uri":""}`},
	{twilio.ListUsageRecords, "usage-records", boxed(twilio.DecodeUsageRecords), `{"usage_records":[{"category":"calls"}],"next_page_uri":null}`},
	{twilio.ReadAccount, "account", boxed(twilio.DecodeAccount), `{"sid":"AC1"}`},
}

const sampleDir = "testdata/samples/"

func read(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	return read(t, sampleDir+name+".json")
}

// cause is what a malformed error hides; for the messages of tests only.
func cause(err error) error { return errors.Unwrap(err) }

func TestEveryRouteHasItsDecoderAndSample(t *testing.T) {
	t.Parallel()
	routes := twilio.Routes()
	if len(routes) != len(decoders) {
		t.Fatalf("%d routes, %d decoders", len(routes), len(decoders))
	}
	for i, d := range decoders {
		if d.route != routes[i] {
			t.Errorf("%s is decoded in the place of %s", d.route.Name, routes[i].Name)
		}
		for _, body := range [][]byte{sample(t, d.sample), []byte(d.least)} {
			if _, err := d.decode(body); err != nil {
				t.Errorf("%s: %v: %v", d.route.Name, err, cause(err))
			}
		}
	}
	if all, err := filepath.Glob(sampleDir + "*.json"); err != nil || len(all) != len(decoders) {
		t.Errorf("%d samples for %d decoders: %v", len(all), len(decoders), err)
	}
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
	assertDecodes(t, decode, name, twilio.Page[T]{Items: []T{want}})
}

func assertDecodes[T any](t *testing.T, decode func([]byte) (T, error), name string, want T) {
	t.Helper()
	got, err := decode(sample(t, name))
	if err != nil {
		t.Fatalf("%v: %v", err, cause(err))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestListingSamples(t *testing.T) {
	t.Parallel()
	want := twilio.AvailableAddOn{
		SID: listing, FriendlyName: voiceBase, Description: description, PricingType: "per minute",
		ConfigurationSchema: `{"type":"object","properties":{"bad_words":{"type":"boolean"}},"required":["bad_words"]}`,
		URL:                 "https://marketplace.twilio.com/v1/AvailableAddOns/" + listing,
	}
	assertOnly(t, twilio.DecodeAvailableAddOns, "available-add-ons", want)
	assertDecodes(t, twilio.DecodeAvailableAddOn, "available-add-on", want)
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
	assertDecodes(t, twilio.DecodeInstalledAddOn, "installed-add-on", want)
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
	assertDecodes(t, twilio.DecodeUsageRecords, "usage-records", twilio.Page[twilio.UsageRecord]{
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
	assertDecodes(t, twilio.DecodeAccount, "account", twilio.Account{
		SID: account, OwnerAccountSID: account, FriendlyName: "friendly_name", Status: "active", Type: "Full",
		DateCreated: at(t, "2015-07-30T20:00:00Z"), DateUpdated: at(t, "2015-07-30T20:00:00Z"),
	})
}
