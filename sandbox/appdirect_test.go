package sandbox

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestCompaniesByNameAndPrefix(t *testing.T) {
	t.Parallel()
	c := shared.acme().companies.all()[15]
	name, external := c.text("name"), factText(c.Body["externalId"])
	list := shared.get(t, "support", "/account/v2/companies?name="+url.QueryEscape(strings.ToUpper(name))).list(t)
	if got := ids(list); !slices.Equal(got, []string{c.ID}) {
		t.Errorf("searching %q found %v", name, got)
	}
	for _, key := range []string{c.ID, "id:" + factText(c.Facts["number"]), "externalId:" + external} {
		if got := shared.get(t, "support", "/account/v2/companies/"+url.PathEscape(key)).object(t)["uuid"]; got != c.ID {
			t.Errorf("%s leads to %v", key, got)
		}
	}
}

// TestCompaniesDefaultToDescendingNames as printed, surprising as it is.
func TestCompaniesDefaultToDescendingNames(t *testing.T) {
	t.Parallel()
	var names []string
	for _, c := range shared.get(t, "support", "/account/v2/companies?size=100").list(t) {
		names = append(names, strings.ToLower(field(c, "name").(string)))
	}
	slices.Reverse(names)
	if !slices.IsSorted(names) {
		t.Error("not in descending order of names")
	}
}

func TestCustomAttributes(t *testing.T) {
	t.Parallel()
	all := shared.acme().companies.Len()
	count := func(query string) int {
		return len(shared.get(t, "support", "/account/v2/companies?size=100&"+query).list(t))
	}
	in := count("custom.Geographic%20Region=EMEA")
	out := count("custom.Geographic%20Region[notIn]=EMEA")
	if in == 0 || out == 0 || in+out != all {
		t.Errorf("%d in EMEA, %d not, of %d", in, out, all)
	}
	one := func(query string) map[string]any {
		return shared.get(t, "support", "/account/v2/companies?size=1&"+query).list(t)[0].(map[string]any)
	}
	if one("")["customAttributes"] != nil || one("includeCustomAttributes=true")["customAttributes"] == nil {
		t.Error("custom attributes come on request only")
	}
	limit := "thirtyDaysPurchaseLimitExempt"
	if _, plain := one("")[limit]; plain {
		t.Error("purchase limits come unasked")
	}
	if _, asked := one("includePurchaseLimitData=true")[limit]; !asked {
		t.Error("purchase limits do not come when asked")
	}
	if a := shared.call(t, "GET", "acme", "support", "/account/v2/companies?custom.X[like]=1"); a.status != http.StatusBadRequest {
		t.Errorf("an undocumented operator: %d", a.status)
	}
}

func TestMembershipViews(t *testing.T) {
	t.Parallel()
	path := bigCompany(shared.acme()) + "/memberships?size=100"
	first := func(query string) any { return shared.get(t, "support", path+query).list(t)[0] }
	if field(first(""), "company", "name") == nil || field(first("&includeCompanies=false"), "company") != nil {
		t.Error("the company comes unless it is declined")
	}
	if field(first(""), "user", "customAttributes") != nil || field(first("&includeUserCustomAttributes=true"), "user", "customAttributes") == nil {
		t.Error("user attributes come on request only")
	}
	for query, check := range map[string]func(any) bool{
		"&enabled=false":           func(m any) bool { return field(m, "enabled") == false },
		"&active=false":            func(m any) bool { return field(m, "user", "activated") == false },
		"&roleName=ROLE_SYS_ADMIN": func(m any) bool { return slices.Contains(field(m, "roles").([]any), any("ROLE_SYS_ADMIN")) },
		"&searchText=an": func(m any) bool {
			text := field(m, "user", "firstName").(string) + " " + field(m, "user", "lastName").(string) + field(m, "user", "email").(string)
			return strings.Contains(strings.ToLower(text), "an")
		},
	} {
		list := shared.get(t, "support", path+query).list(t)
		if len(list) == 0 || slices.ContainsFunc(list, func(m any) bool { return !check(m) }) {
			t.Errorf("%s: %d memberships, not all fit", query, len(list))
		}
	}
}

