package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"math/big"
	"strings"
)

// KazooCredentials let a service act for all of a tenant's telephony accounts:
// they belong to the administrator of the account above them.
type KazooCredentials struct {
	AccountID   string // of the account above all others, 32 hex digits
	AccountName string // the same account for PUT /user_auth
	User        string // user name
	Password    string // goes into the md5 of "user:password", never on the wire
	APIKey      string // for PUT /api_auth, 64 hex digits
}

// TwilioCredentials are those of a tenant's parent account. Sub-accounts have
// tokens of their own, which the parent may read.
type TwilioCredentials struct {
	AccountSID string // user of Basic authentication
	AuthToken  string // its password
}

// LeadConnectorCredentials are those of a tenant's agency. Locations have tokens
// of their own, which the agency's token buys.
type LeadConnectorCredentials struct {
	AgencyToken string // bearer token
	CompanyID   string // of the agency, above all locations
	AppID       string // of the marketplace app
}

// String names the account without its secrets.
func (c KazooCredentials) String() string { return "kazoo account " + c.AccountName }

// LogValue keeps the secrets out of structured logs.
func (c KazooCredentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// String names the account without its secret.
func (c TwilioCredentials) String() string { return "twilio account " + c.AccountSID }

// LogValue keeps the secret out of structured logs.
func (c TwilioCredentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// String names the agency without its secret.
func (c LeadConnectorCredentials) String() string { return "leadconnector company " + c.CompanyID }

// LogValue keeps the secret out of structured logs.
func (c LeadConnectorCredentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// withCredentials gives a tenant its ways into the other backends. They follow
// from its name, so that no seed and no reset changes them.
func (t Tenant) withCredentials() Tenant {
	t.Kazoo = KazooCredentials{
		AccountID: hexOf(t.Name, "kazoo account", 32), AccountName: t.Title,
		User: "gateway@" + t.Name + ".example", Password: DemoPassword, APIKey: hexOf(t.Name, "kazoo key", 64),
	}
	t.Twilio = TwilioCredentials{
		AccountSID: "AC" + hexOf(t.Name, "twilio account", 32), AuthToken: hexOf(t.Name, "twilio token", 32),
	}
	t.LeadConnector = LeadConnectorCredentials{
		AgencyToken: hexOf(t.Name, "leadconnector token", 40),
		CompanyID:   alnumOf(t.Name, "leadconnector company", 20), AppID: hexOf(t.Name, "leadconnector app", 24),
	}
	return t
}

// hexOf is the first digits of a hash of the tenant and a purpose.
func hexOf(tenant, purpose string, digits int) string {
	sum := sha256.Sum256([]byte(tenant + "/" + purpose))
	return hex.EncodeToString(sum[:])[:digits]
}

// alnumOf is a hash in letters and digits, as LeadConnector's ids are written.
func alnumOf(tenant, purpose string, length int) string {
	sum := sha256.Sum256([]byte(tenant + "/" + purpose))
	return alnum(new(big.Int).SetBytes(sum[:]), length)
}

// alnum writes a number in letters and digits, cut or filled up to a length.
func alnum(n *big.Int, length int) string {
	text := n.Text(62)
	return (text + strings.Repeat("0", length))[:length]
}
