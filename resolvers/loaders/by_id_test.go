package loaders

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
)

// byID is one way to an object by its id.
type byID struct {
	name string
	// get asks for id in an owner's account and gives the id of what was found.
	get func(ctx context.Context, l *Loaders, owner, id string) (string, error)
	// mine is in ann's account; hers is another company's, which ann may not see.
	mine, hers [2]string // owner and id
	// taken is what the backend takes for another endpoint; "" for nothing.
	taken string
	call  string // the endpoint that is called
	// refused is how many calls it takes to look in vain twice in an account that is the viewer's.
	refused int
}

func linkedWays() []byID {
	return []byID{
		{"installation", func(ctx context.Context, l *Loaders, owner, id string) (string, error) {
			i, err := l.AddOnInstallation(ctx, owner, id)
			if err != nil {
				return "", err
			}
			return i.CompanyID + " " + i.ID + " of " + i.ListingSID, nil
		}, [2]string{"c1", "XE1-0"}, [2]string{"c3", "XE3-0"}, "", "installation", 2},
		{"charge", func(ctx context.Context, l *Loaders, owner, id string) (string, error) {
			c, err := l.Charge(ctx, owner, id)
			if err != nil {
				return "", err
			}
			return c.ID, nil
		}, [2]string{"c1", "ch1-0"}, [2]string{"c3", "ch3-0"}, "has-funds", "charge", 2},
	}
}

func phoneWays() []byID {
	return []byID{
		{"device", func(ctx context.Context, l *Loaders, owner, id string) (string, error) {
			d, err := l.Device(ctx, owner, id)
			if err != nil {
				return "", err
			}
			return d.AccountID + " " + d.ID + " of " + d.OwnerID, nil
		}, [2]string{"k1", "k1-d0"}, [2]string{"k3", "k3-d0"}, "status", "device", 2},
		{"user", func(ctx context.Context, l *Loaders, owner, id string) (string, error) {
			u, err := l.TelephonyUser(ctx, owner, id)
			if err != nil {
				return "", err
			}
			return u.ID, nil
		}, [2]string{"k1", "k1-ann"}, [2]string{"k3", "k3-ann"}, "", "phoneUser", 2},
		{"number", func(ctx context.Context, l *Loaders, owner, id string) (string, error) {
			n, err := l.PhoneNumber(ctx, owner, id)
			if err != nil {
				return "", err
			}
			return n.AccountID + " " + n.Number, nil
		}, [2]string{"k1", "+11"}, [2]string{"k3", "+13"}, "", "numbers", 0},
		{"call", func(ctx context.Context, l *Loaders, owner, id string) (string, error) {
			c, err := l.Call(ctx, owner, id)
			if err != nil {
				return "", err
			}
			return c.ID, nil
		}, [2]string{"k1", "k1-call"}, [2]string{"k3", "k3-call"}, "", "cdr", 2},
	}
}

// check: found in the viewer's own account by one call; not there, in the
// account of somebody else, with an id that means another endpoint and of an
// account that does not exist, one and the same answer.
func (w byID) check(t *testing.T, b *backend, l *Loaders) {
	t.Helper()
	got, err := w.get(t.Context(), l, w.mine[0], w.mine[1])
	if err != nil || !strings.Contains(got, w.mine[1]) {
		t.Errorf("%s: %q, %v", w.name, got, err)
	}
	if diff := cmp.Diff(map[string]int{w.call: 1}, apart(b.counts())); diff != "" {
		t.Errorf("%s: calls (-want +got):\n%s", w.name, diff)
	}
	var said string
	for why, at := range map[string][2]string{
		"absent": {w.mine[0], "nothing"}, "not theirs": w.hers, "absent where nothing is theirs": {w.hers[0], "nothing"},
		"in the wrong account": {w.mine[0], w.hers[1]}, "of nobody's account": {"nobody", w.mine[1]}, "another endpoint": {w.mine[0], w.taken},
	} {
		if at[1] == "" {
			continue
		}
		_, err := w.get(t.Context(), l, at[0], at[1])
		if !isNotFound(err) || (said != "" && err.Error() != said) {
			t.Errorf("%s, %s: %v, and another time %q", w.name, why, err, said)
			continue
		}
		said = err.Error()
	}
	if calls := apart(b.counts()); calls[w.call] != w.refused || len(calls) > 1 {
		t.Errorf("%s: refusals took %v", w.name, calls)
	}
	for _, at := range [][2]string{{"", w.mine[1]}, {w.mine[0], ""}, {strings.Repeat("x", maxID+1), w.mine[1]}, {w.mine[0], strings.Repeat("x", maxID+1)}} {
		_, err := w.get(t.Context(), l, at[0], at[1])
		if _, ok := errors.AsType[*InputError](err); !ok || len(b.counts()) > 0 {
			t.Errorf("%s: of %.10q in %.10q: %v", w.name, at[1], at[0], err)
		}
	}
}

func TestLinkedByID(t *testing.T) {
	t.Parallel()
	for _, way := range linkedWays() {
		m := newLinkedMarket(t)
		m.populate(4)
		way.check(t, m.backend, New(m.tenant(t), admin(t)))
	}
}

func TestTelephonyByID(t *testing.T) {
	t.Parallel()
	for _, way := range phoneWays() {
		s := newSwitchboard(t)
		_, accounts := s.populate(4, 4)
		for i, account := range accounts {
			s.people(account)
			s.parts[account+"/numbers"] = []doc{{"id": "+1" + string(rune('0'+i)), "state": "in_service"}}
			s.parts[account+"/cdrs"] = []doc{{"id": account + "-call", "call_direction": "inbound"}}
		}
		way.check(t, s.backend, New(s.tenant(t), admin(t)))
	}
}

