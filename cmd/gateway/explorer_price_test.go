package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// waitForPrice waits until the price bar says a text.
func (b *tab) waitForPrice(t *testing.T, text string) {
	t.Helper()
	b.waitFor(t, `document.querySelector('#price').innerText.includes('`+text+`')`)
}

// write puts a document of one root field into a tab of its own, and waits until
// GraphiQL has read it: before, it runs what was there under its old name.
func (b *tab) write(t *testing.T, before, field, after string) {
	t.Helper()
	b.do(t, chromedp.Click(`button[aria-label="New tab"]`), chromedp.Click(".graphiql-query-editor .view-lines"))
	b.paste(t, before+field+after)
	b.waitFor(t, `(localStorage.getItem('graphiql:tabState') ?? '').includes('`+field+`')`)
}

// TestExplorerShowsThePrice of the last answer, of a run that was not made, and
// of the other stage's schema.
func TestExplorerShowsThePrice(t *testing.T) {
	t.Parallel()
	g := startBackends(t, 1).start(t)
	b := openTab(t)
	b.do(t, chromedp.Navigate(g.at("acme")), chromedp.WaitVisible(ready))
	b.choose(t, "02-cockpit") // what was called is told to who is known, and may see everything
	b.do(t, chromedp.Click("#dry"))
	b.waitForPrice(t, "Would cost at most ")
	b.waitForPrice(t, "nothing was run · 1000000 of 1000000 left")
	b.waitForPrice(t, "with nothing cached, calls: ")
	b.waitForAnswer(t, `"data": null`)

	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `"currentMembership": {`)
	b.waitForPrice(t, "Cost ")
	b.waitForPrice(t, " upstream calls")

	b.write(t, `{ `, `partnerLeads`, `(context: RESELLER) { totalCount } }`)
	b.do(t, chromedp.SetValue("#stage", "preview"))
	b.read(t, `document.querySelector('#stage').dispatchEvent(new Event('change', {bubbles: true})) + ''`)
	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `"partnerLeads": null`)
	if !b.requested("POST /api/graphql/preview") {
		t.Error("the preview endpoint was not asked")
	}
	b.checkQuiet(t, g.hostOf("acme"))
}

// TestExplorerAsksBeforeItChangesLiveData, once per run, and not for queries or prices.
func TestExplorerAsksBeforeItChangesLiveData(t *testing.T) {
	t.Parallel()
	backends := startBackends(t, 1)
	g := backends.live(t, startLogin(t, "unused"))
	b := openTab(t)
	b.do(t, chromedp.Navigate(g.at("acme")), chromedp.WaitVisible("#signin"), chromedp.WaitVisible(ready))
	b.read(t, `(window.questions = [], window.yes = false, window.confirm = (text) => (questions.push(text), yes), '')`)
	asked := func(want string) {
		t.Helper()
		if got := b.read(t, `String(questions.length)`); got != want {
			t.Errorf("%s questions, want %s", got, want)
		}
	}
	b.choose(t, "06-products")
	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `"products"`)
	asked("0")
	b.write(t, `mutation { `, `removeItemsFromCart`, `(input: {cartId: "c", itemIds: []}) { cart { id } } }`)
	b.do(t, chromedp.Click("#dry"))
	b.waitForPrice(t, "Would cost")
	asked("0")
	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `you did not confirm`)
	asked("1")
	b.read(t, `(window.yes = true, '')`)
	b.do(t, chromedp.Click(runButton))
	b.waitForAnswer(t, `"removeItemsFromCart": null`)
	asked("2")
	b.checkQuiet(t, g.hostOf("acme"))
}
