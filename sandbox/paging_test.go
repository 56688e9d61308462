package sandbox

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// pagedList is one list and a few ways to order and narrow it.
type pagedList struct {
	style, persona, path string
	limit                int // largest step
	orders               []string
}

func pagedLists() []pagedList {
	return []pagedList{
		{"page", "partner", "/account/v2/companies", maxPageSize, []string{"", "?sortOrder=ASC", "?name=a"}},
		{"page", "partner", "/account/v2/users", maxPageSize, []string{"", "?sortField=LAST_NAME&sortOrder=DESC", "?sortField=FIRST_NAME"}},
		{"page", "partner", bigCompany(shared.acme()) + "/memberships", maxPageSize, []string{"", "?sortField=FIRST_NAME", "?enabled=true"}},
		{"page", "partner", "/channel/v1/applications", maxPageSize, []string{"", "?sortField=RATING&sortOrder=DESC", "?sortField=NEWEST_FIRST"}},
		{"page", "partner", "/channel/v1/stagingCatalog", maxPageSize, []string{"", "?appStatus=PRODUCTION"}},
		{"window", "partner", "/billing/v1/subscriptions", maxWindow, []string{"", "?sortField=COMPANY", "?status=ACTIVE&sortField=STATUS&sortOrder=DESC"}},
		{"window", "partner", "/channel/v1/discounts", maxWindow, []string{"", "?sortField=END_DATE"}},
		{"window", "partner", "/marketplace/v1/listing", maxListing, []string{"", "?order=POPULARITY"}},
		{"page", "partner", "/prm/v1/leads", maxPageSize, []string{"", "?sortField=COMPANY_NAME&sortOrder=ASC", "?status=WON"}},
		{"cursor", "admin", "/assistedSales/v1/quotes", maxFirst, []string{"", "?status=OPEN"}},
	}
}

// stepQuery asks for one step of a walk.
func stepQuery(style string, step, size int, after string) url.Values {
	number := strconv.Itoa
	switch style {
	case "page":
		return url.Values{"page": {number(step)}, "size": {number(size)}}
	case "window":
		return url.Values{"start": {number(step * size)}, "count": {number(size)}}
	default:
		return url.Values{"first": {number(size)}, "after": {after}}
	}
}

// walk reads a list over HTTP to its end in steps of the given size.
func walk(t *testing.T, persona, path, style string, size int) []string {
	t.Helper()
	joint := "?"
	if strings.Contains(path, "?") {
		joint = "&"
	}
	var seen []string
	after := ""
	for step := range 1000 {
		a := shared.get(t, persona, path+joint+stepQuery(style, step, size, after).Encode())
		list := a.list(t)
		if len(list) == 0 {
			return seen
		}
		seen = append(seen, ids(list)...)
		if style == "cursor" {
			after, _ = field(a.object(t), "pageInfo", "endCursor").(string)
		}
	}
	t.Fatalf("%s does not end", path)
	return nil
}

// walkDirectly does the same by calling the handler, which is fast enough to try
// many step sizes.
func walkDirectly(t *rapid.T, l pagedList, order string, size int) []string {
	path, _ := shared.box.appdirect.router.find(l.path)
	x := exchange{
		site: site{tenant: shared.box.tenants[0], path: l.path}, world: shared.acme(), endpoint: path.methods["GET"],
		params: map[string]string{"companyUuid": strings.Split(l.path, "/")[min(4, strings.Count(l.path, "/"))]},
		caller: caller{user: shared.acme().users.Get(emailKey("admin@acme.example")), scopes: marketplaceRoles},
	}
	var seen []string
	after := ""
	for step := range 1000 {
		query, err := url.ParseQuery(strings.TrimPrefix(order, "?"))
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(query, stepQuery(l.style, step, size, after))
		x.query = query
		out, err := shared.box.appdirect.handlers[x.endpoint.Key()](&x)
		if err != nil {
			t.Fatal(err)
		}
		list, _ := out.body.([]any)
		for _, name := range []string{"content", "quotes"} {
			if members, ok := field(out.body, name).([]any); ok {
				list = members
			}
		}
		if len(list) == 0 {
			return seen
		}
		seen = append(seen, ids(list)...)
		after, _ = field(out.body, "pageInfo", "endCursor").(string)
	}
	t.Fatalf("%s does not end", l.path)
	return nil
}

// TestAnyPageSizeIsTheSameList walks lists of all three styles in steps of any
// size and in several orders, and compares with a walk over HTTP in the largest.
func TestAnyPageSizeIsTheSameList(t *testing.T) {
	for _, l := range pagedLists() {
		t.Run(l.path, func(t *testing.T) {
			t.Parallel()
			whole := map[string][]string{}
			for _, order := range l.orders {
				whole[order] = walk(t, l.persona, l.path+order, l.style, l.limit)
				if sorted := slices.Sorted(slices.Values(whole[order])); len(slices.Compact(sorted)) != len(whole[order]) || len(sorted) == 0 {
					t.Fatalf("%q repeats records or has none", order)
				}
			}
			if stepped := walk(t, l.persona, l.path+l.orders[1], l.style, 37); !slices.Equal(stepped, whole[l.orders[1]]) {
				t.Errorf("%s%s over HTTP in steps of 37 differs", l.path, l.orders[1])
			}
			rapid.Check(t, func(rt *rapid.T) {
				order := rapid.SampledFrom(l.orders).Draw(rt, "order")
				least := 1 + len(whole[order])/40 // keeps a walk to a few dozen steps
				size := rapid.IntRange(least, l.limit).Draw(rt, "size")
				if stepped := walkDirectly(rt, l, order, size); !slices.Equal(stepped, whole[order]) {
					rt.Fatalf("%s%s in steps of %d differs", l.path, order, size)
				}
			})
		})
	}
}

