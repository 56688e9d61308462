package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
)

// hostile is globex, who knows all of acme's ids.
type hostile struct {
	*backends
	acme, globex map[string]string // ids by kind
	drawn        int               // how many of nobody's ids were made
	redact       *strings.Replacer // takes out what acme's texts are, and globex's are not
}

func startHostile(t *testing.T) *hostile {
	t.Helper()
	b := startBackends(t, 1)
	b.enforce(t, false)
	secrets := but((walk{b, "acme"}).possessions(t), (walk{b, "globex"}).possessions(t))
	if len(secrets) < 1000 {
		t.Fatalf("only %d texts are acme's alone", len(secrets))
	}
	h := &hostile{backends: b, redact: redacted(secrets)}
	g, stop := b.startUntil(t, unbounded)
	defer stop()
	h.acme, h.globex = g.belongings(t, "acme"), g.belongings(t, "globex")
	return h
}

// possessions are the texts of one marketplace that nobody else may see.
func (w walk) possessions(t *testing.T) (texts []string) {
	t.Helper()
	companies, users, products := w.companies(t), w.users(t), w.applications(t)
	for _, product := range products {
		texts = append(texts, text(product, "uuid"))
	}
	for _, user := range users {
		texts = append(texts, text(user, "email"))
	}
	for _, company := range companies {
		texts = append(texts, text(company, "name"))
	}
	return slices.Concat(texts, ids(companies), ids(users), ids(w.subscriptions(t)), ids(w.plain(t, "/marketplace/v1/bundles")))
}

// but leaves out texts that another marketplace has as well: demo names repeat.
func but(texts, others []string) []string {
	all := strings.Join(others, "\n")
	return slices.DeleteFunc(texts, func(s string) bool { return strings.Contains(all, s) })
}

// redacted takes texts out, however many they are in one go.
func redacted(texts []string) *strings.Replacer {
	var pairs []string
	for _, text := range texts {
		pairs = append(pairs, text, "")
	}
	return strings.NewReplacer(pairs...)
}

// unbounded lets an operation make many calls without a wait, and stops the
// gateway's clock: what is kept stays kept, however slow the machine.
func unbounded(c *Config) {
	began := time.Now()
	c.now = func() time.Time { return began }
	c.unpaced()
	c.Limits.Calls = 2000
}

// nobodys is a fresh id like acme's for each of the slots.
func (h *hostile) nobodys(slots []string) map[string]string {
	h.drawn++
	out := map[string]string{}
	for _, slot := range slots {
		out[slot] = nobodys(h.acme[slotKinds[slot]], h.drawn)
	}
	return out
}

func (h *hostile) theirs(slots []string) map[string]string {
	out := map[string]string{}
	for _, slot := range slots {
		out[slot] = h.acme[slotKinds[slot]]
	}
	return out
}

// ids are foreign ones in some slots, and one's own in the others.
func (d door) ids(own, foreign map[string]string) map[string]string {
	out := map[string]string{}
	for _, slot := range d.slots {
		out[slot] = own[slotKinds[slot]]
	}
	maps.Copy(out, foreign)
	return out
}

// beside asks for one of globex's own and three foreign things at once, so that
// loaders see all of them together.
func (h *hostile) beside(d door, foreign ...map[string]string) string {
	fields := []string{d.ask("own: ", d.ids(h.globex, nil))}
	for i, ids := range foreign {
		fields = append(fields, d.ask(string(rune('a'+i))+": ", ids))
	}
	return string(d.kind) + " { " + strings.Join(fields, " ") + " }"
}

// incidental is what differs between two answers to the same request.
var incidental = regexp.MustCompile(`"(requestId|currentlyAvailable|waitedMs)":("\w+"|\d+),?`)

// inOrder is an answer without what is incidental, and without some members: fields
// that are answered side by side fail in any order.
func inOrder(t *testing.T, body []byte, without ...string) string {
	t.Helper()
	var answer map[string]any
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%v: %.200s", err, body)
	}
	for _, member := range without {
		delete(answer, member)
	}
	slices.SortFunc(list(answer, "errors"), func(a, b any) int { return cmp.Compare(fmt.Sprint(at(a, "path")), fmt.Sprint(at(b, "path"))) })
	out, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return incidental.ReplaceAllString(string(out), "")
}

