package twilio_test

import (
	"encoding/json"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/twilio"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// fuzzDecoder starts from the route's samples; whole tells of a value whether it has what it is read for.
func fuzzDecoder[T any](f *testing.F, route *upstream.Route, decode func([]byte) (T, error), whole func(T) bool) {
	f.Helper()
	contract.FuzzDecoder(f, room, route, decode, whole)
}

// every tells whether a page is a list whose items all have their ids, with a next page that can be asked for.
func every[T any](id func(T) wire.Text) func(twilio.Page[T]) bool {
	return func(p twilio.Page[T]) bool {
		if p.Items == nil || (p.Next != nil && p.Next.Get("Page")+p.Next.Get("PageToken") == "") || len(p.Next) > 3 {
			return false
		}
		for _, item := range p.Items {
			if id(item) == "" {
				return false
			}
		}
		return true
	}
}

func sidOfExtension(e twilio.Extension) wire.Text { return e.SID }

func FuzzDecodeAvailableAddOns(f *testing.F) {
	fuzzDecoder(f, twilio.ListAvailableAddOns, twilio.DecodeAvailableAddOns, every(func(a twilio.AvailableAddOn) wire.Text { return a.SID }))
}

func FuzzDecodeAvailableAddOn(f *testing.F) {
	fuzzDecoder(f, twilio.ReadAvailableAddOn, twilio.DecodeAvailableAddOn, func(a twilio.AvailableAddOn) bool { return a.SID != "" })
}

func FuzzDecodeAvailableAddOnExtensions(f *testing.F) {
	fuzzDecoder(f, twilio.ListAvailableAddOnExtensions, twilio.DecodeAvailableAddOnExtensions, every(sidOfExtension))
}

func FuzzDecodeInstalledAddOns(f *testing.F) {
	fuzzDecoder(f, twilio.ListInstalledAddOns, twilio.DecodeInstalledAddOns, every(func(i twilio.InstalledAddOn) wire.Text { return i.SID }))
}

func FuzzDecodeInstalledAddOn(f *testing.F) {
	fuzzDecoder(f, twilio.ReadInstalledAddOn, twilio.DecodeInstalledAddOn, func(i twilio.InstalledAddOn) bool { return i.SID != "" })
}

func FuzzDecodeInstalledAddOnExtensions(f *testing.F) {
	fuzzDecoder(f, twilio.ListInstalledAddOnExtensions, twilio.DecodeInstalledAddOnExtensions, every(sidOfExtension))
}

func FuzzDecodePhoneNumbers(f *testing.F) {
	fuzzDecoder(f, twilio.ListPhoneNumbers, twilio.DecodePhoneNumbers, every(func(p twilio.PhoneNumber) wire.Text {
		if p.SID == "" {
			return ""
		}
		return p.PhoneNumber
	}))
}

func FuzzDecodeAssignedAddOns(f *testing.F) {
	fuzzDecoder(f, twilio.ListAssignedAddOns, twilio.DecodeAssignedAddOns, every(func(a twilio.AssignedAddOn) wire.Text { return a.SID }))
}

func FuzzDecodeRecordings(f *testing.F) {
	fuzzDecoder(f, twilio.ListRecordings, twilio.DecodeRecordings, every(func(r twilio.Recording) wire.Text { return r.SID }))
}

func FuzzDecodeAddOnResults(f *testing.F) {
	fuzzDecoder(f, twilio.ListAddOnResults, twilio.DecodeAddOnResults, every(func(r twilio.AddOnResult) wire.Text { return r.SID }))
}

func FuzzDecodeUsageRecords(f *testing.F) {
	fuzzDecoder(f, twilio.ListUsageRecords, twilio.DecodeUsageRecords, every(func(u twilio.UsageRecord) wire.Text { return u.Category }))
}

func FuzzDecodeAccount(f *testing.F) {
	fuzzDecoder(f, twilio.ReadAccount, twilio.DecodeAccount, func(a twilio.Account) bool { return a.SID != "" })
}

// FuzzDocument: any JSON is taken, and means the same afterwards.
func FuzzDocument(f *testing.F) {
	for _, body := range []string{`{"a": 1}`, `null`, ` [1, "\u0041"] `, `9007199254740993`, `"<&>"`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got, again twilio.Document
		if json.Unmarshal(body, &got) != nil || got.JSON() == "" {
			return
		}
		if err := json.Unmarshal([]byte(got.JSON()), &again); err != nil || again != got {
			t.Errorf("%s, kept as %s: %s, %v", body, got.JSON(), again.JSON(), err)
		}
	})
}
