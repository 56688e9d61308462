package sandbox

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// sample is one printed response.
type sample struct {
	Endpoint string `json:"endpoint"`
	Title    string `json:"title"`
	Body     any    `json:"body"`
}

// TestDocumentsHaveEveryPrintedKey holds the documents against the printed
// samples: whatever member a sample has, ours have somewhere too, and as the same
// kind of value. Maps by currency count as one member.
func TestDocumentsHaveEveryPrintedKey(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/appdirect_samples.json")
	if err != nil {
		t.Fatal(err)
	}
	var samples []sample
	if err := json.Unmarshal(raw, &samples); err != nil {
		t.Fatal(err)
	}
	ours := map[string]map[string]bool{}
	for _, s := range samples {
		t.Run(s.Endpoint+" "+s.Title, func(t *testing.T) {
			if ours[s.Endpoint] == nil {
				ours[s.Endpoint] = servedKeys(t, s.Endpoint)
			}
			for _, key := range slices.Sorted(maps.Keys(keysOf(s.Body))) {
				if !ours[s.Endpoint][key] {
					t.Errorf("printed, not served: %s", key)
				}
			}
		})
	}
	if len(samples) < 30 {
		t.Errorf("only %d samples", len(samples))
	}
}

// servedKeys gathers the keys of everything an endpoint serves: of an endpoint
// by id, every document there is.
func servedKeys(t *testing.T, endpoint string) map[string]bool {
	t.Helper()
	keys := map[string]bool{}
	for _, path := range samplePaths(t, strings.TrimPrefix(endpoint, "GET ")) {
		persona := "partner"
		if strings.HasPrefix(path, "/lead/v2/") || strings.HasPrefix(path, "/appReseller/v1/companies") {
			persona = "reseller"
		}
		if strings.HasPrefix(path, "/assistedSales/") {
			persona = "admin"
		}
		maps.Copy(keys, keysOf(shared.get(t, persona, path).json(t)))
	}
	return keys
}

func samplePaths(t *testing.T, path string) []string {
	t.Helper()
	switch w := shared.acme(); path {
	case "/account/v2/companies/{companyUuid}":
		return everyPath(w.companies, func(r *Record) string { return "/account/v2/companies/" + r.ID })
	case "/account/v2/companies/{companyUuid}/memberships":
		return []string{"/account/v2/companies/" + w.memberships.all()[3].text("company") + "/memberships", bigCompany(w) + "/memberships?size=100"}
	case "/account/v2/companies/{companyUuid}/memberships/{userUuid}":
		return everyPath(w.memberships, func(r *Record) string {
			return "/account/v2/companies/" + r.text("company") + "/memberships/" + r.text("user")
		})
	case "/marketplace/v1/products/{applicationId}/editions/{editionId}":
		return everyPath(w.editions, func(r *Record) string { return "/marketplace/v1/products/" + r.text("product") + "/editions/" + r.ID })
	case "/billing/v1/subscriptions/{subscriptionId}":
		return everyPath(w.subscriptions, func(r *Record) string { return "/billing/v1/subscriptions/" + r.ID })
	case "/v3/checkout/shoppingCarts/{shoppingCartId}/items", "/v3/checkout/shoppingCarts/{shoppingCartId}/pricingSummary":
		return everyPath(w.carts, func(r *Record) string { return strings.ReplaceAll(path, "{shoppingCartId}", r.ID) })
	case "/v3/checkout/shoppingCarts/{shoppingCartId}/items/{itemId}":
		return everyItem(w)
	case "/lead/v2/leads":
		return []string{path + "?context=RESELLER&size=100&companyId=" + resellersCompany(w)}
	case "/appReseller/v1/companies":
		return []string{path + "?context=RESELLER"}
	case "/v3/checkout/shoppingCarts":
		return []string{path + "?size=100"}
	case "/channel/v1/applications", "/channel/v1/stagingCatalog", "/account/v2/companies", "/account/v2/users":
		return []string{path + "?size=100", path + "?size=30&page=1"}
	default:
		return []string{path}
	}
}

// everyItem are the paths of all items of all carts.
func everyItem(w *world) []string {
	var out []string
	for _, cart := range w.carts.all() {
		items, _ := cart.Body["items"].([]any)
		for _, item := range items {
			out = append(out, "/v3/checkout/shoppingCarts/"+cart.ID+"/items/"+factText(field(item, "id")))
		}
	}
	return out
}

func everyPath(c *Collection, path func(*Record) string) []string {
	var out []string
	for _, r := range c.all() {
		out = append(out, path(r))
	}
	return out
}

// bigCompany is the path of the company with the most members.
func bigCompany(w *world) string {
	count, best := map[string]int{}, ""
	for _, m := range w.memberships.all() {
		c := m.text("company")
		if count[c]++; count[c] > count[best] {
			best = c
		}
	}
	return "/account/v2/companies/" + best
}

// keysOf lists the paths of all members with the kinds they occur as, such as
// ".order.costs[] object". A null says nothing about the kind.
func keysOf(v any) map[string]bool {
	out := map[string]bool{}
	collectKeys(v, "", out)
	return out
}

func collectKeys(v any, path string, out map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		out[path+" object"] = true
		for name, member := range v {
			if isCurrency(name) {
				name = "$"
			}
			out[path+"."+name] = true
			collectKeys(member, path+"."+name, out)
		}
	case []any:
		out[path+" list"] = true
		for _, member := range v {
			collectKeys(member, path+"[]", out)
		}
	case string:
		out[path+" string"] = true
	case bool:
		out[path+" bool"] = true
	case nil:
	default:
		out[path+" number"] = true
	}
}

func isCurrency(name string) bool {
	return len(name) == 3 && strings.ToUpper(name) == name && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
