//go:build clients

package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/marketgraph/marketgraph/sandbox"
)

// The storefront of clients/storefront in Chromium, as `make storefront` has
// built it. What the page's .env names is led to this test's own ports, so
// that the page is tested as it is.
const (
	storefront = "../../clients/storefront"
	shopHost   = "acme.localhost:3000"
	signInHost = "acme.localhost:8090"
)

// startShop serves the built page, the gateway and the marketplace's own
// endpoints on one origin, as a reverse proxy does in production.
func (g *front) startShop(t *testing.T, through func(http.Handler) http.Handler) *httptest.Server {
	t.Helper()
	page := filepath.Join(storefront, "dist")
	if _, err := os.Stat(filepath.Join(page, "index.html")); err != nil {
		t.Fatalf("the page is not built; run make storefront: %v", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/api/graphql", through(proxy(t, g.url)))
	mux.Handle("/api/appMarket/v2/paymentMethodTokens", proxy(t, g.server.URL))
	mux.Handle("/oauth2/token", proxy(t, g.server.URL))
	mux.Handle("/assets/", http.FileServer(http.Dir(page)))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { // the page finds its way by the path
		http.ServeFile(w, r, filepath.Join(page, "index.html"))
	})
	shop := httptest.NewServer(mux)
	t.Cleanup(shop.Close)
	return shop
}

// proxy passes requests on as they came: their host names the marketplace.
func proxy(t *testing.T, target string) http.Handler {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(u)
			r.Out.Host = r.In.Host
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { // most often a page that has gone on
			w.WriteHeader(http.StatusBadGateway)
		},
	}
}

// openShop starts Chromium at the shop's catalogue.
func (g *front) openShop(t *testing.T) *tab {
	t.Helper()
	return g.openShopThrough(t, func(graph http.Handler) http.Handler { return graph })
}

// openShopThrough has something between the page and the graph.
func (g *front) openShopThrough(t *testing.T, through func(http.Handler) http.Handler) *tab {
	t.Helper()
	shop := g.startShop(t, through)
	b := openTab(t,
		"MAP "+shopHost+" "+strings.TrimPrefix(shop.URL, "http://"),
		"MAP "+signInHost+" "+strings.TrimPrefix(g.server.URL, "http://"))
	b.do(t, chromedp.Navigate("http://"+shopHost+"/"))
	b.waitForTitle(t, "Catalogue")
	return b
}

// TestStorefrontShows is a visitor's way, by keyboard alone: search, pages, a
// product, and the catalogue again.
func TestStorefrontShows(t *testing.T) {
	g := startBackends(t, 1).start(t)
	b := g.openShop(t)
	b.waitFor(t, firstCard)
	first := b.read(t, firstCard)
	b.checkAccessible(t)
	b.press(t, "Next")
	b.waitFor(t, `location.search.startsWith('?after=') && `+firstCard+` && `+firstCard+` !== `+quote(first))
	b.press(t, "Previous")
	b.waitFor(t, firstCard+` === `+quote(first))

	b.fill(t, "Search products", "Harbor")
	b.press(t, "Search")
	b.waitFor(t, `location.search === '?q=Harbor' && `+firstCard+`.includes('Harbor')`)
	b.checkAccessible(t)
	b.press(t, "Harbor Notes")
	b.waitForTitle(t, "Harbor Notes")
	b.waitForText(t, "$")
	b.checkAccessible(t)
	b.press(t, "Catalogue")
	b.waitFor(t, firstCard+` === `+quote(first))
	b.checkQuiet(t, shopHost)
}

const firstCard = `document.querySelector('.cards h2')?.innerText`

// TestStorefrontTellsFailures: what the gateway answers is told by its code,
// and trying again works once the backend does.
func TestStorefrontTellsFailures(t *testing.T) {
	for name, c := range map[string]struct{ fault, want string }{
		"away": {`{"backend":"appdirect","drop":true}`, "INTERNAL_SERVER_ERROR, request "},
		"busy": {`{"backend":"appdirect","status":429}`, "RATE_LIMIT_EXCEEDED, request "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := startBackends(t, 1).start(t, func(cfg *Config) { cfg.Limits.Deadline = time.Second })
			g.control(t, http.MethodPut, "/faults", c.fault)
			b := g.openShop(t)
			b.waitForText(t, c.want)
			b.checkAccessible(t)
			g.control(t, http.MethodDelete, "/faults", "")
			b.press(t, "Try again")
			b.waitFor(t, firstCard)
			b.waitFor(t, `!document.querySelector('[role=alert]')`)
			b.checkQuiet(t, shopHost)
		})
	}
}

