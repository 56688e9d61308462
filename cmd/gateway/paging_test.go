package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// pagedList is a list of the graph and the whole of it as REST tells.
type pagedList struct {
	name     string
	doc      string // with the page's arguments and selection as %s
	path     []string
	whole    []string
	counted  bool // the backend counts it: `last` needs no `before`
	smallest int  // page size that it is walked with
	id       string
}

const pageSelection = `{ totalCount nodes { %[1]s } edges { cursor node { %[1]s } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`

func (w walk) pagedLists(t *testing.T) []pagedList {
	t.Helper()
	companies := w.companies(t)
	crowd := w.crowd(t, companies)
	members := w.memberships(t, crowd)
	products := []string{}
	for _, p := range w.applications(t) {
		products = append(products, text(p, "uuid"))
	}
	return []pagedList{
		{"companies", "companies", []string{"companies"}, ids(companies), true, 1, "id"},
		{"memberships", `company(id: "` + crowd + `") { memberships`, []string{"company", "memberships"}, ids(members), true, 1, "user { id }"},
		{"products", "products", []string{"products"}, products, true, 1, "id"},
		{"subscriptions", "subscriptions", []string{"subscriptions"}, ids(w.subscriptions(t)), false, 7, "id"},
	}
}

// crowd is a company with more members than fit a page of the backend's.
func (w walk) crowd(t *testing.T, companies []any) string {
	t.Helper()
	for _, id := range ids(companies) {
		page := w.get(t, "/account/v2/companies/"+id+"/memberships", "page", "1", "size", "100")
		if len(list(page, "content")) > 0 {
			return id
		}
	}
	t.Fatal("no company has more than 100 members")
	return ""
}

// page is one page of a list, as the graph answers it.
type page struct {
	ids, cursors []string
	next, prev   bool
	total        string
}

func (l pagedList) document(args string) string {
	closing := strings.Repeat("}", strings.Count(l.doc, "{"))
	return "{ " + l.doc + "(" + args + ") " + fmt.Sprintf(pageSelection, l.id) + closing + " }"
}

func (l pagedList) read(t testing.TB, g *front, args string) page {
	t.Helper()
	got := at(g.must(t, ask{as: "partner", doc: l.document(args)}), l.path...)
	p := page{
		next: at(got, "pageInfo", "hasNextPage") == true, prev: at(got, "pageInfo", "hasPreviousPage") == true, total: text(got, "totalCount"),
	}
	for _, n := range list(got, "nodes") {
		p.ids = append(p.ids, nodeID(n))
	}
	for i, e := range list(got, "edges") {
		if nodeID(at(e, "node")) != p.ids[i] {
			t.Fatalf("edge %d is not node %d", i, i)
		}
		p.cursors = append(p.cursors, text(e, "cursor"))
	}
	if n := len(p.cursors); n > 0 && (p.cursors[0] != text(got, "pageInfo", "startCursor") || p.cursors[n-1] != text(got, "pageInfo", "endCursor")) {
		t.Fatalf("pageInfo's cursors are not those of the first and last edge")
	}
	return p
}

func nodeID(n any) string { return text(n, "id") + text(n, "user", "id") }

func TestPaging(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	g := b.start(t)
	for _, l := range (walk{b, "acme"}).pagedLists(t) {
		t.Run(l.name, func(t *testing.T) {
			var cursors []string
			for _, size := range []int{20, l.smallest, 7, 100, 250} {
				cursors = l.forward(t, g, size)
			}
			for _, size := range []int{20, 7, 100, 250} {
				l.backward(t, g, size, cursors)
			}
			b.forgetCalls(t)
			l.anywhere(t, g, cursors)
			if n := b.calls(t).Total; n != 0 {
				t.Errorf("pages of a list that was read whole made %d calls", n)
			}
		})
	}
}

// forward walks the list from the front and returns all cursors.
func (l pagedList) forward(t *testing.T, g *front, size int) []string {
	t.Helper()
	var got, cursors []string
	args := fmt.Sprintf("first: %d", size)
	for {
		p := l.read(t, g, args)
		if p.prev != (len(got) > 0) || len(p.ids) > size {
			t.Fatalf("first %d after %d: hasPreviousPage %v, %d items", size, len(got), p.prev, len(p.ids))
		}
		got, cursors = append(got, p.ids...), append(cursors, p.cursors...)
		if want := fmt.Sprint(len(l.whole)); p.total != want && (l.counted || !p.next) {
			t.Errorf("totalCount %q, want %s", p.total, want)
		}
		if !p.next {
			break
		}
		args = fmt.Sprintf("first: %d, after: %q", size, cursors[len(cursors)-1])
	}
	if diff := cmp.Diff(l.whole, got); diff != "" {
		t.Fatalf("first: %d (-REST +graph):\n%s", size, diff)
	}
	return cursors
}

// backward walks from the end; where nobody counts the list, from its last item.
func (l pagedList) backward(t *testing.T, g *front, size int, cursors []string) {
	t.Helper()
	args, want := fmt.Sprintf("last: %d", size), l.whole
	if !l.counted {
		args += fmt.Sprintf(", before: %q", cursors[len(cursors)-1])
		want = want[:len(want)-1]
	}
	var got []string
	for {
		p := l.read(t, g, args)
		got = append(slices.Clone(p.ids), got...)
		if !p.prev {
			break
		}
		if len(p.ids) == 0 {
			t.Fatalf("%s: an empty page that has a previous one", args)
		}
		args = fmt.Sprintf("last: %d, before: %q", size, p.cursors[0])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("last: %d (-REST +graph):\n%s", size, diff)
	}
}

