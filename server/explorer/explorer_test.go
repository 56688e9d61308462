package explorer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/server/explorer"
)

// found is a tenant lookup that knows acme only.
func found(t explorer.Tenant) func(string) (explorer.Tenant, bool) {
	return func(host string) (explorer.Tenant, bool) {
		return t, strings.HasPrefix(host, "acme.") || strings.HasPrefix(host, "127.0.0.1")
	}
}

func sandboxOptions() explorer.Options {
	acme := explorer.Tenant{Name: "acme", Title: "Acme Marketplace", Host: "acme.localhost"}
	return explorer.Options{
		Mode: explorer.Sandbox, Tenant: found(acme), Viewers: []string{"admin", "buyer"},
		Tenants:  []explorer.Tenant{acme, {Name: "globex", Host: "globex.localhost"}},
		Examples: []explorer.Example{{Name: "me", Domain: "Users", Title: "Me", Query: "{ me { id } }"}},
		Token: func(_ context.Context, tenant, viewer string) (explorer.Token, error) {
			return explorer.Token{Access: tenant + "/" + viewer, Lifetime: time.Hour}, nil
		},
	}
}

func liveOptions() explorer.Options {
	return explorer.Options{
		Mode: explorer.Live,
		Tenant: found(explorer.Tenant{Name: "acme", SignIn: &explorer.SignIn{
			AuthorizeURL: "https://acme.example/oauth2/authorize", ClientID: "explorer", Scopes: []string{"ROLE_USER"},
		}}),
		Exchange: func(_ context.Context, tenant string, c explorer.Code) (explorer.Token, error) {
			return explorer.Token{Access: tenant + "/" + c.Value + "/" + c.Verifier, Lifetime: time.Minute}, nil
		},
	}
}

// start serves an Explorer over real HTTP.
func start(t *testing.T, o explorer.Options) *httptest.Server {
	t.Helper()
	h, err := explorer.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// answer is a reply, read whole and as it was sent.
type answer struct {
	status int
	header http.Header
	body   []byte
}

type ask struct {
	method, path, host, body string
	header                   map[string]string
}

func (a ask) to(t *testing.T, s *httptest.Server) answer {
	t.Helper()
	if a.method == "" {
		a.method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(t.Context(), a.method, s.URL, strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Opaque = a.path // as written: no client may tidy it up
	r.Host = a.host
	if a.host == "" {
		r.Host = "acme.localhost:8080"
	}
	for k, v := range a.header {
		r.Header.Set(k, v)
	}
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	response, err := transport.RoundTrip(r) // follows no redirects
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, body}
}

func gunzip(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

var assetPath = regexp.MustCompile(`/explorer/assets/[A-Za-z0-9._-]+`)

// TestPage: the index and everything that it names arrive, in both forms.
func TestPage(t *testing.T) {
	t.Parallel()
	s := start(t, sandboxOptions())
	index := ask{path: "/explorer/"}.to(t, s)
	if index.status != 200 || index.header.Get("Content-Type") != "text/html; charset=utf-8" || index.header.Get("Cache-Control") != "no-cache" {
		t.Fatalf("%d %v", index.status, index.header)
	}
	names := assetPath.FindAllString(string(index.body), -1)
	if len(names) < 4 {
		t.Fatalf("the index names %q", names)
	}
	types := map[string]string{}
	for _, name := range names {
		plain := ask{path: name}.to(t, s)
		packed := ask{path: name, header: map[string]string{"Accept-Encoding": "br, gzip"}}.to(t, s)
		if plain.status != 200 || packed.status != 200 || packed.header.Get("Content-Encoding") != "gzip" || plain.header.Get("Content-Encoding") != "" {
			t.Errorf("%s: plain %d %v, packed %d %v", name, plain.status, plain.header, packed.status, packed.header)
			continue
		}
		if !bytes.Equal(plain.body, gunzip(t, packed.body)) {
			t.Errorf("%s: the two forms differ", name)
		}
		if plain.header.Get("ETag") == packed.header.Get("ETag") {
			t.Errorf("%s: both forms have the tag %s", name, plain.header.Get("ETag"))
		}
		for _, a := range []answer{plain, packed} {
			if got := a.header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" || a.header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: %v", name, a.header)
			}
		}
		types[name[strings.LastIndexByte(name, '.'):]] = plain.header.Get("Content-Type")
	}
	want := map[string]string{
		".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
		".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
	}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Error(diff)
	}
}