// TestCapsAreReported asks for more than any list gives.
func TestCapsAreReported(t *testing.T) {
	t.Parallel()
	page := shared.get(t, "partner", "/account/v2/users?size=5000").object(t)
	if n := len(page["content"].([]any)); n != maxPageSize || factText(field(page, "page", "size")) != strconv.Itoa(maxPageSize) {
		t.Errorf("%d users on a page of %v", n, field(page, "page", "size"))
	}
	users := shared.acme().users.Len()
	wantPages := (users + maxPageSize - 1) / maxPageSize
	if factText(field(page, "page", "totalElements")) != strconv.Itoa(users) || factText(field(page, "page", "totalPages")) != strconv.Itoa(wantPages) {
		t.Errorf("page object %v", page["page"])
	}
	for path, want := range map[string]int{
		"/billing/v1/subscriptions":            maxWindow, // the printed default
		"/billing/v1/subscriptions?count=9999": maxWindow,
		"/account/v2/users":                    50,
		"/channel/v1/applications":             20,
		"/marketplace/v1/listing?count=9999":   shared.acme().applications.Len(),
	} {
		if n := len(shared.get(t, "partner", path).list(t)); n != want {
			t.Errorf("%s: %d records, want %d", path, n, want)
		}
	}
}

func TestPagesPastTheEndAreEmpty(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/account/v2/companies?page=99", "/account/v2/companies?page=9223372036854775807&size=100", "/billing/v1/subscriptions?start=100000",
	} {
		if list := shared.get(t, "partner", path).list(t); len(list) != 0 {
			t.Errorf("%s: %d records", path, len(list))
		}
	}
}

// TestNextLinksLeadThroughTheCatalogue follows the addresses as given.
func TestNextLinksLeadThroughTheCatalogue(t *testing.T) {
	t.Parallel()
	address := shared.base("acme") + "/api/channel/v1/applications?size=40&searchText=a"
	var seen []string
	for address != "" {
		r := request(t, "GET", address, "")
		r.Header.Set("Authorization", "Bearer "+shared.token(t, "acme", "partner"))
		page := do(t, r).object(t)
		seen = append(seen, ids(page["content"].([]any))...)
		address = ""
		for _, l := range page["links"].([]any) {
			address, _ = field(l, "href").(string)
		}
	}
	if want := walk(t, "partner", "/channel/v1/applications?searchText=a", "page", 100); !slices.Equal(seen, want) || len(seen) <= 40 {
		t.Errorf("%d applications by links, %d by pages", len(seen), len(want))
	}
}

func TestTotalCountHeader(t *testing.T) {
	t.Parallel()
	if got := shared.get(t, "partner", "/channel/v1/discounts?count=2").header.Get("X-Total-Count"); got != strconv.Itoa(shared.acme().discounts.Len()) {
		t.Errorf("discounts: %q", got)
	}
	if got := shared.get(t, "partner", "/billing/v1/subscriptions?count=2").header.Get("X-Total-Count"); got != "" {
		t.Errorf("subscriptions print no such header: %q", got)
	}
}

// TestSlotsStayInside draws any numbers a caller may send.
func TestSlotsStayInside(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(0, 1000).Draw(t, "total")
		q := url.Values{}
		for _, name := range []string{"page", "size", "start", "count", "first"} {
			q.Set(name, strconv.Itoa(rapid.Int().Draw(t, name)))
		}
		q.Set("after", encodeCursor(rapid.IntRange(0, 1<<62).Draw(t, "after")))
		byPage, _, pageErr := pageSlot(q, 50, maxPageSize, total)
		byWindow, windowErr := windowSlot(q, 50, maxWindow, total)
		byCursor, cursorErr := cursorSlot(q, total)
		for err, s := range map[error]slot{pageErr: byPage, windowErr: byWindow, cursorErr: byCursor} {
			if err == nil && (s.from < 0 || s.from > s.to || s.to > total || s.to-s.from > s.size) {
				t.Fatalf("slot %+v of %d", s, total)
			}
		}
	})
}

func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"MA==", "", "!", "LTE=", encodeCursor(12)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		at, err := decodeCursor(cursor)
		if err == nil && at < 0 {
			t.Errorf("cursor %q is at %d", cursor, at)
		}
		if again, err := decodeCursor(encodeCursor(max(at, 0))); err != nil || again != max(at, 0) {
			t.Errorf("position %d does not survive: %d %v", at, again, err)
		}
	})
}
