package loaders

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// numbers is a backend with lists of numbers, each item its own position. The
// path says how long the list is: /counted/30, /uncounted/30.
type numbers struct {
	tenant *Tenant
	calls  atomic.Int64
	lists  atomic.Int64
}

func newNumbers(t *testing.T) *numbers {
	t.Helper()
	b := &numbers{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{kind}/{n}/{list}", func(w http.ResponseWriter, r *http.Request) {
		b.calls.Add(1)
		n, _ := strconv.Atoi(r.PathValue("n"))
		page, size := number(r, "page", 0), number(r, "size", 0)
		all := positions(n)
		out := doc{"items": all[min(page*size, n):min(page*size+size, n)], "total": unknown}
		switch r.PathValue("kind") {
		case "one": // item n, where the list named last has so many
			if listed, _ := strconv.Atoi(r.PathValue("list")); n >= listed {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			out["items"] = []int{n}
		case "counted":
			out["total"] = n
		case "short":
			out["total"] = n + 1
		case "long":
			out["items"] = all
		}
		reply(w, out)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b.tenant = newTenant(t, newClient(t, server, appdirect.Backend))
	return b
}

// listing is a list of this kind and length that nothing has read before.
func (b *numbers) listing(l *Loaders, kind string, n, size int) listing[int] {
	src := source[chunk[int]]{
		route: &upstream.Route{
			Name: "numbers.list", Backend: appdirect.Backend, Method: http.MethodGet, Path: "/{kind}/{n}/{list}",
			Query: []string{"page", "size"}, Authority: upstream.System, Fresh: time.Minute, PageSize: size,
		},
		decode: func(body []byte) (chunk[int], error) {
			var in struct {
				Items []int
				Total int
			}
			err := json.Unmarshal(body, &in)
			return chunk[int]{items: in.Items, total: in.Total}, err
		},
	}
	params := map[string]string{"kind": kind, "n": strconv.Itoa(n), "list": strconv.FormatInt(b.lists.Add(1), 10)}
	pageAsk := func(page int) ask { return ask{params: params, query: pageQuery(page, size)} }
	return listing[int]{source: src, size: size, ask: pageAsk, mark: markOf(src.request(l, pageAsk(0)).Key, "")}
}

// TestReadMatchesRelay draws lists, page sizes of the backend and arguments,
// and compares with Relay's algorithm over the whole list.
func TestReadMatchesRelay(t *testing.T) {
	t.Parallel()
	b := newNumbers(t)
	rapid.Check(t, func(t *rapid.T) {
		l := New(b.tenant, auth.Anonymous("acme"))
		kind := rapid.SampledFrom([]string{"counted", "uncounted"}).Draw(t, "kind")
		all := positions(rapid.IntRange(0, 12).Draw(t, "n"))
		list := b.listing(l, kind, len(all), rapid.IntRange(1, 5).Draw(t, "size"))
		args := drawAsked(t, len(all))
		page := args.page(list.mark)

		before := b.calls.Load()
		got := read(context.Background(), l, []listing[int]{list}, page)
		calls := int(b.calls.Load() - before)
		if fromBack := kind == "uncounted" && args.last > 0; fromBack {
			checkFromBack(t, args, all, got)
			return
		}
		if got.errs[0] != nil {
			t.Fatal(got.errs[0])
		}
		checkRun(t, all, args.of(all), got.values[0])
		if total := got.values[0].Total; kind == "counted" && (total == nil || *total != len(all)) {
			t.Fatalf("total is %v, want %d", total, len(all))
		}
		// The pages that hold the window, one to learn what is behind it, one to learn the length.
		if most := len(args.of(all))/list.size + 3; calls > most {
			t.Fatalf("%d calls for %d items in pages of %d", calls, len(args.of(all)), list.size)
		}
	})
}

// checkFromBack: without a count the end is where `before` says, right or
// wrong; or the list is seen to end; or the page is refused.
func checkFromBack(t *rapid.T, args asked, all []int, got answers[*List[int]]) {
	switch {
	case got.errs[0] == nil && args.before <= len(all):
		checkRun(t, all, args.of(all), got.values[0])
	case got.errs[0] == nil:
		for _, item := range got.values[0].Items {
			if item <= args.after || item >= args.before {
				t.Fatalf("item %d is outside %+v", item, args)
			}
		}
	case args.before >= 0:
		t.Fatal(got.errs[0])
	default:
		if input, ok := errors.AsType[*InputError](got.errs[0]); !ok || input.Argument != "last" {
			t.Fatalf("error %v, want an InputError of `last`", got.errs[0])
		}
	}
}

// TestReadCalls pins the calls where windows meet the ends of backend pages.
func TestReadCalls(t *testing.T) {
	t.Parallel()
	total := func(n int) *int { return &n }
	for name, tc := range map[string]struct {
		kind    string
		n       int
		args    asked
		calls   int
		total   *int
		hasNext bool
	}{
		"counted, first backend page":            {"counted", 30, asked{first: 10, after: -1, before: -1}, 1, total(30), true},
		"counted, into the second":               {"counted", 30, asked{first: 11, after: -1, before: -1}, 2, total(30), true},
		"counted, the second alone":              {"counted", 30, asked{first: 10, after: 9, before: -1}, 1, total(30), true},
		"counted, to its very end":               {"counted", 30, asked{first: 10, after: 19, before: -1}, 1, total(30), false},
		"counted, behind its end":                {"counted", 30, asked{first: 10, after: 29, before: -1}, 1, total(30), false},
		"counted, from the back":                 {"counted", 30, asked{last: 10, after: -1, before: -1}, 2, total(30), false},
		"counted, empty":                         {"counted", 0, asked{first: 10, after: -1, before: -1}, 1, total(0), false},
		"uncounted, inside a page":               {"uncounted", 30, asked{first: 9, after: -1, before: -1}, 1, nil, true},
		"uncounted, one further tells":           {"uncounted", 30, asked{first: 10, after: -1, before: -1}, 2, nil, true},
		"uncounted, full last page":              {"uncounted", 10, asked{first: 10, after: -1, before: -1}, 2, total(10), false},
		"uncounted, short last page":             {"uncounted", 9, asked{first: 10, after: -1, before: -1}, 1, total(9), false},
		"uncounted, empty":                       {"uncounted", 0, asked{first: 10, after: -1, before: -1}, 1, total(0), false},
		"uncounted, last before":                 {"uncounted", 30, asked{last: 5, after: -1, before: 20}, 2, nil, true},
		"uncounted, last of a list seen to end":  {"uncounted", 7, asked{last: 5, after: -1, before: -1}, 1, total(7), false},
		"uncounted, behind its end is not known": {"uncounted", 10, asked{first: 5, after: 40, before: -1}, 1, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newNumbers(t)
			l := New(b.tenant, auth.Anonymous("acme"))
			list := b.listing(l, tc.kind, tc.n, 10)
			got := read(t.Context(), l, []listing[int]{list}, tc.args.page(list.mark))
			if got.errs[0] != nil {
				t.Fatal(got.errs[0])
			}
			if calls := b.calls.Load(); int(calls) != tc.calls {
				t.Errorf("%d calls, want %d", calls, tc.calls)
			}
			if diff := cmp.Diff(tc.total, got.values[0].Total); diff != "" {
				t.Errorf("total (-want +got):\n%s", diff)
			}
			if got.values[0].HasNext != tc.hasNext {
				t.Errorf("HasNext is %v", got.values[0].HasNext)
			}
			again := read(t.Context(), l, []listing[int]{list}, tc.args.page(list.mark))
			if again.errs[0] != nil || int(b.calls.Load()) != tc.calls {
				t.Errorf("read again: %v and %d calls; pages are kept", again.errs[0], b.calls.Load())
			}
		})
	}
}

// TestReadMany: many lists are answered by position, and one that fails takes nobody along.
func TestReadMany(t *testing.T) {
	t.Parallel()
	b := newNumbers(t)
	l := New(b.tenant, auth.Anonymous("acme"))
	lists := []listing[int]{
		b.listing(l, "counted", 3, 10), b.listing(l, "short", 3, 10), b.listing(l, "counted", 0, 10),
		b.listing(l, "long", 12, 10), b.listing(l, "counted", 25, 10),
	}
	got := read(t.Context(), l, lists, Page{first: 20})
	for i, want := range []int{3, -1, 0, -1, 20} {
		if want < 0 {
			if upstream.KindOf(got.errs[i]) != upstream.MalformedReply || got.values[i] != nil {
				t.Errorf("list %d: %v, %v; a reply that contradicts itself must be an error", i, got.values[i], got.errs[i])
			}
			continue
		}
		if got.errs[i] != nil || len(got.values[i].Items) != want {
			t.Errorf("list %d: %v, %v; want %d items", i, got.values[i], got.errs[i], want)
		}
	}
	if calls := b.calls.Load(); calls != 6 {
		t.Errorf("%d calls, want one for each list and one for the longest's second page", calls)
	}
}

// TestReadRefusesBeforeItCalls: a foreign cursor costs nothing, and only its own list.
func TestReadRefusesBeforeItCalls(t *testing.T) {
	t.Parallel()
	b := newNumbers(t)
	l := New(b.tenant, auth.Anonymous("acme"))
	mine, other := b.listing(l, "counted", 30, 10), b.listing(l, "counted", 30, 10)
	got := read(t.Context(), l, []listing[int]{other, mine}, Page{first: 1, after: mine.mark.encode(4)})
	if _, ok := errors.AsType[*InputError](got.errs[0]); !ok {
		t.Errorf("the other list answered %v, %v", got.values[0], got.errs[0])
	}
	if got.errs[1] != nil || !cmp.Equal(got.values[1].Items, []int{5}) {
		t.Errorf("its own list answered %v, %v", got.values[1], got.errs[1])
	}
	if calls := b.calls.Load(); calls != 1 {
		t.Errorf("%d calls, want 1", calls)
	}
}

func TestParamsIDKeepsParamsApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		params := rapid.MapOfN(rapid.StringN(1, 5, -1), rapid.StringN(1, 5, -1), 0, 3)
		a, b := params.Draw(t, "a"), params.Draw(t, "b")
		if same := (ask{params: a}).id() == (ask{params: b}).id(); same != cmp.Equal(a, b) {
			t.Fatalf("%v is %q, %v is %q", a, ask{params: a}.id(), b, ask{params: b}.id())
		}
	})
}

func TestTagsFillTemplates(t *testing.T) {
	t.Parallel()
	b := newNumbers(t)
	l := New(b.tenant, auth.Anonymous("acme"))
	route := &upstream.Route{Tags: []string{"companies", "company:{id}:memberships"}}
	got := l.tags(route.Tags, map[string]string{"id": "a:b"})
	if got[0] != b.tenant.system.Tag("companies") || got[1] != b.tenant.system.Tag("company", "a:b", "memberships") {
		t.Errorf("tags are %v", got)
	}
	if strings.Contains(url.QueryEscape(got[1].String()), "%7B") {
		t.Errorf("%v still has a template", got[1])
	}
}
