package loaders

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
)

const (
	withdrawn = "XB0123456789abcdef0123456789abcdef"
	gone      = "XBffffffffffffffffffffffffffffffff"
)

func listingID(l *model.AddOnListing) string { return l.ID }

// TestListingsOfInstallations: the catalogue answers for all that it has, and
// only what is not in it is read by itself.
func TestListingsOfInstallations(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		sids  []string
		want  string
		calls map[string]int
	}{
		"one":             {[]string{"XB1"}, "XB1", map[string]int{"listings": 1}},
		"many of the two": {[]string{"XB1", "XB0", "XB1", "XB0", "XB0"}, "XB1 XB0 XB1 XB0 XB0", map[string]int{"listings": 1}},
		"not said":        {[]string{"", ""}, "- -", map[string]int{}},
		"withdrawn":       {[]string{withdrawn, "XB0"}, withdrawn + " XB0", map[string]int{"listings": 1, "listing": 1}},
		"gone":            {[]string{gone, "XB0"}, "- XB0", map[string]int{"listings": 1, "listing": 1}},
		"other spelling":  {[]string{gone}, "-", map[string]int{"listings": 1, "listing": 1}},
		"no id at all":    {[]string{"1234", "XB1234", withdrawn + "0", "../Accounts"}, "- - - -", map[string]int{"listings": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newLinkedMarket(t)
			m.populate(0)
			m.unlisted = []doc{{"sid": withdrawn}}
			if name == "other spelling" {
				m.fault("listing", func(w http.ResponseWriter, _ *http.Request) { reply(w, doc{"sid": strings.ToUpper(gone)}) })
			}
			got, errs := New(m.tenant(t), service(t)).ListingsOf(t.Context(), tc.sids)
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			ids := idsOf(got, func(l *model.AddOnListing) string {
				if l == nil {
					return "-"
				}
				return l.ID
			})
			if ids != tc.want {
				t.Errorf("got %q, want %q", ids, tc.want)
			}
			if diff := cmp.Diff(tc.calls, apart(m.counts())); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// TestListingsArePublic: nobody in particular sees the whole catalogue, each
// page in one call, and a listing by id from the same pages.
func TestListingsArePublic(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(0)
	m.grant = 1
	tenant := m.tenant(t)
	l := New(tenant, auth.Anonymous("acme"))
	list, err := l.AddOnListings(t.Context(), Page{first: 9})
	if err != nil || idsOf(list.Items, listingID) != "XB0 XB1" || *list.Total != 2 || list.HasNext {
		t.Fatalf("the catalogue: %+v, %v", list, err)
	}
	if got, err := l.AddOnListing(t.Context(), "XB1"); err != nil || got != list.Items[1] {
		t.Errorf("by id: %v, %v", got, err)
	}
	other := New(tenant, auth.Anonymous("acme"))
	got, err := other.AddOnListing(t.Context(), "XB1")
	if err != nil {
		t.Fatal(err)
	}
	name, pricing := "Listing 1", "per minute"
	if diff := cmp.Diff(&model.AddOnListing{ID: "XB1", Name: &name, PricingType: &pricing}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"listings": 2}, apart(m.counts())); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	for _, id := range []string{gone, "1234", "../Accounts", "."} {
		if _, err := other.AddOnListing(t.Context(), id); !isNotFound(err) {
			t.Errorf("an unknown listing %q: %v", id, err)
		}
	}
}

// TestListingsAway: a catalogue that is away is asked once, not once per listing.
func TestListingsAway(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(0)
	m.fail("listings", http.StatusServiceUnavailable)
	l := New(m.tenant(t), service(t))
	got, errs := l.ListingsOf(t.Context(), []string{"XB0", "XB1", withdrawn})
	for i, err := range errs {
		if upstream.KindOf(err) != upstream.Unavailable || got[i] != nil {
			t.Errorf("listing %d: %v, %v", i, got[i], err)
		}
	}
	if diff := cmp.Diff(map[string]int{"listings": 1}, apart(m.counts())); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if list, err := l.AddOnListings(t.Context(), Page{first: 9}); err == nil {
		t.Errorf("the catalogue: %v", list)
	}
}

// TestNoAddOns: a tenant without that backend has an empty catalogue.
func TestNoAddOns(t *testing.T) {
	t.Parallel()
	l := New(newBackend(t).tenant(t), service(t))
	list, err := l.AddOnListings(t.Context(), Page{first: 9})
	if err != nil || len(list.Items) != 0 || *list.Total != 0 || list.HasNext {
		t.Errorf("the catalogue: %+v, %v", list, err)
	}
	if _, err := l.AddOnListing(t.Context(), "XB0"); !isNotFound(err) {
		t.Errorf("a listing: %v", err)
	}
	if _, err := l.AddOnListing(t.Context(), ""); err == nil || isNotFound(err) {
		t.Errorf("no id: %v", err)
	}
}
