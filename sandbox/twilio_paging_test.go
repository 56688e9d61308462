package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// twilioLists are lists of both styles, with their key and who asks.
func twilioLists(t *testing.T) map[string]struct {
	key     string
	account *Record
} {
	t.Helper()
	w := shared.addOns()
	sub, chain := busyChain(t, w)
	parent := shared.parentAccount()
	type list = struct {
		key     string
		account *Record
	}
	return map[string]list{
		"/v1/AvailableAddOns": {"available_add_ons", sub},
		"/v1/AvailableAddOns/" + chain["AvailableAddOnSid"] + "/Extensions": {"extensions", sub},
		"/v1/InstalledAddOns":                              {"installed_add_ons", sub},
		"/2010-04-01/Accounts.json":                        {"accounts", parent},
		accountPath(sub.ID) + "/IncomingPhoneNumbers.json": {"incoming_phone_numbers", sub},
		accountPath(sub.ID) + "/Recordings.json":           {"recordings", parent},
		accountPath(sub.ID) + "/Usage/Records.json":        {"usage_records", sub},
	}
}

// followTwilio reads a list page by page, forward by what each answer says is
// next, and then backward; both ways must show the same pages.
func followTwilio(t *testing.T, account *Record, path, key string, size int) []string {
	t.Helper()
	base := shared.twilioBase("acme") + "/api"
	if strings.HasPrefix(path, "/v1/") {
		base = ""
	}
	at := shared.twilioAddress("acme", path) + "?PageSize=" + strconv.Itoa(size)
	var forward, backward [][]string
	for at != "" {
		sids, next, _ := twilioStepTo(t, account, at, key)
		forward = append(forward, sids)
		if next == "" {
			break
		}
		at = base + next
	}
	for at != "" {
		sids, _, back := twilioStepTo(t, account, at, key)
		backward = append(backward, sids)
		if back == "" {
			break
		}
		at = base + back
	}
	slices.Reverse(backward)
	// The last page may be short; walking back from it keeps the earlier cuts.
	if !slices.EqualFunc(forward, backward, slices.Equal[[]string]) {
		t.Errorf("%s by %d: forward %v, backward %v", path, size, forward, backward)
	}
	return slices.Concat(forward...)
}

// twilioStepTo reads a page and where its neighbours are.
func twilioStepTo(t *testing.T, account *Record, address, key string) (sids []string, next, back string) {
	t.Helper()
	r := request(t, http.MethodGet, address, "")
	r.SetBasicAuth(account.ID, account.text("token"))
	a := do(t, r)
	if a.status != http.StatusOK {
		t.Fatalf("%s: %d %s", address, a.status, a.body)
	}
	body := a.object(t)
	next, _ = body["next_page_uri"].(string)
	back, _ = body["previous_page_uri"].(string)
	if meta := body["meta"]; meta != nil {
		next, _ = field(meta, "next_page_url").(string)
		back, _ = field(meta, "previous_page_url").(string)
		if field(meta, "key") != key {
			t.Errorf("%s: key is %v", address, field(meta, "key"))
		}
	}
	for _, item := range body[key].([]any) {
		sid := factText(field(item, "sid"))
		if sid == "" {
			sid = factText(field(item, "category"))
		}
		sids = append(sids, sid)
	}
	return sids, next, back
}

// TestTwilioPagesMakeTheWhole whatever the size, in both styles.
func TestTwilioPagesMakeTheWhole(t *testing.T) {
	t.Parallel()
	for path, list := range twilioLists(t) {
		whole := followTwilio(t, list.account, path, list.key, twilioMaxPageSize)
		for _, size := range []int{1, 2, 7, 50} {
			if got := followTwilio(t, list.account, path, list.key, size); !slices.Equal(got, whole) {
				t.Errorf("%s by %d: %d of %d records", path, size, len(got), len(whole))
			}
		}
	}
}

// TestTwilioPageTokens draws lists, sizes and starts.
func TestTwilioPageTokens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		records := make([]*Record, rapid.IntRange(0, 40).Draw(t, "records"))
		for i := range records {
			records[i] = twilioRecord(strconv.Itoa(i), "S"+strconv.Itoa(i), "", nil, nil)
		}
		x := &twilioCall{query: url.Values{"PageSize": {strconv.Itoa(rapid.IntRange(1, 45).Draw(t, "size"))}}}
		seen := 0
		for {
			p, err := x.page(records)
			if err != nil {
				t.Fatal(err)
			}
			if p.from != seen {
				t.Fatalf("a page begins at %d after %d records", p.from, seen)
			}
			seen = p.to
			if (p.from > 0) != (p.back != "") {
				t.Fatal("the way back is missing or leads nowhere")
			}
			if p.next == "" {
				break
			}
			x.query.Set("PageToken", p.next)
		}
		if seen != len(records) {
			t.Fatalf("%d of %d records", seen, len(records))
		}
	})
}

