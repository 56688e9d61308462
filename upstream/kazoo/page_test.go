package kazoo_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

func TestPageQuery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		size  int
		start string
		want  string
	}{
		{0, "", ""},
		{-1, "", ""},
		{50, "", "page_size=50"},
		{50, "+14155558921", "page_size=50&start_key=%2B14155558921"},
		{0, "a&b=c", "start_key=a%26b%3Dc"},
	} {
		if got := kazoo.PageQuery(c.size, c.start).Encode(); got != c.want {
			t.Errorf("%d, %q: %s, want %s", c.size, c.start, got, c.want)
		}
	}
}

func TestCDRQuery(t *testing.T) {
	t.Parallel()
	from := time.Date(2024, 1, 13, 10, 30, 0, 0, time.FixedZone("", 0))
	got, err := kazoo.CDRQuery(from, from.Add(kazoo.MaxRange), 100, "k")
	want := url.Values{"created_from": {"63872361000"}, "created_to": {"63875043000"}, "page_size": {"100"}, "start_key": {"k"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for name := range got {
		if !slices.Contains(kazoo.ListCDRs.Query, name) {
			t.Errorf("%s is not a parameter of the route", name)
		}
	}
	for _, to := range []time.Time{from, from.Add(-time.Second), from.Add(kazoo.MaxRange + time.Second)} {
		if _, err := kazoo.CDRQuery(from, to, 100, ""); err == nil || !strings.Contains(err.Error(), "31 days") {
			t.Errorf("from %s to %s: %v", from, to, err)
		}
	}
}

// TestWalks: a list cut into pages in any way is read whole and in order, by start keys that name the next item.
func TestWalks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfNDistinct(rapid.StringMatching(`\+1[0-9]{4}`), 0, 12, rapid.ID).Draw(t, "numbers")
		slices.Sort(all)
		size := rapid.IntRange(1, 5).Draw(t, "page size")
		var got []string
		for start := ""; ; {
			page, err := kazoo.DecodePhoneNumbers(numberPage(all, kazoo.PageQuery(size, start)))
			if err != nil {
				t.Fatal(contract.Cause(err))
			}
			for _, n := range page.Items {
				got = append(got, string(n.Number))
			}
			if start = page.Next; start == "" {
				break
			}
		}
		if !slices.Equal(all, got) {
			t.Fatalf("%v, want %v", got, all)
		}
	})
}

// numberPage answers as the backend would, its members in no order of their own.
func numberPage(all []string, query url.Values) []byte {
	size, _ := strconv.Atoi(query.Get("page_size"))
	from, _ := slices.BinarySearch(all, query.Get("start_key"))
	to := min(from+size, len(all))
	members := make([]string, 0, size)
	for _, n := range slices.Backward(all[from:to]) {
		members = append(members, fmt.Sprintf("%q:{}", n))
	}
	next := ""
	if to < len(all) {
		next = fmt.Sprintf(`"next_start_key":%q,`, all[to])
	}
	return fmt.Appendf(nil, `{%s"start_key":%q,"page_size":%d,"status":"success","data":{"numbers":{%s}}}`,
		next, query.Get("start_key"), to-from, strings.Join(members, ","))
}

// TestSpellingsOfACDR: listings write all values as texts; the same as numbers is the same leg.
func TestSpellingsOfACDR(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := kazoo.CDR{ID: "a"}
		members := []string{`"id":"a"`}
		either := func(name, value string) {
			if rapid.Bool().Draw(t, name+" as text") {
				value = `"` + value + `"`
			}
			members = append(members, fmt.Sprintf("%q:%s", name, value))
		}
		second := rapid.Int64Range(0, 4_000_000_000).Draw(t, "second")
		want.Timestamp = wire.Gregorian{Time: time.Unix(second, 0).UTC()}
		either("timestamp", wire.GregorianSeconds(time.Unix(second, 0)))
		duration := rapid.StringMatching(`0|[1-9][0-9]{0,5}`).Draw(t, "duration")
		want.Duration = num(duration)
		either("duration_seconds", duration)
		cost := rapid.StringMatching(`(0|[1-9][0-9]{0,3})(\.[0-9]{1,4})?`).Draw(t, "cost")
		want.Cost = num(cost)
		either("cost", cost)
		body := `{"status":"success","data":[{` + strings.Join(rapid.Permutation(members).Draw(t, "order"), ",") + `}]}`
		got, err := kazoo.DecodeCDRs([]byte(body))
		if err != nil {
			t.Fatalf("%s: %v", body, contract.Cause(err))
		}
		if diff := cmp.Diff([]kazoo.CDR{want}, got.Items); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", body, diff)
		}
	})
}

// TestScrub: no secret stays, at any depth, and nothing else is lost.
func TestScrub(t *testing.T) {
	t.Parallel()
	for _, d := range decoders {
		body := room.Sample(t, d.Sample)
		kept, err := kazoo.Scrub(d.Route, body)
		if err != nil {
			t.Errorf("%s: %v", d.Route.Name, err)
			continue
		}
		if strings.Contains(string(kept), "eyJ") || strings.Contains(string(kept), `"pins"`) {
			t.Errorf("%s keeps %s", d.Route.Name, kept)
		}
		want, _ := d.Decode(body)
		got, err := d.Decode(kept)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-whole +scrubbed):\n%s", d.Route.Name, err, diff)
		}
	}
}

func TestScrubDeep(t *testing.T) {
	t.Parallel()
	body := `{"auth_token":"s","data":[{"id":"a","sip":{"password":"s","username":"u"},"hotdesk":{"pin":"s"},
		"member":{"pins":["s"]},"bridge_password":"s","n":12345678901234567890,"flow":{"data":{"pin":{"x":"s"}},"children":{"_":{"data":{"api_key":"s"}}}}}]}`
	got, err := kazoo.Scrub(kazoo.ReadDevice, []byte(body))
	const want = `{"data":[{"flow":{"children":{"_":{"data":{}}},"data":{}},"hotdesk":{},"id":"a","member":{},"n":12345678901234567890,"sip":{"username":"u"}}]}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
	for _, bad := range []string{``, `{`, `{"a":"` + secret + `"} {}`, `<html>` + secret} {
		got, err := kazoo.Scrub(kazoo.ReadDevice, []byte(bad))
		if got != nil {
			t.Errorf("%s: %s", bad, got)
		}
		room.CheckMalformed(t, kazoo.ReadDevice, err)
	}
}

// FuzzScrub: the result is JSON without the names of secrets, and scrubbing it again changes nothing.
func FuzzScrub(f *testing.F) {
	for _, d := range decoders {
		f.Add(room.Sample(f, d.Sample))
	}
	f.Add([]byte(`{"pin":1,"a":[{"password":null}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		once, err := kazoo.Scrub(kazoo.ReadDevice, body)
		if err != nil {
			if json.Valid(body) {
				t.Fatalf("refused, though it is JSON: %v", contract.Cause(err))
			}
			return
		}
		twice, err := kazoo.Scrub(kazoo.ReadDevice, once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%v: %s, then %s", err, once, twice)
		}
	})
}
