package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// allRoleScopes is a token that limits nothing.
func allRoleScopes() []string {
	var out []string
	for _, r := range Roles() {
		out = append(out, string(r))
	}
	return out
}

func member(company string, roles ...Role) Membership {
	return Membership{CompanyID: company, Roles: roles, Enabled: true}
}

func userWith(scopes []string, p Person) *Viewer {
	if p.ID == "" {
		p.ID = "u-self"
	}
	return newViewer("acme", identity{subject: "ada@example.com", client: "storefront", scopes: scopes}, "t0ken").as(p)
}

// selling is the reseller with customers.
func selling(v *Viewer, as Role, customers ...string) *Viewer {
	w := *v
	for _, id := range customers {
		w.sellTo(id, as)
	}
	return &w
}

func serviceWith(scopes ...string) *Viewer {
	return newViewer("acme", identity{client: "batch", scopes: scopes, service: true}, "t0ken")
}

// The kinds of viewer that the tables of several tests use. Nothing changes them.
var (
	userRoles = []Role{RoleUser}
	admin     = userWith(allRoleScopes(), Person{Roles: userRoles, Memberships: []Membership{
		member("c1", RoleChannelAdmin),
	}})
	buyer = userWith(allRoleScopes(), Person{Roles: userRoles, Memberships: []Membership{member("c1")}})
	boss  = userWith(allRoleScopes(), Person{Roles: userRoles, Memberships: []Membership{
		member("c2", RoleSysAdmin), member("c1", RoleBillingAdmin), member("c3"),
	}})
	seller = userWith(allRoleScopes(), Person{Roles: userRoles, Memberships: []Membership{
		member("c1", RoleReseller),
	}})
	// dealer and chief sell to c7, the latter to c8 too, of which c1 is their own company.
	dealer   = selling(seller, RoleReseller, "c7")
	chief    = selling(userWith(allRoleScopes(), Person{Roles: userRoles, Memberships: []Membership{member("c1", RoleResellerManager)}}), RoleResellerManager, "c7", "c8")
	network  = userWith(allRoleScopes(), Person{Roles: []Role{RoleUser, RoleCorporateAdmin}})
	partner  = serviceWith("ROLE_PARTNER")
	readOnly = serviceWith("ROLE_PARTNER_READ")
	nobody   = Anonymous("acme")
	// narrow is the administrator with a token that only says that they are a user.
	narrow = userWith([]string{"ROLE_USER", "openid"}, Person{Roles: userRoles, Memberships: []Membership{
		member("c1", RoleChannelAdmin, RoleSysAdmin),
	}})
	// unscoped is the administrator with a token that names no role.
	unscoped = userWith([]string{"openid", "profile"}, Person{Roles: userRoles, Memberships: []Membership{
		member("c1", RoleChannelAdmin),
	}})
)