// TestSelfContained: nothing in the page's own files makes a browser ask elsewhere.
func TestSelfContained(t *testing.T) {
	t.Parallel()
	s := start(t, sandboxOptions())
	index := string(ask{path: "/explorer/"}.to(t, s).body)
	if regexp.MustCompile(`(?i)(src|href)="(https?:)?//`).MatchString(index) {
		t.Error("the index loads from elsewhere")
	}
	if regexp.MustCompile(`(?i)<script(>| [^>]*>[^<])|<style| on[a-z]+=`).MatchString(index) {
		t.Error("the index has a script, a style or a handler inside, which the policy forbids")
	}
	for _, name := range assetPath.FindAllString(index, -1) {
		if strings.HasSuffix(name, ".css") && regexp.MustCompile(`url\("?(https?:)?//|@import`).Match(ask{path: name}.to(t, s).body) {
			t.Errorf("%s loads from elsewhere", name)
		}
	}
}

func TestEncodingAndConditions(t *testing.T) {
	t.Parallel()
	s := start(t, sandboxOptions())
	for accept, packed := range map[string]bool{
		"": false, "gzip": true, "GZIP;q=1": true, "gzip;q=0": false, "gzip; q=0.0": false, "*": true,
		"*;q=0": false, "br, deflate": false, "*, gzip;q=0": false, "gzip;q=x": false, "identity;q=0.5, gzip;q=0.1": true,
	} {
		got := ask{path: "/explorer/", header: map[string]string{"Accept-Encoding": accept}}.to(t, s)
		if (got.header.Get("Content-Encoding") == "gzip") != packed {
			t.Errorf("Accept-Encoding %q: %v", accept, got.header)
		}
	}
	tag := ask{path: "/explorer/"}.to(t, s).header.Get("ETag")
	for header, status := range map[string]int{tag: 304, "W/" + tag: 304, `"x", ` + tag: 304, "*": 304, `"x"`: 200} {
		got := ask{path: "/explorer/", header: map[string]string{"If-None-Match": header}}.to(t, s)
		if got.status != status || (status == 304) != (len(got.body) == 0) {
			t.Errorf("If-None-Match %s: %d with %d bytes", header, got.status, len(got.body))
		}
	}
	for _, header := range []map[string]string{{}, {"Accept-Encoding": "gzip"}} {
		got := ask{method: http.MethodHead, path: "/explorer/", header: header}.to(t, s)
		if got.status != 200 || len(got.body) != 0 || got.header.Get("Content-Type") == "" {
			t.Errorf("HEAD: %d %v", got.status, got.header)
		}
	}
}

// TestHeaders: the policy is on every answer, whatever was asked. The other headers are
// the server's, for all its pages.
func TestHeaders(t *testing.T) {
	t.Parallel()
	const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; " +
		"img-src 'self' data:; worker-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
	s := start(t, sandboxOptions())
	for _, c := range []struct {
		ask
		status int
	}{
		{ask{path: "/explorer"}, 308},
		{ask{path: "/explorer/"}, 200},
		{ask{path: "/explorer/config.json"}, 200},
		{ask{path: "/explorer/config.json", host: "foreign.example"}, 404},
		{ask{path: "/explorer/", host: "foreign.example"}, 404},
		{ask{path: "/explorer/nothing"}, 404},
		{ask{path: "/explorer/assets/"}, 404},
		{ask{path: "/explorer/assets/nothing.js"}, 404},
		{ask{path: "/explorer/assets/index.html"}, 404},
		{ask{path: "/explorer/token"}, 405},
		{ask{path: "/explorer/token", method: http.MethodPost}, 403},
		{ask{path: "/explorer/", method: http.MethodPost}, 405},
		{ask{path: "/explorer/", method: http.MethodDelete}, 405},
		{ask{path: "/explorer/config.json", method: http.MethodOptions, header: map[string]string{"Origin": "https://foreign.example"}}, 405},
	} {
		got := c.to(t, s)
		if got.status != c.status {
			t.Errorf("%s %s at %q: %d, not %d", c.method, c.path, c.host, got.status, c.status)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": policy, "Access-Control-Allow-Origin": "",
		} {
			if got.header.Get(name) != want {
				t.Errorf("%s %s: %s is %q", c.method, c.path, name, got.header.Get(name))
			}
		}
	}
	if got := (ask{path: "/explorer"}).to(t, s).header.Get("Location"); got != "/explorer/" {
		t.Errorf("/explorer leads to %q", got)
	}
}

