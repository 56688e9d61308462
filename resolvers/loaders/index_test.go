package loaders

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

func companyDocs(n int) []doc {
	docs := make([]doc, n)
	for i := range docs {
		docs[i] = doc{"uuid": companyName(i), "name": fmt.Sprintf("Company %d", i)}
	}
	return docs
}

func companyName(i int) string { return fmt.Sprintf("company-%03d", i) }

func companyNames(from, to int) (ids []string) {
	for i := from; i < to; i++ {
		ids = append(ids, companyName(i))
	}
	return ids
}

// TestFindTakesTheCheaperWay pins the calls by how many are asked for and how long the list is.
func TestFindTakesTheCheaperWay(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		listed int
		ids    []string
		want   map[string]int
	}{
		"none":                               {50, nil, map[string]int{}},
		"one":                                {50, companyNames(0, 1), map[string]int{"company": 1}},
		"two":                                {50, companyNames(0, 2), map[string]int{"company": 2}},
		"two, one of them twice":             {50, []string{companyName(1), companyName(0), companyName(1)}, map[string]int{"company": 2}},
		"three on one page":                  {50, companyNames(0, 3), map[string]int{"companies": 1}},
		"twenty on one page":                 {100, companyNames(80, 100), map[string]int{"companies": 1}},
		"three on the last of two":           {150, companyNames(120, 123), map[string]int{"companies": 2}},
		"three of a long list":               {450, companyNames(440, 443), map[string]int{"companies": 1, "company": 3}},
		"some on the first of a long list":   {450, companyNames(98, 102), map[string]int{"companies": 1, "company": 2}},
		"as many as there are pages left":    {450, companyNames(440, 444), map[string]int{"companies": 5}},
		"unknown ones are looked up as well": {50, []string{"x", "y", companyName(0)}, map[string]int{"companies": 1, "company": 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t)
			b.companies = companyDocs(tc.listed)
			l := New(b.tenant(t), service(t))
			got := companyIndex.find(t.Context(), l, tc.ids)
			checkFound(t, tc.ids, tc.listed, got)
			if diff := cmp.Diff(tc.want, b.counts()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			again := companyIndex.find(t.Context(), New(l.tenant, l.viewer), tc.ids)
			checkFound(t, tc.ids, tc.listed, again)
			if calls := b.counts(); calls["companies"] > 0 {
				t.Errorf("found again with %v; a list that was read is kept", calls)
			}
		})
	}
}

// checkFound wants each id's own company, and NotFoundError for what is not listed.
func checkFound(t *testing.T, ids []string, listed int, got answers[*model.Company]) {
	t.Helper()
	known := map[string]bool{}
	for _, id := range companyNames(0, listed) {
		known[id] = true
	}
	for i, id := range ids {
		switch {
		case known[id] && (got.errs[i] != nil || got.values[i].ID != id):
			t.Errorf("%s is %v, %v", id, got.values[i], got.errs[i])
		case !known[id] && !isNotFound(got.errs[i]):
			t.Errorf("%s: error %v, want NotFoundError", id, got.errs[i])
		}
	}
}

// TestFindIsNeverDearer: whatever is asked for, of a list however long, the
// calls are at most those of the cheaper way, one look at the first page, and a
// read for each that the list does not have.
func TestFindIsNeverDearer(t *testing.T) {
	t.Parallel()
	b := newNumbers(t)
	rapid.Check(t, func(rt *rapid.T) {
		n, size := rapid.IntRange(0, 30).Draw(rt, "listed"), rapid.IntRange(1, 8).Draw(rt, "size")
		ids := rapid.SliceOfN(rapid.SampledFrom(numerals(35)), 0, 20).Draw(rt, "ids")
		l := New(newTenant(t, b.tenant.backends.AppDirect), auth.Anonymous("acme"))
		before := b.calls.Load()
		got := b.index(l, n, size).find(t.Context(), l, ids)
		calls := int(b.calls.Load() - before)
		for i, id := range ids {
			at, _ := strconv.Atoi(id)
			if at < n && (got.errs[i] != nil || got.values[i] != at) || at >= n && !isNotFound(got.errs[i]) {
				rt.Fatalf("%s of %d is %d, %v", id, n, got.values[i], got.errs[i])
			}
		}
		single, unlisted := len(distinct(ids)), 0
		for _, id := range distinct(ids) {
			if at, _ := strconv.Atoi(id); at >= n {
				unlisted++ // only a single read proves that there is none, and nothing tells beforehand
			}
		}
		pages := max(1, (n+size-1)/size)
		if most := min(single, pages) + 1 + unlisted; calls > most {
			rt.Fatalf("%d calls for %d ids, %d of them unlisted, and %d pages", calls, single, unlisted, pages)
		}
	})
}

