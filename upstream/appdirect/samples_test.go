package appdirect_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// decoder is any of the room's decoders, its value boxed.
type decoder struct {
	route *upstream.Route
	// samples is the beginning of the names of the printed samples it leans on.
	samples string
	decode  func(body []byte) (any, error)
}

func boxed[T any](decode func([]byte) (T, error)) func([]byte) (any, error) {
	return func(body []byte) (any, error) { return decode(body) }
}

// routed is the decoder of one of the lists of subscriptions.
func routed(r *upstream.Route) func([]byte) ([]appdirect.Subscription, error) {
	return func(body []byte) ([]appdirect.Subscription, error) { return appdirect.DecodeSubscriptions(r, body) }
}

// decoders has one entry per route, in the order of Routes.
var decoders = []decoder{
	{appdirect.ListCompanies, "companies-list", boxed(appdirect.DecodeCompanies)},
	{appdirect.ReadCompany, "company-read", boxed(appdirect.DecodeCompany)},
	{appdirect.ListMemberships, "memberships-list", boxed(appdirect.DecodeMemberships)},
	{appdirect.ListUserMemberships, "memberships-list", boxed(appdirect.DecodeUserMemberships)},
	{appdirect.ListUsers, "users-list", boxed(appdirect.DecodeUsers)},
	{appdirect.ReadUser, "", boxed(appdirect.DecodeUser)},
	{appdirect.ListApplications, "applications-list", boxed(appdirect.DecodeApplications)},
	{appdirect.ListCatalog, "catalog-list", boxed(appdirect.DecodeCatalog)},
	{appdirect.ReadProduct, "", boxed(appdirect.DecodeProduct)},
	{appdirect.ReadEdition, "edition-read", boxed(appdirect.DecodeEdition)},
	{appdirect.ListSubscriptions, "subscription-", boxed(routed(appdirect.ListSubscriptions))},
	{appdirect.ListCompanySubscriptions, "subscription-", boxed(routed(appdirect.ListCompanySubscriptions))},
	{appdirect.ReadSubscription, "subscription-", boxed(appdirect.DecodeSubscription)},
	{appdirect.ListCarts, "carts-list", boxed(appdirect.DecodeCarts)},
	{appdirect.ReadCart, "", boxed(appdirect.DecodeCart)},
	{appdirect.ReadCartPrices, "cart-prices", boxed(appdirect.DecodeCartPrices)},
	{appdirect.ListLeads, "", boxed(appdirect.DecodeLeads)},
	{appdirect.ReadLead, "", boxed(appdirect.DecodeLead)},
	{appdirect.ListPartnerLeads, "partner-leads-list", boxed(appdirect.DecodePartnerLeads)},
}

const sampleDir = "testdata/samples/"

// samplesOf lists the files that a decoder has to read.
func samplesOf(t testing.TB, d decoder) []string {
	t.Helper()
	if d.samples == "" {
		return nil // nothing printed as a whole; TestAssumedSamples cuts one out
	}
	files, err := filepath.Glob(sampleDir + d.samples + "*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no samples %q: %v", d.route.Name, d.samples, err)
	}
	return files
}

func TestEveryRouteHasItsDecoder(t *testing.T) {
	t.Parallel()
	var ours []string
	for _, d := range decoders {
		ours = append(ours, d.route.Name)
	}
	var routes []string
	for _, r := range appdirect.Routes() {
		routes = append(routes, r.Name)
	}
	if diff := cmp.Diff(routes, ours); diff != "" {
		t.Errorf("(-routes +decoders):\n%s", diff)
	}
}

func TestEverySampleDecodes(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, d := range decoders {
		for _, file := range samplesOf(t, d) {
			used[file] = true
			if _, err := d.decode(read(t, file)); err != nil {
				t.Errorf("%s: %s: %v: %v", d.route.Name, file, err, cause(err))
			}
		}
	}
	all, err := filepath.Glob(sampleDir + "*.json")
	if err != nil || len(all) != len(used) {
		t.Errorf("%d samples, %d of them used: %v", len(all), len(used), err)
	}
}

// TestAssumedSamples: the routes that print no sample, read from the printed
// parts that Assumed names.
func TestAssumedSamples(t *testing.T) {
	t.Parallel()
	user, err := appdirect.DecodeUser(cut(t, "memberships-list", "content", 0, "user"))
	if err != nil || user.UserName != "john.simpson" {
		t.Errorf("user of a membership: %+v, %v", user, err)
	}
	product, err := appdirect.DecodeProduct(cut(t, "catalog-list", "content", 1))
	if err != nil || product.UUID != "ca3ff213-2436-4c51-bc35-006083ab2411" {
		t.Errorf("item of the catalogue: %+v, %v", product, err)
	}
	page, err := appdirect.DecodeUserMemberships(read(t, sampleDir+"memberships-list.json"))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := appdirect.DecodeUserMemberships(append([]byte("\n "), cut(t, "memberships-list", "content")...))
	if err != nil || plain.Info != nil {
		t.Fatalf("plain list: %+v, %v", plain.Info, err)
	}
	if diff := cmp.Diff(page.Items, plain.Items); diff != "" {
		t.Errorf("(-page +plain list):\n%s", diff)
	}
}

// TestSubscriptionsInAnyList: the printed answers as the lists that no sample shows.
func TestSubscriptionsInAnyList(t *testing.T) {
	t.Parallel()
	files := samplesOf(t, decoder{samples: "subscription-", route: appdirect.ReadSubscription})
	bodies := make([]string, len(files))
	want := make([]appdirect.Subscription, len(files))
	for i, file := range files {
		body := read(t, file)
		one, err := appdirect.DecodeSubscription(body)
		if err != nil {
			t.Fatal(err)
		}
		bodies[i], want[i] = string(body), one
		assertSubscriptions(t, string(body), want[i:i+1])
	}
	plain := "[" + strings.Join(bodies, ",") + "]"
	assertSubscriptions(t, plain, want)
	assertSubscriptions(t, `{"subscription":`+plain+`}`, want)
	for _, empty := range []string{"[]", "null", `""`, `{"subscription":[]}`, `{"subscription":null}`, `{"subscription":""}`} {
		assertSubscriptions(t, empty, nil)
	}
}

func assertSubscriptions(t *testing.T, body string, want []appdirect.Subscription) {
	t.Helper()
	got, err := appdirect.DecodeSubscriptions(appdirect.ListSubscriptions, []byte(body))
	if err != nil {
		t.Errorf("%.60s…: %v: %v", body, err, cause(err))
		return
	}
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%.60s… (-want +got):\n%s", body, diff)
	}
}

// cut gives a part of a sample: member names and list indices, outermost first.
func cut(t testing.TB, sample string, at ...any) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(read(t, sampleDir+sample+".json"), &v); err != nil {
		t.Fatal(err)
	}
	for _, step := range at {
		switch step := step.(type) {
		case string:
			v = v.(map[string]any)[step]
		case int:
			v = v.([]any)[step]
		}
	}
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
