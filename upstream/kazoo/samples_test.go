package kazoo_test

import (
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// decoder is any of the room's decoders, its value boxed.
type decoder struct {
	route  *upstream.Route
	sample string // its file's name
	decode func(body []byte) (any, error)
}

func boxed[T any](decode func([]byte) (T, error)) func([]byte) (any, error) {
	return func(body []byte) (any, error) { return decode(body) }
}

// accountsOf is the decoder of one of the lists of accounts.
func accountsOf(r *upstream.Route) func([]byte) (kazoo.Page[kazoo.AccountEntry], error) {
	return func(body []byte) (kazoo.Page[kazoo.AccountEntry], error) { return kazoo.DecodeAccounts(r, body) }
}

// decoders has one entry per route, in the order of Routes.
var decoders = []decoder{
	{kazoo.ReadAccount, "account-read", boxed(kazoo.DecodeAccount)},
	{kazoo.ListDescendants, "descendants-list", boxed(accountsOf(kazoo.ListDescendants))},
	{kazoo.ListChildren, "children-list", boxed(accountsOf(kazoo.ListChildren))},
	{kazoo.ListDevices, "devices-list", boxed(kazoo.DecodeDevices)},
	{kazoo.ReadDevice, "device-read", boxed(kazoo.DecodeDevice)},
	{kazoo.ListDeviceStatuses, "devices-status", boxed(kazoo.DecodeDeviceStatuses)},
	{kazoo.ListUsers, "users-list", boxed(kazoo.DecodeUsers)},
	{kazoo.ReadUser, "user-read", boxed(kazoo.DecodeUser)},
	{kazoo.ListPhoneNumbers, "phone-numbers-list", boxed(kazoo.DecodePhoneNumbers)},
	{kazoo.ReadPhoneNumber, "phone-number-read", boxed(kazoo.DecodePhoneNumber)},
	{kazoo.ListCallflows, "callflows-list", boxed(kazoo.DecodeCallflows)},
	{kazoo.ReadCallflow, "callflow-read", boxed(kazoo.DecodeCallflow)},
	{kazoo.ListGroups, "groups-list", boxed(kazoo.DecodeGroups)},
	{kazoo.ReadLimits, "limits-read", boxed(kazoo.DecodeLimits)},
	{kazoo.ReadBalance, "balance-read", boxed(kazoo.DecodeBalance)},
	{kazoo.ListChannels, "channels-list", boxed(kazoo.DecodeChannels)},
	{kazoo.ListCDRs, "cdrs-list", boxed(kazoo.DecodeCDRs)},
	{kazoo.ListVoicemailBoxes, "vmboxes-list", boxed(kazoo.DecodeVoicemailBoxes)},
	{kazoo.ListConferences, "conferences-list", boxed(kazoo.DecodeConferences)},
}

// sample is the body of a documented reply.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	return read(t, "testdata/samples/"+name+".json")
}

// cause is what a malformed error hides; for the messages of tests only.
func cause(err error) error { return errors.Unwrap(err) }

func TestEveryRouteHasItsDecoder(t *testing.T) {
	t.Parallel()
	var routes, ours []string
	for _, r := range kazoo.Routes() {
		routes = append(routes, r.Name)
	}
	for _, d := range decoders {
		ours = append(ours, d.route.Name)
	}
	if diff := cmp.Diff(routes, ours); diff != "" {
		t.Errorf("(-routes +decoders):\n%s", diff)
	}
}

// TestEverySampleDecodes: each is read by its own decoder, and by no decoder of another kind of document.
func TestEverySampleDecodes(t *testing.T) {
	t.Parallel()
	for _, d := range decoders {
		if _, err := d.decode(sample(t, d.sample)); err != nil {
			t.Errorf("%s: %v: %v", d.route.Name, err, cause(err))
		}
	}
	files, err := filepath.Glob("testdata/samples/*.json")
	if err != nil {
		t.Fatal(err)
	}
	others := 0
	for _, file := range files {
		if name := filepath.Base(file); strings.HasPrefix(name, "auth-") || strings.HasPrefix(name, "error-") {
			others++ // those of login_test.go and failure_test.go
		}
	}
	if len(files) != len(decoders)+others {
		t.Errorf("%d samples; %d decoders read one each, %d are of logins and refusals", len(files), len(decoders), others)
	}
}

// TestErrorsAreNoReplies: a printed refusal that came with status 200 must not be read as a document.
func TestErrorsAreNoReplies(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/samples/error-*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no samples of errors", err)
	}
	for _, file := range files {
		for _, d := range decoders {
			got, err := d.decode(read(t, file))
			assertMalformed(t, d.route, err)
			if !reflect.ValueOf(got).IsZero() {
				t.Errorf("%s: a value beside the error: %+v", d.route.Name, got)
			}
		}
	}
}

// TestListMembersAreDocumented: each member of a list's wire type is one that the listing has, so that none is null for ever.
func TestListMembersAreDocumented(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	for route, entry := range map[*upstream.Route]any{
		kazoo.ListDescendants: kazoo.AccountEntry{}, kazoo.ListChildren: kazoo.AccountEntry{}, kazoo.ListDevices: kazoo.DeviceEntry{},
		kazoo.ListUsers: kazoo.UserEntry{}, kazoo.ListCallflows: kazoo.CallflowEntry{}, kazoo.ListGroups: kazoo.GroupEntry{},
		kazoo.ListChannels: kazoo.Channel{}, kazoo.ListCDRs: kazoo.CDR{},
		kazoo.ListVoicemailBoxes: kazoo.VoicemailBoxEntry{}, kazoo.ListConferences: kazoo.ConferenceEntry{},
	} {
		documented := map[string]bool{}
		for _, name := range factOf(t, f, route).Fields {
			documented[name] = true
		}
		typ := reflect.TypeOf(entry)
		for i := range typ.NumField() {
			if name := typ.Field(i).Tag.Get("json"); !documented[name] {
				t.Errorf("%s: %q is not in the listing", route.Name, name)
			}
		}
	}
}
