package wire_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/upstream/wire"
)

// plan and cost are shaped as billing shapes them: a list of what has a map, numbers and flags.
type plan struct {
	Costs wire.List[cost] `json:"costs"`
}

type cost struct {
	Unit         wire.Text              `json:"unit"`
	Amount       map[string]wire.Number `json:"amount"`
	Increment    wire.Number            `json:"increment"`
	MeteredUsage wire.Bool              `json:"meteredUsage"`
}

// spelled is a value as the backend may write it.
type spelled struct {
	wire string
	cost cost
}

// spelling draws a scalar, or its text in quotes, as billing would.
func spelling(t *rapid.T, label, value string) string {
	if rapid.Bool().Draw(t, label+" as text") {
		return `"` + value + `"`
	}
	return value
}

func drawNumber(t *rapid.T, label string) string {
	return rapid.StringMatching(`-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,10})?`).Draw(t, label)
}

// drawCost draws a cost with at least one member: an empty object is none.
func drawCost(t *rapid.T) spelled {
	var members []string
	var out spelled
	has := func(label string) bool { return rapid.Bool().Draw(t, "has "+label) }
	if has("unit") {
		unit := rapid.SampledFrom([]string{"USER", "NOT_APPLICABLE", "ONE_TIME_SETUP"}).Draw(t, "unit")
		out.cost.Unit = wire.Text(unit)
		members = append(members, `"unit":"`+unit+`"`)
	}
	if has("increment") {
		n := drawNumber(t, "increment")
		out.cost.Increment = num(n)
		members = append(members, `"increment":`+spelling(t, "increment", n))
	}
	if has("metered") {
		members = append(members, `"meteredUsage":`+spelling(t, "metered", "true"))
		out.cost.MeteredUsage = yes
	}
	if has("amount") || len(members) == 0 {
		n := drawNumber(t, "amount")
		out.cost.Amount = map[string]wire.Number{"USD": num(n)}
		members = append(members, `"amount":{"USD":`+spelling(t, "amount", n)+`}`)
	}
	out.wire = "{" + strings.Join(rapid.Permutation(members).Draw(t, "order"), ",") + "}"
	return out
}

// TestSpellingsOfAList: plain, wrapped and, for one, collapsed in either: the same costs.
func TestSpellingsOfAList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var want wire.List[cost]
		var wires []string
		for _, c := range rapid.SliceOfN(rapid.Custom(drawCost), 0, 5).Draw(t, "costs") {
			want, wires = append(want, c.cost), append(wires, c.wire)
		}
		plain := "[" + strings.Join(wires, ",") + "]"
		spellings := []string{plain, `{"cost":` + plain + `}`}
		if len(wires) == 1 {
			spellings = append(spellings, wires[0], `{"cost":`+wires[0]+`}`)
		}
		for _, raw := range spellings {
			var p plan
			if err := json.Unmarshal([]byte(`{"costs":`+raw+`}`), &p); err != nil {
				t.Fatalf("%s: %v", raw, err)
			}
			if diff := cmp.Diff(want, p.Costs, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", raw, diff)
			}
		}
	})
}

// TestSpellingsOfAMoment: a moment is the same in each documented form that can write it.
func TestSpellingsOfAMoment(t *testing.T) {
	t.Parallel()
	const year1, year9999 = -62135596800, 253402300799
	rapid.Check(t, func(t *rapid.T) {
		second := rapid.Int64Range(year1+86400, year9999-86400).Draw(t, "second")
		minutes := rapid.IntRange(-12*60, 14*60).Draw(t, "offset")
		moment := time.Unix(second, 0).In(time.FixedZone("", minutes*60))
		millis := strconv.FormatInt(second*1000, 10)
		for _, raw := range []string{
			millis, `"` + millis + `"`,
			moment.Format(`"2006-01-02T15:04:05Z07:00"`),
			moment.Format(`"2006-01-02T15:04:05-0700"`),
			moment.Format(`"Mon, 02 Jan 2006 15:04:05 -0700"`),
			moment.UTC().Format(`"2 Jan 2006 15:04:05 `) + `GMT"`,
		} {
			var got wire.Time
			if err := json.Unmarshal([]byte(raw), &got); err != nil || got.Unix() != second {
				t.Fatalf("%s: %s, %v; want %d", raw, got, err, second)
			}
		}
	})
}

// TestGregorianThereAndBack: what is written in a query is read as the same second, as a number and as a text.
func TestGregorianThereAndBack(t *testing.T) {
	t.Parallel()
	const year1000, year9999 = -30610224000, 253402300799
	rapid.Check(t, func(t *rapid.T) {
		second := rapid.Int64Range(year1000, year9999).Draw(t, "second")
		moment := time.Unix(second, rapid.Int64Range(0, 999_999_999).Draw(t, "nanosecond")).In(time.FixedZone("", 3600))
		written := wire.GregorianSeconds(moment)
		for _, raw := range []string{written, `"` + written + `"`} {
			var got wire.Gregorian
			if err := json.Unmarshal([]byte(raw), &got); err != nil || got.Unix() != second || got.Location() != time.UTC {
				t.Fatalf("%s: %s, %v; want %d", raw, got, err, second)
			}
		}
	})
}