// TestStorefrontSignsIn at the marketplace's own page, comes back to where it
// was, and keeps nothing of it.
func TestStorefrontSignsIn(t *testing.T) {
	g := startBackends(t, 1).start(t)
	b := g.openShop(t)
	b.fill(t, "Search products", "Harbor Notes")
	b.press(t, "Search")
	b.press(t, "Harbor Notes")
	b.waitForTitle(t, "Harbor Notes")
	b.signIn(t)
	b.waitForTitle(t, "Harbor Notes")
	b.waitFor(t, `document.querySelector('#buyer')?.innerText.startsWith('buyer@acme.example for ')`)
	b.checkAccessible(t)
	b.checkNothingKept(t)
	b.press(t, "Sign out")
	b.waitFor(t, `!document.querySelector('#buyer')`)
	b.checkQuiet(t, shopHost, signInHost)
}

// TestStorefrontRefusesSignIns that it did not begin: a code of somebody else's
// would make its user shop in another's name.
func TestStorefrontRefusesSignIns(t *testing.T) {
	g := startBackends(t, 1).start(t)
	b := g.openShop(t)
	b.do(t, chromedp.Navigate("http://"+shopHost+"/oauth2/return?state=forged&code=stolen"))
	b.waitForText(t, "You are not signed in: it was not begun here.")
	b.checkNothingKept(t)
	if b.requested("POST /oauth2/token") {
		t.Error("the code was exchanged")
	}
	b.checkQuiet(t, shopHost)
}

// signIn leaves for the marketplace's page and comes back as the buyer.
func (b *tab) signIn(t *testing.T) {
	t.Helper()
	b.press(t, "Sign in")
	b.waitFor(t, `location.host === '`+signInHost+`' && document.querySelector('[name=password]')`)
	b.fill(t, "Email", "buyer@acme.example")
	b.fill(t, "Password", sandbox.DemoPassword)
	b.press(t, "Sign in")
	b.waitFor(t, `location.host === '`+shopHost+`'`)
}

// checkNothingKept looks for tokens, codes and verifiers in all that the browser keeps.
func (b *tab) checkNothingKept(t *testing.T) {
	t.Helper()
	stored := b.stored(t)
	for _, secret := range []string{"eyJ", "verifier", "code="} {
		if strings.Contains(stored, secret) {
			t.Errorf("%q was kept: %s", secret, stored)
		}
	}
}

// named is a script that finds what people call by that name: the innermost
// control or link with this text or label.
func named(kind, name string) string {
	return `[...document.querySelectorAll('` + kind + `')].find((e) => !e.disabled && e.getClientRects().length > 0 &&
		[e.innerText, ...[...e.labels ?? []].map((l) => l.innerText)].some((s) => s.trim() === ` + quote(name) + `))`
}

// quote makes a text of scripts.
func quote(text string) string {
	quoted, _ := json.Marshal(text) // a string always has a JSON form
	return string(quoted)
}

// press presses a button, or follows a link.
func (b *tab) press(t *testing.T, name string) {
	t.Helper()
	b.key(t, named("button, a", name), kb.Enter)
}

// fill types into a field.
func (b *tab) fill(t *testing.T, label, text string) {
	t.Helper()
	b.key(t, named("input", label), text)
}

// key waits for an element, focuses it, and types.
func (b *tab) key(t *testing.T, element, keys string) {
	t.Helper()
	b.waitFor(t, element)
	b.waitFor(t, `(() => { const e = `+element+`; if (!e) return false; e.focus(); e.select?.(); return document.activeElement === e })()`)
	b.do(t, chromedp.KeyEvent(keys))
}

func (b *tab) waitForText(t *testing.T, text string) {
	t.Helper()
	b.waitFor(t, `document.body.innerText.includes(`+quote(text)+`)`)
}

func (b *tab) waitForTitle(t *testing.T, title string) {
	t.Helper()
	b.waitFor(t, `document.querySelector('h1')?.innerText === `+quote(title)+` && document.activeElement.tagName === 'H1'`)
}

// checkAccessible holds the page as it is now to the rules of axe-core.
func (b *tab) checkAccessible(t *testing.T) {
	t.Helper()
	rules, err := os.ReadFile(filepath.Join(storefront, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	b.read(t, string(rules)+"; ''")
	found := b.read(t, `axe.run().then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html)).join('\n'))`, chromedp.EvalAwaitPromise)
	if found != "" {
		t.Errorf("axe-core finds on %q:\n%s", b.read(t, "document.title"), found)
	}
}
