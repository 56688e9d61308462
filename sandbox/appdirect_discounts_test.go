package sandbox

import (
	"net/http"
	"testing"
	"time"
)

// TestDiscountsTakeOff what they say, and never more than there is.
func TestDiscountsTakeOff(t *testing.T) {
	l := openTill(t)
	tests := []struct {
		name, product, code string
		units               []any
		due                 string
	}{
		{"a price", "Harbor Archive", "FLAT_50_OFF", unitsOf("GIGABYTE", 100), "50.0000000000"},
		{"a price larger than the item's", "Harbor Priority Support", "FLAT_50_OFF", nil, "0.0000000000"},
		{"a percentage", "Harbor Contacts", "SPRING_20", unitsOf("CONTACT", 11), "47.2000000000"},
		{"not of the setup", "Harbor Firewall", "SPRING_20", nil, "57.0000000000"},
		{"of an edition", "Harbor Office Suite", "OFFICE_5", unitsOf("LICENSE", 1), "3.4000000000"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			body := map[string]any{"id": "it", "discountCode": test.code}
			if test.units != nil {
				body["units"] = test.units
			}
			cart := l.newCart(t, l.line(test.product, body))
			if got := l.ok(t, http.MethodGet, cart+"/preview", nil)["amountDueBeforeTax"]; got != test.due {
				t.Errorf("%v is due, want %s", got, test.due)
			}
			item := l.ok(t, http.MethodGet, cart+"/items/it", nil)
			found := l.want(t, http.StatusOK, http.MethodGet, "/channel/v1/discounts?code="+test.code, nil).list(t)
			if len(found) != 1 || item["discountCode"] != test.code || item["discountId"] != factText(field(found[0], "id")) {
				t.Errorf("item %v, discounts %v", item, found)
			}
			one := l.ok(t, http.MethodGet, "/channel/v1/discounts/"+factText(item["discountId"]), nil)
			if one["code"] != test.code {
				t.Errorf("by id: %v", one)
			}
			l.want(t, http.StatusNoContent, http.MethodDelete, cart+"/discounts/"+test.code+"?itemId=it", nil)
			if item := l.ok(t, http.MethodGet, cart+"/items/it", nil); item["discountCode"] != nil || item["discountId"] != nil {
				t.Errorf("still discounted: %v", item)
			}
		})
	}
}

// TestDiscountOfSomeItems is removed from those that are named.
func TestDiscountOfSomeItems(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	one := func(id string) map[string]any {
		return l.line("Harbor Priority Support", map[string]any{"id": id, "discountCode": "SPRING_20"})
	}
	cart := l.newCart(t, one("a"), one("b"), one("c"))
	due := func() any { return l.ok(t, http.MethodGet, cart+"/preview", nil)["amountDueBeforeTax"] }
	l.want(t, http.StatusNoContent, http.MethodDelete, cart+"/discounts/SPRING_20?itemId=a,b", nil)
	if got := due(); got != "42.0000000000" {
		t.Errorf("with one discount: %v", got)
	}
	l.want(t, http.StatusNoContent, http.MethodDelete, cart+"/discounts/SPRING_20", nil)
	if got := due(); got != "45.0000000000" {
		t.Errorf("with none: %v", got)
	}
	l.want(t, http.StatusNotFound, http.MethodDelete, cart+"/discounts/SPRING_20", nil)
}

// TestRefusedDiscounts are those that are not there, no more, or for something else.
func TestRefusedDiscounts(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t)
	for code, want := range map[string]string{
		"RANDOM_DISCOUNT": "INVALID_DISCOUNT_CODE", "EXPIRED_10": "INVALID_DISCOUNT_CODE", "SOLD_OUT_15": "INVALID_DISCOUNT_CODE",
		"TRACKER_25": "DISCOUNT_NOT_APPLICABLE", "OFFICE_5": "DISCOUNT_NOT_APPLICABLE",
	} {
		problem := l.refused(t, http.MethodPost, cart+"/items", l.line("Harbor Notes", map[string]any{"discountCode": code}))
		if problem["code"] != want || params(problem)["DISCOUNT_CODE"] != code {
			t.Errorf("%s: %v", code, problem)
		}
		if want == "INVALID_DISCOUNT_CODE" && problem["message"] != "Discount "+code+" does not exist or is expired." {
			t.Errorf("the words for %s: %v", code, problem["message"])
		}
	}
	l.want(t, http.StatusNotFound, http.MethodGet, "/channel/v1/discounts/1", nil)
}

// TestDiscountRuns between its dates, for so many purchases.
func TestDiscountRuns(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	d := discountSpec{starts: day, ends: day.AddDate(0, 0, 2), maxRedemptions: 2}
	for name, test := range map[string]struct {
		at       time.Time
		redeemed int
		want     bool
	}{
		"before":         {day.Add(-1), 0, false},
		"from the start": {day, 0, true},
		"to the end":     {day.AddDate(0, 0, 2).Add(-1), 1, true},
		"after":          {day.AddDate(0, 0, 2), 0, false},
		"used up":        {day, 2, false},
	} {
		d.redemptions = test.redeemed
		if got := d.runs(test.at); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