// telling is all that globex can tell of a request: the answer, without the ids
// that it sent itself, and the calls.
type telling struct {
	Status int
	Body   string
	Calls  map[string]int
}

// tell asks as globex.
func (h *hostile) tell(t *testing.T, g *front, a ask, foreign ...map[string]string) telling {
	t.Helper()
	g.forgetCalls(t)
	a.tenant, a.stage = "globex", "/preview" // which has all that the schema has
	got := g.query(t, a)
	body := inOrder(t, got.body)
	for _, ids := range foreign {
		for _, slot := range slices.Sorted(maps.Keys(ids)) {
			body = strings.ReplaceAll(body, ids[slot], slotKinds[slot])
		}
	}
	if left := h.redact.Replace(body); left != body {
		t.Errorf("%s as %s: was told what is acme's: %s", a.doc, a.as, gocmp.Diff(left, body))
	}
	return telling{got.status, body, g.calls(t).ByRoute}
}

// like demands that some ids have the outcome of nobody's, asked for the first time
// and again. The document may have two more of nobody's beside them.
func (h *hostile) like(t *testing.T, g *front, as string, ids map[string]string, doc func(foreign ...map[string]string) string) {
	t.Helper()
	try := func(ids ...map[string]string) telling {
		return h.tell(t, g, ask{as: as, doc: doc(ids...)}, ids...)
	}
	slots := slices.Sorted(maps.Keys(ids))
	fresh := func() []map[string]string {
		return []map[string]string{h.nobodys(slots), h.nobodys(slots), h.nobodys(slots)}
	}
	if err := g.gateway.cache.Clear(t.Context(), "globex"); err != nil { // acme's stays
		t.Fatal(err)
	}
	try(fresh()...) // what the first question learns, the others do not pay for
	absent, theirs := fresh(), fresh()
	theirs[0] = ids
	for _, when := range []string{"first", "again"} {
		if diff := gocmp.Diff(try(absent...), try(theirs...)); diff != "" {
			t.Errorf("%.300s, %s as %s (-nobody's +acme's):\n%s", doc(theirs...), when, as, diff)
		}
	}
}

// TestHostileTenant: whatever of acme's a viewer of globex sends, and however, it is
// to them what does not exist: in the answer, and in what the answer costs.
func TestHostileTenant(t *testing.T) { //nolint:paralleltest // it counts calls
	h := startHostile(t)
	for name, try := range map[string]func(*testing.T){
		"ids": h.tryIDs, "cursors": h.tryCursors, "hosts": h.tryHosts, "tokens": h.tryTokens, "headers": h.tryHeaders, "raw requests": h.tryRawRequests,
		"batches": h.tryBatches, "keys": h.tryKeys, "faults": h.tryFaults, "all at once": h.tryAtOnce,
	} {
		t.Run(name, try)
	}
}

// tryIDs goes through every field of the schema that takes an id.
func (h *hostile) tryIDs(t *testing.T) {
	for _, d := range doors(t) {
		for i, as := range d.viewers() {
			h.knock(t, d, as, i == 0)
		}
	}
}

// knock tries a door at a gateway that has just served acme through it: what is
// acme's, and what acme was told not to exist. All ways to mix ids are tried where
// it is said so.
func (h *hostile) knock(t *testing.T, d door, as string, mixed bool) {
	t.Helper()
	g, stop := h.startUntil(t, unbounded)
	defer stop()
	alone := func(foreign ...map[string]string) string { return d.document(d.ids(h.globex, foreign[0])) }
	if d.kind == ast.Query && mixed {
		missed := h.nobodys(d.slots)
		for _, ids := range []map[string]string{h.theirs(d.slots), missed} {
			g.query(t, ask{as: d.viewers()[0], stage: "/preview", doc: d.document(ids)})
		}
		h.like(t, g, as, missed, alone)
		h.like(t, g, as, h.theirs(d.slots), func(foreign ...map[string]string) string { return h.beside(d, foreign...) })
	}
	for i, slots := range mixtures(d) {
		if i == 0 || mixed {
			h.like(t, g, as, h.theirs(slots), alone)
		}
	}
}

// mixtures are the ways to put foreign ids into a door: all of them foreign, and
// each one foreign among globex's own.
func mixtures(d door) [][]string {
	out := [][]string{d.slots}
	if len(d.slots) > 1 {
		for _, slot := range d.slots {
			out = append(out, []string{slot})
		}
	}
	return out
}
