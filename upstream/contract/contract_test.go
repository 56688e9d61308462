package contract_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
)

// checks are those that take a room and no subtests, as whole passes them.
var checks = map[string]func(t testing.TB, room *contract.Room){
	"names":       func(t testing.TB, room *contract.Room) { room.CheckNames(t) },
	"freshness":   func(t testing.TB, room *contract.Room) { room.CheckFreshness(t, room.Routes[1]) },
	"paths":       func(t testing.TB, room *contract.Room) { room.CheckPaths(t) },
	"tags":        func(t testing.TB, room *contract.Room) { room.CheckTags(t) },
	"listed":      func(t testing.TB, room *contract.Room) { room.CheckListed(t) },
	"caching":     func(t testing.TB, room *contract.Room) { room.CheckCachingPage(t) },
	"assumptions": func(t testing.TB, room *contract.Room) { room.CheckAssumptionsPage(t) },
	"limit":       func(t testing.TB, room *contract.Room) { room.CheckLimitPage(t, upstream.Bucket{Size: 7}) },
	"decoders":    func(t testing.TB, room *contract.Room) { room.CheckDecoders(t) },
	"samples":     func(t testing.TB, room *contract.Room) { room.CheckSamples(t, "error-*") },
	"required": func(t testing.TB, room *contract.Room) {
		room.CheckRequired(t, map[string]string{"any.readThing": "id", "any.readLive": "id"})
	},
	"one each": func(t testing.TB, room *contract.Room) { room.CheckOneSampleEach(t) },
}

