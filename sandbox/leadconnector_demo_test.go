package sandbox

import (
	"encoding/json"
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestWalletDemoData holds every seed to what the data promises.
func TestWalletDemoData(t *testing.T) {
	t.Parallel()
	for index, tenant := range Tenants() {
		for _, seed := range testSeeds {
			w := worldOf(t, index, seed)
			d := w.wallets
			charged, most, poor := count(d.charges, "location"), 0, 0
			for _, n := range charged {
				most = max(most, n)
			}
			for _, l := range d.locations.all() {
				if l.Facts["funds"] == false {
					poor++
				}
			}
			if d.charges.Len() != demoCharges || len(charged) != chargedFirst || d.locations.Len() <= chargedFirst || most < 30 || poor == 0 {
				t.Errorf("%s, seed %d: %d charges over %d of %d locations, at most %d; %d without funds",
					tenant.Name, seed, d.charges.Len(), len(charged), d.locations.Len(), most, poor)
			}
			for _, l := range w.links.all() {
				if l.LeadConnectorLocation != "" && (d.locations.Get(l.LeadConnectorLocation) == nil || l.LeadConnectorCompany != d.company.ID) {
					t.Errorf("no location %s of %s", l.LeadConnectorLocation, l.LeadConnectorCompany)
				}
			}
		}
	}
}

// TestWalletChargesAddUp: amount is units times price, and the price is that of
// the meter.
func TestWalletChargesAddUp(t *testing.T) {
	t.Parallel()
	d := shared.acme().wallets
	prices := map[any]any{}
	for _, u := range field(plain(t, d.rebilling), "plans", "usage").([]any) {
		prices[field(u, "meterId")] = field(u, "fixedPricePerUnit")
	}
	for _, c := range d.charges.all() {
		body := plain(t, c.Body)
		product := new(big.Rat).Mul(exact(t, c.Body["units"]), exact(t, c.Body["pricePerUnit"]))
		if product.Cmp(exact(t, c.Body["amountCharged"])) != 0 || field(body, "pricePerUnit") != prices[field(body, "meterId")] {
			t.Errorf("charge %s: %v x %v = %v", c.ID, c.Body["units"], c.Body["pricePerUnit"], c.Body["amountCharged"])
		}
	}
}

// exact reads a number without going through a float.
func exact(t *testing.T, v any) *big.Rat {
	t.Helper()
	n, ok := new(big.Rat).SetString(fmt.Sprint(v))
	if !ok {
		t.Fatalf("%v is no number", v)
	}
	return n
}

// TestWalletMoneyIsExact and valid JSON without idle zeros.
func TestWalletMoneyIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 1<<40).Draw(t, "hundredths of a cent")
		text := fmt.Sprint(walletMoney(n))
		got, ok := new(big.Rat).SetString(text)
		if !ok || got.Cmp(big.NewRat(n, 10_000)) != 0 || !json.Valid([]byte(text)) {
			t.Fatalf("%d is written %s", n, text)
		}
	})
}

// TestWalletDataComesFromTheSeed and is each tenant's own.
func TestWalletDataComesFromTheSeed(t *testing.T) {
	t.Parallel()
	dump := func(w *world) string {
		d := w.wallets
		raw, err := json.Marshal([]any{d.company, d.locations.all(), d.charges.all(), d.rebilling})
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	first := dump(worldOf(t, 0, 5))
	if dump(anotherWorld(t, 0, 5)) != first || dump(worldOf(t, 0, 6)) == first || dump(worldOf(t, 1, 5)) == first {
		t.Error("the data does not follow from tenant and seed")
	}
	globex := worldOf(t, 1, 1).wallets
	for _, c := range worldOf(t, 0, 1).wallets.charges.all() {
		if globex.charges.Get(c.ID) != nil {
			t.Errorf("charge %s exists at both tenants", c.ID)
		}
	}
}
