package loaders

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// Change names a resource of AppDirect that is other than it was, by a write of
// ours or by somebody else's. It says nothing of what has become of it.
type Change struct {
	// Type is the resource's type as events name it; another than those known is no fault.
	Type string
	// ID is its id; "" where that is not known.
	ID string
	// Path is where it is read, below the root of the API and escaped; "" where that is not known.
	Path string
}

// resourceCart is the type of what no event is about, only writes.
const resourceCart = "CART"

// resource is what depends on the resources of one type.
type resource struct {
	// path is how their addresses look, with parameters for tags; {id} is the change's own where it has one.
	path string
	// tags are templates of what has to be read again.
	tags []string
}

// resources is the one table of what a change makes old, whoever made it.
func resources() map[string]resource {
	return map[string]resource{
		resourceCart:                        {tags: []string{"carts"}},
		appdirect.ResourceCompany:           {"/account/v1/companies/{id}", []string{"companies", "company:{id}"}},
		appdirect.ResourceUser:              {"/account/v1/users/{id}", []string{"users", "user:{id}"}},
		appdirect.ResourceMembership:        {"/account/v1/companies/{companyUuid}/users/{userUuid}", []string{"company:{companyUuid}:memberships", "user:{userUuid}:memberships"}},
		appdirect.ResourceSubscription:      {"/billing/v1/subscriptions/{id}", []string{"subscriptions", "subscription:{id}"}},
		appdirect.ResourceOrder:             {tags: []string{"orders"}},
		appdirect.ResourceInvoice:           {tags: []string{"invoices"}},
		appdirect.ResourceCatalogProduct:    {tags: []string{"products", "tags"}},
		appdirect.ResourceStagingProduct:    {tags: []string{"products"}},
		appdirect.ResourceDiscount:          {tags: []string{"discounts"}},
		appdirect.ResourcePaymentInstrument: {tags: []string{"paymentMethods"}},
		appdirect.ResourceSalesLead:         {tags: []string{"leads"}},
		appdirect.ResourceLead:              {tags: []string{"leads"}},
	}
}

// WatchedResources are the types of resources whose events make something old, in order.
func WatchedResources() []string {
	types := slices.Sorted(maps.Keys(resources()))
	return slices.DeleteFunc(types, func(name string) bool { return name == resourceCart })
}

// Changed drops what depends on a resource, on all replicas, and says how many
// tags that were: 0 for what nothing here depends on. Nothing is read. Changes that
// come while an eviction is under way share the next one. The error is the cache's:
// other replicas could not be told.
func (t *Tenant) Changed(ctx context.Context, c Change) (dropped int, err error) {
	tags := t.touching(c)
	if len(tags) == 0 {
		return 0, nil
	}
	return len(tags), t.evictions.join(ctx, tags)
}

// touching are the tags of all that is old after these changes, each once.
func (t *Tenant) touching(changes ...Change) []cache.Tag {
	known, seen := resources(), map[cache.Tag]bool{}
	var out []cache.Tag
	add := func(templates []string, params map[string]string) {
		for _, template := range templates {
			if tag := fill(t.system, template, params); !tag.IsZero() && !seen[tag] {
				seen[tag], out = true, append(out, tag)
			}
		}
	}
	for _, c := range changes {
		r := known[c.Type]
		add(r.tags, r.params(c))
		for _, route := range appdirect.Routes() {
			if params, ok := upstream.Match(route.Path, c.Path); ok && route.Method == http.MethodGet {
				add(route.Tags, params)
			}
		}
	}
	return out
}

// params are the ids that a change gives its tags.
func (r resource) params(c Change) map[string]string {
	params, ok := upstream.Match(r.path, c.Path)
	if !ok {
		params = map[string]string{}
	}
	if c.ID != "" {
		params["id"] = c.ID
	}
	return params
}
