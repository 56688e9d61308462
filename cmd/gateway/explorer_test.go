package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/marketgraph/marketgraph/docs/examples"
	"github.com/marketgraph/marketgraph/sandbox"
	"github.com/marketgraph/marketgraph/server"
	"github.com/marketgraph/marketgraph/server/explorer"
)

// picture is where the screenshot goes: go test ./cmd/gateway -run TestExplorer -args -picture ../../docs/explorer.png
var picture = flag.String("picture", "", "save a screenshot of the Explorer in this file")

// Parts of the page.
const (
	runButton  = ".graphiql-execute-button"
	ready      = ".menu summary"                         // the menu waits for the editors
	menuClosed = `!document.querySelector('.menu').open` // what is inside keeps a size, so that it seems visible
)

// at is the Explorer's address at a tenant's host.
func (g *front) at(tenant string) string {
	return strings.Replace(g.url, "127.0.0.1", tenant+".localhost", 1) + "/explorer/"
}

func (g *front) hostOf(tenant string) string {
	return strings.Replace(strings.TrimPrefix(g.url, "http://"), "127.0.0.1", tenant+".localhost", 1)
}

// TestExplorerInABrowser is the way of somebody who sees the gateway for the
// first time: the page, a field completed, an example, another viewer, another
// marketplace. Tokens are nowhere on disk, and nothing is loaded from elsewhere.
func TestExplorerInABrowser(t *testing.T) {
	t.Parallel()
	g := startBackends(t, 1).start(t)
	b := openTab(t)
	b.do(t, chromedp.Navigate(g.at("acme")), chromedp.WaitVisible(ready))
	if got := b.read(t, `document.querySelector('h1').innerText`); got != "SANDBOX: demo data" {
		t.Errorf("the banner says %q", got)
	}
	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `"totalCount"`)

	b.choose(t, "02-cockpit")
	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `"currentMembership": {`)
	if *picture != "" {
		b.screenshot(t, *picture)
	}
	b.completes(t)

	b.choose(t, "04-me")
	b.do(t, chromedp.SendKeys("#viewer", "buyer"))
	b.waitFor(t, `document.querySelector('[role=status]').innerText === 'Viewer: buyer'`)
	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `buyer@acme.example`)
	b.do(t, chromedp.SendKeys("#viewer", "visitor"))
	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `"UNAUTHORIZED"`)
	b.checkStorage(t)

	b.do(t, chromedp.SendKeys("#viewer", "support"))
	b.do(t, chromedp.Click(`nav a:not([aria-current])`), chromedp.WaitVisible(ready))
	b.waitFor(t, `location.host.startsWith('globex.localhost') && document.querySelector('#viewer')?.value === 'support'`)
	b.choose(t, "04-me")
	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `support@globex.example`)
	b.checkStorage(t)
	b.checkQuiet(t, g.hostOf("acme"), g.hostOf("globex"))
}

// choose opens an example by keyboard.
func (b *tab) choose(t *testing.T, name string) {
	t.Helper()
	item := `[data-example="` + name + `"]`
	b.do(t, chromedp.WaitVisible(ready), chromedp.Focus(ready), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(item))
	b.do(t, chromedp.Focus(item), chromedp.KeyEvent(kb.Enter))
	b.waitFor(t, menuClosed)
}

// completes types the beginning of a field; the worker knows the rest, from the schema.
func (b *tab) completes(t *testing.T) {
	t.Helper()
	b.do(t, chromedp.Click(`button[aria-label="New tab"]`), chromedp.Click(".graphiql-query-editor .view-lines"))
	b.do(t, chromedp.KeyEvent("{ compan"))
	b.waitFor(t, `[...document.querySelectorAll('.suggest-widget.visible .monaco-list-row')].some((row) => row.innerText.startsWith('companies'))`)
	b.do(t, chromedp.KeyEvent(kb.Escape))
}

// checkStorage looks for tokens in all that the browser keeps: they begin with
// what every header of a JSON Web Token begins with.
func (b *tab) checkStorage(t *testing.T) {
	t.Helper()
	stored := b.stored(t)
	if !strings.Contains(stored, "graphiql:") {
		t.Errorf("GraphiQL has stored nothing: %s", stored)
	}
	if strings.Contains(stored, "eyJ") || strings.Contains(strings.ToLower(stored), "bearer") {
		t.Errorf("a token was stored: %s", stored)
	}
}

// TestExplorerForgetsHeaders: a token that somebody pastes into the headers is
// sent, and is not kept either.
func TestExplorerForgetsHeaders(t *testing.T) {
	t.Parallel()
	g := startBackends(t, 1).start(t)
	b := openTab(t)
	b.do(t, chromedp.Navigate(g.at("acme")+"#visitor"), chromedp.WaitVisible(ready))
	b.choose(t, "04-me")
	b.do(t, chromedp.Click(`[data-name=headers]`), chromedp.Click(`.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines`))
	b.paste(t, `{"Authorization": "Bearer `+g.token(t, "acme", "reseller")+`"}`)
	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `reseller@acme.example`)
	b.checkStorage(t)
	b.checkQuiet(t, g.hostOf("acme"))
}

