package leadconnector_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
)

// wallet answers as a list of total charges that grants at most so many at once.
type wallet struct {
	total, grants int
	counted       bool
}

// page is the reply to skip and limit.
func (w wallet) page(skip, limit int) []byte {
	var items []string
	for i := skip; i < min(w.total, skip+limit, skip+w.grants); i++ {
		items = append(items, fmt.Sprintf(`{"chargeId":"c%d"}`, i))
	}
	body := `{"charges":[` + strings.Join(items, ",") + `]`
	if w.counted {
		body += fmt.Sprintf(`,"count":%d,"pagination":{"total":%d,"skip":%d,"limit":%d}`, w.total, w.total, skip, min(limit, w.grants))
	}
	return []byte(body + "}")
}

// TestWalk: each charge is seen once, in order, however few the backend grants, and a counted list costs no empty page.
func TestWalk(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := wallet{
			total: rapid.IntRange(0, 60).Draw(t, "total"), grants: rapid.IntRange(1, 20).Draw(t, "grants"),
			counted: rapid.Bool().Draw(t, "counted"),
		}
		limit := rapid.IntRange(1, 30).Draw(t, "limit")
		seen, pages, skip := 0, 0, 0
		for more := true; more; pages++ {
			got, err := leadconnector.DecodeCharges(w.page(skip, limit))
			if err != nil {
				t.Fatal(contract.Cause(err))
			}
			for _, c := range got.Items {
				if want := fmt.Sprintf("c%d", seen); string(c.ChargeID) != want {
					t.Fatalf("%s, want %s", c.ChargeID, want)
				}
				seen++
			}
			skip, more = got.Next(skip)
		}
		size := min(limit, w.grants)
		want := (w.total + size - 1) / size // full pages and the rest
		if !w.counted || w.total == 0 {
			want++ // and the empty one that proves the end
		}
		if seen != w.total || pages != want {
			t.Fatalf("%d of %d charges in %d pages, want %d", seen, w.total, pages, want)
		}
	})
}

func TestWindow(t *testing.T) {
	t.Parallel()
	if got := leadconnector.Window(200, 100).Encode(); got != "limit=100&skip=200" {
		t.Error(got)
	}
}
