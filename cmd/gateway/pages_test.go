//go:build pages

package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/limits"
)

// How many pages people get in a minute under the documented limits: from a gateway that has not seen them, from the same
// gateway when it has, and from a program that has no gateway. `make pages` prints the table of docs/benchmarks.md. How fast
// it was fails nothing; what fails is an answer that is not what REST says, and a call over a limit.

var (
	pagesFor = flag.Duration("pages", time.Minute, "how long each state of a journey is asked for")
	visitors = flag.Int("visitors", 3, "how many people ask at once")
)

// screen is a page that somebody looks at.
type screen struct {
	ask
	name string
	// walk puts it together from REST, with a call for each thing that it shows.
	walk func(testing.TB, *restWalk) map[string]any
	// want is what walk finds while nothing is limited.
	want map[string]any
}

// journey is many pages of one kind.
type journey struct {
	name  string
	pages func(*testing.T, *restWalk) []*screen
}

func TestPages(t *testing.T) {
	table := []string{
		"| journey | state | pages a minute | calls a page | 429s | answers in part | p50 | p99 |",
		"| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
	}
	for _, j := range []journey{{"listing", listingPages}, {"product page", productPages}, {"company cockpit", cockpitPages}} {
		t.Run(j.name, func(t *testing.T) { table = append(table, j.measured(t)...) })
	}
	t.Logf("%d visitors, %s each\n%s", *visitors, *pagesFor, strings.Join(table, "\n"))
}

// measured are the journey's lines of the table.
func (j journey) measured(t *testing.T) []string {
	t.Helper()
	b := startBackends(t, 1)
	b.client.Transport.(*http.Transport).MaxIdleConnsPerHost = *visitors
	pages := j.prepared(t, b)
	t.Logf("%d different pages", len(pages))
	g := b.start(t, func(c *Config) { c.Limits.Deadline = limits.Default().Deadline })
	naive := make([]asker, *visitors)
	b.withoutLimits(t, func() {
		for i := range naive {
			naive[i] = newNaive(t, b).page
		}
	})
	cold := b.stretch(t, once(pages), slices.Repeat([]asker{g.page}, *visitors))
	warm := b.stretch(t, inTurn(cold.whole), slices.Repeat([]asker{g.page}, *visitors))
	plain := b.stretch(t, once(pages), naive)
	if len(cold.whole) == 0 || len(warm.whole) == 0 {
		t.Error("no page came whole: this shows nothing")
	}
	if n := cold.spent.Violations + warm.spent.Violations; n > 0 {
		t.Errorf("the gateway made %d calls over a limit: %v, %v", n, cold.spent.Violated, warm.spent.Violated)
	}
	return []string{cold.row(t, j.name, "cold"), warm.row(t, "", "warm"), plain.row(t, "", "naive")}
}

// prepared are the journey's pages with what they show.
func (j journey) prepared(t *testing.T, b *backends) (pages []*screen) {
	t.Helper()
	b.withoutLimits(t, func() {
		w := newRESTWalk(t, b, "acme")
		pages = j.pages(t, w)
		for _, p := range pages {
			p.want = p.walk(t, w)
		}
	})
	return pages
}

// is holds an answer to what REST says. A cursor is the gateway's own affair.
func (p *screen) is(t testing.TB, got map[string]any) {
	t.Helper()
	if info, ok := at(got, "listing", "pageInfo").(map[string]any); ok {
		delete(info, "endCursor")
	}
	if !reflect.DeepEqual(p.want, got) {
		t.Fatalf("%s differs from the REST walk (-walk +answer):\n%s", p.name, cmp.Diff(p.want, got))
	}
}

// asker asks for a page once, and says whether it came whole.
type asker func(context.Context, testing.TB, *screen) bool

// page asks the gateway. Who did not get all of it asks again when they are told to.
func (g *front) page(ctx context.Context, t testing.TB, p *screen) bool {
	got := g.query(t, p.ask)
	if len(got.errors) == 0 {
		p.is(t, got.data)
		return true
	}
	wait := time.Second
	for _, e := range got.errors {
		if e.Extensions["retryable"] != true {
			t.Fatalf("%s: %s\n%s", p.name, got.body, g.log.about(text(e.Extensions, "requestId")))
		}
		wait = max(wait, seconds(text(e.Extensions, "retryAfterSeconds")))
	}
	pause(ctx, wait)
	return false
}

