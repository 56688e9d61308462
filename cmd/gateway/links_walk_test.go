package main

import (
	"testing"

	"github.com/marketgraph/marketgraph/sandbox"
)

// links are the companies' links by company: those of the table, and what the
// others' custom attributes say.
func (w walk) links(t testing.TB) map[string]sandbox.Link {
	t.Helper()
	out := map[string]sandbox.Link{}
	for _, c := range w.paged(t, "/account/v2/companies", "includeCustomAttributes", "true") {
		link := sandbox.Link{Company: text(c, "uuid")}
		for _, a := range list(c, "customAttributes") {
			switch value := text(a, "value"); text(a, "name") {
			case sandbox.AttributeKazooAccount:
				link.KazooAccount = value
			case sandbox.AttributeTwilioAccount:
				link.TwilioAccount = value
			case sandbox.AttributeLeadConnectorLocation:
				link.LeadConnectorLocation = value
			}
		}
		out[link.Company] = link
	}
	for _, link := range w.box.Links(w.tenant) {
		out[link.Company] = link
	}
	return out
}

// linked counts the accounts of these companies, by backend.
func (f facts) linked(companies []any) (phones, addOns, wallets int) {
	for _, id := range ids(companies) {
		link := f.links[id]
		for count, account := range map[*int]string{&phones: link.KazooAccount, &addOns: link.TwilioAccount, &wallets: link.LeadConnectorLocation} {
			if account != "" {
				*count++
			}
		}
	}
	return phones, addOns, wallets
}
