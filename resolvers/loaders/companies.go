package loaders

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// CompanyFilter narrows and orders a list of companies. The zero value is the
// backend's own list: all of them, by name, descending.
type CompanyFilter struct {
	// Name is a text that the name contains; "" for any.
	Name string
	// Order is the direction by name; nil for the backend's own.
	Order *model.OrderDirection
}

var (
	listCompanies = source[chunk[*model.Company]]{appdirect.ListCompanies, func(body []byte) (chunk[*model.Company], error) {
		p, err := appdirect.DecodeCompanies(body)
		return page(p, toCompany), err
	}}
	readCompany = source[*model.Company]{appdirect.ReadCompany, func(body []byte) (*model.Company, error) {
		c, err := appdirect.DecodeCompany(body)
		return toCompany(c), err
	}}
	companyIndex = &index[*model.Company]{
		typeName: "Company",
		id:       func(c *model.Company) string { return c.ID },
		list:     listCompanies,
		page:     CompanyFilter{}.ask,
		one:      readCompany,
		read: func(id string) (ask, bool) {
			return ask{params: map[string]string{"companyUuid": id}}, true
		},
	}
)

// Companies lists the companies the viewer may see: all of the marketplace's,
// or those in which they hold a role.
func (l *Loaders) Companies(ctx context.Context, f CompanyFilter, p Page) (*List[*model.Company], error) {
	rows := l.viewer.Rows(auth.RuleCompanyList)
	if !rows.All() {
		return l.ownCompanies(ctx, rows, f, p)
	}
	got := read(ctx, l, []listing[*model.Company]{{
		source: listCompanies,
		size:   appdirect.ListCompanies.PageSize,
		ask:    f.ask,
		mark:   l.companiesMark(f, rows),
	}}, p)
	if got.errs[0] != nil {
		return nil, got.errs[0]
	}
	l.primeCompanies(ctx, got.values[0].Items)
	return got.values[0], nil
}

// ownCompanies lists the viewer's companies. They are read by id, for which
// the memberships are the narrower endpoint; no page of all companies is filtered.
func (l *Loaders) ownCompanies(ctx context.Context, rows auth.Rows, f CompanyFilter, p Page) (*List[*model.Company], error) {
	found, errs := l.companies.load(ctx, rows.Companies())
	var all []*model.Company
	for i, c := range found {
		switch {
		case isNotFound(errs[i]): // deleted since the memberships were read
		case errs[i] != nil:
			return nil, errs[i]
		case f.admits(c):
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, f.compare)
	return cutAll(l.companiesMark(f, rows), all, p)
}

// Company gives one company, [NotFoundError] where there is none the viewer may see.
func (l *Loaders) Company(ctx context.Context, id string) (*model.Company, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	if !l.viewer.May(auth.RuleCompanyRead, id) {
		return nil, &NotFoundError{Type: "Company", Rule: auth.RuleCompanyRead}
	}
	return l.companies.one(ctx, id)
}

// CompaniesOf gives the companies of objects that the viewer already sees, nil
// where they may not see the company or there is none. Positional with ids.
func (l *Loaders) CompaniesOf(ctx context.Context, ids []string) ([]*model.Company, []error) {
	rows := l.viewer.Rows(auth.RuleCompanyRead)
	return optional(ctx, l.companies, ids, rows.Allows)
}

func (l *Loaders) fetchCompanies(ctx context.Context, ids []string) answers[*model.Company] {
	return companyIndex.find(ctx, l, ids)
}

func (l *Loaders) primeCompanies(ctx context.Context, companies []*model.Company) {
	for _, c := range companies {
		l.companies.prime(ctx, c.ID, c)
	}
}

func (l *Loaders) companiesMark(f CompanyFilter, rows auth.Rows) mark {
	return markOf(listCompanies.request(l, f.ask(0)).Key, rows.String())
}

func (f CompanyFilter) ask(page int) ask {
	q := pageQuery(page, appdirect.ListCompanies.PageSize)
	q.Set("includeCustomAttributes", "true")
	if f.Name != "" {
		q.Set("name", f.Name)
	}
	if f.Order != nil {
		q.Set("sortField", "NAME")
		q.Set("sortOrder", f.Order.String())
	}
	return ask{query: q}
}

func (f CompanyFilter) admits(c *model.Company) bool {
	return f.Name == "" || strings.Contains(strings.ToLower(value(c.Name)), strings.ToLower(f.Name))
}

// compare orders as the backend does: by name, descending unless asked otherwise.
func (f CompanyFilter) compare(a, b *model.Company) int {
	order := strings.Compare(value(a.Name), value(b.Name))
	if f.Order != nil && *f.Order == model.OrderDirectionAsc {
		return order
	}
	return -order
}

// pageQuery are the parameters of a page/size list.
func pageQuery(page, size int) url.Values {
	return url.Values{"page": {strconv.Itoa(page)}, "size": {strconv.Itoa(size)}}
}

func toCompany(w appdirect.Company) *model.Company {
	return &model.Company{
		ID:               string(w.UUID),
		Name:             text(w.Name),
		IsEnabled:        w.Enabled.Ptr(),
		IsReseller:       w.Reseller.Ptr(),
		IsVendor:         w.Vendor.Ptr(),
		ExternalID:       text(w.ExternalID),
		PhoneNumber:      text(w.PhoneNumber),
		EmailAddress:     text(w.EmailAddress),
		Website:          text(w.Website),
		PictureURL:       text(w.Picture),
		CountryCode:      text(w.CountryCode),
		DefaultRole:      text(w.DefaultRole),
		CreatedAt:        w.CreationDate.Ptr(),
		Address:          toAddress(w.Address),
		CustomAttributes: toCustomAttributes(w.CustomAttributes),
	}
}

func toAddress(w *appdirect.Address) *model.Address {
	if w == nil {
		return nil
	}
	return &model.Address{
		Street1: text(w.Street1),
		Street2: text(w.Street2),
		City:    text(w.City),
		State:   text(w.State),
		Zip:     text(w.Zip),
		Country: text(w.Country),
	}
}

func toCustomAttributes(ws []appdirect.CustomAttribute) []*model.CustomAttribute {
	out := make([]*model.CustomAttribute, len(ws))
	for i, w := range ws {
		out[i] = &model.CustomAttribute{Name: string(w.Name), Label: text(w.Label), Value: text(w.Value)}
		for _, key := range w.ValueKeys {
			out[i].ValueKeys = append(out[i].ValueKeys, string(key))
		}
	}
	return out
}
