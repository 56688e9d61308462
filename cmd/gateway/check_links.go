package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

const (
	maxCheckPages  = 1000 // of one list; what lies behind is not looked at
	maxCheckFaults = 20   // that are named; the others are counted
	checkParallel  = 8    // sub-accounts read at once
)

// errTooLong says that a list was not seen to its end.
var errTooLong = errors.New("the list is longer than the check reads")

// holding is one company's hold on one account.
type holding struct {
	company, account string
	byTable          bool
}

// linkBook is every link of a tenant, as the backends have it now.
type linkBook struct {
	names    map[string]string // companies' names by uuid
	holdings map[upstream.Backend][]holding
	table    int // companies linked by the table
	attrs    int // and by custom attributes
}

// links resolves the links in both directions: the companies are there, and so
// are their accounts, each of which belongs to one company.
func (in *inspection) links(ctx context.Context, reached map[upstream.Backend]bool) {
	settings := in.tenant.Links
	if len(settings.Table) == 0 && settings.Attributes == (LinkAttributes{}) {
		in.skip("links", "none are configured: companies have no telephony, add-ons or wallets")
		return
	}
	if !reached[appdirect.Backend] {
		in.skip("links", "not looked at, since appdirect is not reached")
		return
	}
	book, err := in.readLinks(ctx)
	if err != nil {
		in.fail("links", trouble{"the companies cannot be read: " + in.inWords(err), "see appdirect above"})
		return
	}
	faults := in.lostCompanies(book)
	for _, backend := range []upstream.Backend{kazoo.Backend, twilio.Backend, leadconnector.Backend} {
		faults = append(faults, in.badHoldings(ctx, book, backend, reached[backend])...)
	}
	in.ok("links", "%d companies by table, %d by custom attributes: kazoo %d, twilio %d, leadconnector %d accounts", book.table, book.attrs,
		len(book.holdings[kazoo.Backend]), len(book.holdings[twilio.Backend]), len(book.holdings[leadconnector.Backend]))
	in.failAll("links", faults)
}

// failAll names the first faults and counts the others.
func (in *inspection) failAll(what string, faults []trouble) {
	for i, fault := range faults {
		if i == maxCheckFaults {
			in.failed += len(faults) - i
			in.out.printf("  %-14s FAIL  and %d more\n", what, len(faults)-i)
			return
		}
		in.fail(what, fault)
	}
}

// inWords is a failure in the middle of a sentence.
func (in *inspection) inWords(err error) string {
	if errors.Is(err, errTooLong) {
		return fmt.Sprintf("there are more than %d pages", maxCheckPages)
	}
	return "it " + diagnose(err, target{}).problem
}

// readLinks walks all companies: for their attributes, and to know who is there.
func (in *inspection) readLinks(ctx context.Context) (*linkBook, error) {
	settings := in.tenant.Links
	table := map[string]bool{}
	book := &linkBook{names: map[string]string{}, holdings: map[upstream.Backend][]holding{}, table: len(settings.Table)}
	for _, entry := range settings.Table {
		table[entry.Company] = true
		book.add(entry, true)
	}
	size := appdirect.ListCompanies.PageSize
	for i := range maxCheckPages {
		page, err := in.companies(ctx, i, size)
		if err != nil {
			return nil, err
		}
		for _, company := range page.Items {
			book.names[string(company.UUID)] = string(company.Name)
			if entry := settings.Attributes.read(company); !table[entry.Company] && book.add(entry, false) {
				book.attrs++
			}
		}
		if len(page.Items) < size {
			return book, nil
		}
	}
	return nil, errTooLong
}

// add files an entry under each account that it has, and reports whether it has any.
func (b *linkBook) add(entry LinkConfig, byTable bool) bool {
	has := false
	for backend, account := range map[upstream.Backend]string{
		kazoo.Backend: entry.KazooAccount, twilio.Backend: entry.TwilioAccount, leadconnector.Backend: entry.LeadConnectorLocation,
	} {
		if account != "" {
			has = true
			b.holdings[backend] = append(b.holdings[backend], holding{entry.Company, account, byTable})
		}
	}
	return has
}

// read is what a company's custom attributes say.
func (a LinkAttributes) read(company appdirect.Company) LinkConfig {
	out := LinkConfig{Company: string(company.UUID)}
	for _, attribute := range company.CustomAttributes {
		switch name, value := string(attribute.Name), string(attribute.Value); name {
		case "":
		case a.KazooAccount:
			out.KazooAccount = value
		case a.TwilioAccount:
			out.TwilioAccount = value
		case a.LeadConnectorLocation:
			out.LeadConnectorLocation = value
		}
	}
	return out
}

