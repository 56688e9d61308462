package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func TestCollectionKeys(t *testing.T) {
	t.Parallel()
	var c Collection
	put := func(r Record) error { return c.Put(&r) }
	if err := put(Record{ID: "1", Aliases: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	if err := put(Record{ID: "2", Aliases: []string{"b"}}); err != nil {
		t.Fatal(err)
	}
	if err := put(Record{ID: "3", Aliases: []string{"a"}}); err == nil {
		t.Error("an alias was taken twice")
	}
	if err := put(Record{ID: "1", Aliases: []string{"c"}, Body: Document{"v": 2}}); err != nil {
		t.Fatal(err)
	}
	if c.Get("a") != nil || c.Get("c") != c.Get("1") || c.Get("1").Body["v"] != 2 {
		t.Error("replacing left old keys or the old document")
	}
	if got := c.all(); c.Len() != 2 || got[0].ID != "1" || got[1].ID != "2" {
		t.Error("replacing moved the record")
	}
	if err := put(Record{ID: "4", Aliases: []string{"a"}}); err != nil {
		t.Errorf("a freed alias: %v", err)
	}
}

// TestCollectionRemove frees all names of a record, and takes its own only.
func TestCollectionRemove(t *testing.T) {
	t.Parallel()
	var c Collection
	for _, r := range []Record{{ID: "1", Aliases: []string{"a"}}, {ID: "2"}, {ID: "3"}} {
		if err := c.Put(&r); err != nil {
			t.Fatal(err)
		}
	}
	if c.Remove("a") || c.Remove("4") || !c.Remove("1") || c.Remove("1") {
		t.Error("removed by another name, or twice, or not at all")
	}
	if got := c.all(); len(got) != 2 || got[0].ID != "2" || c.Get("1") != nil || c.Get("a") != nil {
		t.Errorf("left: %v", got)
	}
	if err := c.Put(&Record{ID: "4", Aliases: []string{"a", "1"}}); err != nil {
		t.Errorf("a freed name: %v", err)
	}
}

func TestCollectionConcurrently(t *testing.T) {
	t.Parallel()
	var c Collection
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 100 {
				if err := c.Put(&Record{ID: fmt.Sprint(i), Facts: map[string]any{"n": int64(g)}}); err != nil {
					t.Error(err)
				}
				c.Get(fmt.Sprint(i))
				c.Select(Query{Sort: "n"})
			}
		})
	}
	wg.Wait()
	if c.Len() != 100 {
		t.Errorf("%d records", c.Len())
	}
}

// TestSelectAgainstModel compares queries with a plain filter and sort.
func TestSelectAgainstModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var c Collection
		var names []string
		for i, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "A", "b", "ba", "C", ""}), 0, 30).Draw(t, "names") {
			names = append(names, name)
			if err := c.Put(&Record{ID: fmt.Sprint(i), Facts: map[string]any{"name": name}}); err != nil {
				t.Fatal(err)
			}
		}
		needle := rapid.SampledFrom([]string{"", "a", "B", "x"}).Draw(t, "needle")
		desc := rapid.Bool().Draw(t, "desc")
		match, err := contains("name")([]string{needle})
		if err != nil {
			t.Fatal(err)
		}
		var want []int
		for i, name := range names {
			if strings.Contains(strings.ToLower(name), strings.ToLower(needle)) {
				want = append(want, i)
			}
		}
		slices.SortStableFunc(want, func(a, b int) int {
			order := strings.Compare(strings.ToLower(names[a]), strings.ToLower(names[b]))
			if desc {
				return -order
			}
			return order
		})
		var got []int
		for _, r := range c.Select(Query{Matches: []Match{match}, Sort: "name", Desc: desc}) {
			got = append(got, slices.IndexFunc(c.all(), func(o *Record) bool { return o == r }))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestFilters(t *testing.T) {
	t.Parallel()
	r := &Record{Facts: map[string]any{"name": "Éclair & Sons", "tags": []string{"X", "y"}, "n": int64(7), "on": true, "at": int64(1000)}}
	tests := []struct {
		name   string
		f      filter
		values []string
		keeps  bool
	}{
		{"part of a text", contains("other", "name"), []string{"clair"}, true},
		{"no part", contains("other", "name"), []string{"bun"}, false},
		{"number as text", oneOf("n"), []string{"7"}, true},
		{"one of several", oneOf("n"), []string{"6,7"}, true},
		{"repeated", oneOf("n"), []string{"6", "7"}, true},
		{"member of a list", oneOf("tags"), []string{"Y"}, true},
		{"no member", oneOf("tags"), []string{"z"}, false},
		{"absent fact", oneOf("missing"), []string{"z"}, false},
		{"flag", flag("on"), []string{"true"}, true},
		{"other flag", flag("on"), []string{"false"}, false},
		{"at the bound", notBefore("at"), []string{"1000"}, true},
		{"before", notBefore("at"), []string{"1001"}, false},
		{"after", notAfter("at"), []string{"999"}, false},
		{"absent moment", notAfter("missing"), []string{"999"}, false},
		{"ISO date", notBefore("at"), []string{"1970-01-01T00:00:01Z"}, true},
		{"day where billing is", notAfter("at"), []string{"1970-01-01"}, true},
	}
	for _, test := range tests {
		m, err := test.f(test.values)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		} else if m(r) != test.keeps {
			t.Errorf("%s: keeps %t", test.name, !test.keeps)
		}
	}
	for _, f := range []filter{flag("on"), notBefore("at")} {
		if _, err := f([]string{"perhaps"}); err == nil {
			t.Error("an unreadable value was taken")
		}
	}
}