// TestPaths: no spelling of a path leads to anything but the closed list.
func TestPaths(t *testing.T) {
	t.Parallel()
	s := start(t, sandboxOptions())
	for _, path := range []string{
		"/explorer/assets/../explorer.go", "/explorer/assets/..%2fexplorer.go", "/explorer/assets/%2e%2e/explorer.go",
		"/explorer/assets/..%5cexplorer.go", "/explorer/assets//etc/passwd", "/explorer/assets/%2fetc%2fpasswd",
		"/explorer/assets/index.html.gz", "/explorer/assets/.", "/explorer/web/package.json", "/explorer/assets/a%00b",
	} {
		if got := (ask{path: path}).to(t, s); got.status == 200 {
			t.Errorf("%s was served: %.80q", path, got.body)
		}
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options explorer.Options
		host    string
		want    string
	}{
		"sandbox": {sandboxOptions(), "acme.localhost:8080", `{"mode":"sandbox","tenant":{"name":"acme","title":"Acme Marketplace"},
			"tenants":[{"name":"acme","title":"Acme Marketplace","url":"//acme.localhost:8080/explorer/"},
			{"name":"globex","title":"globex","url":"//globex.localhost:8080/explorer/"}],
			"viewers":["admin","buyer"],"examples":[{"name":"me","domain":"Users","title":"Me","description":"","query":"{ me { id } }"}],"signIn":null}`},
		"live": {liveOptions(), "acme.example", `{"mode":"live","tenant":{"name":"acme","title":"acme"},"tenants":[],"viewers":[],"examples":[],
			"signIn":{"authorizeUrl":"https://acme.example/oauth2/authorize","clientId":"explorer","scopes":["ROLE_USER"]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask{path: "/explorer/config.json", host: c.host}.to(t, start(t, c.options))
			if got.header.Get("Cache-Control") != "no-store" || got.header.Get("Content-Type") != "application/json" {
				t.Errorf("%v", got.header)
			}
			if diff := cmp.Diff(decode(t, []byte(c.want)), decode(t, got.body)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestConfigWithoutPort: at a standard port the other marketplaces are at it, too.
func TestConfigWithoutPort(t *testing.T) {
	t.Parallel()
	got := ask{path: "/explorer/config.json", host: "acme.localhost"}.to(t, start(t, sandboxOptions()))
	if !bytes.Contains(got.body, []byte(`"url":"//globex.localhost/explorer/"`)) {
		t.Errorf("%s", got.body)
	}
}

func decode(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func() explorer.Options{
		"no mode":              func() explorer.Options { o := sandboxOptions(); o.Mode = ""; return o },
		"no tenants":           func() explorer.Options { o := sandboxOptions(); o.Tenant = nil; return o },
		"sandbox, no tokens":   func() explorer.Options { o := sandboxOptions(); o.Token = nil; return o },
		"sandbox with sign-in": func() explorer.Options { o := sandboxOptions(); o.Exchange = liveOptions().Exchange; return o },
		"live with tokens":     func() explorer.Options { o := liveOptions(); o.Token = sandboxOptions().Token; return o },
		"live with personas":   func() explorer.Options { o := liveOptions(); o.Viewers = []string{"admin"}; return o },
	} {
		if h, err := explorer.New(spoil()); err == nil || h != nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestNoSecretsInText: values that carry secrets do not print them.
func TestNoSecretsInText(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	out := slog.New(slog.NewTextHandler(&log, nil))
	token := explorer.Token{Access: "SECRET", Lifetime: time.Minute}
	code := explorer.Code{Value: "SECRET", Verifier: "SECRET", RedirectURI: "https://acme.example/explorer/"}
	out.Info("x", "token", token, "code", code)
	if text := log.String() + token.String() + code.String(); strings.Contains(text, "SECRET") || !strings.Contains(text, "acme.example") {
		t.Error(text)
	}
}

// errLeaky quotes what nobody should read.
var errLeaky = errors.New("the server said: SECRET")
