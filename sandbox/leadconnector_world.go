package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// walletWorld is one tenant's agency with its locations and their wallets.
type walletWorld struct {
	company   *Record     // the agency
	locations *Collection // by id
	charges   *Collection // by charge id
	rebilling Document    // what the app's plans cost, the same everywhere
	plan      string      // id of the plan the agency has the app on
	version   string      // id of the app's version
}

// locationSpec is what a location's documents are made of.
type locationSpec struct {
	id, company, name, user, phone string
	first, last, street            string
	at                             address
	funds                          bool // whether the wallet can pay
	installed                      time.Time
}

// The parts of a location that nobody in the demo has changed.
var (
	locationSettings = Document{
		"allowDuplicateContact": false, "allowDuplicateOpportunity": false, "allowFacebookNameMerge": false, "disableContactTimezone": false,
	}
	locationSocial = Document{
		"facebookUrl": "", "googlePlus": "", "linkedIn": "", "foursquare": "", "twitter": "", "yelp": "", "instagram": "", "youtube": "",
		"pinterest": "", "blogRss": "", "googlePlacesId": "",
	}
)

// walletZone is where the demo's locations keep their clocks.
const walletZone = "America/Chicago"

// record makes the location's document; the fact "listed" is the shorter one of
// searches, "installed" that of installed locations.
func (l *locationSpec) record(version string) *Record {
	site, mail := "https://"+slug(l.name)+".example", "office@"+slug(l.name)+".example"
	logo := site + "/logo.jpeg"
	place := Document{
		"name": l.name, "address": l.street, "city": l.at.city, "state": l.at.state, "country": l.at.country, "postalCode": l.at.zip,
		"website": site, "timezone": walletZone,
	}
	body := place.with(Document{
		"id": l.id, "companyId": l.company, "domain": "app." + slug(l.name) + ".example", "logoUrl": logo, "firstName": l.first, "lastName": l.last,
		"email": mail, "phone": l.phone, "business": place.with(Document{"logoUrl": logo}), "social": locationSocial,
		"settings": locationSettings, "reseller": Document{},
	})
	return &Record{ID: l.id, Body: body, Facts: map[string]any{
		"name": l.name, "email": mail, "funds": l.funds, "user": l.user, "created": millis(l.installed),
		"listed": place.with(Document{
			"id": l.id, "phone": l.phone, "email": mail, "settings": locationSettings, "social": locationSocial,
		}),
		"installation": Document{
			"_id": l.id, "name": l.name, "address": l.street + ", " + l.at.city + ", " + l.at.country, "isInstalled": true, "versionId": version,
			"installedAt": walletDate(l.installed),
		},
	}}
}

// chargeSpec is what a charge's document is made of.
type chargeSpec struct {
	id, app, meter, location, event, description, user string
	units                                              int64
	perUnit                                            int64 // hundredths of a cent
	refunded                                           bool
	created                                            time.Time
}

// record makes the charge's document. Amounts are JSON numbers in dollars.
func (c *chargeSpec) record() *Record {
	return &Record{ID: c.id, Facts: map[string]any{
		"meter": c.meter, "event": c.event, "user": c.user, "location": c.location, "created": millis(c.created),
	}, Body: Document{
		"chargeId": c.id, "appId": c.app, "meterId": c.meter, "entityType": "location", "entityId": c.location, "refunded": c.refunded,
		"currency": "USD", "amountCharged": walletMoney(c.units * c.perUnit), "pricePerUnit": walletMoney(c.perUnit), "units": c.units,
		"transactionType": "charge", "meta": Document{"eventId": c.event, "description": c.description},
		"createdAt": walletDate(c.created), "updatedAt": walletDate(c.created),
	}}
}

// walletMoney writes hundredths of a cent as the shortest JSON number of dollars.
func walletMoney(n int64) any {
	whole := fmt.Sprintf("%d.%04d", n/10_000, n%10_000)
	return number(strings.TrimSuffix(strings.TrimRight(whole, "0"), "."))
}

// walletDate is how LeadConnector writes times.
func walletDate(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// agencyDocument is the company above all locations. Most of it says nothing and
// is there because it is printed.
func agencyDocument(companyID, name, domain, userID string, locationCount int) Document {
	site := "https://app." + domain
	return Document{
		"id": companyID, "name": name, "email": "agency@" + domain, "logoUrl": site + "/logo.gif", "phone": "+12025550107", "website": "https://" + domain,
		"domain": site, "spareDomain": "link." + domain, "privacyPolicy": site + "/privacy_policy", "termsConditions": site + "/terms-of-service",
		"address": "1 Grove St.", "city": "Boston", "postalCode": "02109", "country": "US", "state": "MA", "timezone": walletZone,
		"relationshipNumber": "0-002-230", "subdomain": site + "/subdomain", "plan": 1, "currency": "USD", "customerType": "agency",
		"termsOfServiceVersion": "06/01/2022", "termsOfServiceAcceptedBy": userID, "twilioTrialMode": false, "twilioFreeCredits": 0,
		"termsOfServiceAcceptedDate": "", "privacyPolicyVersion": "06/01/2022", "privacyPolicyAcceptedBy": userID, "privacyPolicyAcceptedDate": "",
		"affiliatePolicyVersion": "06/01/2022", "affiliatePolicyAcceptedBy": userID, "affiliatePolicyAcceptedDate": "", "isReselling": true,
		"onboardingInfo": "", "upgradeEnabledForClients": true, "cancelEnabledForClients": true, "autoSuspendEnabled": true,
		"saasSettings":    Document{"agencyDashboardVisibleTo": "all", "stripeConnectInitiatedBy": userID},
		"stripeConnectId": "", "enableDepreciatedFeatures": false, "premiumUpgraded": false, "status": "active", "locationCount": locationCount,
		"disableEmailService": false, "referralId": slug(name), "isEnterpriseAccount": true, "businessNiche": "Marketplace",
		"businessCategory": "Software", "businessAffinityGroup": "Resellers", "isSandboxAccount": true, "enableNewSubAccountDefaultData": false,
	}
}
