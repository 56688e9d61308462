package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// probe is one look at a backend: that it is there, and takes our credentials.
type probe struct {
	backend upstream.Backend
	target  target
	call    func(ctx context.Context) (found string, err error)
}

// probes are those of the backends that the tenant has.
func (in *inspection) probes() []probe {
	a := in.tenant.AppDirect
	out := []probe{{appdirect.Backend, a.target(in.path+".appdirect", cmp.Or(firstOf(a.Scopes), "ROLE_PARTNER_READ")), in.reachAppDirect}}
	if k := in.tenant.Kazoo; k != nil {
		credentials := in.path + ".kazoo.user, password (" + k.Password.String() + ") and the account's name, realm, id or number"
		if k.APIKey.named() {
			credentials = in.path + ".kazoo.apiKey (" + k.APIKey.String() + ")"
		}
		out = append(out, probe{kazoo.Backend, target{
			address: in.path + ".kazoo.url (" + k.URL + "), which ends in /v2", credentials: credentials,
			rights: "sign in as an administrator of the account above all customers",
		}, in.reachKazoo})
	}
	if t := in.tenant.Twilio; t != nil {
		out = append(out, probe{twilio.Backend, target{
			address:     in.path + ".twilio.apiUrl and marketplaceUrl",
			credentials: in.path + ".twilio.accountSid and authToken (" + t.AuthToken.String() + ")",
			rights:      "use the parent account's own token; an API key cannot read its sub-accounts",
		}, in.reachTwilio})
	}
	if l := in.tenant.LeadConnector; l != nil {
		out = append(out, probe{leadconnector.Backend, target{
			address: in.path + ".leadconnector.url and companyId", credentials: in.path + ".leadconnector.agencyToken (" + l.AgencyToken.String() + ")",
			rights: "the token has to be of the agency " + l.CompanyID,
		}, in.reachLeadConnector})
	}
	return out
}

// target is what a person can do about a marketplace whose settings are at this path.
func (a AppDirectConfig) target(path, scope string) target {
	return target{
		address: path + ".url (" + a.URL + ")", credentials: path + ".clientId and clientSecret (" + a.ClientSecret.String() + ")",
		rights: "give the client application " + a.ClientID + " the scope " + scope,
	}
}

func firstOf(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func (in *inspection) reachAppDirect(ctx context.Context) (string, error) {
	page, err := in.companies(ctx, 0, 1)
	if err != nil {
		return "", err
	}
	if page.Info == nil {
		return "reached as " + in.tenant.AppDirect.ClientID, nil
	}
	return fmt.Sprintf("reached as %s, %d companies", in.tenant.AppDirect.ClientID, page.Info.TotalElements), nil
}

// companies reads one page of the marketplace's companies, with their custom attributes.
func (in *inspection) companies(ctx context.Context, page, size int) (appdirect.Page[appdirect.Company], error) {
	reply, err := in.clients.appdirect.Do(ctx, upstream.Call{Route: appdirect.ListCompanies, Query: url.Values{
		"page": {fmt.Sprint(page)}, "size": {fmt.Sprint(size)}, "includeCustomAttributes": {"true"},
	}})
	if err != nil {
		return appdirect.Page[appdirect.Company]{}, err
	}
	return appdirect.DecodeCompanies(reply.Body)
}

func (in *inspection) reachKazoo(ctx context.Context) (string, error) {
	id, err := in.clients.login.Account(ctx)
	if err != nil {
		return "", err
	}
	reply, err := in.clients.kazoo.Do(ctx, upstream.Call{
		Route: kazoo.ReadAccount, Params: map[string]string{"accountId": id}, Account: id,
	})
	if err != nil {
		return "", err
	}
	account, err := kazoo.DecodeAccount(reply.Body)
	return fmt.Sprintf("signed in to the account %q", account.Name), err
}

// reachTwilio asks both hosts: each has an address of its own.
func (in *inspection) reachTwilio(ctx context.Context) (string, error) {
	account, err := in.twilioAccount(ctx, in.tenant.Twilio.AccountSID)
	if err != nil {
		return "", err
	}
	reply, err := in.clients.twilio.Do(ctx, upstream.Call{Route: twilio.ListAvailableAddOns, Query: url.Values{"PageSize": {"1"}}})
	if err != nil {
		return "", err
	}
	_, err = twilio.DecodeAvailableAddOns(reply.Body)
	return fmt.Sprintf("reached both hosts as the account %q", account.FriendlyName), err
}

// twilioAccount reads an account as the parent. The reply holds the account's
// token, which is dropped with it.
func (in *inspection) twilioAccount(ctx context.Context, sid string) (twilio.Account, error) {
	reply, err := in.clients.twilio.Do(ctx, upstream.Call{Route: twilio.ReadAccount, Params: map[string]string{"Sid": sid}})
	if err != nil {
		return twilio.Account{}, err
	}
	account, err := twilio.DecodeAccount(reply.Body)
	if err == nil && string(account.SID) != sid {
		err = upstream.Malformed(twilio.ReadAccount, errors.New("another account than was asked for"))
	}
	return account, err
}

func (in *inspection) reachLeadConnector(ctx context.Context) (string, error) {
	id := in.tenant.LeadConnector.CompanyID
	reply, err := in.clients.leadconnector.Do(ctx, upstream.Call{
		Route: leadconnector.ReadCompany, Params: map[string]string{"companyId": id}, Account: id,
	})
	if err != nil {
		return "", err
	}
	company, err := leadconnector.DecodeCompany(reply.Body)
	return fmt.Sprintf("reached as the agency %q", company.Name), err
}
