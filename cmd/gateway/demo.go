package main

import (
	"crypto/rand"
	"encoding/base64"
	"os"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/sandbox"
	"github.com/marketgraph/marketgraph/server"
)

// sandboxConfig is the configuration of the demo marketplaces.
func sandboxConfig(backends *sandbox.Sandbox, address string) *Config {
	cfg := &Config{DefaultTenant: sandbox.Tenants()[0].Name, sandbox: address}
	cfg.Redis.value = os.Getenv("REDIS_URL")
	key := make([]byte, cache.VaultKeyBytes) // the demo's sessions end with its process
	_, _ = rand.Read(key)                    // it never fails
	cfg.VaultKey.value = base64.StdEncoding.EncodeToString(key)
	for _, t := range sandbox.Tenants() {
		cfg.Tenants = append(cfg.Tenants, demoTenant(backends, address, t))
	}
	return cfg
}

func demoTenant(backends *sandbox.Sandbox, address string, t sandbox.Tenant) TenantConfig {
	app := t.Gateway()
	at := func(backend string) string { return backends.BackendURL(address, t.Name, backend) }
	return TenantConfig{
		Name: t.Name, Hosts: t.Hosts,
		Tokens: TokensConfig{Issuer: t.Issuer, Audiences: []string{t.Audience}},
		AppDirect: AppDirectConfig{
			URL: at(sandbox.BackendAppDirect), ClientID: app.ID, ClientSecret: Secret{value: app.Secret},
			Scopes: []string{string(auth.RolePartner)}, Partner: "APPDIRECT", ServiceUser: demoServiceUser(backends, t.Name),
		},
		Kazoo: &KazooConfig{
			URL: at(sandbox.BackendKazoo) + "/v2", User: t.Kazoo.User, Password: Secret{value: t.Kazoo.Password},
			AccountName: t.Kazoo.AccountName,
		},
		Twilio: &TwilioConfig{
			MarketplaceURL: at(sandbox.BackendTwilio) + "/marketplace", APIURL: at(sandbox.BackendTwilio) + "/api",
			AccountSID: t.Twilio.AccountSID, AuthToken: Secret{value: t.Twilio.AuthToken},
		},
		LeadConnector: &LeadConnectorConfig{
			URL: at(sandbox.BackendLeadConnector), CompanyID: t.LeadConnector.CompanyID,
			AgencyToken: Secret{value: t.LeadConnector.AgencyToken},
		},
		Links:         demoLinks(backends, t.Name),
		Introspection: string(server.IntrospectionEveryone), // the demo is there to be looked at
	}
}

// demoLinks are the links of the data as it is: a reset changes the table.
func demoLinks(backends *sandbox.Sandbox, tenant string) LinksConfig {
	return LinksConfig{
		changing: func() []loaders.Link {
			table := backends.Links(tenant)
			out := make([]loaders.Link, len(table))
			for i, l := range table {
				out[i] = loaders.Link{Company: l.Company, Kazoo: l.KazooAccount, Twilio: l.TwilioAccount, Location: l.LeadConnectorLocation}
			}
			return out
		},
		Attributes: LinkAttributes{
			KazooAccount: sandbox.AttributeKazooAccount, TwilioAccount: sandbox.AttributeTwilioAccount,
			LeadConnectorLocation: sandbox.AttributeLeadConnectorLocation,
		},
	}
}

// demoServiceUser signs the tenant's service user in; nil where nobody can any more.
func demoServiceUser(backends *sandbox.Sandbox, tenant string) *ServiceUserConfig {
	user, err := backends.ServiceUser(tenant)
	if err != nil {
		return nil
	}
	return &ServiceUserConfig{
		ClientID: user.ClientID, ClientSecret: Secret{value: user.ClientSecret}, RefreshToken: Secret{value: user.RefreshToken},
	}
}
