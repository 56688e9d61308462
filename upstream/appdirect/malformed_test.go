package appdirect_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// secret stands for what a reply may hold and no log must.
const secret = "s3cret-of-a-customer"

// cause is what a malformed error hides; for the messages of tests only.
func cause(err error) error { return errors.Unwrap(err) }

// assertMalformed holds an error to its promises: kind, place, and silence about the reply.
func assertMalformed(t testing.TB, route *upstream.Route, err error) {
	t.Helper()
	var e *upstream.Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: %v is no upstream.Error", route.Name, err)
	}
	if e.Kind != upstream.MalformedReply || e.Route != route.Name || e.Backend != appdirect.Backend || e.Retryable() {
		t.Errorf("%s: kind %s of route %s", route.Name, e.Kind, e.Route)
	}
	if want := "upstream: " + route.Name + ": malformed"; err.Error() != want {
		t.Errorf("%q, want %q", err.Error(), want)
	}
}

// TestRefusedByAll: no decoder may take these for a reply, nor give half of one.
func TestRefusedByAll(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, ` `, `{`, `[`, `nul`, `<html>` + secret + `</html>`, `{"content":[}`, `{} {}`,
		`true`, `"` + secret + `"`, `12`,
		`{}`, `{"message":"` + secret + `"}`, `{"code":"500","message":"` + secret + `"}`, `{"error":{"code":500,"text":"` + secret + `"}}`,
		`[{}]`, `[null]`, `[1]`, `[{"message":"` + secret + `"}]`,
		`{"content":{}}`, `{"content":"` + secret + `"}`, `{"content":[{}]}`, `{"content":[null]}`,
		`{"content":[{"uuid":{"` + secret + `":1}}]}`, `{"uuid":["` + secret + `"]}`, `{"id":["` + secret + `"]}`,
		strings.Repeat(`{"a":`, 20_000), strings.Repeat("[", 20_000), `{"id":"` + secret,
	} {
		for _, d := range decoders {
			t.Run(fmt.Sprintf("%s/%.30s", d.route.Name, body), func(t *testing.T) {
				t.Parallel()
				got, err := d.decode([]byte(body))
				assertMalformed(t, d.route, err)
				if !reflect.ValueOf(got).IsZero() {
					t.Errorf("a value beside the error: %+v", got)
				}
			})
		}
	}
}

// TestRefusedValues: one wrong member in an otherwise whole reply.
func TestRefusedValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		route  *upstream.Route
		body   string
		decode func([]byte) (any, error)
	}{
		{appdirect.ReadCompany, `{"uuid":"c","enabled":"` + secret + `"}`, boxed(appdirect.DecodeCompany)},
		{appdirect.ReadCompany, `{"uuid":"c","creationDate":"` + secret + `"}`, boxed(appdirect.DecodeCompany)},
		{appdirect.ReadCompany, `{"uuid":"c","address":["` + secret + `"]}`, boxed(appdirect.DecodeCompany)},
		{appdirect.ListCompanies, `{"content":[{"uuid":"c"},{"name":"` + secret + `"}]}`, boxed(appdirect.DecodeCompanies)},
		{appdirect.ListCompanies, `{"content":null}`, boxed(appdirect.DecodeCompanies)},
		{appdirect.ListCompanies, `{"content":[],"page":{"totalElements":"` + secret + `"}}`, boxed(appdirect.DecodeCompanies)},
		{appdirect.ReadUser, `{"uuid":"u","roles":"` + secret + `"}`, boxed(appdirect.DecodeUser)},
		{appdirect.ListMemberships, `{"content":[{"company":{"uuid":"c"}}]}`, boxed(appdirect.DecodeMemberships)},
		{appdirect.ListMemberships, `{"content":[{"user":{},"company":{"uuid":"c"}}]}`, boxed(appdirect.DecodeMemberships)},
		{appdirect.ListUserMemberships, `[{"user":{"uuid":"u"},"roles":["ROLE_SYS_ADMIN"]}]`, boxed(appdirect.DecodeUserMemberships)},
		{appdirect.ListApplications, `{"content":[{"id":1}]}`, boxed(appdirect.DecodeApplications)},
		{appdirect.ListApplications, `{"content":[{"uuid":"p"}]}`, boxed(appdirect.DecodeApplications)},
		{appdirect.ReadProduct, `{"id":1,"uuid":"p","rating":"` + secret + `"}`, boxed(appdirect.DecodeProduct)},
		{appdirect.ReadProduct, `{"uuid":"p","href":"http://x/products/"}`, boxed(appdirect.DecodeProduct)},
		{appdirect.ReadEdition, `{"id":1}`, boxed(appdirect.DecodeEdition)},
		{appdirect.ReadEdition, `{"id":1,"uuid":"e","plans":[{"costs":{"cost":{"amount":{"USD":"` + secret + `"}}}}]}`, boxed(appdirect.DecodeEdition)},
		{appdirect.ReadSubscription, `{"id":"s","maxUsers":1e999}`, boxed(appdirect.DecodeSubscription)},
		{appdirect.ReadSubscription, `{"id":"s","order":{"orderLines":{}}}`, boxed(appdirect.DecodeSubscription)},
		{appdirect.ListSubscriptions, `[{"id":"s"},{"status":"ACTIVE"}]`, boxed(routed(appdirect.ListSubscriptions))},
		{appdirect.ListCompanySubscriptions, `[{"id":"s","company":["` + secret + `"]}]`, boxed(routed(appdirect.ListCompanySubscriptions))},
		{appdirect.ListCarts, `{"content":[{"id":"c"},{"status":"ACTIVE"}]}`, boxed(appdirect.DecodeCarts)},
		{appdirect.ListCarts, `{"content":[{"id":"c","items":[{"pricingPlanId":"p"}]}]}`, boxed(appdirect.DecodeCarts)},
		{appdirect.ReadCart, `{"id":"c","items":"` + secret + `"}`, boxed(appdirect.DecodeCart)},
		{appdirect.ReadCart, `{"id":"c","items":[{"id":"i","units":[{"quantity":"` + secret + `"}]}]}`, boxed(appdirect.DecodeCart)},
		{appdirect.ReadCartPrices, `{"recurringTotals":[]}`, boxed(appdirect.DecodeCartPrices)},
		{appdirect.ReadCartPrices, `{"items":[{"productId":"p"}]}`, boxed(appdirect.DecodeCartPrices)},
		{appdirect.ReadCartPrices, `{"items":[],"recurringTotals":[{"totalSalePrice":"` + secret + `"}]}`, boxed(appdirect.DecodeCartPrices)},
		{appdirect.ListLeads, `[{"uuid":"l"}]`, boxed(appdirect.DecodeLeads)},
		{appdirect.ReadLead, `{"uuid":"l","customer":["` + secret + `"]}`, boxed(appdirect.DecodeLead)},
		{appdirect.ReadLead, `{"uuid":"l","creationDate":"` + secret + `"}`, boxed(appdirect.DecodeLead)},
		{appdirect.ListPartnerLeads, `{"content":[{"id":"l","createdOn":1534531428000}]}`, boxed(appdirect.DecodePartnerLeads)},
		{appdirect.ListPartnerLeads, `{"content":[{"id":"l","createdOn":"2018-08-17"}]}`, boxed(appdirect.DecodePartnerLeads)},
	} {
		_, err := c.decode([]byte(c.body))
		if err == nil {
			t.Errorf("%s: taken: %s", c.route.Name, c.body)
			continue
		}
		assertMalformed(t, c.route, err)
	}
}

