package loaders

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
)

// TestPhoneSystemsOfTwenty: whatever is asked of twenty accounts is one call
// for each, the second time none, but for what is never kept.
func TestPhoneSystemsOfTwenty(t *testing.T) {
	t.Parallel()
	first := Page{first: 5}
	for name, tc := range map[string]struct {
		load  func(t *testing.T, l *Loaders, accounts []string) []error
		call  string
		again int
	}{
		"devices": {func(t *testing.T, l *Loaders, a []string) []error { return errsOf(l.Devices(t.Context(), a, first)) }, "devices", 0},
		"users": {func(t *testing.T, l *Loaders, a []string) []error {
			return errsOf(l.TelephonyUsers(t.Context(), a, first))
		}, "phoneUsers", 0},
		"numbers": {func(t *testing.T, l *Loaders, a []string) []error {
			return errsOf(l.PhoneNumbers(t.Context(), a, first))
		}, "numbers", 0},
		"callflows": {func(t *testing.T, l *Loaders, a []string) []error { return errsOf(l.Callflows(t.Context(), a, first)) }, "callflows", 0},
		"groups": {func(t *testing.T, l *Loaders, a []string) []error {
			return errsOf(l.TelephonyGroups(t.Context(), a, first))
		}, "groups", 0},
		"boxes": {func(t *testing.T, l *Loaders, a []string) []error {
			return errsOf(l.VoicemailBoxes(t.Context(), a, first))
		}, "boxes", 0},
		"calls":   {func(t *testing.T, l *Loaders, a []string) []error { return errsOf(l.Calls(t.Context(), a, first)) }, "cdrs", 0},
		"limits":  {func(t *testing.T, l *Loaders, a []string) []error { return errsOf(l.TelephonyLimits(t.Context(), a)) }, "limits", 0},
		"details": {func(t *testing.T, l *Loaders, a []string) []error { return errsOf(l.TelephonyDetails(t.Context(), a)) }, "account", 0},
		"balance": {func(t *testing.T, l *Loaders, a []string) []error { return errsOf(l.Balances(t.Context(), a)) }, "balance", 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSwitchboard(t)
			_, accounts := s.populate(20, 20)
			tenant, admin := s.tenant(t), service(t)
			for _, want := range []int{20, tc.again} {
				if err := errors.Join(tc.load(t, New(tenant, admin), accounts)...); err != nil {
					t.Fatal(err)
				}
				calls := map[string]int{}
				if want > 0 {
					calls[tc.call] = want
				}
				if diff := cmp.Diff(calls, s.counts()); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
			}
			s.fail(tc.call, http.StatusServiceUnavailable)
			for i, err := range tc.load(t, New(s.tenant(t), admin), accounts) {
				if upstream.KindOf(err) != upstream.Unavailable {
					t.Errorf("account %d of a backend that is away: %v", i, err)
				}
			}
		})
	}
}

func errsOf[V any](_ []V, errs []error) []error { return errs }

