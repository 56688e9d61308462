package sandbox

import (
	"fmt"
	"log/slog"
	"slices"
)

// serviceUserPersona is who the demo marketplaces keep for their gateways.
const serviceUserPersona = "admin"

// ServiceUser is the person whom a marketplace keeps for a gateway in front of it,
// signed in to a client application whose refresh tokens are replaced at each use.
type ServiceUser struct {
	ClientID     string // client_id
	ClientSecret string // client_secret
	RefreshToken string // of a session of its own
}

// String names the client without its secrets.
func (u ServiceUser) String() string { return "service user of " + u.ClientID }

// LogValue keeps the secrets out of structured logs.
func (u ServiceUser) LogValue() slog.Value { return slog.StringValue(u.String()) }

// ServiceUser signs the tenant's service user in, as somebody does by hand when a
// marketplace is set up. It fails for a tenant there is not.
func (s *Sandbox) ServiceUser(tenant string) (ServiceUser, error) {
	i := slices.IndexFunc(s.tenants, func(t *tenantState) bool { return t.Name == tenant })
	if i < 0 {
		return ServiceUser{}, fmt.Errorf("sandbox: there is no tenant %q", tenant)
	}
	t := s.tenants[i]
	client, _ := t.Client(tenant + "-service")
	person, _ := t.Persona(serviceUserPersona)
	token, ok := t.grants.put(grant{client: client.ID, email: person.Email, scopes: person.Scopes, refresh: true})
	if !ok {
		return ServiceUser{}, fmt.Errorf("sandbox: too many people are signed in to %s", tenant)
	}
	return ServiceUser{ClientID: client.ID, ClientSecret: client.Secret, RefreshToken: token}, nil
}
