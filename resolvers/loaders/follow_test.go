package loaders

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// tokens is a backend with lists of numbers, each item its own position, whose
// pages are named by tokens. The path says how long the list is.
type tokens struct {
	tenant *Tenant
	calls  atomic.Int64
	lists  atomic.Int64
}

func newTokens(t *testing.T) *tokens {
	t.Helper()
	b := &tokens{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{kind}/{n}/{list}", func(w http.ResponseWriter, r *http.Request) {
		b.calls.Add(1)
		n, _ := strconv.Atoi(r.PathValue("n"))
		at, _ := strconv.Atoi(strings.TrimPrefix(r.FormValue("token"), "item-"))
		end := min(at+number(r, "size", 0), n)
		out := doc{"items": positions(n)[at:end]}
		switch {
		case r.PathValue("kind") == "circle":
			out["next"] = "item-1"
		case end < n:
			out["next"] = fmt.Sprintf("item-%d", end)
		}
		if r.PathValue("kind") == "broken" && at > 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		reply(w, out)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b.tenant = newTenant(t, newClient(t, server, appdirect.Backend))
	return b
}

// trail is a list of this kind and length that nothing has read before.
func (b *tokens) trail(l *Loaders, kind string, n, size int) trail[int] {
	src := source[chunk[int]]{
		route: &upstream.Route{
			Name: "tokens.list", Backend: appdirect.Backend, Method: http.MethodGet, Path: "/{kind}/{n}/{list}",
			Query: []string{"token", "size"}, Authority: upstream.System, Fresh: time.Minute, PageSize: size,
		},
		decode: func(body []byte) (chunk[int], error) {
			var in struct {
				Items []int
				Next  string
			}
			err := json.Unmarshal(body, &in)
			return chunk[int]{items: in.Items, total: unknown, next: in.Next}, err
		},
	}
	params := map[string]string{"kind": kind, "n": strconv.Itoa(n), "list": strconv.FormatInt(b.lists.Add(1), 10)}
	pageAsk := func(token string) ask {
		q := url.Values{"size": {strconv.Itoa(size)}}
		if token != "" {
			q.Set("token", token)
		}
		return ask{params: params, query: q}
	}
	return trail[int]{source: src, ask: pageAsk, mark: markOf(src.request(l, pageAsk("")).Key, "")}
}

// TestFollowMatchesRelay draws lists, page sizes and arguments, and compares
// with Relay's algorithm over the whole list.
func TestFollowMatchesRelay(t *testing.T) {
	t.Parallel()
	b := newTokens(t)
	rapid.Check(t, func(t *rapid.T) {
		l := New(b.tenant, auth.Anonymous("acme"))
		all := positions(rapid.IntRange(0, 12).Draw(t, "n"))
		list := b.trail(l, "plain", len(all), rapid.IntRange(1, 5).Draw(t, "size"))
		args := drawAsked(t, len(all))

		got := follow(context.Background(), l, []trail[int]{list}, args.page(list.mark))
		if got.errs[0] != nil {
			t.Fatal(got.errs[0])
		}
		checkRun(t, all, args.of(all), got.values[0])
		if total := got.values[0].Total; total != nil && *total != len(all) {
			t.Fatalf("total is %d, want %d", *total, len(all))
		}
	})
}

// TestFollowCalls pins the calls where windows meet the ends of backend pages.
func TestFollowCalls(t *testing.T) {
	t.Parallel()
	total := func(n int) *int { return &n }
	for name, tc := range map[string]struct {
		n       int
		args    asked
		calls   int
		total   *int
		hasNext bool
	}{
		"inside the first page":            {30, asked{first: 9, after: -1, before: -1}, 1, nil, true},
		"the whole first page":             {30, asked{first: 10, after: -1, before: -1}, 1, nil, true},
		"into the second":                  {30, asked{first: 11, after: -1, before: -1}, 2, nil, true},
		"behind the first":                 {30, asked{first: 10, after: 9, before: -1}, 2, nil, true},
		"to the very end":                  {30, asked{first: 10, after: 19, before: -1}, 3, total(30), false},
		"behind the end":                   {30, asked{first: 10, after: 29, before: -1}, 3, total(30), false},
		"from the back":                    {30, asked{last: 1, after: -1, before: -1}, 3, total(30), false},
		"from the back, in front of":       {30, asked{last: 5, after: -1, before: 15}, 2, nil, true},
		"in front of what is not there":    {7, asked{last: 5, after: -1, before: 30}, 1, total(7), false},
		"one page":                         {7, asked{first: 9, after: -1, before: -1}, 1, total(7), false},
		"empty":                            {0, asked{first: 9, after: -1, before: -1}, 1, total(0), false},
		"as many pages as are followed":    {500, asked{last: 1, after: -1, before: -1}, 50, total(500), false},
		"of more pages than are followed":  {501, asked{first: 10, after: 489, before: -1}, 50, nil, true},
		"an empty run of a list of length": {30, asked{first: 9, after: 4, before: 2}, 1, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTokens(t)
			l := New(b.tenant, auth.Anonymous("acme"))
			list := b.trail(l, "plain", tc.n, 10)
			for _, when := range []string{"first", "again, from the cache"} {
				got := follow(t.Context(), l, []trail[int]{list}, tc.args.page(list.mark))
				if got.errs[0] != nil {
					t.Fatal(got.errs[0])
				}
				if calls := b.calls.Swap(0); int(calls) != tc.calls {
					t.Errorf("%s: %d calls, want %d", when, calls, tc.calls)
				}
				if diff := cmp.Diff(tc.total, got.values[0].Total); diff != "" {
					t.Errorf("%s: total (-want +got):\n%s", when, diff)
				}
				if got.values[0].HasNext != tc.hasNext {
					t.Errorf("%s: HasNext is %v", when, got.values[0].HasNext)
				}
				tc.calls = 0
			}
		})
	}
}