// TestPhoneSystemsFollowTheCompany: inside an account that somebody sees, each
// field is refused by the roles in its company, without a call.
func TestPhoneSystemsFollowTheCompany(t *testing.T) {
	t.Parallel()
	s := newSwitchboard(t)
	s.populate(3, 3)
	accounts := []string{"k0", "k1", "k2"}
	ann := viewer(t, "ann", member("c0"), member("c1", auth.RoleBillingAdmin))
	l := New(s.tenant(t), ann)
	_, devices := l.Devices(t.Context(), accounts, Page{first: 1})
	_, limits := l.TelephonyLimits(t.Context(), accounts)
	_, groups := l.TelephonyGroups(t.Context(), accounts, Page{first: 1})
	_, boxes := l.VoicemailBoxes(t.Context(), accounts, Page{first: 1})
	_, calls := l.Calls(t.Context(), accounts, Page{first: 1})
	_, balances := l.Balances(t.Context(), accounts)
	for name, tc := range map[string]struct {
		errs []error
		want [3]bool
	}{
		"devices": {devices, [3]bool{true, true, false}}, "limits": {limits, [3]bool{true, true, false}},
		"groups": {groups, [3]bool{true, true, false}}, "boxes": {boxes, [3]bool{true, true, false}},
		"calls": {calls, [3]bool{false, true, false}}, "balance": {balances, [3]bool{false, true, false}},
	} {
		for i, err := range tc.errs {
			refused, ok := errors.AsType[*auth.Error](err)
			if (err == nil) != tc.want[i] || (err != nil && (!ok || refused.Code != auth.Forbidden)) {
				t.Errorf("%s of %s: %v", name, accounts[i], err)
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"devices": 2, "limits": 2, "groups": 2, "boxes": 2, "cdrs": 1, "balance": 1}, s.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestRightsThatCannotBeRead: an account is not refused as somebody else's when
// it is not known whose it is.
func TestRightsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newSwitchboard(t)
	s.populate(1, 1)
	s.links = Links{KazooAttribute: "phones"}
	s.fail("company", http.StatusServiceUnavailable)
	l := New(s.tenant(t), viewer(t, "ann", member("c0")))
	_, errs := l.Devices(t.Context(), []string{"k0"}, Page{first: 1})
	if upstream.KindOf(errs[0]) != upstream.Unavailable {
		t.Errorf("devices: %v", errs[0])
	}
	if _, err := l.TelephonyAccount(t.Context(), "k0"); upstream.KindOf(err) != upstream.Unavailable {
		t.Errorf("the account: %v", err)
	}
	if _, err := l.TelephonyAccounts(t.Context(), Page{first: 1}); upstream.KindOf(err) != upstream.Unavailable {
		t.Errorf("all accounts: %v", err)
	}
}

// TestDevicesOfTwenty: who uses them and whether they are connected is one call
// each for an account, not for a device.
func TestDevicesOfTwenty(t *testing.T) {
	t.Parallel()
	s := newSwitchboard(t)
	_, accounts := s.populate(20, 20)
	for _, id := range accounts {
		s.people(id)
	}
	l := New(s.tenant(t), service(t))
	lists, errs := l.Devices(t.Context(), accounts, Page{first: 5})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	var devices []*model.Device
	for _, list := range lists {
		devices = append(devices, list.Items...)
	}
	s.counts()
	connected, errs := l.Registrations(t.Context(), devices)
	owners, errsOfOwners := l.DeviceOwners(t.Context(), devices)
	if err := errors.Join(append(errs, errsOfOwners...)...); err != nil {
		t.Fatal(err)
	}
	yes, no := true, false
	for i, d := range devices {
		who := [...]string{"ann", "bob", ""}[i%3]
		if diff := cmp.Diff([...]*bool{&yes, &no, nil}[i%3], connected[i]); diff != "" {
			t.Errorf("%s is connected (-want +got):\n%s", d.ID, diff)
		}
		if (owners[i] == nil) != (who == "") || owners[i] != nil && owners[i].ID != d.AccountID+"-"+who {
			t.Errorf("%s is %v's", d.ID, owners[i])
		}
	}
	if diff := cmp.Diff(map[string]int{"statuses": 20, "phoneUsers": 20}, s.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestDeviceOwnersWhoAreGone are nobody; owners that cannot be read are an error,
// but only of devices that have one.
func TestDeviceOwnersWhoAreGone(t *testing.T) {
	t.Parallel()
	s := newSwitchboard(t)
	s.populate(1, 1)
	devices := []*model.Device{{ID: "d", AccountID: "k0", OwnerID: "gone"}, {ID: "e", AccountID: "k0"}}
	owners, errs := New(s.tenant(t), service(t)).DeviceOwners(t.Context(), devices)
	if owners[0] != nil || owners[1] != nil || errors.Join(errs...) != nil {
		t.Errorf("%v, %v", owners, errs)
	}
	s.fail("phoneUsers", http.StatusServiceUnavailable)
	_, errs = New(s.tenant(t), service(t)).DeviceOwners(t.Context(), devices)
	if upstream.KindOf(errs[0]) != upstream.Unavailable || errs[1] != nil {
		t.Errorf("%v", errs)
	}
}

// TestLongListsOfAccounts: pages of 100 are followed by their start keys.
func TestLongListsOfAccounts(t *testing.T) {
	t.Parallel()
	s := newSwitchboard(t)
	s.populate(1, 1)
	for i := range 250 {
		s.parts["k0/devices"] = append(s.parts["k0/devices"], doc{"id": fmt.Sprintf("d%03d", i)})
	}
	tenant := s.tenant(t)
	for _, tc := range []struct {
		page  Page
		first string
		items int
		calls int
	}{
		{Page{first: 20}, "d000", 20, 1},
		{Page{first: 120}, "d000", 120, 1}, // the first page is kept
		{Page{last: 10}, "d240", 10, 1},
	} {
		lists, errs := New(tenant, service(t)).Devices(t.Context(), []string{"k0"}, tc.page)
		if errs[0] != nil {
			t.Fatal(errs[0])
		}
		if list := lists[0]; len(list.Items) != tc.items || list.Items[0].ID != tc.first || list.Items[0].AccountID != "k0" {
			t.Errorf("%+v gave %d from %s", tc.page, len(list.Items), list.Items[0].ID)
		}
		if calls := s.counts()["devices"]; calls != tc.calls {
			t.Errorf("%+v took %d calls, want %d", tc.page, calls, tc.calls)
		}
	}
}

// TestPhoneSystemsAreMapped compares one of each with the documents.
func TestPhoneSystemsAreMapped(t *testing.T) {
	t.Parallel()
	s := newSwitchboard(t)
	s.populate(1, 1)
	s.people("k0")
	s.parts["k0/numbers"] = []doc{{"id": "+14155550100", "state": "in_service", "features": []string{"cnam"}, "used_by": "callflow", "created": 63872361000}}
	s.parts["k0/callflows"] = []doc{{"id": "f0", "name": "Main", "numbers": []string{"1000", "+14155550100"}, "modules": []string{"menu", "user"}, "featurecode": false}}
	s.parts["k0/cdrs"] = []doc{{
		"id": "c0", "direction": "inbound", "caller_id_number": "+1415", "caller_id_name": "Ann", "callee_id_number": "1000", "callee_id_name": "",
		"duration_seconds": "42", "timestamp": "63872361000", "hangup_cause": "NORMAL_CLEARING",
	}}
	l, page, at := New(s.tenant(t), service(t)), Page{first: 1}, time.Date(2024, 1, 13, 10, 30, 0, 0, time.UTC)
	str := func(s string) *string { return &s }
	num := func(n int32) *int32 { return &n }
	yes := true

	isFirst(t, &TelephonyDetail{Timezone: str("Europe/Paris"), IsEnabled: &yes, CreatedAt: &at})(l.TelephonyDetails(t.Context(), []string{"k0"}))
	isFirst(t, &model.TelephonyAccount{ID: "k0", Name: str("Phones 01"), Realm: str("k0.example")})(l.TelephonyAccountsOf(t.Context(), []string{"c0"}))
	isFirst(t, &model.TelephonyLimits{TwowayTrunks: num(5), InboundTrunks: num(2), IsPrepayAllowed: &yes})(l.TelephonyLimits(t.Context(), []string{"k0"}))
	balance := decimal.RequireFromString("12.3456")
	isFirst(t, &balance)(l.Balances(t.Context(), []string{"k0"}))
	isFirstItem(t, &model.Device{
		ID: "k0-d0", Name: str("Desk"), Type: str("sip_device"), MacAddress: str("00:11"), IsEnabled: &yes, AccountID: "k0", OwnerID: "k0-ann",
	})(l.Devices(t.Context(), []string{"k0"}, page))
	isFirstItem(t, &model.TelephonyUser{
		ID: "k0-ann", UserName: str("ann"), PrivilegeLevel: str("admin"),
	})(l.TelephonyUsers(t.Context(), []string{"k0"}, page))
	isFirstItem(t, &model.PhoneNumber{
		Number: "+14155550100", State: str("in_service"), Features: []string{"cnam"}, UsedBy: str("callflow"), CreatedAt: &at, AccountID: "k0",
	})(l.PhoneNumbers(t.Context(), []string{"k0"}, page))
	isFirstItem(t, &model.Callflow{
		ID: "f0", Name: str("Main"), Numbers: []string{"1000", "+14155550100"}, Modules: []string{"menu", "user"},
	})(l.Callflows(t.Context(), []string{"k0"}, page))
	isFirstItem(t, &model.Call{
		ID: "c0", Direction: str("inbound"), CallerNumber: str("+1415"), CallerName: str("Ann"), CalleeNumber: str("1000"),
		DurationSeconds: num(42), StartedAt: &at, HangupCause: str("NORMAL_CLEARING"),
	})(l.Calls(t.Context(), []string{"k0"}, page))
}

// isFirst compares what was loaded first.
func isFirst[V any](t *testing.T, want V) func([]V, []error) {
	return func(got []V, errs []error) {
		t.Helper()
		if diff := cmp.Diff(want, got[0]); diff != "" || errs[0] != nil {
			t.Errorf("%v (-want +got):\n%s", errs[0], diff)
		}
	}
}

// isFirstItem compares the first item of the list that was loaded first.
func isFirstItem[V any](t *testing.T, want V) func([]*List[V], []error) {
	return func(got []*List[V], errs []error) {
		t.Helper()
		if errs[0] != nil || len(got[0].Items) == 0 {
			t.Errorf("%v, %v", got[0], errs[0])
			return
		}
		isFirst(t, want)(got[0].Items, errs)
	}
}

// TestKazooSecretsAreNotKept looks for them in what the cache is given to keep.
func TestKazooSecretsAreNotKept(t *testing.T) {
	t.Parallel()
	s := newSwitchboard(t)
	s.populate(1, 1)
	s.parts["k0/devices"] = []doc{{"id": "d", "name": "Desk", "sip": doc{"username": "desk", "password": "s3cret-sip"}}}
	l := New(s.tenant(t), service(t))
	list := l.deviceTrail("k0")
	kept, err := list.source.request(l, list.ask("")).Fill(t.Context())
	if err != nil || !strings.Contains(string(kept.Bytes), "Desk") {
		t.Fatalf("%s, %v", kept.Bytes, err)
	}
	if strings.Contains(string(kept.Bytes), "s3cret") {
		t.Errorf("a secret would be kept: %s", kept.Bytes)
	}
	s.fault("devices", func(w http.ResponseWriter, _ *http.Request) { reply(w, "no envelope") })
	if _, errs := l.Devices(t.Context(), []string{"k0"}, Page{first: 1}); upstream.KindOf(errs[0]) != upstream.MalformedReply {
		t.Errorf("what is no envelope: %v", errs[0])
	}
}
