package main

import (
	"fmt"
	"slices"

	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// LinksConfig says which accounts at the other backends are a company's: in a
// table, in custom attributes of the company, or both. The table wins.
type LinksConfig struct {
	// Table has one entry per company.
	Table []LinkConfig `yaml:"table"`
	// Attributes name the custom attributes that hold the accounts' ids.
	Attributes LinkAttributes `yaml:"attributes"`

	// changing is the table of demo data, which a reset replaces; nil for one that stays.
	changing func() []loaders.Link
}

// LinkConfig is one company's accounts; an empty one is one that it does not have.
type LinkConfig struct {
	// Company is its uuid at AppDirect.
	Company string `yaml:"company"`
	// KazooAccount is the id of its telephony account.
	KazooAccount string `yaml:"kazooAccount"`
	// TwilioAccount is the sid of its sub-account.
	TwilioAccount string `yaml:"twilioAccount"`
	// LeadConnectorLocation is the id of its location.
	LeadConnectorLocation string `yaml:"leadConnectorLocation"`
}

// LinkAttributes are names of custom attributes; "" where a tenant does not use one.
type LinkAttributes struct {
	// KazooAccount names the attribute of the telephony account's id.
	KazooAccount string `yaml:"kazooAccount"`
	// TwilioAccount names the attribute of the sub-account's sid.
	TwilioAccount string `yaml:"twilioAccount"`
	// LeadConnectorLocation names the attribute of the location's id.
	LeadConnectorLocation string `yaml:"leadConnectorLocation"`
}

func (l LinkConfig) link() loaders.Link {
	return loaders.Link{
		Company: l.Company, Kazoo: l.KazooAccount, Twilio: l.TwilioAccount, Location: l.LeadConnectorLocation,
	}
}

// links gives the settings in the words of package loaders.
func (l LinksConfig) links() loaders.Links {
	out := loaders.Links{
		Table:          l.changing,
		KazooAttribute: l.Attributes.KazooAccount, TwilioAttribute: l.Attributes.TwilioAccount,
		LocationAttribute: l.Attributes.LeadConnectorLocation,
	}
	if l.changing == nil && len(l.Table) > 0 {
		table := make([]loaders.Link, len(l.Table))
		for i, entry := range l.Table {
			table[i] = entry.link()
		}
		out.Table = func() []loaders.Link { return slices.Clone(table) }
	}
	return out
}

// linkUse is what one entry of the table claims.
type linkUse struct{ setting, id string }

// check wants every company and every account once: an account of two companies
// would show each what belongs to the other.
func (l LinksConfig) check(c *checker, path string, t *TenantConfig) {
	seen := map[linkUse]bool{}
	for i, entry := range l.Table {
		at := fmt.Sprintf("%s.table[%d]", path, i)
		if entry.Company == "" {
			c.add(at+".company", "is missing")
		}
		for _, use := range []linkUse{
			{"company", entry.Company},
			{"kazooAccount", entry.KazooAccount},
			{"twilioAccount", entry.TwilioAccount},
			{"leadConnectorLocation", entry.LeadConnectorLocation},
		} {
			if use.id != "" && seen[use] {
				c.add(at+"."+use.setting, "another entry has %q too", use.id)
			}
			seen[use] = true
		}
	}
	for _, needed := range l.needed(t) {
		if needed.linked && !needed.there {
			c.add(path, "lead to %s accounts, and the tenant has no setting %s", needed.backend, needed.backend)
		}
	}
}

// need is a backend that links may lead to.
type need struct {
	backend       string
	linked, there bool
}

func (l LinksConfig) needed(t *TenantConfig) []need {
	uses := func(attribute string, of func(LinkConfig) string) bool {
		return attribute != "" || slices.ContainsFunc(l.Table, func(e LinkConfig) bool { return of(e) != "" })
	}
	return []need{
		{"kazoo", uses(l.Attributes.KazooAccount, func(e LinkConfig) string { return e.KazooAccount }), t.Kazoo != nil},
		{"twilio", uses(l.Attributes.TwilioAccount, func(e LinkConfig) string { return e.TwilioAccount }), t.Twilio != nil},
		{
			"leadconnector", uses(l.Attributes.LeadConnectorLocation, func(e LinkConfig) string { return e.LeadConnectorLocation }),
			t.LeadConnector != nil,
		},
	}
}