// anywhere: any page between any two cursors is that run of the whole list.
func (l pagedList) anywhere(t *testing.T, g *front, cursors []string) {
	rapid.Check(t, func(rt *rapid.T) {
		n := len(l.whole)
		from, to := rapid.IntRange(-1, n-1).Draw(rt, "after"), rapid.IntRange(0, n).Draw(rt, "before")
		size := rapid.IntRange(1, 250).Draw(rt, "size")
		forward := rapid.Bool().Draw(rt, "forward") || to == n && !l.counted
		args := fmt.Sprintf("%s: %d", map[bool]string{true: "first", false: "last"}[forward], size)
		if from >= 0 {
			args += fmt.Sprintf(", after: %q", cursors[from])
		}
		if to < n {
			args += fmt.Sprintf(", before: %q", cursors[to])
		}
		start, end := from+1, max(to, from+1)
		if forward {
			end = min(end, start+size)
		} else {
			start = max(start, end-size)
		}
		p := l.read(t, g, args)
		if diff := cmp.Diff(append([]string{}, l.whole[start:end]...), append([]string{}, p.ids...)); diff != "" {
			rt.Fatalf("%s (-REST +graph):\n%s", args, diff)
		}
		if len(p.ids) > 0 && (p.next != (end < n) || p.prev != (start > 0)) {
			rt.Fatalf("%s: hasNextPage %v, hasPreviousPage %v of %d to %d of %d", args, p.next, p.prev, start, end, n)
		}
	})
}

// What is wrong with a page's arguments is said at once, and costs no call.
func TestPagingRefuses(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	lists := (walk{b, "acme"}).pagedLists(t)
	warm := b.start(t)
	cursors := make([]string, len(lists))
	for i, l := range lists {
		cursors[i] = l.read(t, warm, "first: 1").cursors[0]
	}
	foreign := text(warm.must(t, ask{tenant: "globex", as: "partner", doc: `{ companies(first: 1) { pageInfo { endCursor } } }`}), "companies", "pageInfo", "endCursor")
	g := b.start(t) // cold: a call would be one
	for i, l := range lists {
		others := lists[(i+1)%len(lists)].read(t, warm, "first: 1").cursors[0]
		refused := map[string]string{
			`first: 0`: "1 to 250", `first: -1`: "1 to 250", `first: 251`: "1 to 250", `last: 0`: "1 to 250", `last: 251`: "1 to 250",
			`first: 1, last: 1`: "not both", `first: 1, after: "x"`: "no cursor", `first: 1, after: "!"`: "no cursor",
			`first: 1, before: "AAAAAAAAAAAAAAAA"`:                    "another list",
			fmt.Sprintf(`first: 1, after: %q`, others):                "another list",
			fmt.Sprintf(`last: 1, before: %q`, others):                "another list",
			fmt.Sprintf(`first: 1, after: %q`, foreign):               "another list",
			fmt.Sprintf(`first: 1, after: "%s="`, others):             "no cursor",
			fmt.Sprintf(`first: 1, after: %q`, cursors[i]+"AAAAAAAA"): "cursor",
		}
		switch l.name {
		case "companies":
			refused[fmt.Sprintf(`first: 1, name: "a", after: %q`, cursors[i])] = "other arguments"
			refused[fmt.Sprintf(`first: 1, orderBy: {field: NAME, direction: ASC}, after: %q`, cursors[i])] = "other arguments"
		case "products":
			refused[fmt.Sprintf(`first: 1, searchText: "a", after: %q`, cursors[i])] = "other arguments"
		case "subscriptions":
			refused[fmt.Sprintf(`first: 1, status: ACTIVE, after: %q`, cursors[i])] = "other arguments"
			refused[`first: 1, status: UNKNOWN`] = "UNKNOWN"
		}
		delete(refused, fmt.Sprintf(`first: 1, after: %q`, cursors[i]))
		if l.name == "subscriptions" { // it might have ended on its first page
			l.refuses(t, g, `last: 5`, "not counted", 1)
		}
		for args, why := range refused {
			l.refuses(t, g, args, why, 0)
		}
	}
}

func (l pagedList) refuses(t *testing.T, g *front, args, why string, calls int) {
	t.Helper()
	if l.name == "memberships" { // its company is read first, and there is no call for the list
		l.read(t, g, "first: 1")
	}
	g.forgetCalls(t)
	got := g.query(t, ask{as: "partner", doc: l.document(args)})
	if len(got.errors) != 1 || got.errors[0].code() != "BAD_REQUEST" || !strings.Contains(got.errors[0].Message, why) {
		t.Errorf("%s(%s): %.400s, want BAD_REQUEST that says %q", l.name, args, got.body, why)
	}
	if n := g.calls(t).Total; n != calls {
		t.Errorf("%s(%s) made %d calls, want %d", l.name, args, n, calls)
	}
}