// TestOneMembershipBothWays reads it by company, by user and by both.
func TestOneMembershipBothWays(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	for _, m := range w.memberships.all()[:60] {
		company, user := m.text("company"), m.text("user")
		alone := shared.get(t, "support", "/account/v2/companies/"+company+"/memberships/"+user).object(t)
		mine := shared.get(t, "support", "/account/v2/users/"+user+"/memberships?includeCompanyCustomAttributes=true").list(t)
		if field(alone, "user", "uuid") != user || !slices.Contains(ids(mine), company+"/"+user) {
			t.Errorf("membership %s is not found both ways", m.ID)
		}
		if field(mine[0], "company", "customAttributes") == nil {
			t.Error("company attributes were asked for")
		}
	}
	stranger := w.users.Get(emailKey("admin@acme.example")).ID
	company := w.memberships.all()[20].text("company")
	if a := shared.call(t, "GET", "acme", "support", "/account/v2/companies/"+company+"/memberships/"+stranger); a.status != http.StatusNotFound {
		t.Errorf("membership of a stranger: %d", a.status)
	}
}

func TestUsersByWhatTheyAreFoundBy(t *testing.T) {
	t.Parallel()
	for query, check := range map[string]func(any) bool{
		"email=BUYER@acme.example":               func(u any) bool { return field(u, "email") == "buyer@acme.example" },
		"username=buyer":                         func(u any) bool { return field(u, "userName") == "buyer" },
		"externalId=U-buyer":                     func(u any) bool { return field(u, "externalId") == "U-buyer" },
		"name=buyer%20acme":                      func(u any) bool { return field(u, "lastName") == "Acme" },
		"companyMembershipRole=ROLE_RESELLER":    func(u any) bool { return field(u, "email") == "reseller@acme.example" },
		"companyMembershipRole=ROLE_SYS_ADMIN":   func(any) bool { return true },
		"includeCustomAttributes=true&name=rosa": func(u any) bool { return field(u, "customAttributes") != nil },
	} {
		list := shared.get(t, "support", "/account/v2/users?"+query).list(t)
		if len(list) == 0 || slices.ContainsFunc(list, func(u any) bool { return !check(u) }) {
			t.Errorf("%s: %d users, not all fit", query, len(list))
		}
	}
}

// TestSubscriptionListsAgree walks all companies and finds the same as the whole.
func TestSubscriptionListsAgree(t *testing.T) {
	t.Parallel()
	whole := walk(t, "partner", "/billing/v1/subscriptions", "window", 250)
	var parts []string
	for _, c := range shared.acme().companies.all() {
		mine := ids(shared.get(t, "partner", "/billing/v1/companies/"+c.ID+"/subscriptions").list(t))
		var byUser []string
		for user := range count(shared.acme().subscriptions, "user") {
			if shared.acme().memberships.Get(membershipID(c.ID, user)) != nil {
				byUser = append(byUser, ids(shared.get(t, "partner", "/billing/v1/companies/"+c.ID+"/users/"+user+"/subscriptions").list(t))...)
			}
		}
		if slices.Sort(byUser); !slices.Equal(byUser, slices.Sorted(slices.Values(mine))) {
			t.Errorf("company %s: users' subscriptions differ from the company's", c.ID)
		}
		parts = append(parts, mine...)
	}
	slices.Sort(whole)
	if slices.Sort(parts); !slices.Equal(whole, parts) {
		t.Errorf("%d subscriptions in all, %d by company", len(whole), len(parts))
	}
	if a := shared.call(t, "GET", "acme", "partner", "/billing/v1/companies/nobody/subscriptions"); a.status != http.StatusNotFound {
		t.Errorf("of no company: %d", a.status)
	}
}

