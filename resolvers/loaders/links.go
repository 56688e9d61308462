package loaders

import (
	"context"
	"errors"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// Link says which accounts at other backends are a company's. No backend
// knows another's ids: the link is the tenant's own.
type Link struct {
	// Company is the company's uuid at AppDirect.
	Company string
	// Kazoo is the id of its telephony account; "" for none.
	Kazoo string
	// Twilio is the sid of its sub-account for add-ons; "" for none.
	Twilio string
	// Location is the id of its location at LeadConnector; "" for none.
	Location string
}

// Links say where the tenant keeps them: in a table of its configuration, in
// three custom attributes of the company, or both. The table wins.
type Links struct {
	// Table gives the links of the configuration as they are now; nil for none.
	Table func() []Link
	// KazooAttribute, TwilioAttribute and LocationAttribute name the custom
	// attributes; "" where a tenant does not use them.
	KazooAttribute, TwilioAttribute, LocationAttribute string
}

// kind chooses one of a link's accounts.
type kind func(Link) string

func kazooOf(l Link) string    { return l.Kazoo }
func twilioOf(l Link) string   { return l.Twilio }
func locationOf(l Link) string { return l.Location }

// attributes reads a company's link from its custom attributes.
func (s Links) attributes(c *model.Company) Link {
	link := Link{Company: c.ID}
	for _, a := range c.CustomAttributes {
		switch {
		case a.Name == "" || a.Value == nil:
		case a.Name == s.KazooAttribute:
			link.Kazoo = *a.Value
		case a.Name == s.TwilioAttribute:
			link.Twilio = *a.Value
		case a.Name == s.LocationAttribute:
			link.Location = *a.Value
		}
	}
	return link
}

func (s Links) usesAttributes() bool {
	return s.KazooAttribute != "" || s.TwilioAttribute != "" || s.LocationAttribute != ""
}

// linkTable is the configured links, by company, and the accounts in them. An
// account that the table gives away is nobody else's: who may edit the
// attributes of a company must not reach another's accounts by naming them.
type linkTable struct {
	byCompany map[string]Link
	accounts  map[string]bool
}

func (s Links) table() linkTable {
	if s.Table == nil {
		return linkTable{}
	}
	links := s.Table()
	t := linkTable{byCompany: make(map[string]Link, len(links)), accounts: make(map[string]bool, len(links))}
	for _, link := range links {
		t.byCompany[link.Company] = link
		t.accounts[link.Kazoo], t.accounts[link.Twilio], t.accounts[link.Location] = true, true, true
	}
	delete(t.accounts, "")
	return t
}

// free leaves of a link only the accounts that the table gives to nobody.
func (t linkTable) free(link Link) Link {
	for _, account := range []*string{&link.Kazoo, &link.Twilio, &link.Location} {
		if t.accounts[*account] {
			*account = ""
		}
	}
	return link
}

// linked gives one kind of account of each of these companies, "" where it has
// none; positional.
func (l *Loaders) linked(ctx context.Context, companyIDs []string, of kind) ([]string, []error) {
	links, errs := l.linksOf(ctx, companyIDs)
	out := make([]string, len(links))
	for i, link := range links {
		out[i] = of(link)
	}
	return out, errs
}

// linksOf gives the whole link of each of these companies; positional.
func (l *Loaders) linksOf(ctx context.Context, companyIDs []string) ([]Link, []error) {
	table := l.tenant.links.table()
	out, errs := make([]Link, len(companyIDs)), make([]error, len(companyIDs))
	var ask []string
	var at []int
	for i, id := range companyIDs {
		if link, ok := table.byCompany[id]; ok {
			out[i] = link
		} else if l.tenant.links.usesAttributes() {
			ask, at = append(ask, id), append(at, i)
		}
	}
	companies, failed := l.companies.load(ctx, ask)
	for i, position := range at {
		if errs[position] = failed[i]; failed[i] == nil {
			out[position] = table.free(l.tenant.links.attributes(companies[i]))
		}
	}
	for _, link := range out {
		if link.Kazoo != "" {
			l.holders.prime(ctx, link.Kazoo, link)
		}
	}
	return out, errs
}

// seenLinks gives the links of the companies in rows: of all of them, or of the
// viewer's own, for which no other company is read. An error says that some
// could not be read; the others are there.
func (l *Loaders) seenLinks(ctx context.Context, rows auth.Rows) ([]Link, error) {
	if rows.All() {
		return l.allLinks(ctx)
	}
	links, errs := l.linksOf(ctx, rows.Companies())
	for i, err := range errs {
		if isNotFound(err) { // deleted since the memberships were read
			errs[i] = nil
		}
	}
	return links, errors.Join(errs...)
}

// allLinks gives every link of the tenant, those of the table first. Finding
// out the attributes of all companies takes the pages of their list.
func (l *Loaders) allLinks(ctx context.Context) ([]Link, error) {
	return l.links.one(ctx, the{})
}

func (l *Loaders) fetchLinks(ctx context.Context, _ []the) answers[[]Link] {
	links, err := l.readLinks(ctx)
	return answers[[]Link]{values: [][]Link{links}, errs: []error{err}}
}

func (l *Loaders) readLinks(ctx context.Context) ([]Link, error) {
	table := l.tenant.links.table()
	var out []Link
	if l.tenant.links.Table != nil {
		out = append(out, l.tenant.links.Table()...)
	}
	if !l.tenant.links.usesAttributes() {
		return out, nil
	}
	size := appdirect.ListCompanies.PageSize
	for i := 0; ; i++ {
		page, err := listCompanies.get(ctx, l, CompanyFilter{}.ask(i))
		if err != nil {
			return nil, err
		}
		for _, company := range page.items {
			link := table.free(l.tenant.links.attributes(company))
			if _, listed := table.byCompany[company.ID]; !listed && link != (Link{Company: company.ID}) {
				out = append(out, link)
			}
		}
		if len(page.items) < size || (i+1)*size >= page.total {
			l.tenant.sizes.learn(listCompanies.route, i+1)
			return out, nil
		}
	}
}

// companiesLinked gives the companies to which these accounts are linked, nil
// where none is, or none that may see; positional.
func (l *Loaders) companiesLinked(ctx context.Context, accounts []string, of kind) ([]*model.Company, []error) {
	links, err := l.seenLinks(ctx, l.viewer.Rows(auth.RuleCompanyRead))
	if err != nil {
		a := failed[*model.Company](len(accounts), err)
		return a.values, a.errs
	}
	byAccount := make(map[string]string, len(links))
	for _, link := range links {
		if account := of(link); account != "" {
			byAccount[account] = link.Company
		}
	}
	ids := make([]string, len(accounts))
	for i, account := range accounts {
		ids[i] = byAccount[account]
	}
	return l.CompaniesOf(ctx, ids)
}
