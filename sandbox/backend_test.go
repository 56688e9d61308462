package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestBackendURL(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		":8090": "http://127.0.0.1:8090/acme/kazoo", "127.0.0.1:1": "http://127.0.0.1:1/acme/kazoo",
		"https://x.example/": "https://x.example/acme/kazoo",
	} {
		if got := shared.box.BackendURL(addr, "acme", BackendKazoo); got != want {
			t.Errorf("%s: %s", addr, got)
		}
	}
	if shared.box.BaseURL(":1", "acme") != "http://127.0.0.1:1/acme/appdirect" {
		t.Error("BaseURL is AppDirect's")
	}
}

// TestEveryBackendIsDescribed with an address that leads there.
func TestEveryBackendIsDescribed(t *testing.T) {
	t.Parallel()
	body := shared.control(t, http.MethodGet, "", "").object(t)
	for _, b := range shared.box.backends {
		address, _ := field(body["tenants"].([]any)[0], "backends", b.name()).(string)
		if a := do(t, request(t, http.MethodGet, address+"/nowhere", "")); a.status != http.StatusNotFound && a.status != http.StatusUnauthorized {
			t.Errorf("%s at %s: %d", b.name(), address, a.status)
		}
		if list, _ := field(body["implemented"], b.name()).([]any); len(list) == 0 {
			t.Errorf("%s answers nothing", b.name())
		}
		if field(body["limits"], "byBackend", b.name()) == nil {
			t.Errorf("no limits of %s", b.name())
		}
	}
}

// TestHandlersOfAllBackendsArePrinted catches a handler under a mistyped key.
func TestHandlersOfAllBackendsArePrinted(t *testing.T) {
	t.Parallel()
	for _, b := range shared.box.backends {
		printed := map[string]bool{}
		for _, key := range b.routeKeys() {
			printed[key] = true
		}
		for _, key := range b.implemented() {
			if !printed[key] {
				t.Errorf("%s: %q is no printed endpoint", b.name(), key)
			}
		}
	}
}

// TestRouterCutsParametersOutOfTheirSegment where fixed text surrounds them.
func TestRouterCutsParametersOutOfTheirSegment(t *testing.T) {
	t.Parallel()
	root := newRouter(Facts{Endpoints: []Endpoint{
		{Method: "GET", Path: "/a/{Sid}.json"},
		{Method: "GET", Path: "/a/{Sid}/b.json"},
		{Method: "GET", Path: "/a/{Name}"},
		{Method: "GET", Path: "/notify/conference_{kind}"},
		{Method: "GET", Path: "/a/list.json"},
	}})
	for path, want := range map[string]string{
		"a/AC1.json": "/a/{Sid}.json [AC1]", "a/AC1/b.json": "/a/{Sid}/b.json [AC1]", "a/AC1": "/a/{Name} [AC1]", "a/list.json": "/a/list.json []",
		"a/.json": "/a/{Name} [.json]", "notify/conference_new": "/notify/conference_{kind} [new]", "notify/conference_": "", "notify/x": "",
		"a/AC1.json/b.json": "/a/{Sid}/b.json [AC1.json]",
	} {
		node, values := root.find(path)
		got := ""
		if node != nil {
			got = fmt.Sprint(node.methods["GET"].Path, " ", values)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if names := paramNames("/a/{Sid}.json/{x}"); strings.Join(names, " ") != "Sid x" {
		t.Errorf("names %v", names)
	}
}

// TestCredentialsAreTheTenants own, stay the same, and are not printed.
func TestCredentialsAreTheTenantsOwn(t *testing.T) {
	t.Parallel()
	acme, globex := Tenants()[0], Tenants()[1]
	if acme.Kazoo == globex.Kazoo || acme.Twilio == globex.Twilio || acme.LeadConnector == globex.LeadConnector {
		t.Error("two tenants share credentials")
	}
	again := Tenants()[0]
	if acme.Kazoo != again.Kazoo || acme.Twilio != again.Twilio || acme.LeadConnector != again.LeadConnector {
		t.Error("credentials change")
	}
	printed := fmt.Sprint(acme.Kazoo, acme.Twilio, acme.LeadConnector, acme.Kazoo.LogValue(), acme.Twilio.LogValue(), acme.LeadConnector.LogValue())
	for _, secret := range []string{acme.Kazoo.Password, acme.Kazoo.APIKey, acme.Twilio.AuthToken, acme.LeadConnector.AgencyToken} {
		if len(secret) < 10 || strings.Contains(printed, secret) {
			t.Errorf("%q in %s", secret, printed)
		}
	}
}
