package explorer_test

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/server/explorer"
)

// ours are the headers that the page sends to get a token.
func ours(change map[string]string) map[string]string {
	h := map[string]string{
		"Content-Type": "application/json", "X-Explorer": "1",
		"Origin": "http://acme.localhost:8080", "Sec-Fetch-Site": "same-origin",
	}
	maps.Copy(h, change)
	return h
}

func TestToken(t *testing.T) {
	t.Parallel()
	s := start(t, sandboxOptions())
	for name, c := range map[string]struct {
		header     map[string]string
		body, host string
		status     int
		want       string
	}{
		"granted":           {ours(nil), `{"as":"buyer"}`, "", 200, `{"accessToken":"acme/buyer","expiresIn":3600}`},
		"old browser":       {ours(map[string]string{"Sec-Fetch-Site": ""}), `{"as":"buyer"}`, "", 200, `acme/buyer`},
		"no browser":        {map[string]string{"Content-Type": "application/json", "X-Explorer": "1"}, `{"as":"admin"}`, "", 200, `acme/admin`},
		"no header":         {ours(map[string]string{"X-Explorer": ""}), `{"as":"buyer"}`, "", 403, "X-Explorer"},
		"foreign origin":    {ours(map[string]string{"Origin": "https://foreign.example", "Sec-Fetch-Site": ""}), `{"as":"buyer"}`, "", 403, "own page"},
		"foreign site":      {ours(map[string]string{"Sec-Fetch-Site": "cross-site"}), `{"as":"buyer"}`, "", 403, "own page"},
		"sibling":           {ours(map[string]string{"Sec-Fetch-Site": "same-site"}), `{"as":"buyer"}`, "", 403, "own page"},
		"null origin":       {ours(map[string]string{"Origin": "null", "Sec-Fetch-Site": ""}), `{"as":"buyer"}`, "", 403, "own page"},
		"rebound name":      {ours(map[string]string{"Origin": "http://foreign.example"}), `{"as":"buyer"}`, "foreign.example", 404, "no marketplace"},
		"form":              {ours(map[string]string{"Content-Type": "text/plain"}), `{"as":"buyer"}`, "", 415, "application/json"},
		"nobody we know":    {ours(nil), `{"as":"root"}`, "", 400, "no such viewer"},
		"nobody":            {ours(nil), `{}`, "", 400, "no such viewer"},
		"no JSON":           {ours(nil), `as=buyer`, "", 400, "no JSON"},
		"more than allowed": {ours(nil), `{"as":"` + strings.Repeat("x", 9000) + `"}`, "", 413, "limit of 8192"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			maps.DeleteFunc(c.header, func(_, v string) bool { return v == "" })
			got := ask{method: http.MethodPost, path: "/explorer/token", host: c.host, header: c.header, body: c.body}.to(t, s)
			if got.status != c.status || !strings.Contains(string(got.body), c.want) {
				t.Errorf("%d %s", got.status, got.body)
			}
			if got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("a cache may keep it: %v", got.header)
			}
		})
	}
}

// TestModes: each mode mounts its own way to a token and not the other's.
func TestModes(t *testing.T) {
	t.Parallel()
	offline := liveOptions()
	offline.Exchange = nil
	for name, c := range map[string]struct {
		options explorer.Options
		path    string
	}{
		"live has no demo tokens":   {liveOptions(), "/explorer/token"},
		"sandbox has no sign-in":    {sandboxOptions(), "/explorer/signin"},
		"nothing without exchanges": {offline, "/explorer/signin"},
	} {
		got := ask{method: http.MethodPost, path: c.path, header: ours(nil), body: `{"as":"admin"}`}.to(t, start(t, c.options))
		if got.status != 404 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := (ask{path: "/explorer/config.json"}).to(t, start(t, offline)); !strings.Contains(string(got.body), `"signIn":null`) {
		t.Errorf("a button that leads nowhere: %s", got.body)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := start(t, liveOptions())
	closed := liveOptions()
	closed.Tenant = found(explorer.Tenant{Name: "acme"})
	without := start(t, closed)
	body := func(redirect string) string { return `{"code":"C","verifier":"V","redirectUri":"` + redirect + `"}` }
	const here = "http://acme.localhost:8080/explorer/"
	for name, c := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"granted":          {body(here), 200, `{"accessToken":"acme/C/V","expiresIn":60}`},
		"behind TLS":       {body("https://acme.localhost:8080/explorer/"), 200, "acme/C/V"},
		"foreign redirect": {body("http://foreign.example/explorer/"), 400, "redirectUri"},
		"other path":       {body("http://acme.localhost:8080/elsewhere"), 400, "redirectUri"},
		"with a query":     {body(here + "?x=1"), 400, "redirectUri"},
		"with a user":      {body("http://me@acme.localhost:8080/explorer/"), 400, "redirectUri"},
		"other scheme":     {body("javascript://acme.localhost:8080/explorer/"), 400, "redirectUri"},
		"unreadable":       {body("http://%zz/explorer/"), 400, "redirectUri"},
		"no code":          {`{"verifier":"V","redirectUri":"` + here + `"}`, 400, "required"},
		"no verifier":      {`{"code":"C","redirectUri":"` + here + `"}`, 400, "required"},
	} {
		got := ask{method: http.MethodPost, path: "/explorer/signin", header: ours(nil), body: c.body}.to(t, s)
		if got.status != c.status || !strings.Contains(string(got.body), c.want) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := (ask{method: http.MethodPost, path: "/explorer/signin", header: ours(nil), body: body(here)}).to(t, without); got.status != 404 {
		t.Errorf("a tenant without sign-in: %d %s", got.status, got.body)
	}
	foreign := ours(map[string]string{"Sec-Fetch-Site": "cross-site"})
	if got := (ask{method: http.MethodPost, path: "/explorer/signin", header: foreign, body: body(here)}).to(t, s); got.status != 403 {
		t.Errorf("a foreign page: %d %s", got.status, got.body)
	}
}

// TestFailures: what went wrong is logged, and not told to the page.
func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token explorer.Token
		err   error
	}{
		"refused": {explorer.Token{}, errLeaky},
		"empty":   {explorer.Token{Lifetime: time.Hour}, nil},
		"ended":   {explorer.Token{Access: "SECRET"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			demo, live := sandboxOptions(), liveOptions()
			demo.Log = slog.New(slog.NewTextHandler(&log, nil))
			demo.Token = func(context.Context, string, string) (explorer.Token, error) { return c.token, c.err }
			live.Exchange = func(context.Context, string, explorer.Code) (explorer.Token, error) { return c.token, c.err }
			got := []answer{
				ask{method: http.MethodPost, path: "/explorer/token", header: ours(nil), body: `{"as":"admin"}`}.to(t, start(t, demo)),
				ask{
					method: http.MethodPost, path: "/explorer/signin", header: ours(nil),
					body: `{"code":"C","verifier":"V","redirectUri":"http://acme.localhost:8080/explorer/"}`,
				}.to(t, start(t, live)),
			}
			for _, a := range got {
				if a.status != 502 || strings.Contains(string(a.body), "SECRET") {
					t.Errorf("%d %s", a.status, a.body)
				}
			}
			if text := log.String(); !strings.Contains(text, "tenant=acme") || strings.Count(text, "\n") != 1 {
				t.Errorf("logged %q", text)
			}
		})
	}
}