func TestWholeRoom(t *testing.T) {
	t.Parallel()
	for name, check := range checks {
		if faults := faultsOf(func(t testing.TB) { check(t, whole()) }); faults != nil {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

// broken are rooms with one fault each.
var broken = []struct {
	check  string
	spoil  func(room *contract.Room)
	faults string // a piece of the first fault
}{
	{"names", func(room *contract.Room) { room.Routes[1].Name = "any.readThing" }, "any.readThing twice"},
	{"names", func(room *contract.Room) { room.Routes[1].Name = "other.readLive" }, "does not begin with its backend"},
	{"names", func(room *contract.Room) { room.Routes[1].Name = "any." }, "does not begin with its backend"},
	{"names", func(room *contract.Room) { room.Routes[1].Backend = "other" }, `backend "other"`},
	{"freshness", func(room *contract.Room) { room.Routes[0].Fresh = 0 }, "any.readThing: fresh for 0s"},
	{"freshness", func(room *contract.Room) { room.Routes[0].Hard = time.Second }, "fresh for 1m0s, kept for 1s"},
	{"freshness", func(room *contract.Room) { room.Routes[1].Fresh = time.Second }, "any.readLive is kept for 1s"},
	{"freshness", func(room *contract.Room) { room.Routes[1].Hard = time.Second }, "any.readLive is kept for 1s"},
	{"paths", func(room *contract.Room) { room.Routes[0].Path = "/things/{id" }, "unclosed"},
	{"paths", func(room *contract.Room) { room.Routes[0].Path = "/things/id}" }, "expands to"},
	{"tags", func(room *contract.Room) { room.Routes[0].Tags = nil }, "has to be dropped"},
	{"tags", func(room *contract.Room) { room.Routes[1].Method, room.Routes[1].Tags = "POST", []string{"live"} }, "depends on nothing"},
	{"tags", func(room *contract.Room) { room.Routes[0].Tags = []string{"thing:{uuid}"} }, "{uuid} is not in"},
	{"tags", func(room *contract.Room) { room.Routes[0].Births = nil }, "not there ends with none"},
	{"listed", func(room *contract.Room) { room.Routes = room.Routes[:1] }, "2 routes are declared, 1"},
	{"listed", func(room *contract.Room) { room.Files = fstest.MapFS{} }, "no files *.go"},
	{"caching", func(room *contract.Room) { room.Routes[0].Fresh = 0 }, "never"},
	{"caching", func(room *contract.Room) { room.Routes = room.Routes[:1] }, "readLive"},
	{"caching", func(room *contract.Room) { put(room.Docs, "caching.md", "") }, "readThing"},
	{"caching", func(room *contract.Room) { room.Docs = fstest.MapFS{} }, "caching.md"},
	{"assumptions", func(room *contract.Room) { room.Routes[0].Assumed = "" }, "names `GET /things/{id}`: true"},
	{"assumptions", func(room *contract.Room) { room.Routes[0].Assumed = "a list" }, "does not say"},
	{"assumptions", func(room *contract.Room) { room.Routes[1].Assumed = "a thing" }, "names `GET /live/{id}`: false"},
	{"limit", func(room *contract.Room) { put(room.Docs, "backends/any.md", "At most 8 calls.") }, "does not say 7 calls"},
	{"decoders", func(room *contract.Room) { room.Decoders = room.Decoders[:1] }, "readLive"},
	{"decoders", func(room *contract.Room) { room.Decoders[0], room.Decoders[1] = room.Decoders[1], room.Decoders[0] }, "readLive"},
	{"samples", func(room *contract.Room) { put(room.Files, "testdata/samples/live-2.json", "{}") }, "live-2.json: upstream: any.readLive"},
	{"samples", func(room *contract.Room) { room.Decoders[0].Least = "{}" }, "least"},
	{"samples", func(room *contract.Room) { room.Decoders[0].Sample = "" }, "thing.json is read by no test"},
	{"samples", func(room *contract.Room) { room.Decoders[0].Sample = "other" }, "no files testdata/samples/other.json"},
	{"samples", func(room *contract.Room) { put(room.Files, "testdata/samples/new.json", "{}") }, "new.json is read by no test"},
	{"required", func(room *contract.Room) { room.Decoders[0].Decode = func([]byte) (any, error) { return thing{}, nil } }, `readThing requires "", not "id"`},
	{"required", func(room *contract.Room) {
		room.Decoders[0].Decode = func([]byte) (any, error) { return thing{}, errors.New("no") }
	}, "is no upstream.Error"},
	{"required", func(room *contract.Room) { room.Routes[1].Name = "any.other" }, `any.other requires "id", not ""`},
	{"required", func(room *contract.Room) { put(room.Files, "testdata/samples/live-1.json", "{") }, "unexpected EOF"},
	{"one each", func(room *contract.Room) { room.Decoders[1].Sample = "thing" }, `"any.readThing"`},
	{"one each", func(room *contract.Room) { room.Decoders[1].Sample = "" }, "any.readLive reads"},
}

// TestBrokenRooms: a check that cannot fail protects nothing.
func TestBrokenRooms(t *testing.T) {
	t.Parallel()
	for _, c := range broken {
		room := whole()
		c.spoil(room)
		faults := faultsOf(func(t testing.TB) { checks[c.check](t, room) })
		if len(faults) == 0 || !strings.Contains(faults[0], c.faults) {
			t.Errorf("%s: %q, want %q", c.check, faults, c.faults)
		}
	}
}

func TestNeverKeptIsListed(t *testing.T) {
	t.Parallel()
	room := whole()
	stray := &upstream.Route{Name: "any.stray"}
	faults := faultsOf(func(t testing.TB) { room.CheckFreshness(t, room.Routes[1], stray) })
	if len(faults) != 1 || !strings.Contains(faults[0], "any.stray") {
		t.Errorf("%q", faults)
	}
}

func TestCheckMalformed(t *testing.T) {
	t.Parallel()
	room := whole()
	r := room.Routes[0]
	spoilt := func(spoil func(e *upstream.Error)) error {
		e := malformed(r)
		spoil(e)
		return e
	}
	for _, c := range []struct {
		name string
		err  error
		fine bool
	}{
		{"as promised", malformed(r), true},
		{"none", nil, false},
		{"another type", errors.New("malformed"), false},
		{"another kind", spoilt(func(e *upstream.Error) { e.Kind = upstream.Unauthenticated }), false},
		{"another route", malformed(room.Routes[1]), false},
		{"another backend", spoilt(func(e *upstream.Error) { e.Backend = "other" }), false},
		{"quotes", fmt.Errorf("%w: %s", malformed(r), contract.Secret), false},
	} {
		if faults := faultsOf(func(t testing.TB) { room.CheckMalformed(t, r, c.err) }); (faults == nil) != c.fine {
			t.Errorf("%s: %q", c.name, faults)
		}
	}
}

func TestCheckRefused(t *testing.T) {
	t.Parallel()
	room := whole()
	r := room.Routes[0]
	refused := func(body string) []string {
		return faultsOf(func(t testing.TB) { room.CheckRefused(t, []contract.Refusal{{Route: r, Body: body}}) })
	}
	if faults := refused(`{"id":""}`); faults != nil {
		t.Errorf("%q", faults)
	}
	if faults := refused(`{"id":"a"}`); len(faults) != 1 || !strings.Contains(faults[0], "taken") {
		t.Errorf("a reply: %q", faults)
	}
	room.Decoders[0].Decode = func([]byte) (any, error) { return thing{ID: "half"}, malformed(r) }
	if faults := refused(`{"id":""}`); len(faults) != 1 || !strings.Contains(faults[0], "half") {
		t.Errorf("half a reply: %q", faults)
	}
	room.Decoders = nil
	if faults := refused(``); len(faults) != 1 || !strings.Contains(faults[0], "no decoder") {
		t.Errorf("nobody to refuse it: %q", faults)
	}
}

func TestCheckRefusedByAll(t *testing.T) {
	t.Parallel()
	whole().CheckRefusedByAll(t, append(contract.NoReplies(), `{"id":null}`))
}

func TestCheckDecodes(t *testing.T) {
	t.Parallel()
	decode := decoder(whole().Routes[0])
	for body, fine := range map[string]bool{`{"id":"a"}`: true, `{"id":"b"}`: false, `{}`: false} {
		faults := faultsOf(func(t testing.TB) { contract.CheckDecodes(t, decode, []byte(body), thing{ID: "a"}) })
		if (faults == nil) != fine {
			t.Errorf("%s: %q", body, faults)
		}
	}
}

// TestCheckRoute: what CheckRoutes does for each route, and at the end.
func TestCheckRoute(t *testing.T) {
	t.Parallel()
	room := whole()
	f := contract.Facts[facts](t, room)
	for name, fine := range map[string]bool{"expand": true, "other": false} {
		room.Routes[0].Query = []string{name}
		faults := faultsOf(func(t testing.TB) { contract.CheckQuery(t, room.Routes[0], f.Routes[0], contract.Endpoint.Takes) })
		if (faults == nil) != fine {
			t.Errorf("%s: %q", name, faults)
		}
	}
	for n := range 4 {
		facts := append(f.Routes, contract.Endpoint{})[:n]
		if faults := faultsOf(func(t testing.TB) { contract.CheckCount(t, room, facts) }); (faults == nil) != (n == 2) {
			t.Errorf("facts of %d endpoints: %q", n, faults)
		}
	}
}

type facts struct {
	Routes []contract.Endpoint `json:"routes"`
}

// TestRequiredAnywhere: in objects and in the elements of lists, missing or null.
func TestRequiredAnywhere(t *testing.T) {
	t.Parallel()
	room := whole()
	put(room.Files, "testdata/samples/thing.json", `{"list":[{"id":1,"name":"a"},{"id":2}],"note":{"text":null},"keyed":{"k":1}}`)
	room.Decoders[0].Decode = func(body []byte) (any, error) {
		var got struct {
			List  []struct{ ID *int }
			Keyed map[string]*int
		}
		whole := json.Unmarshal(body, &got) == nil && len(got.List) == 2
		for _, element := range got.List {
			whole = whole && element.ID != nil
		}
		for _, value := range got.Keyed {
			whole = whole && value != nil
		}
		if !whole {
			return nil, malformed(room.Routes[0])
		}
		return got, nil
	}
	for want, fine := range map[string]bool{"keyed.k list list.id": true, "list list.id": false, "keyed.k list": false, "": false} {
		faults := faultsOf(func(t testing.TB) {
			room.CheckRequired(t, map[string]string{"any.readThing": want, "any.readLive": "id"})
		})
		if (faults == nil) != fine {
			t.Errorf("%q: %q", want, faults)
		}
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	room := whole()
	f := contract.Facts[facts](t, room)
	none := func(t *testing.T, r *upstream.Route, fact contract.Endpoint) {
		t.Helper()
		if !fact.Is(r) {
			t.Errorf("%s is told by %s", r.Path, fact.Path)
		}
	}
	contract.CheckRoutes(t, room, f.Routes, contract.Endpoint.Takes, none)
	e := contract.FactOf(t, f.Routes, room.Routes[0])
	got := []any{e.Takes("expand"), e.Takes("bare"), e.Takes("other"), e.Default("expand"), e.Default("bare"), e.Default("other")}
	if diff := cmp.Diff([]any{true, true, false, "all", nil, nil}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, r := range []*upstream.Route{{Method: "PUT", Path: "/things/{id}"}, {Method: "GET", Path: "/things"}} {
		if faults := faultsOf(func(t testing.TB) { contract.FactOf(t, f.Routes, r) }); len(faults) != 1 {
			t.Errorf("%s %s: %q", r.Method, r.Path, faults)
		}
	}
	put(room.Files, "testdata/facts.json", "{")
	if faults := faultsOf(func(t testing.TB) { contract.Facts[facts](t, room) }); len(faults) != 1 {
		t.Errorf("half of the facts: %q", faults)
	}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	room := whole()
	if got := room.Samples(t, "live-*"); len(got) != 2 || !bytes.Equal(got[1], room.Sample(t, "live-2")) {
		t.Errorf("%s", got)
	}
	if faults := faultsOf(func(t testing.TB) { room.Samples(t, "none-*") }); len(faults) != 1 {
		t.Errorf("none: %q", faults)
	}
}

func FuzzThing(f *testing.F) {
	room := whole()
	contract.FuzzDecoder(f, room, room.Routes[0], decoder(room.Routes[0]), func(x thing) bool { return x.ID != "" }, `{"id":1}`)
}
