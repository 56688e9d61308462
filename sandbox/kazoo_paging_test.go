package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// walk reads a list page by page; it returns the ids, or numbers, in order and
// the sizes of the pages.
func (p *phone) walk(t *testing.T, path string, query url.Values) (ids []string, sizes []int) {
	t.Helper()
	for range 500 {
		body := p.read(t, path+"?"+query.Encode()).object(t)
		page := idsIn(body["data"])
		n, err := strconv.Atoi(factText(body["page_size"]))
		if err != nil || n != len(page) {
			t.Fatalf("%s: page_size %v of %d", path, body["page_size"], len(page))
		}
		if key := query.Get("start_key"); key != "" && key != body["start_key"] {
			t.Fatalf("%s: start_key %v, asked for %s", path, body["start_key"], key)
		}
		ids, sizes = append(ids, page...), append(sizes, n)
		next, more := body["next_start_key"].(string)
		if !more {
			return ids, sizes
		}
		query.Set("start_key", next)
	}
	t.Fatalf("%s does not end", path)
	return nil, nil
}

// idsIn are the ids of a list, or the keys of a map of numbers in order.
func idsIn(data any) []string {
	if numbers, ok := field(data, "numbers").(map[string]any); ok {
		var out []string
		for n := range numbers {
			out = append(out, n)
		}
		slices.Sort(out)
		return out
	}
	return ids(data.([]any))
}

// TestKazooPagesMakeTheWhole for every list, at several page sizes.
func TestKazooPagesMakeTheWhole(t *testing.T) {
	p := shared.phone(t, "acme")
	w := p.kazooOf("acme")
	lists := []string{"/accounts/" + w.parent + "/descendants", "/accounts/" + w.parent + "/children"}
	for _, kind := range []string{"users", "devices", "phone_numbers", "callflows", "groups", "conferences", "vmboxes", "cdrs"} {
		lists = append(lists, "/accounts/"+w.largest()+"/"+kind)
	}
	for _, path := range lists {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			whole := idsIn(p.read(t, path+"?paginate=false").data(t))
			if len(whole) < 10 || p.read(t, path+"?paginate=false").object(t)["page_size"] != nil {
				t.Fatalf("%d in the whole list", len(whole))
			}
			for _, size := range []int{7, 50, 1000} {
				got, sizes := p.walk(t, path, url.Values{"page_size": {strconv.Itoa(size)}})
				if !slices.Equal(got, whole) || sizes[0] != min(size, len(whole)) {
					t.Errorf("pages of %d: %d records in %v, want %d", size, len(got), sizes, len(whole))
				}
			}
			if _, sizes := p.walk(t, path, url.Values{}); sizes[0] != min(kazooPageSize, len(whole)) {
				t.Errorf("a page is of %d unless asked", sizes[0])
			}
			if strings.HasSuffix(path, "phone_numbers") {
				return // a map has no order
			}
			turned, _ := p.walk(t, path, url.Values{"ascending": {"true"}, "page_size": {"9"}})
			slices.Reverse(turned)
			if !slices.Equal(turned, whole) {
				t.Error("turned around it is another list")
			}
		})
	}
}

// TestKazooPagesOfAnyRecords cuts drawn lists at drawn sizes.
func TestKazooPagesOfAnyRecords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		records := make([]*Record, rapid.IntRange(0, 60).Draw(t, "records"))
		for i := range records {
			records[i] = &Record{ID: fmt.Sprint("r", i)}
		}
		query := url.Values{"page_size": {strconv.Itoa(rapid.IntRange(1, 70).Draw(t, "size"))}}
		var got []*Record
		for {
			page, info, err := kazooCut(records, query, cursorOf, cursorAt)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, page...)
			if info.next == "" {
				break
			}
			query.Set("start_key", info.next)
		}
		if !slices.Equal(got, records) {
			t.Fatalf("%d of %d records", len(got), len(records))
		}
	})
}

// FuzzKazooQuery makes sure that a query that passes its check can be answered.
func FuzzKazooQuery(f *testing.F) {
	for _, seed := range []string{
		"page_size=3&start_key=azpi", "filter_a.b=1&filter_not_c=2", "has_key=a&missing_value=a..b", "created_from=1&modified_to=2", `fields=["a"]`,
		"filter_not_=", "paginate=false", "page_size=99999999999999999999",
	} {
		f.Add(seed)
	}
	records := []*Record{{ID: "a", Body: Document{"a": Document{"b": 1}}, Facts: map[string]any{"created": int64(1)}}, {ID: "b", Body: Document{}}}
	endpoint := &Endpoint{Method: "GET", Path: "/x", Paged: true}
	f.Fuzz(func(t *testing.T, raw string) {
		query, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		x := &kazooCall{endpoint: endpoint, query: query}
		if x.checkQuery() != nil {
			return
		}
		kept := Query{Matches: kazooMatches(query)}.apply(slices.Clone(records))
		page, info, err := kazooCut(kept, query, cursorOf, cursorAt)
		if err == nil && info != nil && info.size != len(page) {
			t.Errorf("%q: a page of %d says %d", raw, len(page), info.size)
		}
	})
}