// index finds numbers below n, in pages of this size or one by one.
func (b *numbers) index(l *Loaders, n, size int) *index[int] {
	list := b.listing(l, "counted", n, size)
	one := source[int]{
		route: &upstream.Route{
			Name: "numbers.one", Backend: appdirect.Backend, Method: http.MethodGet, Path: "/one/{id}/{listed}", Authority: upstream.System, Fresh: time.Minute,
		},
		decode: func(body []byte) (int, error) {
			c, err := list.source.decode(body)
			return c.items[0], err
		},
	}
	return &index[int]{
		typeName: "Number", id: strconv.Itoa, list: list.source, page: list.ask, one: one,
		read: func(id string) (ask, bool) {
			return ask{params: map[string]string{"id": id, "listed": strconv.Itoa(n)}}, true
		},
	}
}

func numerals(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = strconv.Itoa(i)
	}
	return out
}

// TestFindSurvivesItsList: a list that fails, or contradicts its own count, is
// no proof of absence, and what single reads find is found.
func TestFindSurvivesItsList(t *testing.T) {
	t.Parallel()
	short := func(w http.ResponseWriter, _ *http.Request) {
		reply(w, doc{"content": []doc{{"uuid": companyName(0)}}, "page": doc{"totalElements": 5}})
	}
	for name, list := range map[string]http.HandlerFunc{
		"down":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"short":    short,
		"no JSON":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"no page":  func(w http.ResponseWriter, _ *http.Request) { reply(w, doc{"message": "oops"}) },
		"no uuids": func(w http.ResponseWriter, _ *http.Request) { reply(w, doc{"content": []doc{{"name": "nobody"}}}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t)
			b.companies = companyDocs(4)
			b.fault("companies", list)
			ids := append(companyNames(0, 4), "unknown")
			checkFound(t, ids, 4, companyIndex.find(t.Context(), New(b.tenant(t), service(t)), ids))
		})
	}
}

// TestFindTellsFailureFromAbsence: three ids, three fates.
func TestFindTellsFailureFromAbsence(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.fail("companies", http.StatusServiceUnavailable)
	b.fault("company", func(w http.ResponseWriter, r *http.Request) {
		switch r.PathValue("id") {
		case "here":
			reply(w, doc{"uuid": "here"})
		case "forbidden":
			w.WriteHeader(http.StatusForbidden)
		case "broken":
			w.WriteHeader(http.StatusInternalServerError)
		case "renamed":
			reply(w, doc{"uuid": "somebody else"})
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	got := companyIndex.find(t.Context(), New(b.tenant(t), service(t)), []string{"here", "gone", "forbidden", "broken", "renamed"})
	if got.errs[0] != nil || got.values[0].ID != "here" {
		t.Errorf("here: %v, %v", got.values[0], got.errs[0])
	}
	if !isNotFound(got.errs[1]) {
		t.Errorf("gone: %v, want NotFoundError", got.errs[1])
	}
	for i, want := range map[int]upstream.Kind{2: upstream.Forbidden, 3: upstream.Unavailable, 4: upstream.Unavailable} {
		if kind := upstream.KindOf(got.errs[i]); kind != want || got.values[i] != nil {
			t.Errorf("id %d: %v, %v; want %v", i, got.values[i], got.errs[i], want)
		}
	}
}

// TestProductsByEitherName: a product is found by uuid and by number, both
// from one reading of the catalogue's index; what is no longer sold by number only.
func TestProductsByEitherName(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.applications = []doc{{"id": "11", "uuid": "aa", "name": "Mail"}, {"id": "12", "uuid": "bb", "name": "Chat"}}
	b.catalog = []doc{{"id": "13", "uuid": "cc", "name": "Fax"}}
	l := New(b.tenant(t), service(t))
	got := l.fetchProducts(t.Context(), []string{"bb", "11", "aa", "13", "99", "zz"})
	var found []string
	for i, p := range got.values {
		if got.errs[i] != nil {
			found = append(found, fmt.Sprint(isNotFound(got.errs[i])))
			continue
		}
		found = append(found, value(p.Name))
	}
	if diff := cmp.Diff([]string{"Chat", "Mail", "Mail", "Fax", "true", "true"}, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"applications": 1, "product": 2}, b.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	one, err := l.Product(t.Context(), "aa")
	if err != nil || one.ID != "aa" || value(one.LegacyID) != "11" {
		t.Errorf("product aa is %v, %v", one, err)
	}
}

func TestIDsThatCanBeNone(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	l := New(b.tenant(t), service(t))
	for _, id := range []string{"", string(make([]byte, maxID+1))} {
		for name, err := range map[string]error{
			"company": second(l.Company(t.Context(), id)), "user": second(l.User(t.Context(), id)),
			"product": second(l.Product(t.Context(), id)), "subscription": second(l.Subscription(t.Context(), id)),
		} {
			if input, ok := errors.AsType[*InputError](err); !ok || input.Argument != "id" {
				t.Errorf("%s of %d bytes: %v, want an InputError", name, len(id), err)
			}
		}
	}
	if calls := b.counts(); len(calls) > 0 {
		t.Errorf("refused after %v", calls)
	}
}

func second[T any](_ T, err error) error { return err }
