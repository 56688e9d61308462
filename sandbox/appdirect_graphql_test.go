package sandbox

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// query asks AppDirect's own GraphQL.
func (l *till) query(t *testing.T, status int, text string, variables map[string]any) map[string]any {
	t.Helper()
	return l.want(t, status, http.MethodPost, "/graphql", map[string]any{"query": text, "variables": variables}).object(t)
}

// The printed documents.
const (
	cartFieldsQuery = `query cartFields($cartId: ID!, $locale: Locale!) { cartFields(cartId: $cartId, locale: $locale) {
		productFields { itemId forms { title subTitle fields { fieldType inputCode inputTitle tooltip subTitle validations { expression maxLength minLength readOnly required } } } }
		purchaseCustomAttributes { fieldType inputCode inputTitle tooltip subTitle validations { expression maxLength minLength readOnly required } }
		subscriptionCustomAttributes { fieldType inputCode inputTitle subTitle tooltip validations { expression maxLength readOnly required minLength } } } }`
	settingsQuery = `query checkoutSettings { checkoutSettings { allowDiscountCredit defaultLocale marketplaceBaseUrl flatTaxRate
		marketplaceFaviconUrl marketplaceLogoUrl shippingCostEnabled supportPhone supportedLocales tenant supportEmail { locale value }
		marketplaceTermsAndConditionsUrl { locale value } marketplacePrivacyUrl { locale value } } }`
)

// required are the codes of the fields that must be filled, by item.
func required(t *testing.T, list any) []string {
	t.Helper()
	var out []string
	for _, f := range list.([]any) {
		if field(f, "validations", "required") == true {
			out = append(out, factText(field(f, "inputCode")))
		}
	}
	return out
}

// TestCartFieldsAreWhatValidationWants: what is required there is what is missing
// here.
func TestCartFieldsAreWhatValidationWants(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Office Suite", map[string]any{"id": "suite"}), l.line("Harbor Firewall", map[string]any{"id": "wall"}))
	answer := l.query(t, http.StatusOK, cartFieldsQuery, map[string]any{"cartId": cart[len(cartsPath)+1:], "locale": "en-US"})
	fields := field(answer, "data", "cartFields")
	products := field(fields, "productFields").([]any)
	if len(products) != 1 || field(products[0], "itemId") != "suite" || answer["errors"] != nil {
		t.Fatalf("%v", answer)
	}
	want := map[string][]string{
		"REQUIRED_FIELD_VALIDATION_ERROR":                 required(t, field(field(products[0], "forms").([]any)[0], "fields")),
		"PURCHASE_CUSTOM_ATTRIBUTE_VALIDATIONS_ERROR":     required(t, field(fields, "purchaseCustomAttributes")),
		"SUBSCRIPTION_CUSTOM_ATTRIBUTE_VALIDATIONS_ERROR": required(t, field(fields, "subscriptionCustomAttributes")),
	}
	missing := map[string][]string{}
	body := l.want(t, http.StatusBadRequest, http.MethodPost, cart+"/finalize", nil).object(t)
	for _, problem := range blocking(t, body) {
		code := factText(problem["code"])
		for key, value := range params(problem) {
			if key[len(key)-4:] == "_KEY" {
				missing[code] = append(missing[code], value)
			}
		}
	}
	if diff := cmp.Diff(want, missing); diff != "" || len(want["REQUIRED_FIELD_VALIDATION_ERROR"]) != 4 {
		t.Errorf("fields and refusals (-fields +refusals):\n%s", diff)
	}
}

// TestCheckoutSettings are those of the tenant, and only those asked for.
func TestCheckoutSettings(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	for _, tenant := range []string{"acme", "globex"} {
		l.tenant = tenant
		settings, _ := field(l.query(t, http.StatusOK, settingsQuery, nil), "data", "checkoutSettings").(map[string]any)
		if len(settings) != 13 || factText(settings["flatTaxRate"]) != "0.0775" || settings["defaultLocale"] != "en-US" || len(settings["supportEmail"].([]any)) != len(settings["supportedLocales"].([]any)) {
			t.Errorf("%s: %v", tenant, settings)
		}
	}
	some := l.query(t, http.StatusOK, `query($no: Boolean!) { __typename a: checkoutSettings { t: tenant ...rest locale: defaultLocale @skip(if: $no)
		... on CheckoutSettings @include(if: $no) { allowDiscountCredit __typename } } } fragment rest on CheckoutSettings { supportPhone }`, map[string]any{"no": false})
	want := map[string]any{"__typename": "Query", "a": map[string]any{"t": "GLOBEX", "supportPhone": "(555) 010-0199", "locale": "en-US"}}
	if diff := cmp.Diff(any(want), some["data"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestGraphErrors are in the printed shape.
func TestGraphErrors(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	ask := `query q($id: ID!) { cartFields(cartId: $id, locale: "en-US") { productFields { itemId } } checkoutSettings { tenant } }`
	for id, code := range map[string]string{"": "BAD_REQUEST", "none": "NOT_FOUND"} {
		answer := l.query(t, http.StatusOK, ask, map[string]any{"id": id})
		problem := answer["errors"].([]any)[0]
		if field(problem, "extensions", "code") != code || !cmp.Equal(field(problem, "path"), any([]any{"cartFields"})) {
			t.Errorf("%q: %v", id, problem)
		}
		if field(answer, "data", "cartFields") != nil || field(answer, "data", "checkoutSettings", "tenant") != "ACME" {
			t.Errorf("%q: the other field fails as well: %v", id, answer["data"])
		}
	}
	for name, text := range map[string]string{
		"unknown field": `{ checkoutSettings { colour } }`, "no document": `{`, "no sub-fields": `{ checkoutSettings }`,
		"a mutation": `mutation { finalizeCart { id } }`, "a variable is missing": ask,
	} {
		answer := l.query(t, http.StatusBadRequest, text, nil)
		if field(answer["errors"].([]any)[0], "extensions", "code") != "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("%s: %v", name, answer)
		}
	}
	if a := l.callWith(t, http.MethodPost, "acme", "", "/graphql", map[string]any{"query": "{ checkoutSettings { tenant } }"}); a.status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", a.status)
	}
}
