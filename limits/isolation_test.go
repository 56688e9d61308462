package limits_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/limits"
)

// alike draws names that are spelt to be mistaken for each other.
func alike() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringOfN(rapid.RuneFrom([]rune("a:{}\x00 é")), 0, 4, -1),
		rapid.SampledFrom([]string{"", "acme", "acme\x00ann", "ann", "cost:{acme}", "client:a"}),
	)
}

// TestRunningIsOnesOwn: operations of one tenant or viewer take no place of another's,
// however they are called. The model counts by pairs.
func TestRunningIsOnesOwn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := limits.Config{TenantOperations: rapid.IntRange(1, 4).Draw(rt, "tenant's"), ViewerOperations: rapid.IntRange(1, 3).Draw(rt, "viewer's")}
		var r limits.Running
		type runner struct{ tenant, viewer string }
		tenants, runners, inside := map[string]int{}, map[runner]int{}, []func(){}
		names := rapid.SliceOfN(alike(), 2, 3).Draw(rt, "names")
		name := rapid.SampledFrom(append(names, names[0]+"\x00"+names[1]))
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			if len(inside) > 0 && rapid.Bool().Draw(rt, "leave") {
				i := rapid.IntRange(0, len(inside)-1).Draw(rt, "who")
				inside[i]()
				inside = slices.Delete(inside, i, i+1)
				continue
			}
			who := runner{name.Draw(rt, "tenant"), name.Draw(rt, "viewer")}
			leave, err := r.Enter(c, who.tenant, who.viewer)
			if fits := tenants[who.tenant] < c.TenantOperations && runners[who] < c.ViewerOperations; fits != (err == nil) {
				rt.Fatalf("%q: %v, with %d of the tenant's and %d of their own", who, err, tenants[who.tenant], runners[who])
			}
			if err == nil {
				tenants[who.tenant]++
				runners[who]++
				inside = append(inside, func() { leave(); tenants[who.tenant]--; runners[who]-- })
			}
		}
	})
}

// TestBucketsAreOnesOwn: what one tenant pours moves no other tenant's bucket, nor
// another address's, in either store.
func TestBucketsAreOnesOwn(t *testing.T) {
	t.Parallel()
	clock := newClock()
	both := stores(t, clock)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		type visitor struct {
			tenant  string
			address netip.Addr
		}
		names := rapid.SliceOfN(alike(), 1, 3).Draw(rt, "names")
		b := limits.Bucket{Size: 100, PerSecond: 1}
		left := map[visitor]int{}
		for range rapid.IntRange(1, 12).Draw(rt, "pours") {
			v := visitor{
				fmt.Sprint(run) + rapid.SampledFrom(names).Draw(rt, "tenant"),
				rapid.SampledFrom([]netip.Addr{{}, netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::")}).Draw(rt, "address"),
			}
			if _, known := left[v]; !known {
				left[v] = b.Size
			}
			points := rapid.IntRange(1, 60).Draw(rt, "points")
			if left[v] >= points {
				left[v] -= points
			}
			for name, store := range both {
				level, _, err := store.Pour(context.Background(), limits.ClientKey(auth.Anonymous(v.tenant), v.address), b, points)
				if err != nil || level.Available() != left[v] {
					rt.Fatalf("%s: %v has %d points left (%v), want %d", name, v, level.Available(), err, left[v])
				}
			}
		}
	})
}
