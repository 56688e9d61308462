package main

import (
	"net/http"
	"strings"
	"testing"
)

// TestEveryPageIsGuarded: no answer lacks a header that keeps browsers from making
// more of it than it is, whatever it answers.
func TestEveryPageIsGuarded(t *testing.T) {
	t.Parallel()
	g := startBackends(t, 1).start(t)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, c := range []struct {
		method, path, host string
		status             int
		accept             string
	}{
		{method: "GET", path: "/", status: 404},
		{method: "GET", path: "/nothing", status: 404},
		{method: "GET", path: "/healthz", status: 200},
		{method: "POST", path: "/healthz", status: 405},
		{method: "GET", path: "/readyz", status: 200},
		{method: "GET", path: "/metrics", status: 200},
		{method: "GET", path: "/schema.graphqls", status: 200},
		{method: "GET", path: "/schema.preview.graphqls", status: 200},
		{method: "GET", path: "/schema.graphqls", host: "evil.example", status: 404},
		{method: "GET", path: "/api/graphql?query=%7B__typename%7D", status: 200},
		{method: "GET", path: "/api/graphql?query=%7B", status: 200},
		{method: "GET", path: "/api/graphql", accept: "text/html", status: 406},
		{method: "GET", path: "/api/graphql", host: "evil.example", status: 404},
		{method: "DELETE", path: "/api/graphql", status: 405},
		{method: "POST", path: "/api/graphql", status: 415},
		{method: "OPTIONS", path: "/api/graphql", status: 204},
		{method: "POST", path: "/api/graphql/preview", status: 415},
		{method: "GET", path: "/api//graphql", status: 307},
		{method: "POST", path: "/webhooks/appdirect", status: 404},
		{method: "GET", path: "/explorer", status: 308},
		{method: "GET", path: "/explorer/", status: 200},
		{method: "GET", path: "/explorer/config.json", status: 200},
		{method: "POST", path: "/explorer/token", status: 403},
		{method: "GET", path: "/explorer/nothing", status: 404},
		{method: "GET", path: "/debug/pprof/", status: 404},
	} {
		r := request(t, c.method, g.url+c.path, nil)
		r.Host = first(c.host, "acme.localhost")
		r.Header.Set("Accept", first(c.accept, "*/*"))
		r.Header.Set("Origin", "https://evil.example")
		r.Header.Set("Access-Control-Request-Method", "POST")
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != c.status {
			t.Errorf("%s %s is answered %d, want %d", c.method, c.path, answer.StatusCode, c.status)
		}
		checkGuarded(t, c.method+" "+c.path, answer.Header)
	}
}

func checkGuarded(t *testing.T, what string, h http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "Access-Control-Allow-Credentials": "", "Set-Cookie": "", "Server": "", "X-Powered-By": "",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %s is %q, want %q", what, name, got, want)
		}
	}
	policy := h.Values("Content-Security-Policy")
	if len(policy) != 1 || !strings.HasPrefix(policy[0], "default-src 'none'; ") || !strings.Contains(policy[0], "frame-ancestors 'none'") ||
		strings.Contains(policy[0], "unsafe-eval") || strings.Contains(policy[0], "script-src 'self' 'unsafe") || strings.Contains(policy[0], "*") || strings.Contains(policy[0], "http") {
		t.Errorf("%s: the policy is %q", what, policy)
	}
	if h.Get("X-Request-Id") == "" {
		t.Errorf("%s has no id", what)
	}
}
