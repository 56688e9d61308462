package sandbox

import (
	"log/slog"
	"slices"
)

// DemoPassword is the password of every user of the demo data, personas and
// others alike. The sandbox guards nothing worth a better one.
const DemoPassword = "sandbox-password"

// Grant types an OAuth2 client may be allowed, as named on the wire.
const (
	GrantAuthorizationCode = "authorization_code"
	GrantClientCredentials = "client_credentials"
	GrantPassword          = "password"
	GrantRefreshToken      = "refresh_token"
)

// Tenant is one marketplace of the sandbox: its addresses, its OAuth2 clients
// and the people it is convenient to act as. A Tenant is a plain value; changing
// a copy changes nothing in a running Sandbox.
type Tenant struct {
	Name     string    // path prefix and token claim, such as "acme"
	Title    string    // name of the marketplace for people
	Hosts    []string  // host names answered without a path prefix, lower case, without port
	Issuer   string    // value of the iss claim; a name, not an address one can call
	Audience string    // the member of the aud claim that access tokens carry
	Clients  []Client  // OAuth2 client applications
	Personas []Persona // people and machines the demo data always contains

	Kazoo         KazooCredentials         // of a service, at the telephony backend
	Twilio        TwilioCredentials        // of a service, at the add-on backend
	LeadConnector LeadConnectorCredentials // of a service, at the wallet backend
}

// Client is one OAuth2 client application of a Tenant.
type Client struct {
	ID           string   // client_id
	Secret       string   // client_secret; empty for a public client
	Public       bool     // true: no secret, PKCE with S256 required
	Rotates      bool     // true: each use of a refresh token gives another, and an old one ends all
	Grants       []string // allowed grant types
	Scopes       []string // scopes it may ask for
	RedirectURIs []string // exact redirect URIs of the authorization code grant
}

// Persona is a ready-made identity: everything needed to fetch a token for it.
type Persona struct {
	Name         string   // such as "company-admin", see docs/sandbox.md for all
	Grant        string   // GrantPassword for people, GrantClientCredentials for machines
	Email        string   // empty for a machine
	Password     string   // empty for a machine
	ClientID     string   // client application to ask with
	ClientSecret string   // its secret
	Scopes       []string // scopes to ask for
}

// String names the client without its secret.
func (c Client) String() string { return "client " + c.ID }

