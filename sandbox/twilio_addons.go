package sandbox

import (
	"strings"
	"time"
)

// listingSpec is what the documents of an add-on's listing are made of.
type listingSpec struct {
	sid, name, blurb, pricing string
	option                    string // a member of the configuration; "" when there is nothing to configure
	owner                     string // account that published it
	extensions                []extensionSpec
}

// extensionSpec is a product that an add-on extends.
type extensionSpec struct{ sid, name, product, unique string }

// installationSpec is what an installed add-on's documents are made of.
type installationSpec struct {
	sid, account     string
	listing          *listingSpec
	unique           string
	created, updated time.Time
	enabled          []bool // by extension of the listing
}

// schema is the JSON schema of the add-on's configuration.
func (l *listingSpec) schema() Document {
	if l.option == "" {
		return Document{"type": "object", "properties": Document{}, "required": []any{}}
	}
	return Document{
		"type": "object", "properties": Document{l.option: Document{"type": "boolean"}}, "required": []any{l.option},
	}
}

// uniqueName is the listing's name as a name in a configuration.
func (l *listingSpec) uniqueName() string {
	return strings.ReplaceAll(slug(l.name), "-", "_")
}

// store files the listing, its extensions and what its owner sees of it.
func (l *listingSpec) store(m *maker, w *twilioWorld) {
	at := "/marketplace/v1/AvailableAddOns/" + l.sid
	m.put(w.listings, twilioRecord(l.sid, l.sid, "", Document{
		"sid": l.sid, "friendly_name": l.name, "description": l.blurb, "pricing_type": l.pricing, "configuration_schema": l.schema(),
		"url": href(at), "links": Document{"extensions": href(at + "/Extensions")},
	}, nil))
	for _, e := range l.extensions {
		m.put(w.extensions, twilioRecord(below(l.sid, e.sid), e.sid, l.sid, e.document(Document{
			"available_add_on_sid": l.sid, "url": href(at + "/Extensions/" + e.sid),
		}), nil))
	}
	m.put(w.modules, twilioRecord(l.sid, l.sid, "", l.module(), map[string]any{"owner": l.owner}))
}

// document is what all documents of an extension share, and some more.
func (e extensionSpec) document(more Document) Document {
	return Document{"sid": e.sid, "friendly_name": e.name, "product_name": e.product, "unique_name": e.unique}.with(more)
}

// module is the listing as its owner edits it.
func (l *listingSpec) module() Document {
	site := "https://" + slug(l.name) + ".example"
	return Document{
		"sid": l.sid, "url": href("/marketplace/v1/Listing/" + l.sid), "module_info": l.moduleInfo(),
		"description": Document{
			"body": l.blurb, "highlights": []any{Document{"title": "Fast", "description": "Answers within a second"}},
			"code_samples": []any{Document{"title": "Call it", "description": "From the shell", "code": "curl " + site}},
		},
		"support": Document{
			"customer_support_email": "help@" + slug(l.name) + ".example", "customer_support_phone": "+1 888-888-8888",
			"support_description": "On weekdays", "billing_email": "billing@" + slug(l.name) + ".example", "billing_phone": "+1 888-888-8888",
			"technical_email": "tech@" + slug(l.name) + ".example", "technical_phone": "+1 888-888-8888",
		},
		"policies": Document{"privacy": site + "/privacy", "legal": site + "/legal"}, "documentation": Document{"body": "See " + site + "/docs"},
		"pricing": Document{"body": "Billed " + l.pricing},
		"configuration": Document{
			"buttons":                    []any{Document{"url": site + "/setup", "label": "Set up", "help_text": "Opens in a new window"}},
			"notification_configuration": Document{"callback_url": site + "/callback"},
		},
	}
}

// moduleInfo is the listing as the list of an owner's listings shows it.
func (l *listingSpec) moduleInfo() Document {
	return Document{
		"tag": l.pricing, "tagline": l.blurb, "logo_url": "https://" + slug(l.name) + ".example/logo.png", "logo_bg_color_hex": "#ff5722",
	}
}

// configuration is a choice for each option of the listing.
func (i *installationSpec) configuration() Document {
	if i.listing.option == "" {
		return Document{}
	}
	return Document{i.listing.option: true}
}

// store files the installation and its extensions.
func (i *installationSpec) store(m *maker, w *twilioWorld) {
	at := "/marketplace/v1/InstalledAddOns/" + i.sid
	m.put(w.installed, twilioRecord(i.sid, i.sid, i.account, Document{
		"sid": i.sid, "account_sid": i.account, "friendly_name": i.listing.name, "description": i.listing.blurb,
		"configuration": i.configuration(), "unique_name": i.unique, "date_created": i.created.UTC().Format(time.RFC3339),
		"date_updated": i.updated.UTC().Format(time.RFC3339), "url": href(at),
		"links": Document{
			"extensions": href(at + "/Extensions"), "available_add_on": href("/marketplace/v1/AvailableAddOns/" + i.listing.sid),
		},
	}, map[string]any{"listing": i.listing.sid}))
	for n, e := range i.listing.extensions {
		m.put(w.extensions, twilioRecord(below(i.sid, e.sid), e.sid, i.sid, e.document(Document{
			"installed_add_on_sid": i.sid, "enabled": i.enabled[n], "url": href(at + "/Extensions/" + e.sid),
		}), nil))
	}
}
