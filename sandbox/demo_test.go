package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// worlds are those made so far; nobody changes one, so tests share them.
var worlds sync.Map

// worldOf is a tenant's data, made once per seed.
func worldOf(t *testing.T, index int, seed uint64) *world {
	t.Helper()
	made, _ := worlds.LoadOrStore([2]uint64{uint64(index), seed}, sync.OnceValues(func() (*world, error) {
		return newWorld(Tenants()[index], index, seed, testDay)
	}))
	w, err := made.(func() (*world, error))()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// anotherWorld makes a tenant's data anew, for those who compare.
func anotherWorld(t *testing.T, index int, seed uint64) *world {
	t.Helper()
	w, err := newWorld(Tenants()[index], index, seed, testDay)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// named names everything in a world.
func (w *world) named() map[string]*Collection {
	return map[string]*Collection{
		"companies": w.companies, "users": w.users, "memberships": w.memberships, "products": w.products, "applications": w.applications,
		"staging": w.staging, "editions": w.editions, "plans": w.plans, "subscriptions": w.subscriptions, "orders": w.orders, "discounts": w.discounts,
		"quotes": w.quotes, "invoices": w.invoices, "carts": w.carts, "leads": w.leads, "associations": w.associations,
		"bundles": w.bundles, "reviews": w.reviews.said, "comments": w.reviews.replies, "questions": w.questions.said, "answers": w.questions.replies,
	}
}

var testSeeds = []uint64{1, 2, 3, 77, 1 << 60}

// TestDemoDataIsLargeAndUneven holds every seed to what the data promises.
func TestDemoDataIsLargeAndUneven(t *testing.T) {
	for index, tenant := range Tenants() {
		for _, seed := range testSeeds {
			t.Run(fmt.Sprintf("%s %d", tenant.Name, seed), func(t *testing.T) {
				t.Parallel()
				w := worldOf(t, index, seed)
				for name, least := range map[string]int{"companies": 64, "users": 300, "applications": 80, "subscriptions": 500, "reviews": 150, "questions": 100, "bundles": 4} {
					if n := w.named()[name].Len(); n < least {
						t.Errorf("%d %s, want at least %d", n, name, least)
					}
				}
				checkSpread(t, w)
				checkStatuses(t, w)
				checkReferences(t, w)
				checkPersonas(t, w, tenant)
			})
		}
	}
}

// count tallies a fact.
func count(c *Collection, fact string) map[string]int {
	out := map[string]int{}
	for _, r := range c.all() {
		out[r.text(fact)]++
	}
	return out
}

func checkSpread(t *testing.T, w *world) {
	t.Helper()
	subs, members := count(w.subscriptions, "company"), count(w.memberships, "company")
	none, most := 0, 0
	for _, c := range w.companies.all() {
		if subs[c.ID] == 0 {
			none++
		}
		most = max(most, subs[c.ID])
	}
	if none < 10 || most <= 40 {
		t.Errorf("%d companies without subscriptions, the most has %d", none, most)
	}
	crowded, twice := 0, 0
	for _, n := range members {
		crowded = max(crowded, n)
	}
	for _, n := range count(w.memberships, "user") {
		if n > 1 {
			twice++
		}
	}
	if crowded <= maxPageSize || twice < 10 {
		t.Errorf("the largest company has %d members, %d users have two companies", crowded, twice)
	}
	names := count(w.companies, "name")
	if len(names) != w.companies.Len() {
		t.Error("company names repeat")
	}
}

// documented are the printed statuses of subscriptions.
var documented = []string{
	"INITIALIZED", "PENDING_USER_APPROVAL", "PENDING_REMOTE_CREATION", "FREE_TRIAL", "ACTIVE", "FINISHED", "ONE_TIME", "CANCELLED",
	"SUSPENDED", "FREE_TRIAL_EXPIRED", "FREE_TRIAL_CANCELLED", "DELETED", "FAILED", "UPCOMING", "PENDING_MIGRATION_ACTIVATION",
}

func checkStatuses(t *testing.T, w *world) {
	t.Helper()
	have := count(w.subscriptions, "status")
	for _, s := range documented {
		if have[s] == 0 {
			t.Errorf("no subscription is %s", s)
		}
		delete(have, s)
	}
	if len(have) != 1 || have[unknownStatus] == 0 {
		t.Errorf("undocumented statuses %v, want just %s", have, unknownStatus)
	}
}

// checkReferences follows every reference to where it must lead.
func checkReferences(t *testing.T, w *world) {
	t.Helper()
	delisted := map[string]bool{}
	for _, s := range w.subscriptions.all() {
		for fact, c := range map[string]*Collection{"company": w.companies, "user": w.users, "product": w.products, "edition": w.editions, "plan": w.plans} {
			if c.Get(s.text(fact)) == nil {
				t.Errorf("subscription %s: no %s %s", s.ID, fact, s.text(fact))
			}
		}
		if w.memberships.Get(membershipID(s.text("company"), s.text("user"))) == nil {
			t.Errorf("subscription %s is owned by a stranger", s.ID)
		}
		if w.applications.Get(s.text("product")) == nil {
			delisted[s.text("product")] = true
		}
	}
	if len(delisted) != delistedProducts {
		t.Errorf("%d products with subscriptions have left the catalogue, want %d", len(delisted), delistedProducts)
	}
	for _, p := range w.products.all() {
		editions := field(plain(t, p.Body), "pricing", "editions").([]any)
		if n := len(editions); n < 1 || n > 3 {
			t.Errorf("product %s has %d editions", p.ID, n)
		}
	}
	for _, m := range w.memberships.all() {
		if w.users.Get(m.text("user")) == nil || w.companies.Get(m.text("company")) == nil {
			t.Errorf("membership %s leads nowhere", m.ID)
		}
	}
}

func checkPersonas(t *testing.T, w *world, tenant Tenant) {
	t.Helper()
	subs := count(w.subscriptions, "company")
	for _, p := range tenant.Personas {
		if p.Grant != GrantPassword {
			continue
		}
		user := w.users.Get(emailKey(p.Email))
		if user == nil {
			t.Errorf("%s is missing", p)
			continue
		}
		held, companies := w.rolesOf(user), w.membershipsOf(user.ID)
		for _, scope := range p.Scopes {
			if !slices.Contains(held, scope) {
				t.Errorf("%s does not hold %s", p, scope)
			}
		}
		if len(companies) != 1 {
			t.Errorf("%s belongs to %d companies", p, len(companies))
		}
		if customer := p.Name == "buyer" || p.Name == "company-admin"; customer && subs[companies[0].text("company")] == 0 {
			t.Errorf("%s's company has no subscriptions", p)
		}
	}
}

// plain turns a document into what a client decodes.
func plain(t *testing.T, v any) any {
	t.Helper()
	raw, err := json.Marshal(absolute(v, "http://box"))
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// dump writes all of a world.
func dump(t *testing.T, w *world) string {
	t.Helper()
	var b strings.Builder
	for _, name := range []string{
		"companies", "users", "memberships", "products", "applications", "staging", "editions", "plans", "subscriptions", "discounts", "quotes", "invoices", "carts", "leads",
		"bundles", "reviews", "comments", "questions", "answers",
	} {
		for _, r := range w.named()[name].all() {
			raw, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(raw)
		}
	}
	return b.String()
}

func TestOneSeedIsOneWorld(t *testing.T) {
	t.Parallel()
	first := dump(t, worldOf(t, 0, 5))
	if dump(t, anotherWorld(t, 0, 5)) != first {
		t.Error("the same seed made other data")
	}
	if dump(t, worldOf(t, 0, 6)) == first || dump(t, worldOf(t, 1, 5)) == first {
		t.Error("another seed or tenant made the same data")
	}
}

// TestAnotherDayMovesDatesOnly: the same things exist, and have happened as long ago.
func TestAnotherDayMovesDatesOnly(t *testing.T) {
	t.Parallel()
	const days = 311
	before := worldOf(t, 0, 5)
	later, err := newWorld(Tenants()[0], 0, 5, testDay.AddDate(0, 0, days))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range before.named() {
		there := later.named()[name].all()
		for i, r := range c.all() {
			if there[i].ID != r.ID {
				t.Fatalf("%s %d is %s, and %s on another day", name, i, r.ID, there[i].ID)
			}
			was, dated := r.Facts["created"].(int64)
			if is, _ := there[i].Facts["created"].(int64); dated && is-was != days*24*60*60*1000 {
				t.Errorf("%s %s moved by %d ms", name, r.ID, is-was)
			}
			if dated && was > millis(testDay) {
				t.Errorf("%s %s is of the future", name, r.ID)
			}
		}
	}
	for account, was := range before.kazoo.below {
		is := later.kazoo.below[account]
		if is == nil || is.cdrs.Len() != was.cdrs.Len() || is.devices.Len() != was.devices.Len() {
			t.Fatalf("the phone system %s is another on another day", account)
		}
	}
}

// TestDemoDataIsOfToday, by the sandbox's clock, and after a reset of the day of
// the reset: the calls that are listed without a range are those of the last 31 days.
func TestDemoDataIsOfToday(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f := start(t, Options{Now: clock.now})
	for range 2 {
		now := clock.now()
		for account, below := range f.box.tenants[0].world.Load().kazoo.below {
			for _, call := range below.cdrs.all() {
				at, _ := call.Facts["created"].(int64)
				if age := gregorian(now) - at; age < 0 || age > (callDays+3)*24*60*60 {
					t.Fatalf("a call of %s is %d seconds old", account, age)
				}
			}
		}
		p := f.phone(t, "acme")
		calls := p.read(t, "/accounts/"+p.kazooOf("acme").largest()+"/cdrs").items(t)
		if len(calls) == 0 {
			t.Fatal("no calls in the last 31 days")
		}
		clock.advance(200 * 24 * time.Hour)
		if err := f.box.reset(DefaultSeed); err != nil {
			t.Fatal(err)
		}
	}
}

// TestIDsNeverCollide across tenants, whichever seeds they have.
func TestIDsNeverCollide(t *testing.T) {
	t.Parallel()
	atAcme := map[string]bool{}
	for _, seed := range testSeeds {
		for name, c := range worldOf(t, 0, seed).named() {
			for _, r := range c.all() {
				atAcme[name+" "+r.ID] = true
			}
		}
	}
	for _, seed := range testSeeds {
		for name, c := range worldOf(t, 1, seed).named() {
			for _, r := range c.all() {
				if atAcme[name+" "+r.ID] {
					t.Fatalf("%s %s exists at both tenants", name, r.ID)
				}
			}
		}
	}
}

// TestNumbersAreUniquePerTenant across products, working copies, editions and
// plans, so that mixing them up finds nothing rather than something else.
func TestNumbersAreUniquePerTenant(t *testing.T) {
	t.Parallel()
	w := worldOf(t, 0, 1)
	seen := map[string]string{}
	for _, name := range []string{"products", "staging", "editions", "plans", "discounts", "bundles", "reviews", "comments", "questions", "answers"} {
		for _, r := range w.named()[name].all() {
			if seen[r.ID] != "" {
				t.Errorf("%s is both of %s and %s", r.ID, seen[r.ID], name)
			}
			seen[r.ID] = name
		}
	}
}

func TestPersonasKeepTheirIDs(t *testing.T) {
	t.Parallel()
	a, b := worldOf(t, 0, 1), worldOf(t, 0, 2)
	for _, p := range Tenants()[0].Personas {
		if p.Email != "" && a.users.Get(emailKey(p.Email)).ID != b.users.Get(emailKey(p.Email)).ID {
			t.Errorf("%s changed", p)
		}
	}
}

func TestSecretsStayOutOfText(t *testing.T) {
	t.Parallel()
	tenant := Tenants()[0]
	p, _ := tenant.Persona("admin")
	c, _ := tenant.Client("acme-cli")
	for _, text := range []string{p.String(), c.String(), p.LogValue().String(), c.LogValue().String()} {
		if strings.Contains(text, DemoPassword) || strings.Contains(text, "secret") {
			t.Errorf("%q shows a secret", text)
		}
	}
	if _, ok := tenant.Persona("nobody"); ok {
		t.Error("found a persona called nobody")
	}
	if _, ok := tenant.Client("nobody"); ok {
		t.Error("found a client called nobody")
	}
}
