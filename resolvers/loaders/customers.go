package loaders

import (
	"context"
	"fmt"
	"strings"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// customerPages is how many pages of a reseller's customers are read at most.
// The list is read whole, and is part of what each of their operations may see.
const customerPages = 50

// errTooManyCustomers is said rather than that some customers are not there.
var errTooManyCustomers = &auth.Error{
	Code: auth.Forbidden, Rule: auth.RuleCompanyList, Message: fmt.Sprintf(
		"You sell to more companies than are read, the limit `customerPages`: %d pages of %d", customerPages, appdirect.ListCustomers.PageSize),
}

var listCustomers = source[[]string]{appdirect.ListCustomers, func(body []byte) ([]string, error) {
	customers, err := appdirect.DecodeCustomers(body)
	ids := make([]string, len(customers))
	for i, c := range customers {
		ids[i] = string(c.ID)
	}
	return ids, err
}}

// Customers implements [auth.Directory]: the backend says to whom a reseller
// sells, asked with their own token. Whom it refuses sells to nobody.
func (d *Directory) Customers(ctx context.Context, reseller *auth.Viewer, as auth.Role) ([]string, error) {
	l, err := d.loaders(reseller)
	if err != nil {
		return nil, err
	}
	var all []string
	for i := range customerPages {
		page, err := listCustomers.get(ctx, l, customersAsk(as, i))
		if upstream.KindOf(err) == upstream.Forbidden {
			return []string{}, nil
		}
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); len(page) < appdirect.ListCustomers.PageSize {
			return all, nil
		}
	}
	return nil, errTooManyCustomers
}

// customersAsk orders by id, so that who is new does not move the others to
// another page.
func customersAsk(as auth.Role, page int) ask {
	q := pageQuery(page, appdirect.ListCustomers.PageSize)
	q.Set("context", strings.TrimPrefix(string(as), "ROLE_"))
	q.Set("sortField", "COMPANY_ID")
	return ask{query: q}
}