// lostCompanies are entries of the table that lead nowhere.
func (in *inspection) lostCompanies(book *linkBook) (faults []trouble) {
	for i, entry := range in.tenant.Links.Table {
		if _, there := book.names[entry.Company]; !there {
			faults = append(faults, trouble{
				"the marketplace has no company " + entry.Company,
				fmt.Sprintf("correct or remove %s.links.table[%d]", in.path, i),
			})
		}
	}
	return faults
}

// badHoldings are accounts that are not there, or belong to two companies.
func (in *inspection) badHoldings(ctx context.Context, book *linkBook, backend upstream.Backend, reached bool) (faults []trouble) {
	holdings := book.holdings[backend]
	owner := map[string]string{}
	for _, h := range holdings {
		if other, taken := owner[h.account]; taken {
			faults = append(faults, trouble{
				fmt.Sprintf("the %s account %s belongs to two companies, %s and %s", backend, h.account, book.name(other), book.name(h.company)),
				"let it be one's alone; where one is in the table, that one has it",
			})
		}
		owner[h.account] = h.company
	}
	if !reached || len(holdings) == 0 {
		return faults
	}
	there, err := in.accounts(ctx, backend, holdings)
	if err != nil {
		return append(faults, trouble{fmt.Sprintf("the accounts at %s cannot be read: %s", backend, in.inWords(err)), ""})
	}
	for _, h := range holdings {
		if !there[h.account] {
			faults = append(faults, trouble{
				fmt.Sprintf("%s has no account %s, which is that of company %s", backend, h.account, book.name(h.company)), in.whereToMend(h),
			})
		}
	}
	return faults
}

func (in *inspection) whereToMend(h holding) string {
	if !h.byTable {
		return "correct the company's custom attribute in the marketplace"
	}
	at := slices.IndexFunc(in.tenant.Links.Table, func(e LinkConfig) bool { return e.Company == h.company })
	return fmt.Sprintf("correct %s.links.table[%d]", in.path, at)
}

// name is a company's, with its uuid.
func (b *linkBook) name(company string) string {
	if name := b.names[company]; name != "" {
		return fmt.Sprintf("%q (%s)", name, company)
	}
	return company
}

// accounts finds out which accounts a backend has, all or those that are held.
func (in *inspection) accounts(ctx context.Context, backend upstream.Backend, held []holding) (map[string]bool, error) {
	switch backend {
	case kazoo.Backend:
		return in.kazooAccounts(ctx)
	case twilio.Backend:
		return in.subaccounts(ctx, held)
	default:
		return in.locations(ctx)
	}
}

// kazooAccounts are the gateway's own account and all below it.
func (in *inspection) kazooAccounts(ctx context.Context) (map[string]bool, error) {
	own, err := in.clients.login.Account(ctx)
	if err != nil {
		return nil, err
	}
	there, start := map[string]bool{own: true}, ""
	for range maxCheckPages {
		reply, err := in.clients.kazoo.Do(ctx, upstream.Call{
			Route: kazoo.ListDescendants, Params: map[string]string{"accountId": own}, Account: own,
			Query: kazoo.PageQuery(kazoo.ListDescendants.PageSize, start),
		})
		if err != nil {
			return nil, err
		}
		page, err := kazoo.DecodeAccounts(kazoo.ListDescendants, reply.Body)
		if err != nil {
			return nil, err
		}
		for _, account := range page.Items {
			there[string(account.ID)] = true
		}
		if start = page.Next; start == "" {
			return there, nil
		}
	}
	return nil, errTooLong
}

// subaccounts reads each that is held; the backend lists none to us.
func (in *inspection) subaccounts(ctx context.Context, held []holding) (map[string]bool, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(checkParallel)
	var mu sync.Mutex
	there := map[string]bool{}
	for _, h := range held {
		group.Go(func() error {
			_, err := in.twilioAccount(ctx, h.account)
			if upstream.KindOf(err) == upstream.NotFound {
				return nil
			}
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				there[h.account] = true
			}
			return err
		})
	}
	return there, group.Wait()
}

// locations are all of the agency's.
func (in *inspection) locations(ctx context.Context) (map[string]bool, error) {
	agency, there, skip := in.tenant.LeadConnector.CompanyID, map[string]bool{}, 0
	for range maxCheckPages {
		query := leadconnector.Window(skip, leadconnector.SearchLocations.PageSize)
		query.Set("companyId", agency)
		reply, err := in.clients.leadconnector.Do(ctx, upstream.Call{Route: leadconnector.SearchLocations, Query: query, Account: agency})
		if err != nil {
			return nil, err
		}
		found, err := leadconnector.DecodeLocations(reply.Body)
		if err != nil {
			return nil, err
		}
		for _, location := range found {
			there[string(location.ID)] = true
		}
		next, more := leadconnector.Next(skip, len(found))
		if skip = next; !more {
			return there, nil
		}
	}
	return nil, errTooLong
}
