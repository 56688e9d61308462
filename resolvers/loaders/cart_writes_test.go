package loaders

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// An item that is put in its own place is what it was, agreed prices included.
func TestItemsKeepWhatWasAgreed(t *testing.T) {
	t.Parallel()
	const agreed = `{"id":"k1","items":[{"id":"i1","referenceId":"r","pricingPlanId":"p","units":[{"quantity":"2.5","unit":"GIGABYTE"}],"discountCode":"HALF","discountId":"7",` +
		`"customAttributes":{"subscription":{"customAttributes":{"a":"b"}}},"customPrices":[{"costId":"c","price":9.99}],"serviceConfiguration":{"strategy":"CUSTOM"}}]}`
	cart, err := decodeHeld([]byte(agreed))
	if err != nil {
		t.Fatal(err)
	}
	got, err := appdirect.EncodeCartItem(cart.put(cart.Items[0], func(*appdirect.CartItemRequest) {}).next)
	const want = `{"referenceId":"r","pricingPlanId":"p","units":[{"quantity":"2.5","unit":"GIGABYTE"}],"discountCode":"HALF",` +
		`"customAttributes":{"subscription":{"customAttributes":{"a":"b"}}},"serviceConfiguration":{"strategy":"CUSTOM"},"customPrices":[{"costId":"c","price":9.99}]}`
	if diff := cmp.Diff(want, string(got)); diff != "" || err != nil {
		t.Errorf("%v (-want +sent):\n%s", err, diff)
	}
}