// paste puts a text where the cursor is, at once: typed brackets would close themselves.
func (b *tab) paste(t *testing.T, text string) {
	t.Helper()
	b.do(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		quoted, err := json.Marshal(text)
		if err != nil {
			return err
		}
		_, err = chromedp.Evaluate[bool](`(() => {
			const data = new DataTransfer()
			data.setData('text/plain', `+string(quoted)+`)
			return document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})) || true
		})()`)(ctx, target)
		return err
	}))
}

// TestExplorerOnAPhone: at 360 pixels nothing is cut off, and all of it works.
func TestExplorerOnAPhone(t *testing.T) {
	t.Parallel()
	g := startBackends(t, 1).start(t)
	b := openTab(t)
	b.do(t, chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile), chromedp.Navigate(g.at("acme")), chromedp.WaitVisible(ready))
	b.choose(t, "06-products")
	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `"products"`)
	b.do(t, chromedp.Click(ready))
	for _, part := range []string{"html", ".banner", ".menu-list", ".graphiql-container", ".graphiql-response", runButton} {
		if got := b.read(t, `String(document.querySelector('`+part+`').getBoundingClientRect().right <= 360)`); got != "true" {
			t.Errorf("%s reaches beyond the screen", part)
		}
	}
	if got := b.read(t, `String(document.documentElement.scrollWidth)`); got != "360" {
		t.Errorf("the page is %s pixels wide", got)
	}
	b.checkQuiet(t, g.hostOf("acme"))
}

// TestExplorerIsAccessible: what a screen reader says of each control.
func TestExplorerIsAccessible(t *testing.T) {
	t.Parallel()
	g := startBackends(t, 1).start(t)
	b := openTab(t)
	b.do(t, chromedp.Navigate(g.at("acme")), chromedp.WaitVisible(ready))
	for what, script := range map[string]string{
		"the language":            `document.documentElement.lang === 'en'`,
		"the title":               `document.title === 'Explorer: Acme Marketplace'`,
		"one heading of rank one": `document.querySelectorAll('h1').length === 1`,
		"landmarks":               `document.querySelector('header') && document.querySelector('main') && document.querySelector('nav[aria-label]')`,
		"the viewer's label":      `document.querySelector('#viewer').labels[0].innerText.startsWith('Viewer')`,
		"where we are":            `document.querySelector('nav [aria-current=page]').innerText === 'Acme Marketplace'`,
		"the status":              `document.querySelector('[role=status]').innerText.startsWith('Viewer: ')`,
	} {
		if got := b.read(t, `String(!!(`+script+`))`); got != "true" {
			t.Errorf("missing: %s", what)
		}
	}
	if got := b.read(t, `[...document.querySelectorAll('.banner button, .banner a, .banner select, .banner summary')]
		.filter((e) => !(e.textContent.trim() || e.ariaLabel)).map((e) => e.outerHTML).join()`); got != "" {
		t.Errorf("controls of ours without a name: %s", got)
	}
	b.do(t, chromedp.Focus(ready), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(".menu-list"))
	b.do(t, chromedp.KeyEvent(kb.Escape))
	b.waitFor(t, menuClosed)
	if got := b.read(t, `document.activeElement.tagName`); got != "SUMMARY" {
		t.Errorf("after Escape the focus is on %s", got)
	}
}

// login is a marketplace's authorization server, for somebody who says yes at once.
type login struct {
	*httptest.Server
	t     *testing.T
	token string
	fault string // sent back instead of a code
	state string // sent back instead of the page's

	mu   sync.Mutex
	last url.Values
}