func TestRightsAreScopesAndRoles(t *testing.T) {
	t.Parallel()
	disabled := member("c1", RoleChannelAdmin, RoleSysAdmin)
	disabled.Enabled = false
	for _, tc := range []struct {
		name   string
		viewer *Viewer
		want   []Role // anywhere
		in     []Role // in c1
	}{
		{name: "anonymous", viewer: nobody},
		{name: "zero", viewer: &Viewer{}},
		{name: "channel role acts everywhere", viewer: admin, want: []Role{RoleChannelAdmin, RoleUser}, in: []Role{RoleChannelAdmin, RoleUser}},
		{name: "buyer", viewer: buyer, want: []Role{RoleUser}, in: []Role{RoleUser}},
		{
			name: "membership roles act in their company", viewer: boss,
			want: []Role{RoleBillingAdmin, RoleSysAdmin, RoleUser}, in: []Role{RoleBillingAdmin, RoleUser},
		},
		{name: "user record's network role needs no membership", viewer: network, want: []Role{RoleCorporateAdmin, RoleUser}, in: []Role{RoleCorporateAdmin}},
		{name: "scope narrower than role", viewer: narrow, want: []Role{RoleUser}, in: []Role{RoleUser}},
		{name: "no role in scope", viewer: unscoped},
		{name: "scope without role", viewer: userWith(allRoleScopes(), Person{Memberships: []Membership{member("c1")}})},
		{name: "disabled membership", viewer: userWith(allRoleScopes(), Person{Roles: userRoles, Memberships: []Membership{disabled}}), want: userRoles},
		{
			name: "role on the wrong record",
			viewer: userWith(allRoleScopes(), Person{
				Roles:       []Role{RoleSysAdmin, RoleChannelAdmin, RolePartner, RoleSuperuser, "ROLE_INVENTED"},
				Memberships: []Membership{member("c1", RoleCorporateAdmin, RoleUser, RolePartnerRead, RoleApplication)},
			}),
		},
		{name: "membership of no company", viewer: userWith(allRoleScopes(), Person{Memberships: []Membership{member("", RoleChannelAdmin)}})},
		{
			name: "two memberships of one company",
			viewer: userWith(allRoleScopes(), Person{Memberships: []Membership{
				member("c1", RoleDeveloper), member("c1", RoleReferral), disabled,
			}}),
			want: []Role{RoleDeveloper, RoleReferral}, in: []Role{RoleDeveloper, RoleReferral},
		},
		{name: "partner may read", viewer: partner, want: []Role{RolePartner, RolePartnerRead}, in: []Role{RolePartner, RolePartnerRead}},
		{name: "partner read may not write", viewer: readOnly, want: []Role{RolePartnerRead}, in: []Role{RolePartnerRead}},
		{name: "service with a user's scopes", viewer: serviceWith("ROLE_CHANNEL_ADMIN", "ROLE_USER", "ROLE_SUPERUSER")},
		{name: "unresolved", viewer: newViewer("acme", identity{subject: "a", scopes: allRoleScopes()}, "t")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(append([]Role{}, tc.want...), append([]Role{}, tc.viewer.Rights()...)); diff != "" {
				t.Errorf("Rights() (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(append([]Role{}, tc.in...), append([]Role{}, tc.viewer.RightsIn("c1")...)); diff != "" {
				t.Errorf("RightsIn(c1) (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompanyIDs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		viewer *Viewer
		want   []string
	}{
		{"sorted", boss, []string{"c1", "c2", "c3"}},
		{"no effective role", unscoped, nil},
		{"membership role not in scope, but a user", narrow, []string{"c1"}},
		{"service", partner, nil},
		{"anonymous", nobody, nil},
	} {
		if diff := cmp.Diff(tc.want, tc.viewer.CompanyIDs()); diff != "" {
			t.Errorf("%s: CompanyIDs() (-want +got):\n%s", tc.name, diff)
		}
	}
}

func TestCurrentCompany(t *testing.T) {
	t.Parallel()
	last := Membership{CompanyID: "c2", Enabled: true, LastUsed: true}
	gone := Membership{CompanyID: "c3", LastUsed: true}
	for _, tc := range []struct {
		name    string
		claim   string
		members []Membership
		want    string
	}{
		{"claim", "c1", []Membership{member("c1"), last}, "c1"},
		{"claim of a stranger's company", "c9", []Membership{member("c1"), last}, "c2"},
		{"claim of a disabled membership", "c3", []Membership{gone, last}, "c2"},
		{"last used", "", []Membership{member("c1"), last}, "c2"},
		{"last used is disabled", "", []Membership{gone, member("c1")}, "c1"},
		{"only one", "", []Membership{member("c1")}, "c1"},
		{"several", "", []Membership{member("c1"), member("c2")}, ""},
		{"none", "c1", nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v := newViewer("acme", identity{subject: "a", company: tc.claim}, "t").as(Person{ID: "u", Memberships: tc.members})
			if got := v.CurrentCompany(); got != tc.want {
				t.Errorf("CurrentCompany() = %q, want %q", got, tc.want)
			}
		})
	}
	if got := partner.CurrentCompany() + nobody.CurrentCompany(); got != "" {
		t.Errorf("CurrentCompany() of service and visitor = %q", got)
	}
}

type directory func(ctx context.Context, tenant, subject string) (Person, error)

func (f directory) Person(ctx context.Context, tenant, subject string) (Person, error) {
	return f(ctx, tenant, subject)
}

func (directory) Customers(context.Context, *Viewer, Role) ([]string, error) {
	return nil, errors.New("asked for the customers of somebody who is no reseller")
}

func TestResolve(t *testing.T) {
	t.Parallel()
	asked := ""
	d := directory(func(_ context.Context, tenant, subject string) (Person, error) {
		asked = tenant + "/" + subject
		return Person{ID: "u1", Email: "ada@example.com", Roles: userRoles, Memberships: []Membership{member("c1")}}, nil
	})
	before := newViewer("acme", identity{subject: "ada@example.com", client: "app", scopes: []string{"ROLE_USER"}}, "t0ken")
	after, err := before.Resolve(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if asked != "acme/ada@example.com" {
		t.Errorf("the directory was asked for %q", asked)
	}
	if before.UserID() != "" || before.Has(RoleUser) {
		t.Error("Resolve changed the viewer that it was called on")
	}
	got := []any{
		after.UserID(), after.Email(), after.ClientID(), after.Tenant(), after.Scopes(), after.AccessToken(),
		after.Memberships(), after.UserRoles(), after.HasIn(RoleUser, "c1"), after.HasIn(RoleUser, "c2"),
		after.Subject() == before.Subject(), after.IsService(), after.IsAnonymous(),
	}
	want := []any{
		"u1", "ada@example.com", "app", "acme",
		[]string{"ROLE_USER"},
		"t0ken",
		[]Membership{member("c1")},
		userRoles, true, false, true, false, false,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("resolved viewer (-want +got):\n%s", diff)
	}
}

func TestResolveFailures(t *testing.T) {
	t.Parallel()
	broken := errors.New("backend down")
	v := newViewer("acme", identity{subject: "a"}, "t")
	_, err := v.Resolve(t.Context(), directory(func(context.Context, string, string) (Person, error) {
		return Person{}, broken
	}))
	if !errors.Is(err, broken) {
		t.Errorf("error = %v, want the directory's", err)
	}
	_, err = v.Resolve(t.Context(), directory(func(context.Context, string, string) (Person, error) {
		return Person{}, nil
	}))
	wantRefusal(t, err, Unauthorized)
}

func TestResolveAsksNobodyWithoutUser(t *testing.T) {
	t.Parallel()
	d := directory(func(context.Context, string, string) (Person, error) {
		t.Error("the directory was asked")
		return Person{}, nil
	})
	for _, v := range []*Viewer{nobody, partner} {
		got, err := v.Resolve(t.Context(), d)
		if err != nil || got != v {
			t.Errorf("Resolve(%v) = %v, %v; want itself", v, got, err)
		}
	}
}

func TestViewerIsImmutable(t *testing.T) {
	t.Parallel()
	p := Person{ID: "u", Roles: []Role{RoleUser}, Memberships: []Membership{member("c1", RoleSysAdmin)}}
	v := userWith(allRoleScopes(), p)
	p.Roles[0], p.Memberships[0].Roles[0], p.Memberships[0].CompanyID = RoleCorporateAdmin, RoleChannelAdmin, "c9"
	v.Memberships()[0].Roles[0] = RoleChannelAdmin
	v.Memberships()[0].CompanyID = "c9"
	v.Scopes()[0] = "x"
	v.UserRoles()[0] = "x"
	want := []any{[]Membership{member("c1", RoleSysAdmin)}, []Role{RoleUser}, string(RoleUser), []string{"c1"}}
	got := []any{v.Memberships(), v.UserRoles(), v.Scopes()[0], v.CompanyIDs()}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after changing what it gave and got (-want +got):\n%s", diff)
	}
}

func TestSubjectSeparatesAuthorities(t *testing.T) {
	t.Parallel()
	base := identity{subject: "a", client: "b", company: "c", scopes: []string{"d", "e"}}
	viewers := map[string]*Viewer{
		"base":              newViewer("acme", base, "t"),
		"tenant":            newViewer("globex", base, "t"),
		"subject":           newViewer("acme", identity{subject: "x", client: "b", company: "c", scopes: base.scopes}, "t"),
		"client":            newViewer("acme", identity{subject: "a", client: "x", company: "c", scopes: base.scopes}, "t"),
		"company":           newViewer("acme", identity{subject: "a", client: "b", company: "x", scopes: base.scopes}, "t"),
		"narrower scope":    newViewer("acme", identity{subject: "a", client: "b", company: "c", scopes: []string{"d"}}, "t"),
		"scopes run over":   newViewer("acme", identity{subject: "a", client: "b", company: "c", scopes: []string{"de"}}, "t"),
		"fields run over":   newViewer("acme", identity{subject: "ab", client: "", company: "c", scopes: base.scopes}, "t"),
		"service":           newViewer("acme", identity{client: "b", scopes: base.scopes, service: true}, "t"),
		"service like user": newViewer("acme", identity{client: "a", scopes: base.scopes, service: true}, "t"),
		"anonymous":         nobody,
	}
	seen := map[string]string{}
	for name, v := range viewers {
		if other, twice := seen[v.Subject()]; twice {
			t.Errorf("%s and %s share the subject %s", name, other, v.Subject())
		}
		seen[v.Subject()] = name
	}
	again := newViewer("acme", base, "another token of the same authority")
	if again.Subject() != viewers["base"].Subject() {
		t.Error("a refreshed token has another subject")
	}
}

func TestViewerShowsNoSecret(t *testing.T) {
	t.Parallel()
	const token = "s3cr3t-t0ken"
	v := newViewer("acme", identity{subject: "ada@example.com", client: "app"}, token).as(Person{ID: "u1", Email: "ada@example.com"})
	type holder struct {
		V     *Viewer
		inner *Viewer
	}
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("x", "viewer", v, "holder", holder{v, v})
	h := holder{v, v}
	shown := log.String() + string(must(json.Marshal(h))) +
		fmt.Sprintf("%v %+v %#v %s %q %x %v %+v %#v %v %#v", v, v, v, v, v, []any{v}, h, h, h, *v, *v)
	if strings.Contains(shown, token) || strings.Contains(shown, fmt.Sprintf("%x", token)) {
		t.Errorf("the token is shown: %s", shown)
	}
	if v.AccessToken() != token || nobody.AccessToken() != "" {
		t.Error("AccessToken doesn't give the token")
	}
	if got := v.String() + "|" + nobody.String() + "|" + partner.GoString(); got != "user of acme u1|anonymous of acme|service of acme" {
		t.Errorf("String() = %q", got)
	}
	if !strings.Contains(log.String(), `"viewer":{"tenant":"acme","kind":"user","client":"app","user":"u1"}`) {
		t.Errorf("LogValue wrote %s", log.String())
	}
}
