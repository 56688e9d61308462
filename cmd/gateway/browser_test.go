package main

import (
	"context"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Time-outs end a test whose page does not get there; none should come near them.
const (
	browserTimeout = 2 * time.Minute // of all that a tab does
	waitTimeout    = 30 * time.Second
)

// tab is a page in a headless Chromium of its own, that remembers what went wrong.
type tab struct {
	ctx context.Context

	mu       sync.Mutex
	problems []string // console errors and warnings, exceptions, refused loads
	hosts    map[string]bool
	requests []string // method and path of requests to the gateway
}

// openTab starts Chromium with an empty profile. Whatever it is asked to load
// stays on this machine: other names do not resolve. Rules say where names lead
// instead of where they do, as "MAP name:port address:port".
func openTab(t *testing.T, rules ...string) *tab {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("the Explorer is tested in Chromium, which is missing: apt-get install chromium")
	}
	profile, err := os.MkdirTemp("", "explorer-") //nolint:usetesting // Chromium's children write a moment longer, for which t.TempDir would fail the test
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", resolving(rules)),
		chromedp.Env("TMPDIR="+profile), // or what it leaves there stays
	)
	ctx, cancel := context.WithTimeout(t.Context(), browserTimeout)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	b := &tab{ctx: ctx, hosts: map[string]bool{}}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	for _, enable := range []cdp.Command[cdp.Empty, cdp.Empty]{log.Enable, runtime.Enable} {
		if _, err := chromedp.Call(ctx, enable, cdp.Empty{}); err != nil {
			t.Fatal(err)
		}
	}
	b.do(t, chromedp.EmulateViewport(1280, 800))
	return b
}

// resolving is Chromium's flag: the first rule that fits holds, and EXCLUDE goes
// before them all.
func resolving(rules []string) string {
	if len(rules) == 0 {
		rules = []string{"EXCLUDE localhost", "EXCLUDE *.localhost", "EXCLUDE 127.0.0.1"}
	}
	return strings.Join(append(slices.Clone(rules), "MAP * ~NOTFOUND"), ", ")
}

func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		text, _ := json.Marshal(e.Args)
		b.problems = append(b.problems, "console "+string(e.Type)+": "+string(text))
	case *runtime.EventExceptionThrown:
		text, _ := json.Marshal(e.ExceptionDetails)
		b.problems = append(b.problems, "exception: "+string(text))
	case *log.EventEntryAdded:
		b.problems = append(b.problems, "log: "+e.Entry.Text+" "+e.Entry.URL)
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err != nil || u.Scheme == "data" || u.Scheme == "blob" {
			return
		}
		b.hosts[u.Host] = true
		b.requests = append(b.requests, e.Request.Method+" "+u.Path)
	}
}

func (b *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, waitTimeout)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("%v\n%s", err, b.told())
	}
}

// told is what went wrong so far, for messages.
func (b *tab) told() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return "problems of the page: " + strings.Join(b.problems, "\n")
}

// read gives a text that a script in the page evaluates to.
func (b *tab) read(t *testing.T, script string, options ...chromedp.EvaluateOption) string {
	t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](script, options...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// waitFor waits until a script in the page is true, and shows the page's text
// if it never is. chromedp's own Poll makes functions of texts, which the
// page's policy forbids.
func (b *tab) waitFor(t *testing.T, script string) {
	t.Helper()
	wait := chromedp.Evaluate[bool](`new Promise((done) => {
		const look = () => (`+script+`) ? done(true) : setTimeout(look, 20)
		look()
	})`, chromedp.EvalAwaitPromise)
	ctx, cancel := context.WithTimeout(b.ctx, waitTimeout)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, wait)
		if err == nil {
			return
		}
		if ctx.Err() == nil {
			continue // the page went elsewhere, and the script with it
		}
		t.Fatalf("never: %s (%v)\nthe page says:\n%s\n%s", script, err, b.read(t, "document.body.innerText"), b.told())
	}
}

// waitForAnswer waits until the answer's editor shows a text. Monaco writes
// spaces that do not break.
func (b *tab) waitForAnswer(t *testing.T, text string) {
	t.Helper()
	quoted, _ := json.Marshal(text)
	b.waitFor(t, `(document.querySelector('.graphiql-response .view-lines')?.innerText ?? '').replaceAll('\u00a0', ' ').includes(`+string(quoted)+`)`)
}

// screenshot saves what is to be seen.
func (b *tab) screenshot(t *testing.T, file string) {
	t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

// checkQuiet fails for any word in the console and any request to another host.
func (b *tab) checkQuiet(t *testing.T, hosts ...string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.problems {
		t.Error(p)
	}
	for _, h := range hosts {
		delete(b.hosts, h)
	}
	for h := range b.hosts {
		t.Errorf("a request went to %s", h)
	}
}

// requested reports whether the page has sent such a request.
func (b *tab) requested(methodAndPath string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Contains(b.requests, methodAndPath)
}

// stored is all that the browser keeps for the page's origin.
func (b *tab) stored(t *testing.T) string {
	t.Helper()
	return b.read(t, `JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])`)
}