// LogValue keeps the secret out of structured logs.
func (c Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// String names the persona without its secrets.
func (p Persona) String() string { return "persona " + p.Name }

// LogValue keeps the secrets out of structured logs.
func (p Persona) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Persona finds a persona by name; false when the tenant has none so called.
func (t Tenant) Persona(name string) (Persona, bool) {
	i := slices.IndexFunc(t.Personas, func(p Persona) bool { return p.Name == name })
	if i < 0 {
		return Persona{}, false
	}
	return t.Personas[i], true
}

// Client finds a client application by id; false when the tenant has none.
func (t Tenant) Client(id string) (Client, bool) {
	i := slices.IndexFunc(t.Clients, func(c Client) bool { return c.ID == id })
	if i < 0 {
		return Client{}, false
	}
	return t.Clients[i], true
}

// Tenants describes the sandbox's marketplaces; the first one also answers on
// hosts that belong to no tenant. Each call returns fresh values.
func Tenants() []Tenant {
	return []Tenant{newTenant("acme", "Acme Marketplace"), newTenant("globex", "Globex Exchange")}
}

// userScopes are the scopes a person's token may carry.
var userScopes = []string{
	"ROLE_USER", "ROLE_BILLING_ADMIN", "ROLE_SYS_ADMIN", "ROLE_RESELLER", "ROLE_RESELLER_MANAGER",
	"ROLE_SALES_SUPPORT", "ROLE_CHANNEL_SUPPORT", "ROLE_CHANNEL_PRODUCT_SUPPORT", "ROLE_CHANNEL_ADMIN",
	"ROLE_CORPORATE_ADMIN", "ROLE_DEVELOPER", "openid", "profile", "email",
}

// partnerScopes are the only scopes documented for client credentials.
var partnerScopes = []string{"ROLE_PARTNER", "ROLE_PARTNER_READ"}

// newTenant names everything after the tenant.
func newTenant(name, title string) Tenant {
	return Tenant{
		Name: name, Title: title, Hosts: []string{name + ".localhost"},
		Issuer: "https://" + name + ".marketplace.example", Audience: name + "-api",
		Clients: newClients(name), Personas: newPersonas(name),
	}.withCredentials()
}

// newClients makes a client application for each way in that the documents
// describe, and separate ones for the gateway and for people who try things
// out, since each has a rate-limit bucket of its own.
func newClients(tenant string) []Client {
	callbacks := []string{
		"http://" + tenant + ".localhost:3000/oauth2/return", "http://localhost:3000/oauth2/return",
		"http://127.0.0.1:3000/oauth2/return",
	}
	people := []string{GrantAuthorizationCode, GrantRefreshToken}
	machine := []string{GrantClientCredentials}
	secret := func(id string) string { return tenant + "-" + id + "-secret" }
	return []Client{
		{ID: tenant + "-gateway", Secret: secret("gateway"), Grants: machine, Scopes: slices.Clone(partnerScopes)},
		{ID: tenant + "-partner", Secret: secret("partner"), Grants: machine, Scopes: slices.Clone(partnerScopes)},
		{ID: tenant + "-reader", Secret: secret("reader"), Grants: machine, Scopes: []string{"ROLE_PARTNER_READ"}},
		{
			ID: tenant + "-storefront", Secret: secret("storefront"), Grants: append([]string{GrantPassword}, people...),
			Scopes: slices.Clone(userScopes), RedirectURIs: callbacks,
		},
		{
			ID: tenant + "-mobile", Public: true, Grants: people, Scopes: slices.Clone(userScopes),
			RedirectURIs: append([]string{"com.example." + tenant + ":/oauth2/return"}, callbacks...),
		},
		{
			ID: tenant + "-service", Secret: secret("service"), Rotates: true, Grants: []string{GrantPassword, GrantRefreshToken},
			Scopes: slices.Clone(userScopes),
		},
		{ID: tenant + "-cli", Secret: secret("cli"), Grants: []string{GrantPassword, GrantRefreshToken}, Scopes: slices.Clone(userScopes)},
	}
}

// newPersonas makes one identity per kind of right that the documents know.
func newPersonas(tenant string) []Persona {
	person := func(name string, scopes ...string) Persona {
		return Persona{
			Name: name, Grant: GrantPassword, Email: name + "@" + tenant + ".example", Password: DemoPassword,
			ClientID: tenant + "-cli", ClientSecret: tenant + "-cli-secret", Scopes: append([]string{"ROLE_USER"}, scopes...),
		}
	}
	return []Persona{
		person("admin", "ROLE_CHANNEL_ADMIN", "ROLE_SYS_ADMIN", "ROLE_BILLING_ADMIN"),
		person("company-admin", "ROLE_SYS_ADMIN", "ROLE_BILLING_ADMIN"),
		person("buyer"),
		person("reseller", "ROLE_RESELLER"),
		{
			Name: "partner", Grant: GrantClientCredentials, ClientID: tenant + "-partner",
			ClientSecret: tenant + "-partner-secret", Scopes: slices.Clone(partnerScopes),
		},
		person("support", "ROLE_CHANNEL_SUPPORT"),
		person("sales", "ROLE_SALES_SUPPORT"),
		person("product-support", "ROLE_CHANNEL_PRODUCT_SUPPORT"),
		person("network", "ROLE_CORPORATE_ADMIN"),
		person("billing-admin", "ROLE_BILLING_ADMIN"),
		person("reseller-manager", "ROLE_RESELLER_MANAGER"),
		person("developer", "ROLE_DEVELOPER"),
		{
			Name: "reader", Grant: GrantClientCredentials, ClientID: tenant + "-reader",
			ClientSecret: tenant + "-reader-secret", Scopes: []string{"ROLE_PARTNER_READ"},
		},
	}
}

// Gateway is the client application that a gateway in front of t uses for
// calls of its own. No persona shares it, nor its rate limit.
func (t Tenant) Gateway() Client {
	i := slices.IndexFunc(t.Clients, func(c Client) bool { return c.ID == t.Name+"-gateway" })
	return t.Clients[i]
}
