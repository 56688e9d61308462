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

// leadsIn filters as documented.
func (b *backend) leadsIn(r *http.Request) (found []doc) {
	for _, lead := range b.leads {
		name := lead["customer"].(doc)["company"].(doc)["name"].(string)
		if fits(r.FormValue("status"), lead["status"]) && strings.Contains(name, r.FormValue("searchText")) {
			found = append(found, lead)
		}
	}
	return found
}

// partnersOnly answers to nobody's token but the viewer's.
func (b *backend) partnersOnly(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer opaque-token-0123456789" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	counted(func(r *http.Request) (found []doc) {
		for _, lead := range b.partnerLeads {
			if lead["in"] == r.FormValue("context")+" of "+r.FormValue("companyId") {
				found = append(found, lead)
			}
		}
		return found
	})(w, r)
}

func leadsOf(names ...string) (leads []doc) {
	for i, name := range names {
		leads = append(leads, doc{
			"uuid": fmt.Sprintf("l%03d", i), "status": []string{"PENDING", "WON"}[i%2], "customer": doc{"company": doc{"name": name}},
		})
	}
	return leads
}

func leadID(l *model.Lead) string { return l.ID }

func TestLeads(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.leads = leadsOf("Acme", "Globex", "Initech", "Acme Europe")
	tenant := b.tenant(t)
	for want, f := range map[string]LeadFilter{
		"l000 l001 l002 l003": {},
		"l001 l003":           {Status: model.LeadStatusWon},
		"l000 l003":           {Search: "Acme"},
		"l003":                {Status: model.LeadStatusWon, Search: "Acme"},
	} {
		list, err := New(tenant, service(t)).Leads(t.Context(), f, Page{first: 9})
		if err != nil || idsOf(list.Items, leadID) != want || *list.Total != len(list.Items) {
			t.Errorf("%+v: %v, %v; want %s", f, list, err, want)
		}
	}
	b.counts()
	lead, err := New(tenant, service(t)).Lead(t.Context(), "l002")
	if err != nil || lead.ID != "l002" {
		t.Errorf("%v, %v", lead, err)
	}
	if _, err := New(tenant, service(t)).Lead(t.Context(), "none"); !isNotFound(err) {
		t.Errorf("none: %v", err)
	}
	if diff := cmp.Diff(map[string]int{"lead": 2}, b.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestLeadsPage: three pages, of which only what is asked for is read.
func TestLeadsPage(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	names := make([]string, 250)
	b.leads = leadsOf(names...)
	list, err := New(b.tenant(t), service(t)).Leads(t.Context(), LeadFilter{}, Page{last: 3})
	if err != nil || idsOf(list.Items, leadID) != "l247 l248 l249" || *list.Total != 250 {
		t.Errorf("%v, %v", list, err)
	}
	if diff := cmp.Diff(map[string]int{"leads": 2}, b.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestLeadsAreTheMarketplaces: who only sells or buys sees none, without a call.
func TestLeadsAreTheMarketplaces(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.leads = leadsOf("Acme")
	for name, tc := range map[string]struct {
		viewer *auth.Viewer
		may    bool
	}{
		"service":  {service(t), true},
		"support":  {viewer(t, "ann", member("a", auth.RoleSalesSupport)), true},
		"reseller": {viewer(t, "ann", member("a", auth.RoleReseller)), false},
		"admin":    {viewer(t, "ann", member("a", auth.RoleSysAdmin)), false},
		"nobody":   {auth.Anonymous("acme"), false},
	} {
		l := New(b.tenant(t), tc.viewer)
		_, err := l.Leads(t.Context(), LeadFilter{}, Page{first: 9})
		_, single := l.Lead(t.Context(), "l000")
		calls := b.counts()
		refused, _ := errors.AsType[*auth.Error](err)
		if tc.may && (err != nil || single != nil) || !tc.may && (refused == nil || refused.Code != auth.Forbidden || !isNotFound(single) || len(calls) > 0) {
			t.Errorf("%s: %v, %v in %v", name, err, single, calls)
		}
	}
}

func TestLeadMapping(t *testing.T) {
	t.Parallel()
	got := decoded(t, readLead, `{
		"uuid": "l1", "status": "ASSIGNED", "source": "CUSTOMER", "target": "RESELLER", "comment": "Call in May", "creationDate": 1534531428000,
		"lastModificationDate": 1534531429000, "application": {"id": 7, "uuid": "p7"}, "customerLeadForReseller": true,
		"customer": {"company": {"name": "Acme", "country": "US"}, "contact": {"firstName": "John", "lastName": "Doe", "email": "john@acme.example", "phone": "+1445"}},
		"reseller": {"company": {"name": "Sells"}, "contact": {"firstName": "", "email": "sales@sells.example"}}
	}`)
	want := &model.Lead{
		ID: "l1", Status: p(model.LeadStatusAssigned), Source: p("CUSTOMER"), Target: p("RESELLER"), Comment: p("Call in May"),
		CreatedAt: moment("2018-08-17T18:43:48Z"), UpdatedAt: moment("2018-08-17T18:43:49Z"), ProductLegacyID: "7",
		Customer: &model.LeadContact{CompanyName: p("Acme"), FirstName: p("John"), LastName: p("Doe"), Email: p("john@acme.example"), Phone: p("+1445")},
		Reseller: &model.LeadContact{CompanyName: p("Sells"), Email: p("sales@sells.example")},
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&model.Lead{ID: "l2"}, decoded(t, readLead, `{"uuid": "l2", "reseller": null}`), same); diff != "" {
		t.Errorf("what is left out must be null (-want +got):\n%s", diff)
	}
}

// reseller is a partner of the company.
func reseller(t *testing.T, id, companyID string, roles ...auth.Role) *auth.Viewer {
	t.Helper()
	m := member(companyID, append([]auth.Role{auth.RoleReseller}, roles...)...)
	m.LastUsed = true
	return viewer(t, id, m)
}

// TestPartnerLeadsAreTheViewersOwn: read with the viewer's token, and kept for nobody else.
func TestPartnerLeadsAreTheViewersOwn(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.partnerLeads = []doc{{"id": "p1", "in": "RESELLER of r"}, {"id": "p2", "in": "RESELLER of s"}, {"id": "p3", "in": "RESELLER_MANAGER of r"}}
	tenant := b.tenant(t)
	ask := func(v *auth.Viewer, f PartnerLeadFilter) (string, error) {
		list, err := New(tenant, v).PartnerLeads(t.Context(), f, Page{first: 9})
		if err != nil {
			return "", err
		}
		return idsOf(list.Items, func(l *model.PartnerLead) string { return l.ID }), nil
	}
	ann, bob := reseller(t, "ann", "r"), reseller(t, "bob", "r", auth.RoleResellerManager)
	for _, tc := range []struct {
		name   string
		viewer *auth.Viewer
		f      PartnerLeadFilter
		want   string
		calls  int
	}{
		{"her company", ann, PartnerLeadFilter{Context: model.PartnerLeadContextReseller, CompanyID: "r"}, "p1", 1},
		{"again", ann, PartnerLeadFilter{Context: model.PartnerLeadContextReseller, CompanyID: "r"}, "p1", 0},
		{"where she works", ann, PartnerLeadFilter{Context: model.PartnerLeadContextReseller}, "p1", 0},
		{"a colleague", bob, PartnerLeadFilter{Context: model.PartnerLeadContextReseller}, "p1", 1},
		{"in another role", bob, PartnerLeadFilter{Context: model.PartnerLeadContextResellerManager}, "p3", 1},
	} {
		got, err := ask(tc.viewer, tc.f)
		if calls := b.counts()["partnerLeads"]; err != nil || got != tc.want || calls != tc.calls {
			t.Errorf("%s: %q, %v in %d calls; want %q in %d", tc.name, got, err, calls, tc.want, tc.calls)
		}
	}
	// A company that there is not is refused as one of others is, without a call.
	for name, tc := range map[string]struct {
		viewer *auth.Viewer
		f      PartnerLeadFilter
	}{
		"of others":       {ann, PartnerLeadFilter{Context: model.PartnerLeadContextReseller, CompanyID: "s"}},
		"of nobody":       {ann, PartnerLeadFilter{Context: model.PartnerLeadContextReseller, CompanyID: "none"}},
		"no such role":    {ann, PartnerLeadFilter{Context: model.PartnerLeadContextResellerManager}},
		"marketplace":     {viewer(t, "ann", member("a", auth.RoleChannelAdmin)), PartnerLeadFilter{Context: model.PartnerLeadContextDeveloper, CompanyID: "a"}},
		"role of another": {viewer(t, "ann", member("a", auth.RoleReseller), member("b")), PartnerLeadFilter{Context: model.PartnerLeadContextReseller, CompanyID: "b"}},
	} {
		_, err := ask(tc.viewer, tc.f)
		if refused, ok := errors.AsType[*auth.Error](err); !ok || refused.Code != auth.Forbidden || len(b.counts()) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := ask(viewer(t, "ann", member("a", auth.RoleReseller), member("b")), PartnerLeadFilter{Context: model.PartnerLeadContextReseller})
	if refused, ok := errors.AsType[*InputError](err); !ok || refused.Argument != "companyId" || len(b.counts()) > 0 {
		t.Errorf("no company: %v", err)
	}
	b.fail("partnerLeads", http.StatusForbidden)
	if _, err := ask(reseller(t, "eve", "r"), PartnerLeadFilter{Context: model.PartnerLeadContextReseller}); upstream.KindOf(err) == 0 {
		t.Errorf("refused by the backend: %v", err)
	}
}

func TestPartnerLeadMapping(t *testing.T) {
	t.Parallel()
	got := decoded(t, listPartnerLeads, `{"content": [{
		"id": "l1", "status": "CONVERTED", "leadType": "MANUAL", "result": "WON", "createdOn": 1534531428, "lastModified": "1534531429",
		"customer": {"company": {"name": "Globex"}, "contact": {"firstName": "Jane", "lastName": "Doe", "email": "jane@globex.example", "phone": "+1800"}}
	}, {"id": "l2", "status": "OF_TOMORROW"}], "page": {"totalElements": 2}}`)
	want := []*model.PartnerLead{{
		ID: "l1", Status: p(model.PartnerLeadStatusConverted), Type: p("MANUAL"), Result: p("WON"), CompanyName: p("Globex"),
		FirstName: p("Jane"), LastName: p("Doe"), Email: p("jane@globex.example"), Phone: p("+1800"),
		CreatedAt: moment("2018-08-17T18:43:48Z"), UpdatedAt: moment("2018-08-17T18:43:49Z"),
	}, {ID: "l2", Status: p(model.PartnerLeadStatusUnknown)}}
	if diff := cmp.Diff(want, got.items, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