// stretch is what came of asking for some time.
type stretch struct {
	mu      sync.Mutex
	whole   []*screen
	took    []time.Duration // each of them, from when it was first asked for
	partial int             // answers that were not whole within the deadline

	lasted time.Duration
	spent  calls
}

// stretch lets everybody ask for one page after the other, until the time is over or there is none left.
func (b *backends) stretch(t *testing.T, next func() *screen, people []asker) *stretch {
	t.Helper()
	b.forgetCalls(t)
	ctx, stop := context.WithTimeout(t.Context(), *pagesFor)
	defer stop()
	s, began := &stretch{}, time.Now()
	var all sync.WaitGroup
	for _, person := range people {
		all.Go(func() {
			for p := next(); p != nil && ctx.Err() == nil; p = next() {
				s.see(ctx, t, person, p)
			}
		})
	}
	all.Wait()
	s.lasted, s.spent = time.Since(began), b.calls(t)
	return s
}

// see asks for a page until it is whole.
func (s *stretch) see(ctx context.Context, t testing.TB, person asker, p *screen) {
	began, partial := time.Now(), 0
	whole := person(ctx, t, p)
	for ; !whole && ctx.Err() == nil; whole = person(ctx, t, p) {
		partial++
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.partial += partial
	if !whole {
		s.partial++
		return
	}
	s.whole, s.took = append(s.whole, p), append(s.took, time.Since(began))
}

// once gives each page to somebody, and then nil.
func once(pages []*screen) func() *screen {
	var given atomic.Int64
	return func() *screen {
		if i := int(given.Add(1)) - 1; i < len(pages) {
			return pages[i]
		}
		return nil
	}
}

// inTurn gives the pages round and round.
func inTurn(pages []*screen) func() *screen {
	var given atomic.Int64
	return func() *screen {
		if len(pages) == 0 {
			return nil
		}
		return pages[int(given.Add(1)-1)%len(pages)]
	}
}

// row is a line of the table.
func (s *stretch) row(t *testing.T, journey, state string) string {
	t.Helper()
	pages := len(s.took)
	if pages == 0 {
		return fmt.Sprintf("| %s | %s | 0 | – | %d | %d | – | – |", journey, state, s.spent.Violations, s.partial)
	}
	slices.Sort(s.took)
	at := func(share float64) time.Duration {
		return s.took[int(share*float64(pages-1))].Round(time.Millisecond)
	}
	t.Logf("%s: %d pages in %s, calls %v", state, pages, s.lasted.Round(time.Second), s.spent.ByRoute)
	return fmt.Sprintf("| %s | %s | %.0f | %.1f | %d | %d | %s | %s |", journey, state, float64(pages)/s.lasted.Minutes(),
		float64(s.spent.Total-s.spent.Violations)/float64(pages), s.spent.Violations, s.partial, at(.5), at(.99))
}

// listingPages are the first pages of all listings that have something to show.
func listingPages(t *testing.T, w *restWalk) (out []*screen) {
	doc := example(t, "21-listing")
	categories := []string{""}
	for _, tag := range w.plain(t, "/marketplace/v1/navigator") {
		if text(tag, "type") == "CATEGORY" {
			categories = append(categories, text(tag, "id"))
		}
	}
	for _, mark := range strings.Split(",PAID,FREE,FREE_TRIAL,POPULAR,STAFFPICK,FEATURED,DISCOUNT", ",") {
		for _, order := range strings.Fields("POPULARITY RATING ALPHABETICAL NEWEST_FIRST NEWEST_PUBLISHED") {
			for _, category := range categories {
				p := listingPage(doc, category, mark, order)
				if len(list(p.walk(t, w), "listing", "nodes")) > 0 {
					out = append(out, p)
				}
			}
		}
	}
	return out
}

func listingPage(doc, category, mark, order string) *screen {
	const shown = 12
	filter, query := map[string]any{}, []string{"order", order, "start", "0", "count", strconv.Itoa(shown + 1)}
	for _, by := range []struct{ member, parameter, value string }{{"categoryIds", "c", category}, {"marks", "filter", mark}} {
		if by.value != "" {
			filter[by.member], query = []string{by.value}, append(query, by.parameter, by.value)
		}
	}
	return &screen{
		name: fmt.Sprint("the listing of ", query),
		ask:  ask{doc: doc, vars: map[string]any{"filter": filter, "order": order, "first": shown}},
		walk: func(t testing.TB, w *restWalk) map[string]any {
			found, _ := w.get(t, "/marketplace/v1/listing", query...).([]any)
			nodes := []any{}
			for _, p := range firstFew(found, shown) {
				nodes = append(nodes, listed(p))
			}
			return map[string]any{"listing": map[string]any{"nodes": nodes, "pageInfo": map[string]any{"hasNextPage": len(found) > shown}}}
		},
	}
}

// productPages are those of all products on sale.
func productPages(t *testing.T, w *restWalk) (out []*screen) {
	doc := example(t, "22-product-page")
	for _, product := range w.applications(t) {
		name := text(product, "name")
		out = append(out, &screen{
			name: name,
			ask:  ask{doc: doc, vars: map[string]any{"text": name}},
			walk: func(t testing.TB, w *restWalk) map[string]any {
				found := list(w.get(t, "/channel/v1/applications", "page", "0", "size", "1", "searchText", name), "content")
				shown, _ := w.productPage(t, found[0])
				return map[string]any{"products": map[string]any{"nodes": []any{shown}}}
			},
		})
	}
	return out
}

// cockpitPages are those of all companies with somebody who administers them, and no other.
func cockpitPages(t *testing.T, w *restWalk) (out []*screen) {
	doc := example(t, "02-cockpit")
	for _, company := range w.companies(t) {
		email := w.administrator(t, text(company, "uuid"))
		if email == "" {
			continue
		}
		out = append(out, &screen{
			name: email,
			ask:  ask{doc: doc, header: w.bearer(t, email)},
			walk: func(t testing.TB, w *restWalk) map[string]any { return w.cockpitPage(t, email) },
		})
	}
	return out
}

// administrator is the address of somebody who may see all of a company, and belongs to no other; "" where there is nobody.
func (w *restWalk) administrator(t testing.TB, company string) string {
	t.Helper()
	for _, m := range w.memberships(t, company) {
		email, roles := text(m, "user", "email"), list(m, "roles")
		all := slices.Contains(roles, any("ROLE_SYS_ADMIN")) && slices.Contains(roles, any("ROLE_BILLING_ADMIN"))
		if all && len(w.companiesOf(t, email)) == 1 {
			return email
		}
	}
	return ""
}

// bearer signs in who administers a company.
func (w *restWalk) bearer(t testing.TB, email string) http.Header {
	t.Helper()
	p, err := findPersona(w.tenant, "company-admin")
	if err != nil {
		t.Fatal(err)
	}
	p.Name, p.Email = email, email
	return http.Header{"Authorization": {"Bearer " + w.signIn(t, w.tenant, p)}}
}

// cockpitPage is all of the example, for whoever has this address.
func (w *restWalk) cockpitPage(t testing.TB, email string) map[string]any {
	t.Helper()
	me, joined := w.person(t, email)
	id := text(joined[0], "company", "uuid")
	company := w.get(t, "/account/v2/companies/"+id)
	account := pick(company, "id:uuid", "name", "isEnabled:enabled", "emailAddress")
	account["address"] = pick(at(company, "address"), "city", "country")
	account["memberships"], account["subscriptions"] = w.team(t, id), w.bought(t, id)
	account["invoices"] = map[string]any{"nodes": w.openInvoices(t, id)}
	carts := w.get(t, "/v3/checkout/shoppingCarts", "buyerCompanyId", id, "number", "1", "size", "3", "sortField", "createdOn", "sortOrder", "DESC")
	account["carts"] = nodesOf(list(carts, "content"), func(c any) map[string]any {
		return map[string]any{"id": at(c, "id"), "status": at(c, "status"), "createdOn": instant(t, text(c, "createdOn"))}
	})
	maps.Copy(account, w.elsewhere(t, id))
	out := pick(me, "firstName", "lastName")
	out["currentMembership"] = map[string]any{"roles": at(joined[0], "roles"), "account": account}
	return map[string]any{"me": out}
}

// bought are a company's first five subscriptions.
func (w *restWalk) bought(t testing.TB, company string) map[string]any {
	t.Helper()
	reader := doneWhenWalk{walk: w.walk, delisted: map[string]bool{}}
	return nodesOf(w.fewSubscriptions(t, company), func(s any) map[string]any {
		node := reader.subscriptionNode(t, s)
		node["createdAt"] = billedAt(t, at(s, "creationDate"))
		return node
	})
}

// about are the lines that tell of a request.
func (l *logBook) about(request string) string {
	var found []string
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, request) {
			found = append(found, line)
		}
	}
	return strings.Join(found, "")
}
