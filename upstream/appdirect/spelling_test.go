package appdirect_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/contract"
)

// TestSpellingDoesNotMatter: billing writes numbers and booleans as texts, and nobody knows who else does. Each printed
// reply is read again with all its numbers and booleans as texts, and with all its texts that are such as numbers and
// booleans; its value is the same. Pages count in numbers only.
func TestSpellingDoesNotMatter(t *testing.T) {
	t.Parallel()
	for _, d := range decoders {
		if d.Sample == "" {
			continue
		}
		for _, body := range room.Samples(t, d.Sample) {
			want, err := d.Decode(body)
			if err != nil {
				t.Fatalf("%s: %v", d.Route.Name, err)
			}
			for name, spell := range map[string]func(any) any{"as texts": asText, "bare": bare} {
				got, err := d.Decode(respelled(t, body, spell))
				if err != nil {
					t.Errorf("%s, %s: %v", d.Route.Name, name, contract.Cause(err))
				} else if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, %s (-printed +respelled):\n%s", d.Route.Name, name, diff)
				}
			}
		}
	}
}

func asText(v any) any {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case bool:
		return map[bool]string{true: "true", false: "false"}[v]
	}
	return v
}

var numeric = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?$`)

func bare(v any) any {
	text, ok := v.(string)
	switch {
	case !ok:
		return v
	case text == "true" || text == "false":
		return text == "true"
	case numeric.MatchString(text):
		return json.Number(text)
	}
	return v
}

func respelled(t *testing.T, body []byte, spell func(any) any) []byte {
	t.Helper()
	out, err := json.Marshal(respell(contract.Parsed(t, body), spell))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func respell(v any, spell func(any) any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if name != "page" {
				v[name] = respell(member, spell)
			}
		}
		return v
	case []any:
		for i, element := range v {
			v[i] = respell(element, spell)
		}
		return v
	}
	return spell(v)
}

// TestItemsComeBack: what is sent of an item is what is read of it, to the last digit.
func TestItemsComeBack(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`[a-zA-Z0-9 "\\<&é-]{1,12}`)
	quantity := rapid.Custom(func(t *rapid.T) decimal.Decimal {
		return decimal.New(rapid.Int64().Draw(t, "digits"), rapid.Int32Range(-10, 3).Draw(t, "exponent"))
	})
	unit := rapid.Custom(func(t *rapid.T) appdirect.CartUnitRequest {
		return appdirect.CartUnitRequest{Quantity: quantity.Draw(t, "quantity"), Unit: text.Draw(t, "unit")}
	})
	attributes := rapid.MapOfN(text, rapid.SliceOf(text), 1, 4)
	rapid.Check(t, func(t *rapid.T) {
		sent := appdirect.CartItemRequest{
			ReferenceID: text.Draw(t, "reference"), PricingPlanID: text.Draw(t, "plan"), DiscountCode: text.Draw(t, "code"),
			Units: rapid.SliceOfN(unit, 1, 4).Draw(t, "units"),
			CustomAttributes: appdirect.ItemAttributes{
				VendorRequiredFields: attributes.Draw(t, "fields"), Subscription: attributes.Draw(t, "attributes"),
			},
		}
		body, err := appdirect.EncodeCartItem(sent)
		if err != nil {
			t.Fatal(err)
		}
		got, err := appdirect.DecodeCartItem(appdirect.AddCartItem, []byte(strings.Replace(string(body), "{", `{"id":"i",`, 1)))
		if err != nil {
			t.Fatalf("%s: %v", body, contract.Cause(err))
		}
		back := appdirect.CartItemRequest{
			ReferenceID: string(got.ReferenceID), PricingPlanID: string(got.PricingPlanID), DiscountCode: string(got.DiscountCode),
			CustomAttributes: got.CustomAttributes,
		}
		for _, u := range got.Units {
			back.Units = append(back.Units, appdirect.CartUnitRequest{Quantity: u.Quantity.Value, Unit: string(u.Unit)})
		}
		if diff := cmp.Diff(sent, back); diff != "" {
			t.Errorf("%s (-sent +read):\n%s", body, diff)
		}
	})
}
