package loaders

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/auth"
)

func TestNewPage(t *testing.T) {
	t.Parallel()
	l := New(&Tenant{maxItems: 50}, auth.Anonymous("acme"))
	n := func(n int32) *int32 { return &n }
	s := func(s string) *string { return &s }
	for name, tc := range map[string]struct {
		first         *int32
		after         *string
		last          *int32
		before        *string
		want          Page
		faultArgument string
	}{
		"nothing":             {want: Page{first: 20}},
		"first":               {first: n(1), want: Page{first: 1}},
		"the most":            {first: n(50), want: Page{first: 50}},
		"first and after":     {first: n(2), after: s("c"), want: Page{first: 2, after: "c"}},
		"first and before":    {first: n(2), before: s("c"), want: Page{first: 2, before: "c"}},
		"last":                {last: n(3), want: Page{last: 3}},
		"last between":        {last: n(3), after: s("a"), before: s("b"), want: Page{last: 3, after: "a", before: "b"}},
		"after alone":         {after: s("c"), want: Page{first: 20, after: "c"}},
		"an empty cursor":     {after: s(""), want: Page{first: 20}},
		"first of 0":          {first: n(0), faultArgument: "first"},
		"first below 0":       {first: n(-1), faultArgument: "first"},
		"first past the most": {first: n(51), faultArgument: "first"},
		"last of 0":           {last: n(0), faultArgument: "last"},
		"last past the most":  {last: n(1 << 30), faultArgument: "last"},
		"both":                {first: n(1), last: n(1), faultArgument: "last"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := l.NewPage(tc.first, tc.after, tc.last, tc.before)
			if tc.faultArgument != "" {
				input, ok := errors.AsType[*InputError](err)
				if !ok || input.Argument != tc.faultArgument {
					t.Fatalf("error %v, want an InputError of %q", err, tc.faultArgument)
				}
				return
			}
			if err != nil || got != tc.want {
				t.Errorf("got %+v, %v; want %+v", got, err, tc.want)
			}
		})
	}
	_, err := l.NewPage(n(51), nil, nil, nil)
	if !strings.Contains(err.Error(), "50") || !strings.Contains(err.Error(), "`pageItems`") {
		t.Errorf("%q names neither the bound nor the limit", err)
	}
}

// TestDefaultPageIsWithinTheBound: a tenant that allows fewer than 20 items gives these.
func TestDefaultPageIsWithinTheBound(t *testing.T) {
	t.Parallel()
	page, err := New(&Tenant{maxItems: 5}, auth.Anonymous("acme")).NewPage(nil, nil, nil, nil)
	if err != nil || page.first != 5 {
		t.Errorf("got %+v, %v", page, err)
	}
}

// asked are drawn arguments, with cursors as positions; none is -1.
type asked struct{ first, after, last, before int }

func drawAsked(t *rapid.T, n int) asked {
	a := asked{after: rapid.IntRange(-1, n+2).Draw(t, "after"), before: rapid.IntRange(-1, n+2).Draw(t, "before")}
	if rapid.Bool().Draw(t, "backwards") {
		a.last = rapid.IntRange(1, n+3).Draw(t, "last")
	} else {
		a.first = rapid.IntRange(1, n+3).Draw(t, "first")
	}
	return a
}

func (a asked) page(m mark) Page {
	p := Page{first: a.first, last: a.last}
	if a.after >= 0 {
		p.after = m.encode(a.after)
	}
	if a.before >= 0 {
		p.before = m.encode(a.before)
	}
	return p
}

// of is what Relay's algorithm makes of a whole list: cut by cursors, then by number.
func (a asked) of(all []int) []int {
	kept := []int{}
	for at, item := range all {
		if at > a.after && (a.before < 0 || at < a.before) {
			kept = append(kept, item)
		}
	}
	if a.first > 0 {
		return kept[:min(a.first, len(kept))]
	}
	return kept[max(0, len(kept)-a.last):]
}

// checkRun compares a run with the naive model's items.
func checkRun(t *rapid.T, all, want []int, got *List[int]) {
	if !slices.Equal(got.Items, want) {
		t.Fatalf("got %v, want %v", got.Items, want)
	}
	if len(want) == 0 {
		return
	}
	// Items are their own positions, so cursors can be checked against them.
	if got.Start != want[0] {
		t.Fatalf("starts at %d, want %d", got.Start, want[0])
	}
	if more := want[len(want)-1] < len(all)-1; got.HasNext != more {
		t.Fatalf("HasNext is %v behind %v of %d", got.HasNext, want, len(all))
	}
	for i, item := range want {
		if at, err := got.mark.decode("after", got.Cursor(i)); err != nil || at != item {
			t.Fatalf("the cursor of item %d is one of %d, %v", item, at, err)
		}
	}
}

func positions(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestCutAllMatchesRelay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := positions(rapid.IntRange(0, 12).Draw(t, "n"))
		args := drawAsked(t, len(all))
		got, err := cutAll(mark{1}, all, args.page(mark{1}))
		if err != nil {
			t.Fatal(err)
		}
		checkRun(t, all, args.of(all), got)
		if got.Total == nil || *got.Total != len(all) {
			t.Fatalf("total is %v, want %d", got.Total, len(all))
		}
	})
}

// TestCutAllSharesNothing: appending to a run must not reach the list behind it.
func TestCutAllSharesNothing(t *testing.T) {
	t.Parallel()
	all := positions(4)
	run, err := cutAll(mark{}, all, Page{first: 2})
	if err != nil {
		t.Fatal(err)
	}
	_ = append(run.Items, 99)
	if diff := cmp.Diff(positions(4), all); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
