package cache

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"bytes": {MaxBytes: -1}, "value": {MaxValue: -1}, "fill": {FillTimeout: -1},
		"redis": {RedisTimeout: -1}, "bypass": {RedisBypass: -1}, "huge": {MaxValue: 1 << 40},
		"claim": {ClaimTimeout: -1}, "lease": {ClaimLease: -1}, "window": {LedgerWindow: -1}, "ledger": {LedgerBytes: -1},
		"tier": {TierLease: -1}, "short": {TierLease: MinTierLease - 1},
	} {
		if c, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
			_ = c.Close()
		}
	}
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if c.maxValue != DefaultMaxValue || c.flights.timeout != DefaultFillTimeout || c.redis != nil {
		t.Errorf("defaults: %+v", c)
	}
	if v, err := got(t.Context(), c, (&source{text: "x"}).request(scope(t, "acme", "system"), "1")); v != "x" || err != nil {
		t.Errorf("Get = %q, %v", v, err)
	}
}

// TestTheLimitsOfWritesAreDocumented with the defaults in force.
func TestTheLimitsOfWritesAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/caching.md")
	if err != nil {
		t.Fatal(err)
	}
	o, err := Options{}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	for name, limit := range map[string]any{
		"LedgerWindow": o.LedgerWindow, "ClaimLease": o.ClaimLease, "ClaimTimeout": o.ClaimTimeout, "TierLease": o.TierLease,
		"LedgerBytes": fmt.Sprint(o.LedgerBytes, " bytes"), "MaxResult": fmt.Sprint(MaxResult, " bytes"), "MaxClaim": MaxClaim,
	} {
		if row := fmt.Sprintf("| `%s` | %v |", name, limit); !strings.Contains(string(text), row) {
			t.Errorf("docs/caching.md has no row that begins with %s", row)
		}
	}
}