func FuzzTwilioPageToken(f *testing.F) {
	for _, seed := range []string{"", "P", "PA", "PAS1", "PBS1", "PBS9", "QAS1"} {
		f.Add(seed)
	}
	records := []*Record{twilioRecord("S1", "S1", "", nil, nil), twilioRecord("S2", "S2", "", nil, nil)}
	f.Fuzz(func(t *testing.T, token string) {
		at, err := tokenPosition(token, records, 1)
		if err == nil && (at < 0 || at > len(records)) {
			t.Errorf("%q leads to %d", token, at)
		}
	})
}

func TestTwilioPageParameters(t *testing.T) {
	t.Parallel()
	sub, _ := busyChain(t, shared.addOns())
	for query, code := range map[string]string{
		"PageSize=0": "20001", "PageSize=1001": "20001", "PageSize=x": "20001", "Page=-1": "20001", "PageToken=PAXB": "21481", "PageToken=zz": "21481",
		"page=1": "20001", "Limit=3": "20001",
	} {
		a := shared.twilio(t, http.MethodGet, sub, "/v1/AvailableAddOns?"+query, "")
		if a.status != http.StatusBadRequest || factText(a.object(t)["code"]) != code {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
	first := shared.twilio(t, http.MethodGet, sub, "/v1/AvailableAddOns?PageSize=2", "").object(t)["available_add_ons"]
	moved := shared.twilio(t, http.MethodGet, sub, "/v1/AvailableAddOns?PageSize=2&Page=3", "").object(t)
	if factText(field(moved["available_add_ons"].([]any)[0], "sid")) != factText(field(first.([]any)[0], "sid")) || factText(field(moved, "meta", "page")) != "3" {
		t.Error("a page's number alone moved the page, which only a token does")
	}
}

// TestTwilioFilters asks for each documented filter, for something and for
// nothing.
func TestTwilioFilters(t *testing.T) {
	t.Parallel()
	w := shared.addOns()
	sub, chain := busyChain(t, w)
	number := w.numbers.Get(chain["ResourceSid"])
	recording := w.recordings.Get(chain["ReferenceSid"])
	numbers, recordings, usage := accountPath(sub.ID)+"/IncomingPhoneNumbers.json", accountPath(sub.ID)+"/Recordings.json", accountPath(sub.ID)+"/Usage/Records.json"
	tests := []struct {
		path, key, name, hit, miss string
	}{
		{numbers, "incoming_phone_numbers", "PhoneNumber", number.text("number"), "+4400"},
		{numbers, "incoming_phone_numbers", "FriendlyName", number.text("name"), "nobody"},
		{numbers, "incoming_phone_numbers", "Origin", "twilio", "hosted"},
		{recordings, "recordings", "CallSid", recording.text("call"), "CA1"},
		{recordings, "recordings", "DateCreated>", "2000-01-01", "2999-01-01"},
		{recordings, "recordings", "DateCreated<", "2999-01-01", "2000-01-01"},
		{recordings, "recordings", "DateCreated", strconv.FormatInt(recording.Facts["created"].(int64), 10), "2000-01-01"},
		{usage, "usage_records", "Category", where(w.usage.all(), "parent", sub.ID)[0].text("category"), "nothing"},
		{usage, "usage_records", "StartDate", "2026-01-01", "2999-01-01"},
		{usage, "usage_records", "EndDate", "2026-01-01", "2000-01-01"},
		{"/2010-04-01/Accounts.json", "accounts", "Status", "active", "suspended"},
		{"/2010-04-01/Accounts.json", "accounts", "FriendlyName", sub.text("name"), "nobody"},
	}
	for _, test := range tests {
		count := func(value string) int {
			a := shared.twilio(t, http.MethodGet, sub, test.path+"?"+url.Values{test.name: {value}}.Encode(), "")
			list, _ := a.object(t)[test.key].([]any)
			return len(list)
		}
		if hit, miss := count(test.hit), count(test.miss); hit == 0 || miss != 0 {
			t.Errorf("%s %s: %d for %q, %d for %q", test.path, test.name, hit, test.hit, miss, test.miss)
		}
	}
	if a := shared.twilio(t, http.MethodGet, sub, usage+"?StartDate=yesterday", ""); a.status != http.StatusBadRequest {
		t.Errorf("a day that is none: %d", a.status)
	}
}