// TestKazooFilters narrows lists by the full document.
func TestKazooFilters(t *testing.T) {
	t.Parallel()
	p := shared.phone(t, "acme")
	w := p.kazooOf("acme")
	below := w.below[w.largest()]
	users := below.users.all()
	base := "/accounts/" + w.largest()
	total := func(keep func(*Record) bool, c *Collection) int {
		return len(slices.DeleteFunc(c.all(), func(r *Record) bool { return !keep(r) }))
	}
	owned := func(r *Record) bool { return r.text("owner") != "" }
	tests := []struct {
		path, query string
		want        int
	}{
		{"/users", "filter_priv_level=admin", 1},
		{"/users", "filter_not_priv_level=admin", len(users) - 1},
		{"/users", "filter_media.encryption.enforce_security=false", len(users)},
		{"/users", "filter_no.such.key=1", 0},
		{"/users", "filter_priv_level=admin&filter_first_name=nobody", 0},
		{"/devices", "has_key=owner_id", total(owned, below.devices)},
		{"/devices", "key_missing=owner_id", below.devices.Len() - total(owned, below.devices)},
		{"/devices", "has_value=mac_address", total(func(r *Record) bool { return r.text("mac") != "" }, below.devices)},
		{"/devices", "missing_value=mac_address", total(func(r *Record) bool { return r.text("mac") == "" }, below.devices)},
		{"/users", "created_from=99999999999", 0},
		{"/users", "created_to=1", 0},
		{"/users", "modified_to=1", 0},
	}
	for _, test := range tests {
		if got := len(p.read(t, base+test.path+"?paginate=false&"+test.query).items(t)); got != test.want {
			t.Errorf("%s?%s: %d, want %d", test.path, test.query, got, test.want)
		}
	}
	sparse := p.read(t, base+`/users?fields=["first_name","nothing"]&page_size=1`).items(t)[0].(map[string]any)
	if len(sparse) != 2 || sparse["id"] == nil || sparse["first_name"] == nil {
		t.Errorf("sparse: %v", sparse)
	}
	owner := users[0].ID
	mine := p.read(t, base+"/users/"+owner+"/devices").items(t)
	if len(mine) != total(func(r *Record) bool { return r.text("owner") == owner }, below.devices) || len(mine) == 0 {
		t.Errorf("%d devices of a user", len(mine))
	}
}

// TestKazooQueriesAreChecked refuses what is not printed or cannot be.
func TestKazooQueriesAreChecked(t *testing.T) {
	t.Parallel()
	p := shared.phone(t, "acme")
	w := p.kazooOf("acme")
	base := "/accounts/" + w.largest()
	now := gregorian(testDay)
	tests := []struct {
		path string
		want int
	}{
		{"/users?page_size=0", 400},
		{"/users?page_size=-3", 400},
		{"/users?page_size=many", 400},
		{"/users?paginate=no", 400},
		{"/users?size=10", 400},
		{"/users?filter_=1", 400},
		{"/users?fields=name", 400},
		{"/users?start_key=bm90aGluZw", 404},
		{"/users?start_key=%25", 404},
		{"/limits?page_size=3", 400},
		{"/users?full_docs=true", 501},
		{"/users?filter_any_first_name=x", 501},
		{"/phone_numbers?prefix=415&quantity=3", 501},
		{"/phone_numbers?start_key=+1415", 404},
		{"/phone_numbers/" + w.numbersOf(w.largest())[0], 404}, // the plus is not escaped
		{"/users/" + strings.Repeat("0", 32), 404},
		{fmt.Sprintf("/cdrs?created_from=%d&created_to=%d", now-kazooMaxRange, now), 200},
		{fmt.Sprintf("/cdrs?created_from=%d&created_to=%d", now-kazooMaxRange-1, now), 400},
		{fmt.Sprintf("/cdrs?created_from=%d&created_to=%d", now, now-1), 400},
		{"/cdrs?created_from=yesterday", 400},
	}
	for _, test := range tests {
		if a := p.call(t, http.MethodGet, base+test.path, nil); a.status != test.want {
			t.Errorf("%s: %d, want %d: %.200s", test.path, a.status, test.want, a.body)
		}
	}
}

// TestKazooCallsAreBoundedInTime and come newest first.
func TestKazooCallsAreBoundedInTime(t *testing.T) {
	t.Parallel()
	p := shared.phone(t, "acme")
	w := p.kazooOf("acme")
	path := "/accounts/" + w.largest() + "/cdrs?paginate=false"
	all := w.below[w.largest()].cdrs.Len()
	recent := p.read(t, path).items(t)
	now := gregorian(testDay)
	older := p.read(t, fmt.Sprintf("%s&created_to=%d", path, now-kazooMaxRange-1)).items(t)
	if len(recent)+len(older) != all || len(older) == 0 {
		t.Errorf("%d recent, %d older of %d", len(recent), len(older), all)
	}
	from := p.read(t, fmt.Sprintf("%s&created_from=%d", path, now-kazooMaxRange)).items(t)
	if len(from) != len(recent) {
		t.Errorf("from a start on: %d, want %d", len(from), len(recent))
	}
	last := now
	for _, call := range recent {
		at, err := strconv.ParseInt(factText(field(call, "timestamp")), 10, 64)
		if err != nil || at > last || at < now-kazooMaxRange {
			t.Fatalf("timestamp %v after %d", field(call, "timestamp"), last)
		}
		if unix, _ := strconv.ParseInt(factText(field(call, "unix_timestamp")), 10, 64); at-unix != 62_167_219_200 {
			t.Fatalf("Gregorian %d, Unix %d", at, unix)
		}
		last = at
	}
}
