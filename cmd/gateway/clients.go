package main

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// clients are one tenant's; nil where the tenant does not have the backend.
type clients struct {
	appdirect     *upstream.Client
	serviceUser   upstream.Credentials // at AppDirect
	kazoo         *upstream.Client
	login         *kazoo.Login
	twilio        *twilio.Client
	subaccounts   *upstream.Accounts
	leadconnector *upstream.Client
	locations     *upstream.Accounts
}

// backends gives the clients in the words of package loaders, where a nil
// pointer inside an interface would not be nil.
func (c *clients) backends() loaders.Backends {
	out := loaders.Backends{AppDirect: c.appdirect, ServiceUser: c.serviceUser != nil, Subaccounts: c.subaccounts, Locations: c.locations}
	if c.kazoo != nil {
		out.Kazoo, out.KazooAccount = c.kazoo, c.login.Account
	}
	if c.twilio != nil {
		out.Twilio = c.twilio
	}
	if c.leadconnector != nil {
		out.LeadConnector = c.leadconnector
	}
	return out
}

// clients makes all of a tenant's clients. Nothing is sent.
func (b *builder) clients(t TenantConfig) (*clients, error) {
	out := &clients{}
	var err error
	if t.AppDirect.ServiceUser != nil {
		if out.serviceUser, err = b.serviceUser(t); err != nil {
			return nil, err
		}
	}
	if out.appdirect, err = b.appdirect(t.AppDirect, out.serviceUser); err != nil {
		return nil, err
	}
	if t.Kazoo != nil {
		if err := b.kazoo(*t.Kazoo, out); err != nil {
			return nil, err
		}
	}
	if t.Twilio != nil {
		if err := b.twilio(*t.Twilio, out); err != nil {
			return nil, err
		}
	}
	if t.LeadConnector != nil {
		err = b.leadconnector(*t.LeadConnector, out)
	}
	return out, err
}

// shared adds to a client's configuration what all clients have together, and its way to the backend.
func (b *builder) shared(transport http.RoundTripper, c upstream.Config) upstream.Config {
	c.Pacer, c.Breakers, c.Hosts, c.Transport = b.pacer, b.breakers, b.hosts, transport
	c.Bounds, c.OnCall = b.calls, b.metrics.Call
	return c
}

func (b *builder) appdirect(a AppDirectConfig, serviceUser upstream.Credentials) (*upstream.Client, error) {
	scopes := a.Scopes
	if len(scopes) == 0 {
		scopes = []string{string(auth.RolePartnerRead)}
	}
	transport, err := b.reach(appdirect.Backend, a.TLS)
	if err != nil {
		return nil, err
	}
	credentials := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
		TokenURL: a.tokenURL(), ClientID: a.ClientID, ClientSecret: a.ClientSecret.value,
		Scopes: scopes, Transport: transport,
	})
	return upstream.NewClient(b.shared(transport, upstream.Config{
		Backend: appdirect.Backend, BaseURL: a.api(), Client: a.ClientID, Credentials: credentials, ServiceUser: serviceUser,
		RouteHeader: appdirect.RouteHeader(a.Partner),
		General:     a.Limits.general(b.general), Buckets: a.Limits.routes(b.buckets),
	}))
}

func (b *builder) kazoo(k KazooConfig, into *clients) (err error) {
	root := strings.TrimRight(k.URL, "/")
	transport, err := b.reach(kazoo.Backend, k.TLS)
	if err != nil {
		return err
	}
	into.login, err = kazoo.NewLogin(kazoo.LoginConfig{
		BaseURL: root, APIKey: k.APIKey.value, User: k.User, Password: k.Password.value,
		AccountName: k.AccountName, AccountRealm: k.AccountRealm, AccountID: k.AccountID, PhoneNumber: k.PhoneNumber,
		Transport: transport,
	})
	if err != nil {
		return err
	}
	into.kazoo, err = upstream.NewClient(b.shared(transport, upstream.Config{
		Backend: kazoo.Backend, BaseURL: root, Credentials: into.login, AuthHeader: kazoo.AuthHeader, General: kazoo.General(),
	}))
	return err
}

func (b *builder) twilio(t TwilioConfig, into *clients) (err error) {
	transport, err := b.reach(twilio.Backend, t.TLS)
	if err != nil {
		return err
	}
	into.twilio, err = twilio.NewClient(
		twilio.Hosts{Marketplace: strings.TrimRight(t.MarketplaceURL, "/"), API: strings.TrimRight(t.APIURL, "/")},
		b.shared(transport, upstream.Config{Client: t.AccountSID, Credentials: twilio.AccountCredentials(t.AccountSID, t.AuthToken.value)}))
	if err != nil {
		return err
	}
	into.subaccounts = twilio.SubaccountCredentials(twilio.SubaccountsConfig{Client: into.twilio, Timeout: b.bounds.Deadline})
	return nil
}

func (b *builder) leadconnector(l LeadConnectorConfig, into *clients) (err error) {
	transport, err := b.reach(leadconnector.Backend, l.TLS)
	if err != nil {
		return err
	}
	into.leadconnector, err = upstream.NewClient(b.shared(transport, upstream.Config{
		Backend: leadconnector.Backend, BaseURL: cmp.Or(strings.TrimRight(l.URL, "/"), leadconnector.BaseURL), Client: l.CompanyID,
		Credentials: leadconnector.AgencyCredentials(l.AgencyToken.value),
		Header:      leadconnector.Header(), General: leadconnector.General(), Quota: leadconnector.Quota(),
	}))
	if err != nil {
		return err
	}
	into.locations = leadconnector.LocationCredentials(leadconnector.LocationsConfig{
		Client: into.leadconnector, CompanyID: l.CompanyID, Timeout: b.bounds.Deadline,
	})
	return nil
}