// asked is what the last authorization asked for.
func (l *login) asked() url.Values {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func startLogin(t *testing.T, token string) *login {
	l := &login{t: t, token: token}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", l.authorize)
	mux.HandleFunc("POST /token", l.exchange)
	l.Server = httptest.NewServer(mux)
	t.Cleanup(l.Close)
	return l
}

func (l *login) authorize(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	l.mu.Lock()
	l.last = asked
	l.mu.Unlock()
	answer := url.Values{"state": {asked.Get("state")}, "code": {"the-code"}}
	if l.fault != "" {
		answer = url.Values{"state": {asked.Get("state")}, "error": {l.fault}}
	}
	if l.state != "" {
		answer.Set("state", l.state)
	}
	http.Redirect(w, r, asked.Get("redirect_uri")+"?"+answer.Encode(), http.StatusFound)
}

// exchange insists on what RFC 7636 and RFC 6749 ask of a public client.
func (l *login) exchange(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	asked := l.asked()
	digest := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	proven := base64.RawURLEncoding.EncodeToString(digest[:]) == asked.Get("code_challenge")
	w.Header().Set("Content-Type", "application/json")
	if !proven || r.PostForm.Get("code") != "the-code" || r.PostForm.Get("client_id") != "page" ||
		r.PostForm.Get("grant_type") != "authorization_code" || r.PostForm.Get("redirect_uri") != asked.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		l.t.Errorf("exchanged %v after %v", r.PostForm, asked)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": l.token, "token_type": "bearer", "expires_in": 600})
}

// live makes a gateway that is configured as for real marketplaces, with sign-in.
func (b *backends) live(t *testing.T, l *login) *front {
	return b.start(t, func(cfg *Config) {
		cfg.sandbox = ""
		cfg.Tenants[0].Introspection = string(server.IntrospectionSignedIn)
		cfg.Tenants[0].SignIn = &SignInConfig{ClientID: "page", AuthorizeURL: l.URL + "/authorize", TokenURL: l.URL + "/token"}
	})
}

// TestExplorerSignsIn: live mode leads to the marketplace's page and back.
func TestExplorerSignsIn(t *testing.T) {
	t.Parallel()
	backends := startBackends(t, 1)
	l := startLogin(t, backends.token(t, "acme", "company-admin"))
	g := backends.live(t, l)
	b := openTab(t)
	b.do(t, chromedp.Navigate(g.at("acme")), chromedp.WaitVisible("#signin"))
	if got := b.read(t, `document.querySelector('h1').innerText`); got != "LIVE: acme" {
		t.Errorf("the banner says %q", got)
	}
	if got := b.read(t, `String(document.querySelector('#viewer') ?? 'none')`); got != "none" {
		t.Error("live mode offers demo personas")
	}
	b.do(t, chromedp.Click("#signin"), chromedp.WaitVisible("#signout"))
	for name, want := range map[string]string{
		"response_type": "code", "client_id": "page", "scope": "ROLE_USER", "code_challenge_method": "S256", "redirect_uri": g.at("acme"),
	} {
		if got := l.asked().Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	b.choose(t, "04-me")
	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `company-admin@acme.example`)
	if stored := b.stored(t); strings.Contains(stored, "the-code") || strings.Contains(stored, "verifier") || !strings.HasSuffix(stored, `/explorer/"]`) {
		t.Errorf("left behind: %s", stored)
	}
	b.checkStorage(t)
	b.completes(t) // a visitor may not read the schema, whoever is signed in may
	b.choose(t, "04-me")
	b.do(t, chromedp.Click("#signout"), chromedp.WaitVisible("#signin"), chromedp.Click(runButton))
	b.waitForAnswer(t, `"UNAUTHORIZED"`)
	b.checkQuiet(t, g.hostOf("acme"), strings.TrimPrefix(l.URL, "http://"))
}

// TestExplorerRefusesSignIns that the marketplace refuses, or that the page did not begin.
func TestExplorerRefusesSignIns(t *testing.T) {
	t.Parallel()
	backends := startBackends(t, 1)
	for name, c := range map[string]struct{ fault, state, want string }{
		"refused": {fault: "access_denied", want: "access_denied"},
		"forged":  {state: "forged", want: "not begun here"},
	} {
		l := startLogin(t, "unused")
		l.fault, l.state = c.fault, c.state
		g := backends.live(t, l)
		b := openTab(t)
		b.do(t, chromedp.Navigate(g.at("acme")), chromedp.WaitVisible("#signin"), chromedp.Click("#signin"), chromedp.WaitVisible(".problem"))
		if got := b.read(t, `document.querySelector('.problem').innerText`); !strings.Contains(got, c.want) {
			t.Errorf("%s: the page says %q", name, got)
		}
		if b.read(t, `String(!!document.querySelector('#signout'))`) == "true" {
			t.Errorf("%s: signed in", name)
		}
		if b.requested("POST /explorer/signin") {
			t.Errorf("%s: a code was exchanged", name)
		}
		b.checkQuiet(t, g.hostOf("acme"), strings.TrimPrefix(l.URL, "http://"))
	}
}

// TestExplorerCanBeLeftOut by configuration.
func TestExplorerCanBeLeftOut(t *testing.T) {
	t.Parallel()
	g := startBackends(t, 1).start(t, func(cfg *Config) { cfg.Explorer.Disabled = true })
	if status, _, body := g.do(t, request(t, http.MethodGet, g.url+"/explorer/", nil)); status != http.StatusNotFound {
		t.Errorf("%d %.200s", status, body)
	}
}

// TestExamplesRun: each document of the menu runs as it is, in both
// marketplaces, as the viewer that the page begins with.
func TestExamplesRun(t *testing.T) {
	t.Parallel()
	g := startBackends(t, 1).start(t)
	list, err := explorer.ReadExamples(examples.Files())
	if err != nil {
		t.Fatal(err)
	}
	if names, err := fs.Glob(examples.Files(), "*.graphql"); err != nil || len(names) != len(list) {
		t.Fatalf("%d of %d examples were read: %v", len(list), len(names), err)
	}
	for _, tenant := range sandbox.Tenants() {
		for _, e := range list {
			var vars map[string]any
			if e.Variables != "" {
				if err := json.Unmarshal([]byte(e.Variables), &vars); err != nil {
					t.Fatal(err)
				}
			}
			data := g.must(t, ask{tenant: tenant.Name, as: tenant.Personas[0].Name, doc: e.Query, vars: vars})
			for field, value := range data {
				if value == nil {
					t.Errorf("%s of %s: %s is null", e.Name, tenant.Name, field)
				}
			}
		}
	}
}
