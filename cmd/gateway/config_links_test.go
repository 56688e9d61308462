package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// What a configuration says of links is what the loaders follow.
func TestLinksOfAConfiguration(t *testing.T) {
	t.Parallel()
	settings := LinksConfig{
		Table: []LinkConfig{
			{Company: "c1", KazooAccount: "k1", LeadConnectorLocation: "l1"},
			{Company: "c2", TwilioAccount: "t2"},
		},
		Attributes: LinkAttributes{KazooAccount: "phone", TwilioAccount: "addons", LeadConnectorLocation: "wallet"},
	}
	got := settings.links()
	want := []loaders.Link{{Company: "c1", Kazoo: "k1", Location: "l1"}, {Company: "c2", Twilio: "t2"}}
	table := got.Table()
	if diff := cmp.Diff(want, table); diff != "" {
		t.Errorf("the table (-want +got):\n%s", diff)
	}
	table[0].Kazoo = "changed by a caller"
	if diff := cmp.Diff(want, got.Table()); diff != "" {
		t.Errorf("the table after a caller's change:\n%s", diff)
	}
	if names := []string{got.KazooAttribute, got.TwilioAttribute, got.LocationAttribute}; !cmp.Equal(names, []string{"phone", "addons", "wallet"}) {
		t.Errorf("the attributes are %q", names)
	}
	if (LinksConfig{}).links().Table != nil {
		t.Error("without a table there is one")
	}
}

// The demo's table is asked for each time: a reset replaces it.
func TestLinksOfTheDemoFollowAReset(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	links := demoLinks(b.box, "acme").links()
	before := links.Table()
	b.control(t, "POST", "/reset", `{"seed":2}`)
	after := links.Table()
	if len(before) == 0 || len(after) == 0 || cmp.Equal(before, after) {
		t.Errorf("%d links before the reset, %d after it, and they are the same: %v", len(before), len(after), cmp.Equal(before, after))
	}
}

// A granted limit replaces a printed one and nothing else of it.
func TestLimitsOfAConfiguration(t *testing.T) {
	t.Parallel()
	granted := BucketsConfig{
		General: &BucketConfig{Size: 60, PerSecond: 12},
		Routes:  map[string]BucketConfig{"appdirect.listCompanies": {Size: 40, PerSecond: 10}},
	}
	printed := appdirect.General()
	want := printed
	want.Size, want.PerSecond = 60, 12
	if diff := cmp.Diff(want, granted.general(printed)); diff != "" {
		t.Errorf("general (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(printed, BucketsConfig{}.general(printed)); diff != "" {
		t.Errorf("general without a setting:\n%s", diff)
	}
	under := map[string]upstream.Bucket{"appdirect.listCompanies": {}, "appdirect.readUser": printed}
	got := granted.routes(under)
	if got["appdirect.listCompanies"] != (upstream.Bucket{Kind: upstream.LeakyBucket, Size: 40, PerSecond: 10}) ||
		got["appdirect.readUser"] != printed || under["appdirect.listCompanies"] != (upstream.Bucket{}) {
		t.Errorf("routes %v of %v", got, under)
	}
	for name, bucket := range got {
		if err := bucket.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
