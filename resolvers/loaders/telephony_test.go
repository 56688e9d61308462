package loaders

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// switchboard is a marketplace whose companies have phone systems at a Kazoo
// that answers over real HTTP, in envelopes, and counts into the same calls.
type switchboard struct {
	*backend
	links Links
	kazoo *upstream.Client
	root  func(context.Context) (string, error)

	tree  []doc            // all accounts below the gateway's own, as its list writes them
	parts map[string][]doc // by account and list: "k1/devices"
}

const rootAccount = "root"

func newSwitchboard(t *testing.T) *switchboard {
	t.Helper()
	s := &switchboard{backend: newBackend(t), parts: map[string][]doc{}}
	s.root = func(context.Context) (string, error) { return rootAccount, nil }
	mux := http.NewServeMux()
	for name, endpoint := range map[string]struct {
		path  string
		serve http.HandlerFunc
	}{
		"account":     {"", s.serveAccount},
		"descendants": {"/descendants", tokened(func(*http.Request) []doc { return s.tree })},
		"balance":     {"/transactions/current_balance", enveloped(doc{"balance": 12.3456})},
		"limits":      {"/limits", enveloped(doc{"twoway_trunks": 5, "inbound_trunks": "2", "allow_prepay": true})},
		"statuses":    {"/devices/status", s.serveStatuses},
		"numbers":     {"/phone_numbers", s.serveNumbers},
		"devices":     {"/devices", tokened(s.part("devices"))},
		"phoneUsers":  {"/users", tokened(s.part("users"))},
		"device":      {"/devices/{id}", s.document("devices")},
		"phoneUser":   {"/users/{id}", s.document("users")},
		"cdr":         {"/cdrs/{id}", s.document("cdrs")},
		"callflows":   {"/callflows", tokened(s.part("callflows"))},
		"groups":      {"/groups", tokened(s.part("groups"))},
		"boxes":       {"/vmboxes", tokened(s.part("vmboxes"))},
		"cdrs":        {"/cdrs", tokened(s.part("cdrs"))},
	} {
		mux.HandleFunc("GET /v2/accounts/{account}"+endpoint.path, s.counting(name, endpoint.serve))
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	var err error
	if s.kazoo, err = upstream.NewClient(upstream.Config{
		Backend: kazoo.Backend, BaseURL: server.URL + "/v2", Client: "test", Credentials: fixedCredentials{}, AuthHeader: kazoo.AuthHeader,
		General:   upstream.Bucket{Kind: upstream.LeakyBucket, Size: 1_000_000, PerSecond: 1_000_000},
		Transport: server.Client().Transport, Bounds: upstream.Bounds{Attempts: 1},
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *switchboard) tenant(t testing.TB, redis ...cache.Options) *Tenant {
	t.Helper()
	options := cache.Options{}
	if len(redis) > 0 {
		options = redis[0]
	}
	c, err := cache.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	tenant, err := NewTenant("acme", Backends{AppDirect: s.client, Kazoo: s.kazoo, KazooAccount: s.root}, s.links, c, 250)
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

// populate makes n companies c0…, each linked by the table to an account of its
// own k0…, whose names run the other way. Of a tree of width accounts they are the last.
func (s *switchboard) populate(n, width int) (companies, accounts []string) {
	var table []Link
	for i := range width - n {
		s.tree = append(s.tree, doc{"id": fmt.Sprintf("other%d", i), "name": "Other"})
	}
	for i := range n {
		link := Link{Company: fmt.Sprintf("c%d", i), Kazoo: fmt.Sprintf("k%d", i)}
		companies, accounts, table = append(companies, link.Company), append(accounts, link.Kazoo), append(table, link)
		s.companies = append(s.companies, doc{"uuid": link.Company})
		s.tree = append(s.tree, doc{"id": link.Kazoo, "name": fmt.Sprintf("Phones %02d", n-i), "realm": link.Kazoo + ".example"})
	}
	s.links.Table = func() []Link { return table }
	return companies, accounts
}

// people gives an account two users and three devices: one of each user, and
// one of nobody.
func (s *switchboard) people(account string) {
	s.parts[account+"/users"] = []doc{
		{"id": account + "-ann", "username": "ann", "priv_level": "admin"},
		{"id": account + "-bob", "username": "bob", "priv_level": "user"},
	}
	s.parts[account+"/devices"] = []doc{
		{"id": account + "-d0", "name": "Desk", "owner_id": account + "-ann", "enabled": true, "device_type": "sip_device", "mac_address": "00:11"},
		{"id": account + "-d1", "name": "Cell", "owner_id": account + "-bob"},
		{"id": account + "-d2", "name": "Lobby"},
	}
}

func (s *switchboard) part(list string) func(*http.Request) []doc {
	return func(r *http.Request) []doc { return s.parts[r.PathValue("account")+"/"+list] }
}

// document answers with one of the documents that a list is of.
func (s *switchboard) document(list string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, d := range s.part(list)(r) {
			if d["id"] == r.PathValue("id") {
				enveloped(d)(w, r)
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
	}
}

// enveloped answers as Kazoo does: with the token that it was asked with.
func enveloped(data any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		reply(w, doc{"auth_token": "s3cret-token", "data": data, "status": "success"})
	}
}

// tokened pages by start keys, which are the ids of the items.
func tokened(all func(*http.Request) []doc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		items, at := all(r), 0
		if key := r.FormValue("start_key"); key != "" {
			at = slices.IndexFunc(items, func(d doc) bool { return d["id"] == key })
		}
		size := number(r, "page_size", 50)
		out := doc{"data": slice(items, at, size), "status": "success", "auth_token": "s3cret-token"}
		if at+size < len(items) {
			out["next_start_key"] = items[at+size]["id"]
		}
		reply(w, out)
	}
}

func (s *switchboard) serveAccount(w http.ResponseWriter, r *http.Request) {
	for _, d := range s.tree {
		if d["id"] == r.PathValue("account") {
			enveloped(doc{
				"id": d["id"], "name": d["name"], "realm": d["realm"], "timezone": "Europe/Paris", "enabled": true, "created": 63872361000,
			})(w, r)
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
}

// serveStatuses says that the first device is connected, the second not, and of
// the third that it cannot be.
func (s *switchboard) serveStatuses(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("account")
	enveloped([]doc{
		{"device_id": id + "-d0", "registrable": true, "registered": true},
		{"device_id": id + "-d1", "registrable": true, "registered": false},
		{"device_id": id + "-d2", "registrable": false},
	})(w, r)
}

func (s *switchboard) serveNumbers(w http.ResponseWriter, r *http.Request) {
	numbers := doc{}
	for _, d := range s.part("numbers")(r) {
		numbers[d["id"].(string)] = d
	}
	enveloped(doc{"numbers": numbers})(w, r)
}

func accountIDs(accounts []*model.TelephonyAccount) (out []string) {
	for _, a := range accounts {
		if a == nil {
			out = append(out, "")
		} else {
			out = append(out, a.ID)
		}
	}
	return out
}

// TestTelephonyTakesTheCheaperWay pins the calls by the number of companies,
// and by how many accounts the tree has, in pages of 100.
func TestTelephonyTakesTheCheaperWay(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		linked, width int
		want          map[string]int
	}{
		"one":                           {1, 1, map[string]int{"account": 1}},
		"two":                           {2, 2, map[string]int{"descendants": 1}},
		"twenty, one page":              {20, 100, map[string]int{"descendants": 1}},
		"twenty, ten pages":             {20, 1000, map[string]int{"descendants": 10}},
		"twenty, eleven pages: give up": {20, 1200, map[string]int{"descendants": 10, "account": 20}},
		"none":                          {0, 5, map[string]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSwitchboard(t)
			companies, accounts := s.populate(tc.linked, tc.width)
			tenant, admin := s.tenant(t), service(t)
			for _, when := range []string{"first", "again"} {
				got, errs := New(tenant, admin).TelephonyAccountsOf(t.Context(), companies)
				if err := errors.Join(errs...); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(accounts, accountIDs(got)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", when, diff)
				}
				if diff := cmp.Diff(tc.want, s.counts()); diff != "" {
					t.Errorf("calls %s (-want +got):\n%s", when, diff)
				}
				tc.want = map[string]int{}
			}
		})
	}
}

// TestTelephonyWithoutTheTree: where the gateway's own account is not known, or
// the tree does not answer, the accounts themselves do.
func TestTelephonyWithoutTheTree(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*switchboard){
		"not wired":     func(s *switchboard) { s.root = nil },
		"no sign-in":    func(s *switchboard) { s.root = func(context.Context) (string, error) { return "", errPermission } },
		"tree is away":  func(s *switchboard) { s.fail("descendants", http.StatusServiceUnavailable) },
		"tree is empty": func(s *switchboard) { s.fault("descendants", enveloped([]doc{})) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSwitchboard(t)
			companies, accounts := s.populate(4, 4)
			spoil(s)
			got, errs := New(s.tenant(t), service(t)).TelephonyAccountsOf(t.Context(), companies)
			if err := errors.Join(errs...); err != nil || !slices.Equal(accountIDs(got), accounts) {
				t.Errorf("%v, %v", accountIDs(got), err)
			}
			if calls := s.counts()["account"]; calls != 4 {
				t.Errorf("%d accounts were read, want each", calls)
			}
		})
	}
}

var errPermission = errors.New("no permission")

// TestTelephonyOfCompanies: no account, a link that leads nowhere and a company
// that is not the viewer's are all null; an account that cannot be read is an error.
func TestTelephonyOfCompanies(t *testing.T) {
	t.Parallel()
	s := newSwitchboard(t)
	s.populate(3, 3)
	linked := s.links.Table()[:2] // the third account is linked by an attribute
	s.links.Table = func() []Link {
		return append(linked, Link{Company: "dangling", Kazoo: "gone"}, Link{Company: "wallet", Location: "w"})
	}
	s.links.KazooAttribute = "phones"
	s.companies = append(s.companies, doc{"uuid": "attr", "customAttributes": []doc{{"name": "phones", "value": "k2"}}}, doc{"uuid": "plain"})
	ids := []string{"c0", "dangling", "wallet", "attr", "plain", "deleted", "c1"}

	admin, errs := New(s.tenant(t), service(t)).TelephonyAccountsOf(t.Context(), ids)
	if diff := cmp.Diff([]string{"k0", "", "", "k2", "", "", "k1"}, accountIDs(admin)); diff != "" || errors.Join(errs...) != nil {
		t.Errorf("admin: %v (-want +got):\n%s", errs, diff)
	}
	s.counts()
	member, errs := New(s.tenant(t), viewer(t, "ann", member("c1"))).TelephonyAccountsOf(t.Context(), ids)
	if diff := cmp.Diff([]string{"", "", "", "", "", "", "k1"}, accountIDs(member)); diff != "" || errors.Join(errs...) != nil {
		t.Errorf("member: %v (-want +got):\n%s", errs, diff)
	}
	if diff := cmp.Diff(map[string]int{"account": 1}, s.counts()); diff != "" {
		t.Errorf("calls for a member (-want +got):\n%s", diff)
	}
	s.fail("account", http.StatusServiceUnavailable)
	s.fail("descendants", http.StatusServiceUnavailable)
	down, errs := New(s.tenant(t), service(t)).TelephonyAccountsOf(t.Context(), ids)
	for i, id := range ids {
		if wants := id == "c0" || id == "dangling" || id == "attr" || id == "c1"; (upstream.KindOf(errs[i]) == upstream.Unavailable) != wants || down[i] != nil {
			t.Errorf("%s: %v, %v", id, down[i], errs[i])
		}
	}
}

func TestTelephonyAccounts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		viewer *auth.Viewer
		want   []string // by name, which runs against the numbers
		calls  map[string]int
	}{
		"service":        {service(t), []string{"k2", "k1", "k0"}, map[string]int{"descendants": 1}},
		"member of two":  {viewer(t, "ann", member("c0"), member("c1")), []string{"k1", "k0"}, map[string]int{"descendants": 1}},
		"member of one":  {viewer(t, "ann", member("c1")), []string{"k1"}, map[string]int{"account": 1}},
		"of none linked": {viewer(t, "ann", member("zz")), nil, map[string]int{}},
		"nobody":         {auth.Anonymous("acme"), nil, map[string]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSwitchboard(t)
			s.populate(3, 5)
			l := New(s.tenant(t), tc.viewer)
			list, err := l.TelephonyAccounts(t.Context(), Page{first: 9})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, accountIDs(list.Items)); diff != "" || *list.Total != len(tc.want) {
				t.Errorf("total %d (-want +got):\n%s", *list.Total, diff)
			}
			if diff := cmp.Diff(tc.calls, s.counts()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if _, err := l.TelephonyAccounts(t.Context(), Page{first: 1, after: "AAAA"}); err == nil {
				t.Error("a cursor of nothing was taken")
			}
		})
	}
}

