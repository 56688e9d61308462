package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
)

// kazooSamples are the printed answers.
type kazooSamples struct {
	Samples map[string]any            `json:"samples"`
	Errors  map[string]map[string]any `json:"errors"`
}

func readKazooSamples(t *testing.T) kazooSamples {
	t.Helper()
	raw, err := os.ReadFile("testdata/kazoo_samples.json")
	if err != nil {
		t.Fatal(err)
	}
	var s kazooSamples
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// sampleOnly are printed members that belong to the account behind the sample.
var sampleOnly = []string{".data.my_own_field", ".data.ui_metadata"}

// TestKazooDocumentsHaveEveryPrintedKey holds what is served against what is
// printed: no member is missing and none is of another kind.
func TestKazooDocumentsHaveEveryPrintedKey(t *testing.T) {
	p := shared.phone(t, "acme")
	for endpoint, body := range readKazooSamples(t).Samples {
		path, isRead := strings.CutPrefix(endpoint, "GET ")
		if !isRead {
			continue
		}
		t.Run(endpoint, func(t *testing.T) {
			t.Parallel()
			ours := map[string]bool{}
			for _, path := range p.kazooOf("acme").pathsOf(path) {
				maps.Copy(ours, kazooKeys(p.read(t, path).json(t)))
			}
			for _, key := range slices.Sorted(maps.Keys(kazooKeys(body))) {
				if !ours[key] && !slices.ContainsFunc(sampleOnly, func(s string) bool { return strings.HasPrefix(key, s) }) {
					t.Errorf("printed, not served: %s", key)
				}
			}
		})
	}
}

// kazooKeys is keysOf with ids and numbers as keys taken for one member each.
func kazooKeys(v any) map[string]bool {
	out := map[string]bool{}
	for key := range keysOf(v) {
		parts := strings.Split(key, ".")
		for i, part := range parts {
			name, kind, _ := strings.Cut(part, " ")
			if len(name) == 32 || strings.HasPrefix(name, "+") {
				parts[i] = strings.TrimSpace("* " + kind)
			}
		}
		out[strings.Join(parts, ".")] = true
	}
	return out
}

// TestKazooListsShowNothingElse than the printed members of a list's items.
func TestKazooListsShowNothingElse(t *testing.T) {
	t.Parallel()
	p := shared.phone(t, "acme")
	account := p.kazooOf("acme").largest()
	tested := 0
	for _, e := range kazooFactsOf(t).Endpoints {
		if e.Fields == nil || shared.box.backends[1].(*kazoo).handlers[e.Key()] == nil {
			continue
		}
		path := strings.Replace(e.Path, "{accountId}", account, 1)
		if strings.HasSuffix(path, "descendants") || strings.HasSuffix(path, "children") {
			path = strings.Replace(e.Path, "{accountId}", p.kazooOf("acme").parent, 1)
		}
		for _, item := range p.read(t, path).items(t) {
			for name := range item.(map[string]any) {
				if !slices.Contains(e.Fields, name) && name != "features" {
					t.Errorf("%s shows %s", e.Key(), name)
				}
			}
		}
		tested++
	}
	if tested < 8 {
		t.Errorf("only %d lists", tested)
	}
}

// TestKazooListsDifferFromItems so that a client that takes one for the other is
// found out.
func TestKazooListsDifferFromItems(t *testing.T) {
	t.Parallel()
	p := shared.phone(t, "acme")
	base := "/accounts/" + p.kazooOf("acme").largest()
	for _, kind := range []string{"users", "devices", "callflows", "groups", "conferences", "vmboxes", "cdrs"} {
		item := p.read(t, base+"/"+kind+"?page_size=1").items(t)[0]
		full := p.read(t, base+"/"+kind+"/"+factText(field(item, "id"))).data(t)
		if field(full, "id") != field(item, "id") || same(t, full, item) {
			t.Errorf("%s: %v and %v", kind, item, full)
		}
	}
	group := p.read(t, base+"/groups?page_size=1").items(t)[0]
	full := p.read(t, base+"/groups/"+factText(field(group, "id"))).data(t)
	if n, ok := field(full, "endpoints").(map[string]any); !ok || factText(field(group, "endpoints")) != factText(len(n)) {
		t.Errorf("endpoints: %v and %v", field(group, "endpoints"), field(full, "endpoints"))
	}
	call := p.read(t, base+"/cdrs?page_size=1").items(t)[0]
	if _, text := field(call, "duration_seconds").(string); !text {
		t.Error("lists of calls are texts")
	}
}

func kazooFactsOf(t *testing.T) Facts {
	t.Helper()
	f, err := KazooFacts()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestEveryKazooEndpointIsKnown calls all of them: answered, charged for, or
// refused with 501, but never unknown.
func TestEveryKazooEndpointIsKnown(t *testing.T) {
	t.Parallel()
	p := shared.phone(t, "acme")
	facts := kazooFactsOf(t)
	if facts.RateLimit.Bucket != 100 || facts.RateLimit.LeakPerSecond != 10 || facts.BasePath != "/v2" || len(facts.Endpoints) != 166 {
		t.Errorf("head of the facts: %+v %q, %d endpoints", facts.RateLimit, facts.BasePath, len(facts.Endpoints))
	}
	account := p.kazooOf("acme").largest()
	for _, e := range facts.Endpoints {
		path := strings.NewReplacer("{accountId}", account, "{phoneNumber}", "%2B10", "{", "", "}", "").Replace(e.Path)
		if strings.HasSuffix(path, "/phone_numbers/prefix") {
			path += "?city=Boston"
		}
		var body any
		if e.Method != http.MethodGet {
			body = map[string]any{"data": map[string]any{}}
		}
		a := p.call(t, e.Method, path, body)
		handled := p.box.backends[1].(*kazoo).handlers[e.Key()] != nil
		_, charged := kazooCharges[e.Key()]
		switch {
		case handled && (a.status == 200 || a.status == 404 || a.status == 400):
		case !handled && a.status == http.StatusNotImplemented:
		case charged && a.status == http.StatusPaymentRequired:
		default:
			t.Errorf("%s: %d %.200s", e.Key(), a.status, a.body)
		}
	}
}

// TestKazooEnvelope has everything that is printed of it.
func TestKazooEnvelope(t *testing.T) {
	t.Parallel()
	p := shared.phone(t, "acme")
	base := "/accounts/" + p.kazooOf("acme").largest()
	a := p.send(t, http.MethodGet, base+"/users", nil, http.Header{"X-Request-Id": {"abc123"}})
	body := a.object(t)
	for _, name := range []string{"data", "status", "request_id", "node", "timestamp", "auth_token", "version", "tokens", "revision", "page_size", "start_key"} {
		if body[name] == nil {
			t.Errorf("no %s", name)
		}
	}
	if body["status"] != "success" || body["request_id"] != "abc123" || body["auth_token"] != p.token || a.header.Get("X-Request-Id") != "abc123" {
		t.Errorf("%.300s", a.body)
	}
	tag := a.header.Get("Etag")
	if tag != `W/"`+factText(body["revision"])+`"` {
		t.Errorf("tag of a list %s, revision %v", tag, body["revision"])
	}
	again := p.send(t, http.MethodGet, base+"/users", nil, http.Header{"If-None-Match": {`"x", ` + tag}})
	if again.status != http.StatusNotModified || len(again.body) != 0 {
		t.Errorf("known tag: %d %s", again.status, again.body)
	}
	item := p.read(t, base)
	if tag := item.header.Get("Etag"); tag != `"`+factText(item.object(t)["revision"])+`"` {
		t.Errorf("tag of a document %s", tag)
	}
}

// TestKazooErrorsAreThePrintedOnes compares with the printed samples.
func TestKazooErrorsAreThePrintedOnes(t *testing.T) {
	t.Parallel()
	f := start(t, Options{Now: newClock().now})
	p := f.phone(t, "acme")
	w := f.kazooOf("acme")
	base := "/accounts/" + w.largest()
	user := w.below[w.largest()].users.all()[0].text("username")
	below := p.as(factText(p.login(t, map[string]any{"credentials": credentialsOf("md5", user), "account_id": w.largest()}).object(t)["auth_token"]))
	f.steer(t, http.MethodPut, "/faults", `[{"backend":"kazoo","route":"GET /accounts/{accountId}/groups","status":503},
		{"backend":"kazoo","route":"GET /accounts/{accountId}/channels","status":500}]`)
	got := map[string]answer{
		"400": p.call(t, http.MethodPut, "/user_auth", map[string]any{"data": map[string]any{}}),
		"401": p.as("x").call(t, http.MethodGet, base, nil),
		"402": p.call(t, http.MethodPost, base+"/limits", map[string]any{"data": map[string]any{"inbound_trunks": 11}}),
		"403": below.call(t, http.MethodGet, "/accounts/"+w.parent, nil),
		"404": p.call(t, http.MethodGet, base+"/phone_numbers/%2B15005550006", nil),
		"500": p.call(t, http.MethodGet, base+"/channels", nil),
		"503": p.call(t, http.MethodGet, base+"/groups", nil),
	}
	for path, want := range map[string]string{"/nowhere": "bad_identifier", "/user_auth": "invalid_method", base + "/menus": "not_implemented"} {
		if a := p.call(t, http.MethodGet, path, nil); a.object(t)["message"] != want {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	for range 101 {
		got["429"] = p.call(t, http.MethodGet, base, nil)
	}
	for status, want := range readKazooSamples(t).Errors {
		a, tried := got[status]
		if !tried {
			continue // a conflict needs writes
		}
		body := a.object(t)
		if body["error"] != status || body["status"] != "error" || body["message"] != want["message"] {
			t.Errorf("%s: %s", status, a.body)
		}
		for key := range keysOf(want["data"]) {
			if status != "400" && !keysOf(body["data"])[key] {
				t.Errorf("%s: no %s in %s", status, key, a.body)
			}
		}
	}
	if len(got) < 8 {
		t.Error("too few tried")
	}
}