// TestByIDFollowsTheRule: who is a plain member of a company finds its devices
// and installations, and neither its calls nor its money.
func TestByIDFollowsTheRule(t *testing.T) {
	t.Parallel()
	m, s := newLinkedMarket(t), newSwitchboard(t)
	m.populate(3)
	s.populate(3, 3)
	s.people("k2")
	s.parts["k2/cdrs"] = []doc{{"id": "k2-call"}}
	l, p := New(m.tenant(t), admin(t)), New(s.tenant(t), admin(t))
	if _, err := l.AddOnInstallation(t.Context(), "c2", "XE2-0"); err != nil {
		t.Error(err)
	}
	if _, err := p.Device(t.Context(), "k2", "k2-d0"); err != nil {
		t.Error(err)
	}
	_, charge := l.Charge(t.Context(), "c2", "ch2-0")
	_, wallet := l.Wallet(t.Context(), "c2")
	_, call := p.Call(t.Context(), "k2", "k2-call")
	for what, err := range map[string]error{"charge": charge, "wallet": wallet, "call": call} {
		if !isNotFound(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := m.counts()["charge"] + s.counts()["cdr"]; got > 0 {
		t.Errorf("%d calls for what is refused", got)
	}
	biller := viewer(t, "eve", member("c2", auth.RoleUser, auth.RoleBillingAdmin))
	if _, err := New(s.tenant(t), biller).Call(t.Context(), "k2", "k2-call"); err != nil {
		t.Errorf("a billing administrator: %v", err)
	}
}

// TestWalletByCompany: by its link, without a call; by the company's attributes
// with the company's.
func TestWalletByCompany(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(2)
	m.links.LocationAttribute = "location"
	m.companies = append(m.companies, doc{"uuid": "c9", "customAttributes": []doc{{"attributeType": "TEXT", "name": "location", "value": "loc9"}}}, doc{"uuid": "c8"})
	l := New(m.tenant(t), service(t))
	for company, want := range map[string]*model.Wallet{
		"c1": {CompanyID: "c1", LocationID: "loc1"}, "c9": {CompanyID: "c9", LocationID: "loc9"}, "c8": nil, "nobody": nil,
	} {
		got, err := l.Wallet(t.Context(), company)
		if diff := cmp.Diff(want, got); diff != "" || isNotFound(err) != (want == nil) {
			t.Errorf("%s: %v (-want +got):\n%s", company, err, diff)
		}
	}
	m.fail("company", 503)
	if _, err := New(m.tenant(t), service(t)).Wallet(t.Context(), "c9"); upstream.KindOf(err) != upstream.Unavailable {
		t.Errorf("with the companies away: %v", err)
	}
}

// TestByIDRefusesForeignItems: what says that it is another account's is never shown.
func TestByIDRefusesForeignItems(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(2)
	m.installed["AC1"][0]["account_sid"] = "AC0"
	m.charges["loc1"][0]["entityId"] = "loc0"
	l := New(m.tenant(t), service(t))
	_, installation := l.AddOnInstallation(t.Context(), "c1", "XE1-0")
	_, charge := l.Charge(t.Context(), "c1", "ch1-0")
	for what, err := range map[string]error{"installation": installation, "charge": charge} {
		if upstream.KindOf(err) != upstream.MalformedReply || !errors.Is(err, errOtherAccount) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestDocumentsLookLikeEntries: a document differs from the list's entry, and
// becomes the same object.
func TestDocumentsLookLikeEntries(t *testing.T) {
	t.Parallel()
	s := newSwitchboard(t)
	s.populate(1, 1)
	at := time.Date(2024, 1, 15, 10, 30, 0, 0, time.UTC)
	s.parts["k0/devices"] = []doc{{
		"id": "d", "name": "Desk", "owner_id": "ann", "enabled": true, "device_type": "sip_device", "mac_address": "00:11", "username": "desk",
		"sip": doc{"username": "desk", "password": "s3cret"},
	}}
	s.parts["k0/users"] = []doc{{"id": "ann", "username": "a", "email": "a@x.example", "first_name": "Ann", "last_name": "Lee", "priv_level": "admin", "timezone": "UTC"}}
	s.parts["k0/cdrs"] = []doc{{
		"id": "call", "direction": "inbound", "call_direction": "inbound", "caller_id_number": "+1", "caller_id_name": "Acme", "callee_id_number": "1001",
		"callee_id_name": "Ann", "duration_seconds": 42, "timestamp": 63872533800, "hangup_cause": "NORMAL_CLEARING",
	}}
	l, k0 := New(s.tenant(t), service(t)), []string{"k0"}
	devices, _ := l.Devices(t.Context(), k0, Page{first: 1})
	users, _ := l.TelephonyUsers(t.Context(), k0, Page{first: 1})
	calls, _ := l.Calls(t.Context(), k0, Page{first: 1})
	device, err1 := l.Device(t.Context(), "k0", "d")
	user, err2 := l.TelephonyUser(t.Context(), "k0", "ann")
	call, err3 := l.Call(t.Context(), "k0", "call")
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	want := []any{devices[0].Items[0], users[0].Items[0], calls[0].Items[0]}
	if diff := cmp.Diff(want, []any{device, user, call}); diff != "" {
		t.Errorf("(-entry +document):\n%s", diff)
	}
	if *device.UserName != "desk" || *call.Direction != "inbound" || !call.StartedAt.Equal(at) {
		t.Errorf("device %+v, call %+v", device, call)
	}
}
