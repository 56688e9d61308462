package twilio_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// TestEachRouteAtItsHost: a route that went to the other host would carry the account's token to the wrong place.
func TestEachRouteAtItsHost(t *testing.T) {
	t.Parallel()
	marketplace, api := newBackend(t), newBackend(t)
	c, f := client(t, marketplace, api), contract.Facts[facts](t, room)
	var wantMarketplace, wantAPI []string
	for _, r := range twilio.Routes() {
		params := contract.Params(r, "x")
		if _, err := c.Do(t.Context(), upstream.Call{Route: r, Params: params}); err != nil {
			t.Fatal(err)
		}
		path, err := r.Expand(params)
		if err != nil {
			t.Fatal(err)
		}
		switch host := contract.FactOf(t, f.Routes, r).Host; host {
		case twilio.MarketplaceURL:
			wantMarketplace = append(wantMarketplace, parent+" "+path)
		case twilio.APIURL:
			wantAPI = append(wantAPI, parent+" "+path)
		default:
			t.Errorf("%s: host %s has no client", r.Name, host)
		}
	}
	if diff := cmp.Diff(wantMarketplace, marketplace.seen()); diff != "" {
		t.Errorf("marketplace (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantAPI, api.seen()); diff != "" {
		t.Errorf("api (-want +got):\n%s", diff)
	}
}

func TestClientFaults(t *testing.T) {
	t.Parallel()
	_, err := twilio.NewClient(twilio.Hosts{Marketplace: "ftp://x", API: "nowhere"}, upstream.Config{})
	if err == nil || strings.Count(err.Error(), "base URL") != 2 {
		t.Errorf("%v, want both hosts named", err)
	}
	c, err := twilio.NewClient(twilio.Hosts{}, upstream.Config{})
	if err != nil {
		t.Fatalf("the backend's own hosts: %v", err)
	}
	if _, err := c.Do(t.Context(), upstream.Call{}); upstream.KindOf(err) != upstream.Misused {
		t.Errorf("%v, want misused", err)
	}
	if _, err := c.Do(t.Context(), upstream.Call{Route: twilio.ListAvailableAddOns}); upstream.KindOf(err) != upstream.NoAuthority {
		t.Errorf("%v, want no authority: nobody's credentials are configured", err)
	}
}
