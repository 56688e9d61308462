package loaders

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
)

// numberOf is number j of company i's telephony account.
func numberOf(i, j int) *model.PhoneNumber {
	return &model.PhoneNumber{AccountID: fmt.Sprintf("k%d", i), Number: fmt.Sprintf("+1%d%d", i, j)}
}

func assignedIDs(lists [][]*model.AssignedAddOn) string {
	return idsOf(lists, func(list []*model.AssignedAddOn) string {
		if list == nil {
			return "null"
		}
		return "[" + idsOf(list, func(a *model.AssignedAddOn) string { return a.ID }) + "]"
	})
}

// TestAssignedAddOnsCalls: a call per account, and one per number that is there.
func TestAssignedAddOnsCalls(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]map[string]int{
		1:  {"numbers": 1}, // the only company has no number there
		2:  {"numbers": 2, "assigned": 1},
		20: {"numbers": 20, "assigned": 5 * (0 + 1 + 2 + 3)},
	} {
		m := newLinkedMarket(t)
		m.populate(n)
		var numbers []*model.PhoneNumber
		var ids []string
		for i := range n {
			for j := range 4 {
				numbers = append(numbers, numberOf(i, j))
				ids = append(ids, map[bool]string{true: fmt.Sprintf("[XE%d-%d]", i, j), false: "null"}[j < i%4])
			}
		}
		tenant := m.tenant(t)
		for range 2 {
			got, errs := New(tenant, service(t)).AssignedAddOns(t.Context(), numbers)
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Join(ids, " "), assignedIDs(got)); diff != "" {
				t.Errorf("of %d companies (-want +got):\n%s", n, diff)
			}
			if diff := cmp.Diff(want, apart(m.counts())); diff != "" {
				t.Errorf("calls for %d (-want +got):\n%s", n, diff)
			}
			want = map[string]int{} // all of it is kept
		}
	}
}

// TestAssignedAddOnsEdges: what is not there is null, none is an empty list,
// and trouble is only that account's.
func TestAssignedAddOnsEdges(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(4)
	m.assigned["PN3-1"] = nil
	one := m.asTwilio("assigned_add_ons", func(_ string, r *http.Request) []doc { return m.assigned[r.PathValue("number")] })
	m.fault("assigned", func(w http.ResponseWriter, r *http.Request) {
		switch r.PathValue("number") {
		case "PN3-2":
			w.WriteHeader(http.StatusNotFound)
		case "PN2-1":
			w.WriteHeader(http.StatusBadGateway)
		default:
			one(w, r)
		}
	})
	all := m.asTwilio("incoming_phone_numbers", func(sid string, _ *http.Request) []doc { return m.numbers[sid] })
	m.fault("numbers", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("account") == "AC1" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		all(w, r)
	})
	got, errs := New(m.tenant(t), service(t)).AssignedAddOns(t.Context(), []*model.PhoneNumber{
		numberOf(3, 0), numberOf(3, 1), numberOf(3, 2), numberOf(2, 0), numberOf(2, 1), numberOf(1, 0), numberOf(9, 0),
	})
	if ids := assignedIDs(got); ids != "[XE3-0] [] null [XE2-0] null null null" {
		t.Errorf("got %s", ids)
	}
	for i, err := range errs {
		if broken := i == 4 || i == 5; broken != (upstream.KindOf(err) == upstream.Unavailable) {
			t.Errorf("number %d: %v", i, err)
		}
	}
}

// TestHolders: the way back from a telephony account costs nothing where the
// table or a company has led to it, and the companies' list where neither did.
func TestHolders(t *testing.T) {
	t.Parallel()
	attributes := Links{KazooAttribute: "phones", TwilioAttribute: "addons"}
	through := func(t *testing.T, l *Loaders) {
		if _, errs := l.linked(t.Context(), []string{"c1"}, kazooOf); errs[0] != nil {
			t.Error(errs[0])
		}
	}
	for name, tc := range map[string]struct {
		viewer     *auth.Viewer
		attributes bool
		before     func(t *testing.T, l *Loaders)
		want       map[string]int
	}{
		"by table":                        {service(t), false, nil, map[string]int{"numbers": 1, "assigned": 1}},
		"by attributes":                   {service(t), true, nil, map[string]int{"companies": 1, "numbers": 1, "assigned": 1}},
		"by attributes of their own":      {admin(t), true, nil, map[string]int{"company": 2, "numbers": 1, "assigned": 1}},
		"by attributes, through company":  {service(t), true, through, map[string]int{"company": 1, "numbers": 1, "assigned": 1}},
		"their own, through company":      {admin(t), true, through, map[string]int{"company": 1, "numbers": 1, "assigned": 1}},
		"nobody's own":                    {auth.Anonymous("acme"), true, nil, map[string]int{}},
		"another's, as if it were theirs": {viewer(t, "bob", member("c2", auth.RoleUser)), false, nil, map[string]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newLinkedMarket(t)
			m.populate(3)
			if tc.attributes {
				m.links = attributes
				m.companies[1]["customAttributes"] = []doc{{"name": "phones", "value": "k1"}, {"name": "addons", "value": "AC1"}}
			}
			l := New(m.tenant(t), tc.viewer)
			if tc.before != nil {
				tc.before(t, l)
			}
			got, errs := l.AssignedAddOns(t.Context(), []*model.PhoneNumber{numberOf(1, 0)})
			want := map[bool]string{true: "[XE1-0]", false: "null"}[tc.want["assigned"] > 0]
			if assignedIDs(got) != want || (errs[0] != nil && want != "null") {
				t.Errorf("got %s, %v", assignedIDs(got), errs[0])
			}
			if diff := cmp.Diff(tc.want, apart(m.counts())); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// TestHoldersOfTheTable: companies with attributes are not read for accounts that the table has.
func TestHoldersOfTheTable(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(3)
	m.links.KazooAttribute = "phones"
	got, errs := New(m.tenant(t), service(t)).AssignedAddOns(t.Context(), []*model.PhoneNumber{numberOf(1, 0)})
	if errs[0] != nil || assignedIDs(got) != "[XE1-0]" {
		t.Errorf("got %s, %v", assignedIDs(got), errs)
	}
	if diff := cmp.Diff(map[string]int{"numbers": 1, "assigned": 1}, apart(m.counts())); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestHoldersUnread: where companies could not be read, an account that was
// not found is not said to have no holder.
func TestHoldersUnread(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(3)
	m.links.KazooAttribute = "phones"
	m.fail("companies", http.StatusBadGateway)
	got, errs := New(m.tenant(t), service(t)).AssignedAddOns(t.Context(), []*model.PhoneNumber{numberOf(1, 0), numberOf(9, 0)})
	if errs[0] != nil || assignedIDs(got) != "[XE1-0] null" || upstream.KindOf(errs[1]) != upstream.Unavailable {
		t.Errorf("got %s, %v", assignedIDs(got), errs)
	}
}
