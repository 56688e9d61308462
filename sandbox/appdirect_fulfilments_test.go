package sandbox

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const fulfilmentsPath = "/appMarket/v2/fulfillments"

// homeAddress is the printed delivery address.
func homeAddress(changes map[string]any) map[string]any {
	a := map[string]any{
		"name": "Vikram", "city": "Somerville", "addressLine1": "50 Grove St1.", "countryCode": "US", "subdivisionCode": "MA", "postalCode": "02114",
	}
	for k, v := range changes {
		a[k] = v
	}
	return a
}

// deliver saves an address and returns the fulfilment.
func (l *till) deliver(t *testing.T, cart string, body map[string]any) map[string]any {
	t.Helper()
	body["shoppingCartId"] = cart[len(cartsPath)+1:]
	content := l.want(t, http.StatusOK, http.MethodPost, fulfilmentsPath, body).list(t)
	return content[0].(map[string]any)
}

// TestShipping has one address and one fee, whatever was there before.
func TestShipping(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Tracker", map[string]any{"id": "it"}), l.line("Harbor Notes"))
	shipping := func() any { return l.ok(t, http.MethodGet, cart+"/preview", nil)["shippingFeeAmount"] }
	byCart := fulfilmentsPath + "?shoppingCartId=" + cart[len(cartsPath)+1:]
	if none := l.want(t, http.StatusOK, http.MethodGet, byCart, nil).list(t); len(none) != 0 || shipping() != nil {
		t.Errorf("before: %v", none)
	}
	first := l.deliver(t, cart, map[string]any{"deliveryAddress": homeAddress(nil)})
	if first["shoppingCartAmount"] != "440.0000000000" || shipping() != "9.9500000000" || len(first["cartItemDetails"].([]any)) != 1 {
		t.Errorf("first: %v", first)
	}
	moved := l.deliver(t, cart, map[string]any{"deliveryAddress": homeAddress(map[string]any{"city": "Boston"})})
	if moved["uuid"] != first["uuid"] || field(moved, "deliveryAddress", "city") != "Boston" || shipping() != "9.9500000000" {
		t.Errorf("moved: %v", moved)
	}
	express := field(moved["shippingQuotes"].([]any)[1], "shippingQuoteId")
	fees := fulfilmentsPath + "/" + factText(moved["uuid"]) + "/shippingFees"
	chosen := l.ok(t, http.MethodPost, fees, map[string]any{"shippingQuoteId": express})
	if shipping() != "24.9500000000" || field(chosen, "shippingFee", "shippingQuoteId") != express {
		t.Errorf("express: %v", chosen["shippingFee"])
	}
	read := l.want(t, http.StatusOK, http.MethodGet, byCart, nil).list(t)
	if diff := cmp.Diff(any(chosen), read[0]); diff != "" {
		t.Errorf("written and read (-written +read):\n%s", diff)
	}
	if l.want(t, http.StatusAccepted, http.MethodPost, cart+"/finalize", nil).status == http.StatusAccepted {
		l.want(t, http.StatusConflict, http.MethodPost, fees, map[string]any{"shippingQuoteId": express})
	}
}

// TestFreeShipping from a sum on.
func TestFreeShipping(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Tracker", map[string]any{"units": unitsOf("ITEM", 2)}))
	f := l.deliver(t, cart, map[string]any{"sameAsBillingAddress": true})
	quote := f["shippingQuotes"].([]any)[0]
	if field(quote, "isFree") != true || factText(field(quote, "cost")) != "0" || field(f, "deliveryAddress", "countryCode") == "" {
		t.Errorf("%v to %v", quote, f["deliveryAddress"])
	}
	if preview := l.ok(t, http.MethodGet, cart+"/preview", nil); preview["shippingFeeAmount"] != "0.0000000000" || preview["amountDueBeforeTax"] != "880.0000000000" {
		t.Errorf("%v", preview)
	}
}

// TestNothingToShip refuses, and forgets what was to be shipped when it is gone.
func TestNothingToShip(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	cart := l.newCart(t, l.line("Harbor Tracker", map[string]any{"id": "it"}), l.line("Harbor Notes"))
	id := cart[len(cartsPath)+1:]
	l.deliver(t, cart, map[string]any{"deliveryAddress": homeAddress(nil)})
	l.want(t, http.StatusNoContent, http.MethodDelete, cart+"/items/it", nil)
	if fees := l.ok(t, http.MethodGet, cart, nil)["fees"]; fees != nil {
		t.Errorf("fees are left: %v", fees)
	}
	for name, body := range map[string]map[string]any{
		"nothing physical": {"shoppingCartId": id, "deliveryAddress": homeAddress(nil)},
	} {
		if a := l.send(t, http.MethodPost, fulfilmentsPath, body); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	other := l.newCart(t, l.line("Harbor Tracker"))
	for name, a := range map[string]any{"no address": nil, "half an address": homeAddress(map[string]any{"city": ""})} {
		body := map[string]any{"shoppingCartId": other[len(cartsPath)+1:]}
		if a != nil {
			body["deliveryAddress"] = a
		}
		if got := l.send(t, http.MethodPost, fulfilmentsPath, body); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	l.want(t, http.StatusNotFound, http.MethodGet, fulfilmentsPath+"?shoppingCartId=none", nil)
	l.want(t, http.StatusNotFound, http.MethodPost, fulfilmentsPath+"/none/shippingFees", map[string]any{"shippingQuoteId": "x"})
	f := l.deliver(t, other, map[string]any{"deliveryAddress": homeAddress(nil)})
	l.want(t, http.StatusNotFound, http.MethodPost, fulfilmentsPath+"/"+factText(f["uuid"])+"/shippingFees", map[string]any{"shippingQuoteId": "x"})
}
