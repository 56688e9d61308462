package resolvers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawer draws selections over the small marketplace of these tests.
type drawer struct {
	*rapid.T
	aliases int
}

// plain are the fields of each type that hold no others.
var plain = map[string][]string{
	"Company": {"id", "name"}, "Membership": {"roles", "isEnabled"}, "User": {"id", "email"},
	"Subscription": {"id", "status"}, "Product": {"id", "name", "vendorId"}, "Edition": {"id", "name"},
}

// edge is a field that leads to objects of another type.
type edge struct{ name, to string }

var (
	// single and listed lead to one object and to a plain list of them, paged to a connection.
	single = map[string][]edge{
		"Membership": {{"user", "User"}, {"account", "Company"}}, "User": {{"currentMembership", "Membership"}},
		"Subscription": {{"product", "Product"}, {"edition", "Edition"}, {"company", "Company"}, {"user", "User"}}, "Edition": {{"product", "Product"}},
	}
	listed = map[string][]edge{"User": {{"memberships", "Membership"}}, "Product": {{"editions", "Edition"}}}
	paged  = map[string][]edge{
		"Company": {{"memberships", "Membership"}, {"subscriptions", "Subscription"}}, "Product": {{"subscriptions", "Subscription"}},
	}
)

// selection draws what is asked of an object: never nothing.
func (d *drawer) selection(of string, depth int) string {
	fields := []string{rapid.SampledFrom(plain[of]).Draw(d.T, "plain")}
	if depth > 0 {
		for _, e := range append(single[of], listed[of]...) {
			if d.chance() {
				fields = append(fields, e.name+" { "+d.selection(e.to, depth-1)+" }")
			}
		}
		for _, e := range paged[of] {
			for range rapid.IntRange(0, 2).Draw(d.T, "times") { // the same list twice, with arguments of its own each time
				fields = append(fields, d.page(e, depth-1))
			}
		}
	}
	return strings.Join(fields, " ")
}

// page draws a connection under an alias of its own.
func (d *drawer) page(e edge, depth int) string {
	d.aliases++
	arguments := rapid.SampledFrom([]string{"", "(first: 1)", "(first: 2)"}).Draw(d.T, "arguments")
	if e.to == "Subscription" && d.chance() {
		arguments = "(first: 2, status: ACTIVE)"
	}
	return fmt.Sprintf("a%d: %s%s { nodes { %s } }", d.aliases, e.name, arguments, d.selection(e.to, depth))
}

func (d *drawer) chance() bool { return rapid.Bool().Draw(d.T, "chosen") }

// depthDrawn is how far selections reach: company, list, object, and one object more.
const depthDrawn = 3

// TestBatchesAnswerAsOne: whatever is selected of a list of companies, each of
// them answers as if it had been asked alone: a batch gives nobody another's.
// Through edges it is the same, and neither takes more calls than asking them one
// by one, but for the one list of users that somebody asks for before they come
// along with memberships.
func TestBatchesAnswerAsOne(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := &drawer{T: rt}
		selection := d.selection("Company", depthDrawn)
		document := "{ companies(first: 3) { nodes { " + selection + " } } }"
		data, errs, calls := m.run(t, document)
		if len(errs) > 0 {
			rt.Fatalf("%s\n%v", document, errs)
		}
		batch, _ := tree(t, data).(map[string]any)["companies"].(map[string]any)["nodes"].([]any)
		alone := 0
		for i, together := range batch {
			data, errs, calls := m.run(t, fmt.Sprintf(`{ company(id: "c%d") { %s } }`, i, selection))
			if diff := cmp.Diff(tree(t, data).(map[string]any)["company"], together); diff != "" || len(errs) > 0 {
				rt.Fatalf("%s\ncompany %d: %v (-alone +together):\n%s", document, i, errs, diff)
			}
			alone += total(calls)
		}
		edges, errs, edgeCalls := m.run(t, asEdges(document))
		if diff := cmp.Diff(tree(t, data), withoutEdges(tree(t, edges))); diff != "" || len(errs) > 0 {
			rt.Fatalf("%s\nthrough edges: %v (-nodes +edges):\n%s", document, errs, diff)
		}
		if len(batch) != 3 || max(total(calls), total(edgeCalls)) > alone+1 {
			rt.Fatalf("%s\n%d companies take %v, through edges %v, alone %d calls", document, len(batch), calls, edgeCalls, alone)
		}
	})
}

func total(calls map[string]int) (n int) {
	for _, c := range calls {
		n += c
	}
	return n
}

// TestRootsDoNotMix: several root lists in one operation, of one type and with
// the same fields below, answer as each does alone.
func TestRootsDoNotMix(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := &drawer{T: rt}
		selection := d.selection("Subscription", depthDrawn-1)
		roots := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
			"subscriptions(first: 1)", "subscriptions(first: 4)", "subscriptions(status: CANCELLED)", "subscriptions(first: 3, status: ACTIVE)",
		}), 2, 4, rapid.ID[string]).Draw(rt, "roots")
		var document strings.Builder
		want := map[string]any{}
		for i, root := range roots {
			name := fmt.Sprintf("r%d", i)
			field := fmt.Sprintf("%s: %s { nodes { %s } }", name, root, selection)
			document.WriteString(field + "\n")
			data, errs, _ := m.run(t, "{ "+field+" }")
			if len(errs) > 0 {
				rt.Fatalf("%s\n%v", field, errs)
			}
			want[name] = tree(t, data).(map[string]any)[name]
		}
		data, errs, _ := m.run(t, "{ "+document.String()+" }")
		if diff := cmp.Diff(want, tree(t, data)); diff != "" || len(errs) > 0 {
			rt.Fatalf("%s\n%v (-each alone +together):\n%s", document.String(), errs, diff)
		}
	})
}