// TestTelephonyAccountByID: what is not there, not linked or not theirs is the
// same error, by the same calls.
func TestTelephonyAccountByID(t *testing.T) {
	t.Parallel()
	s := newSwitchboard(t)
	s.populate(3, 5)
	ann := viewer(t, "ann", member("c1"))
	for _, id := range []string{"k0", "other0", "nothing"} {
		_, err := New(s.tenant(t), ann).TelephonyAccount(t.Context(), id)
		if calls := s.counts(); !isNotFound(err) || len(calls) != 0 {
			t.Errorf("%s: %v by %v", id, err, calls)
		}
	}
	if _, err := New(s.tenant(t), service(t)).TelephonyAccount(t.Context(), "other0"); !isNotFound(err) {
		t.Errorf("an account of no company: %v", err)
	}
	if _, err := New(s.tenant(t), ann).TelephonyAccount(t.Context(), strings.Repeat("x", 200)); err == nil || isNotFound(err) {
		t.Errorf("no id: %v", err)
	}
	account, err := New(s.tenant(t), ann).TelephonyAccount(t.Context(), "k1")
	if err != nil || account.ID != "k1" {
		t.Errorf("their own: %v, %v", account, err)
	}
}

// TestLinksByAttributesOfMembers: a member's own companies are read, and no others.
func TestLinksByAttributesOfMembers(t *testing.T) {
	t.Parallel()
	s := newSwitchboard(t)
	_, _ = s.populate(2, 2)
	s.links = Links{KazooAttribute: "phones"}
	for i, c := range s.companies {
		c["customAttributes"] = []doc{{"name": "phones", "value": "k" + strconv.Itoa(i)}}
	}
	tenant := s.tenant(t)
	ann := viewer(t, "ann", member("c1"), member("gone"))
	l := New(tenant, ann)
	account, err := l.TelephonyAccount(t.Context(), "k1")
	if err != nil {
		t.Fatal(err)
	}
	companies, errs := l.CompaniesOfTelephony(t.Context(), []string{account.ID, "k0"})
	if errs[0] != nil || companies[0].ID != "c1" || companies[1] != nil || errs[1] != nil {
		t.Errorf("%v, %v", companies, errs)
	}
	if diff := cmp.Diff(map[string]int{"company": 2, "account": 1}, s.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	companies, errs = New(tenant, service(t)).CompaniesOfTelephony(t.Context(), []string{"k1", "k0", "k9"})
	if errors.Join(errs...) != nil || companies[0].ID != "c1" || companies[1].ID != "c0" || companies[2] != nil {
		t.Errorf("%v, %v", companies, errs)
	}
	s.fail("companies", http.StatusServiceUnavailable)
	_, errs = New(s.tenant(t), service(t)).CompaniesOfTelephony(t.Context(), []string{"k1"})
	if upstream.KindOf(errs[0]) != upstream.Unavailable {
		t.Errorf("links that cannot be read: %v", errs[0])
	}
}