// TestFollowIsBounded: what lies behind the last page is refused by the limit's
// name, with the argument that asks for it.
func TestFollowIsBounded(t *testing.T) {
	t.Parallel()
	for argument, args := range map[string]asked{
		"first":  {first: 101, after: -1, before: -1},
		"after":  {first: 1, after: 100, before: -1},
		"last":   {last: 1, after: -1, before: -1},
		"before": {last: 1, after: -1, before: 101},
	} {
		b := newTokens(t)
		l := New(b.tenant, auth.Anonymous("acme"))
		list := b.trail(l, "plain", 102, 2)
		got := follow(t.Context(), l, []trail[int]{list}, args.page(list.mark))
		input, ok := errors.AsType[*InputError](got.errs[0])
		if !ok || input.Argument != argument || !strings.Contains(input.Reason, "`followedPages`") {
			t.Errorf("%s: %v", argument, got.errs[0])
		}
		if calls := b.calls.Load(); calls != followedPages {
			t.Errorf("%s: %d calls, want %d", argument, calls, followedPages)
		}
	}
}

// TestFollowMany: many lists are answered by position, one that fails takes
// nobody along, and a foreign cursor costs no call.
func TestFollowMany(t *testing.T) {
	t.Parallel()
	b := newTokens(t)
	l := New(b.tenant, auth.Anonymous("acme"))
	trails := []trail[int]{
		b.trail(l, "plain", 3, 10), b.trail(l, "circle", 30, 10), b.trail(l, "plain", 0, 10),
		b.trail(l, "broken", 30, 10), b.trail(l, "plain", 25, 10),
	}
	got := follow(t.Context(), l, trails, Page{first: 20})
	for i, want := range []int{3, -1, 0, -1, 20} {
		if want < 0 {
			if got.errs[i] == nil || got.values[i] != nil {
				t.Errorf("list %d: %v, %v; want an error", i, got.values[i], got.errs[i])
			}
		} else if got.errs[i] != nil || len(got.values[i].Items) != want {
			t.Errorf("list %d: %v, %v; want %d items", i, got.values[i], got.errs[i], want)
		}
	}
	if kind := upstream.KindOf(got.errs[1]); kind != upstream.MalformedReply {
		t.Errorf("a circle is %v, want a malformed reply", got.errs[1])
	}
	b.calls.Store(0)
	foreign := follow(t.Context(), l, trails[:3], Page{first: 1, after: trails[0].mark.encode(0)})
	if _, refused := errors.AsType[*InputError](foreign.errs[2]); foreign.errs[0] != nil || !refused {
		t.Errorf("a cursor of the first list: %v, %v", foreign.errs[0], foreign.errs[2])
	}
	if calls := b.calls.Load(); calls != 0 {
		t.Errorf("%d calls, want none", calls)
	}
}

func TestFollowAll(t *testing.T) {
	t.Parallel()
	b := newTokens(t)
	l := New(b.tenant, auth.Anonymous("acme"))
	got := followAll(t.Context(), l, []trail[int]{b.trail(l, "plain", 25, 10), b.trail(l, "broken", 25, 10), b.trail(l, "plain", 0, 10)})
	if diff := cmp.Diff(positions(25), got.values[0]); diff != "" || got.errs[0] != nil || got.errs[2] != nil || len(got.values[2]) != 0 {
		t.Errorf("%v, %v (-want +got):\n%s", got.errs[0], got.errs[2], diff)
	}
	if upstream.KindOf(got.errs[1]) != upstream.Unavailable || got.values[1] != nil {
		t.Errorf("half a list: %v, %v; want an error", got.values[1], got.errs[1])
	}
	if none := followAll(t.Context(), l, []trail[int]{}); len(none.values) != 0 {
		t.Errorf("no lists: %v", none.values)
	}
}
