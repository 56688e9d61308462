package appdirect_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// TestPrintedCarts: written from the sample by hand.
func TestPrintedCarts(t *testing.T) {
	t.Parallel()
	got, err := appdirect.DecodeCarts(room.Sample(t, "carts-list"))
	if err != nil || len(got.Items) != 3 || *got.Info != (appdirect.PageInfo{Size: 3, TotalElements: 188, Number: 10}) {
		t.Fatalf("%+v, %v", got, err)
	}
	want := appdirect.Cart{
		ID: "5bda35f8dd54f108b898c777", CreatedOn: wire.Time{Time: time.Date(2018, 10, 31, 23, 8, 40, 333e6, time.UTC)},
		Currency: "USD", Status: "ACTIVE",
		BuyerUserID: "01ada338-52fb-42b8-8c47-c72c30b8a602", BuyerCompanyID: "08a28380-b2cf-4915-aaf8-2958b350b090",
		Items: []appdirect.CartItem{{
			ID: "0129ddf5-4977-4f20-b42a-c41d47b00e2a", PricingPlanID: "d0495026-dcab-45fe-858a-757491e93121", Units: []appdirect.CartUnit{},
		}},
	}
	if diff := cmp.Diff(want, got.Items[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// The read of one prints no sample: it is taken for an item of the list.
	one, err := appdirect.DecodeCart(cut(t, "carts-list", "content", 0))
	if diff := cmp.Diff(want, one); err != nil || diff != "" {
		t.Errorf("read alone: %v (-want +got):\n%s", err, diff)
	}
}

func TestCartUnits(t *testing.T) {
	t.Parallel()
	got, err := appdirect.DecodeCart([]byte(`{"id":"c","items":[{"id":"i","units":[{"quantity":"5","unit":"USERS"},{"unit":"GIGABYTE"}]}]}`))
	want := []appdirect.CartUnit{{Quantity: num("5"), Unit: "USERS"}, {Unit: "GIGABYTE"}}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Items[0].Units); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPrintedCartPrices(t *testing.T) {
	t.Parallel()
	got, err := appdirect.DecodeCartPrices(room.Sample(t, "cart-prices"))
	want := appdirect.CartPrices{
		Items: []appdirect.PricedItem{{
			ItemID: "0dfba095-1727-4885-b90c-c32344090a3b", ProductID: "5932bcea-5485-4a81-9b34-58ccd4210132", EditionID: "c134a1b5-b667-45a3-b572-8f3453a277a7",
		}},
		RecurringTotals: []appdirect.RecurringTotal{{
			BillingCycle: &appdirect.BillingCycle{Period: "MONTHLY", DayOfMonth: num("15")}, TotalSalePrice: num("215.0000000000"),
		}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
