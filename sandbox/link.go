package sandbox

import "slices"

// Names of the custom attributes of a company that link it to its accounts in
// the other backends, where the table does not.
const (
	AttributeKazooAccount          = "kazoo_account_id"
	AttributeTwilioAccount         = "twilio_account_sid"
	AttributeLeadConnectorLocation = "leadconnector_location_id"
)

// Link says which accounts of other backends are a company's. An account's id is
// empty where the company has none.
type Link struct {
	Company               string // AppDirect's uuid
	KazooAccount          string // 32 hex digits
	TwilioAccount         string // SID of the sub-account
	LeadConnectorCompany  string // the agency that the location belongs to; empty without a location
	LeadConnectorLocation string // of a sub-account; empty without a wallet
}

// Links is the table that a gateway in front of the tenant is configured with,
// of the data as it is now, ordered by company. The other linked companies carry
// their accounts in custom attributes. It is nil for a tenant there is not.
func (s *Sandbox) Links(tenant string) []Link {
	for _, t := range s.tenants {
		if t.Name == tenant {
			return t.world.Load().links.table()
		}
	}
	return nil
}

// linkSet is every link of a tenant, in both ways of saying so.
type linkSet struct {
	byTable, byAttributes []Link
}

// table is a copy of the links of the table, ordered by company.
func (l linkSet) table() []Link {
	out := slices.Clone(l.byTable)
	slices.SortFunc(out, func(a, b Link) int {
		if a.Company < b.Company {
			return -1
		}
		return 1
	})
	return out
}

// all are the links of both ways, those of the table first.
func (l linkSet) all() []Link { return slices.Concat(l.byTable, l.byAttributes) }

// attributes are the custom attributes that say what the link says.
func (l Link) attributes() []any {
	var out []any
	for _, a := range []struct{ name, label, value string }{
		{AttributeKazooAccount, "Telephony account", l.KazooAccount},
		{AttributeTwilioAccount, "Add-on account", l.TwilioAccount},
		{AttributeLeadConnectorLocation, "Wallet location", l.LeadConnectorLocation},
	} {
		if a.value != "" {
			out = append(out, Document{"attributeType": "TEXT", "hint": "", "label": a.label, "name": a.name, "value": a.value})
		}
	}
	return out
}
