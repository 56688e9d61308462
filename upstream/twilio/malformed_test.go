package twilio_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// secret stands for what a reply may hold and no log must.
const secret = contract.Secret

// TestRefusedByAll: no decoder may take these for a reply, nor give half of one.
func TestRefusedByAll(t *testing.T) {
	t.Parallel()
	fault := `{"code":20003,"message":"` + secret + `","more_info":"https://x","status":401}`
	room.CheckRefusedByAll(t, append(contract.NoReplies(),
		`null`, fault, `[`+fault+`]`, `[]`, `{"sid":""}`, `{"sid":["`+secret+`"]}`, `{"meta":{}}`, `{"meta":null}`,
		`{"next_page_uri":null}`, `{"meta":{"next_page_url":null}}`, `{"meta":["`+secret+`"]}`, `{"sid":"`+secret,
	))
}

// TestRefusedPages: what each list can be spoilt by.
func TestRefusedPages(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	for _, d := range decoders {
		fact := contract.FactOf(t, f.Routes, d.Route)
		if fact.List == "" {
			continue
		}
		good, last := `"meta":{"next_page_url":null}`, `"meta":{"next_page_url":%q}`
		if fact.Paging == "v2010" {
			good, last = `"next_page_uri":null`, `"next_page_uri":%q`
		}
		for _, body := range []string{
			`{"other":[],` + good + `}`,
			fmt.Sprintf(`{%q:null,%s}`, fact.List, good),
			fmt.Sprintf(`{%q:{"sid":"x"},%s}`, fact.List, good),
			fmt.Sprintf(`{%q:[{}],%s}`, fact.List, good),
			fmt.Sprintf(`{%q:[null],%s}`, fact.List, good),
			fmt.Sprintf(`{%q:[{"friendly_name":%q}],%s}`, fact.List, secret, good),
			fmt.Sprintf(`{%q:[]}`, fact.List),
			fmt.Sprintf(`{%q:[],%s}`, fact.List, fmt.Sprintf(last, "https://"+secret+"/v1/X")),
			fmt.Sprintf(`{%q:[],%s}`, fact.List, fmt.Sprintf(last, "/v1/X?PageSize=50")),
			fmt.Sprintf(`{%q:[],%s}`, fact.List, fmt.Sprintf(last, "/v1/X?Page=%zz")),
			fmt.Sprintf(`{%q:[],%s}`, fact.List, fmt.Sprintf(last, "http://%zz")),
		} {
			_, err := d.Decode([]byte(body))
			if err == nil {
				t.Errorf("%s: taken: %s", d.Route.Name, body)
				continue
			}
			room.CheckMalformed(t, d.Route, err)
		}
		if _, err := d.Decode(fmt.Appendf(nil, `{%q:[],%s}`, fact.List, good)); err != nil {
			t.Errorf("%s: an empty page: %v: %v", d.Route.Name, err, contract.Cause(err))
		}
	}
}

// TestRefusedValues: one wrong member in an otherwise whole reply.
func TestRefusedValues(t *testing.T) {
	t.Parallel()
	const last = `"next_page_uri":null`
	room.CheckRefused(t, []contract.Refusal{
		{Route: twilio.ReadAvailableAddOn, Body: `{"sid":"XB1","pricing_type":{}}`},
		{Route: twilio.ReadInstalledAddOn, Body: `{"sid":"XE1","date_created":"` + secret + `"}`},
		{Route: twilio.ReadInstalledAddOn, Body: `{"sid":"XE1","links":["` + secret + `"]}`},
		{Route: twilio.ListPhoneNumbers, Body: `{"incoming_phone_numbers":[{"sid":"PN1"}],` + last + `}`},
		{Route: twilio.ListPhoneNumbers, Body: `{"incoming_phone_numbers":[{"sid":"PN1","phone_number":"+1","capabilities":{"voice":"` + secret + `"}}],` + last + `}`},
		{Route: twilio.ListRecordings, Body: `{"recordings":[{"sid":"RE1","duration":"` + secret + `"}],` + last + `}`},
		{Route: twilio.ListUsageRecords, Body: `{"usage_records":[{"category":"c","price":"` + secret + `"}],` + last + `}`},
		{Route: twilio.ListUsageRecords, Body: `{"usage_records":[{"category":"c","start_date":"` + secret + `"}],` + last + `}`},
		{Route: twilio.ReadAccount, Body: `{"sid":"AC1","date_updated":"` + secret + `"}`},
	})
}

func TestListingOfAnInstallation(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://marketplace.twilio.com/v1/AvailableAddOns/XB12":    "XB12",
		"http://other.example/preview/AvailableAddOns/XB12/?x=XB13": "XB12",
		"/v1/AvailableAddOns/XB12":                                  "XB12",
		"https://marketplace.twilio.com/v1/InstalledAddOns/XE12":    "",
		"": "", "https://marketplace.twilio.com": "", "http://%zz/XB12": "",
	} {
		i := twilio.InstalledAddOn{}
		i.Links.AvailableAddOn = textOf(address)
		if got := i.AvailableAddOnSID(); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

// TestFaults: numbers or texts, and nothing that is not the backend's.
func TestFaults(t *testing.T) {
	t.Parallel()
	want := twilio.Fault{Code: "21481", Message: "Invalid Page Token", MoreInfo: "https://www.twilio.com/docs/errors/21481", Status: "400"}
	for _, body := range []string{
		`{"code":21481,"message":"Invalid Page Token","more_info":"https://www.twilio.com/docs/errors/21481","status":400,"params":null}`,
		`{"code":"21481","message":"Invalid Page Token","more_info":"https://www.twilio.com/docs/errors/21481","status":"400"}`,
	} {
		if got, ok := twilio.DecodeFault([]byte(body)); !ok || got != want || got.Code != twilio.CodeInvalidPageToken {
			t.Errorf("%s: %+v, %t", body, got, ok)
		}
	}
	for _, body := range []string{``, `{}`, `[]`, `<html>`, `{"code":null}`, `{"code":{}}`, `"20003"`} {
		if got, ok := twilio.DecodeFault([]byte(body)); ok || got != (twilio.Fault{}) {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

func TestDocumentsDoNotPrint(t *testing.T) {
	t.Parallel()
	got, err := twilio.DecodeInstalledAddOn([]byte(`{"sid":"XE1","configuration":{ "key" : "` + secret + `" }}`))
	if err != nil || got.Configuration.JSON() != `{"key":"`+secret+`"}` {
		t.Fatalf("%s, %v", got.Configuration.JSON(), err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, got); strings.Contains(text, secret) {
			t.Errorf("%s prints %s", verb, text)
		}
	}
	for _, none := range []string{`{"sid":"XE1"}`, `{"sid":"XE1","configuration":null}`} {
		if got, err := twilio.DecodeInstalledAddOn([]byte(none)); err != nil || got.Configuration.JSON() != "" {
			t.Errorf("%s: %q, %v", none, got.Configuration.JSON(), err)
		}
	}
}