// TestAcceptedLeastReplies: what a decoder wants is the ids and no more.
func TestAcceptedLeastReplies(t *testing.T) {
	t.Parallel()
	bodies := map[*upstream.Route]string{
		appdirect.ListCompanies:            `{"content":[{"uuid":"c"}]}`,
		appdirect.ReadCompany:              `{"uuid":"c"}`,
		appdirect.ListMemberships:          `{"content":[{"user":{"uuid":"u"},"company":null}]}`,
		appdirect.ListUserMemberships:      `[{"user":null,"company":{"uuid":"c"}}]`,
		appdirect.ListUsers:                `{"content":[{"uuid":"u"}]}`,
		appdirect.ReadUser:                 `{"uuid":"u"}`,
		appdirect.ListApplications:         `{"content":[{"id":1,"uuid":"p"}]}`,
		appdirect.ListCatalog:              `{"content":[{"id":1,"uuid":"p"}]}`,
		appdirect.ReadProduct:              `{"uuid":"p","href":"http://x/products/1"}`,
		appdirect.ReadEdition:              `{"-id":"1","uuid":"e"}`,
		appdirect.ListSubscriptions:        `{"id":"s"}`,
		appdirect.ListCompanySubscriptions: `[{"id":"s"}]`,
		appdirect.ReadSubscription:         `{"id":"s","edition":{"-id":"1"}}`,
		appdirect.ListCarts:                `{"content":[{"id":"c"}]}`,
		appdirect.ReadCart:                 `{"id":"c","items":null}`,
		appdirect.ReadCartPrices:           `{"items":[]}`,
		appdirect.ListLeads:                `{"content":[{"uuid":"l","reseller":null,"application":null}]}`,
		appdirect.ReadLead:                 `{"uuid":"l"}`,
		appdirect.ListPartnerLeads:         `{"content":[{"id":"l"}]}`,
	}
	for _, d := range decoders {
		if _, err := d.decode([]byte(bodies[d.route])); err != nil {
			t.Errorf("%s: %s: %v", d.route.Name, bodies[d.route], cause(err))
		}
	}
}

// TestEmptyPages: no items is an answer.
func TestEmptyPages(t *testing.T) {
	t.Parallel()
	got, err := appdirect.DecodeCompanies([]byte(`{"content":[],"page":{"size":100,"totalElements":7,"number":3}}`))
	if err != nil || got.Items == nil || len(got.Items) != 0 || *got.Info != (appdirect.PageInfo{Size: 100, TotalElements: 7, Number: 3}) {
		t.Errorf("%+v, %v", got, err)
	}
	members, err := appdirect.DecodeUserMemberships([]byte(`[]`))
	if err != nil || members.Items == nil || len(members.Items) != 0 {
		t.Errorf("%+v, %v", members, err)
	}
}
