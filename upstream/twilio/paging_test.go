package twilio_test

import (
	"fmt"
	"net/url"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/twilio"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

func textOf(s string) wire.Text { return wire.Text(s) }

// TestNextPage: whatever the address looks like, the next page is the same three parameters for the same route.
func TestNextPage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := url.Values{"Page": {strconv.Itoa(rapid.IntRange(0, 1e6).Draw(t, "page"))}}
		if rapid.Bool().Draw(t, "sized") {
			want.Set("PageSize", strconv.Itoa(rapid.IntRange(1, 1000).Draw(t, "size")))
		}
		if rapid.Bool().Draw(t, "by token") {
			want.Set("PageToken", rapid.StringN(1, 20, -1).Draw(t, "token"))
		}
		all := url.Values{"Category": {rapid.String().Draw(t, "filter")}}
		for name, values := range want {
			all[name] = values
		}
		host := rapid.SampledFrom([]string{"", "https://marketplace.twilio.com", "http://169.254.169.254", "//evil.example"}).Draw(t, "host")
		path := rapid.SampledFrom([]string{"/v1/InstalledAddOns", "/2010-04-01/Accounts/AC2/Usage/Records.json", "/"}).Draw(t, "path")
		address := host + path + "?" + all.Encode()

		market, err := twilio.DecodeInstalledAddOns(fmt.Appendf(nil, `{"installed_add_ons":[],"meta":{"next_page_url":%s}}`, quoted(address)))
		if err != nil {
			t.Fatalf("%s: %v", address, contract.Cause(err))
		}
		api, err := twilio.DecodeUsageRecords(fmt.Appendf(nil, `{"usage_records":[],"next_page_uri":%s}`, quoted(address)))
		if err != nil {
			t.Fatalf("%s: %v", address, contract.Cause(err))
		}
		for _, next := range []url.Values{market.Next, api.Next} {
			if diff := cmp.Diff(want, next); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", address, diff)
			}
		}
	})
}

// quoted needs no care: an encoded query is ASCII without quotes or backslashes.
func quoted(s string) string { return `"` + s + `"` }

func TestLastPages(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"installed_add_ons":[],"meta":{"next_page_url":null}}`,
		`{"installed_add_ons":[],"meta":{"next_page_url":""}}`,
	} {
		if got, err := twilio.DecodeInstalledAddOns([]byte(body)); err != nil || got.Next != nil || got.Items == nil {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	got, err := twilio.DecodeRecordings([]byte(`{"recordings":[],"next_page_uri":null,"meta":{"next_page_url":"/x?Page=1"}}`))
	if err != nil || got.Next != nil {
		t.Errorf("%+v, %v: what the API says beside the items goes first", got, err)
	}
}