// TestBillingQuirksOccur makes sure that clients meet every one of them.
func TestBillingQuirksOccur(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	dates := map[string]int{}
	for _, r := range shared.acme().subscriptions.all() {
		body := plain(t, r.Body)
		for k := range keysOf(body) {
			keys[k] = true
		}
		switch date := field(body, "creationDate").(type) {
		case float64:
			dates["number"]++
		case string:
			if strings.HasSuffix(date, "-06:00") {
				dates["iso"]++
			} else {
				dates["text"]++
			}
		}
	}
	for _, quirk := range []string{
		".order.orderLines list", ".order.orderLines.orderLine list", ".order.orderLines.orderLine object",
		".order.paymentPlan.costs list", ".order.paymentPlan.costs.cost list", ".order.paymentPlan.costs.cost object",
		".order.oneTimeOrders.oneTimeOrder object", ".order.activated string", ".maxUsers string", ".product.-href string",
		".order.previousOrder.-id string", ".order.discount.-id string", ".order.contract.terminationFee.percentage string", ".endDate string",
	} {
		if !keys[quirk] {
			t.Errorf("never seen: %s", quirk)
		}
	}
	if dates["iso"] < 300 || dates["number"] == 0 || dates["text"] == 0 {
		t.Errorf("kinds of dates: %v", dates)
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	plainOne := shared.get(t, "partner", "/billing/v1/subscriptions?count=1").list(t)[0]
	whole := shared.get(t, "partner", "/billing/v1/subscriptions?count=1&expand=product,edition,order").list(t)[0]
	for _, name := range []string{"product", "edition"} {
		if field(plainOne, name, "name") != nil || field(plainOne, name, "-id") == nil {
			t.Errorf("%s is not a reference: %v", name, field(plainOne, name))
		}
		if field(whole, name, "id") != field(plainOne, name, "-id") || field(whole, name, "-href") != field(plainOne, name, "-href") {
			t.Errorf("%s expanded is another one", name)
		}
		if _, ok := field(whole, name, "name").(string); !ok || field(whole, name, "uuid") == nil {
			t.Errorf("%s is not expanded: %v", name, field(whole, name))
		}
	}
	if field(whole, "edition", "restricted") != "false" && field(whole, "edition", "restricted") != "true" {
		t.Errorf("expanded resources are in billing's style: %v", field(whole, "edition", "restricted"))
	}
	if keysOf(whole)[".edition bool"] || field(whole, "order", "id") == nil {
		t.Error("order is always embedded")
	}
	repeated := shared.get(t, "partner", "/billing/v1/subscriptions?count=1&expand=product&expand=edition").list(t)[0]
	if field(repeated, "product", "name") == nil || field(repeated, "edition", "name") == nil {
		t.Error("expand may be repeated")
	}
}

// TestProductsOutsideTheCatalogue stay readable by id; drafts are not there.
func TestProductsOutsideTheCatalogue(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	listed := walk(t, "partner", "/channel/v1/applications", "page", 100)
	outside := 0
	for _, p := range w.products.all() {
		got := shared.get(t, "partner", "/marketplace/v1/products/"+p.ID).object(t)
		if !slices.Contains(listed, got["uuid"].(string)) {
			outside++
		}
		for _, e := range field(got, "pricing", "editions").([]any) {
			path := "/marketplace/v1/products/" + p.ID + "/editions/" + factText(field(e, "id"))
			if edition := shared.get(t, "partner", path).object(t); edition["uuid"] != field(e, "uuid") {
				t.Errorf("edition %s differs by path", path)
			}
			plans := shared.get(t, "partner", path+"/paymentPlans").list(t)
			for _, plan := range plans {
				alone := shared.get(t, "partner", "/marketplace/v1/paymentPlans/"+factText(field(plan, "id"))).object(t)
				if alone["uuid"] != field(plan, "uuid") {
					t.Error("a plan differs by path")
				}
			}
		}
	}
	if outside != delistedProducts {
		t.Errorf("%d products are outside the catalogue", outside)
	}
}

// TestStagingNamesThePublished ties working copies to what is sold.
func TestStagingNamesThePublished(t *testing.T) {
	t.Parallel()
	drafts := 0
	for _, s := range append(shared.get(t, "partner", "/channel/v1/stagingCatalog?size=100").list(t), shared.get(t, "partner", "/channel/v1/stagingCatalog?size=100&page=1").list(t)...) {
		published := field(s, "publishedApp", "id")
		if published == nil {
			drafts++
			continue
		}
		p := shared.acme().products.Get(published.(string))
		if p == nil || p.Body["name"] != field(s, "name") || factText(field(s, "id")) == published {
			t.Errorf("working copy %v names %v", field(s, "id"), published)
		}
	}
	if drafts != draftProducts {
		t.Errorf("%d drafts", drafts)
	}
}

func TestEditionOfAnotherProduct(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	e := w.editions.all()[0]
	for _, p := range w.products.all() {
		if p.ID != e.text("product") {
			if a := shared.call(t, "GET", "acme", "partner", "/marketplace/v1/products/"+p.ID+"/editions/"+e.ID); a.status != http.StatusNotFound {
				t.Errorf("edition under another product: %d", a.status)
			}
			return
		}
	}
}

// TestResellersSeeTheirOwnQuotes while the marketplace sees all.
func TestResellersSeeTheirOwnQuotes(t *testing.T) {
	t.Parallel()
	all := shared.get(t, "admin", "/assistedSales/v1/quotes?first=100").list(t)
	own := shared.get(t, "reseller", "/assistedSales/v1/quotes?first=100").list(t)
	if len(own) == 0 || len(own) >= len(all) || len(all) != demoQuotes {
		t.Errorf("%d of %d quotes", len(own), len(all))
	}
	if a := shared.call(t, "GET", "acme", "partner", "/assistedSales/v1/quotes"); a.status != http.StatusForbidden {
		t.Errorf("a partner reads quotes: %d", a.status)
	}
}

// TestXMLWhereItIsTheDefault parses what comes when nobody asks for JSON.
func TestXMLWhereItIsTheDefault(t *testing.T) {
	t.Parallel()
	product := shared.acme().products.all()[0].ID
	tests := []struct {
		path, accept, root string
		status             int
	}{
		{"/marketplace/v1/listing?count=2", "", "listing", 200},
		{"/marketplace/v1/products/" + product, "*/*", "product", 200},
		{"/billing/v1/subscriptions?count=2", "application/xml", "subscriptions", 200},
		{"/billing/v1/subscriptions/none", "text/html", "error", 404},
		{"/billing/v1/subscriptions?count=2", "application/json;q=0.9", "", 200},
		{"/channel/v1/discounts", "application/xml", "", 200},
	}
	for _, test := range tests {
		r := request(t, http.MethodGet, shared.base("acme")+"/api"+test.path, "")
		r.Header.Set("Authorization", "Bearer "+shared.token(t, "acme", "partner"))
		if test.accept != "" {
			r.Header.Set("Accept", test.accept)
		}
		a := do(t, r)
		if a.status != test.status {
			t.Errorf("%s: %d", test.path, a.status)
		}
		if test.root == "" {
			a.json(t)
			continue
		}
		if root, err := rootOf(a.body); err != nil || root != test.root || a.header.Get("Content-Type") != "application/xml" {
			t.Errorf("%s as %q: root %q, %v", test.path, test.accept, root, err)
		}
	}
}

// rootOf reads an XML document to its end and names its root.
func rootOf(body []byte) (string, error) {
	dec, root := xml.NewDecoder(strings.NewReader(string(body))), ""
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return root, err
		}
		if e, ok := token.(xml.StartElement); ok && root == "" {
			root = e.Name.Local
		}
	}
}
