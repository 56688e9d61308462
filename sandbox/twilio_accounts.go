package sandbox

import (
	"fmt"
	"time"
)

// twilioDate is how the older API writes times.
const twilioDate = time.RFC1123Z

// accountSubresources are the collections that an account's document names, as
// they stand in its address.
var accountSubresources = map[string]string{
	"available_phone_numbers": "AvailablePhoneNumbers", "calls": "Calls", "conferences": "Conferences",
	"incoming_phone_numbers": "IncomingPhoneNumbers", "notifications": "Notifications", "outgoing_caller_ids": "OutgoingCallerIds",
	"recordings": "Recordings", "transcriptions": "Transcriptions", "addresses": "Addresses", "signing_keys": "SigningKeys",
	"connect_apps": "ConnectApps", "sip": "SIP", "authorized_connect_apps": "AuthorizedConnectApps", "usage": "Usage", "keys": "Keys",
	"applications": "Applications", "short_codes": "SMS/ShortCodes", "queues": "Queues", "messages": "Messages", "balance": "Balance",
}

// accountSpec is what an account's document is made of. The parent account owns
// itself.
type accountSpec struct {
	sid, token, name, owner, status string
	created                         time.Time
}

// accountPath is an account's address in the older API, without suffix.
func accountPath(sid string) string { return "/2010-04-01/Accounts/" + sid }

// store files the account.
func (a *accountSpec) store(m *maker, w *twilioWorld) {
	sub := Document{}
	for name, segment := range accountSubresources {
		sub[name] = accountPath(a.sid) + "/" + segment + ".json"
	}
	m.put(w.accounts, twilioRecord(a.sid, a.sid, "", Document{
		"sid": a.sid, "auth_token": a.token, "friendly_name": a.name, "owner_account_sid": a.owner, "status": a.status, "type": "Full",
		"date_created": a.created.Format(twilioDate), "date_updated": a.created.Format(twilioDate), "subresource_uris": sub,
		"uri": accountPath(a.sid) + ".json",
	}, map[string]any{"token": a.token, "owner": a.owner, "status": a.status, "name": a.name}))
}

// incomingSpec is what a phone number's document is made of.
type incomingSpec struct {
	sid, account, number string // number is E.164
	created              time.Time
	beta                 bool
}

// store files the number. Members about what it is not used for are empty, null
// or a method without an address, as printed.
func (n *incomingSpec) store(m *maker, w *twilioWorld) {
	name := n.friendly()
	m.put(w.numbers, twilioRecord(n.sid, n.sid, n.account, Document{
		"sid": n.sid, "account_sid": n.account, "phone_number": n.number, "friendly_name": name, "address_requirements": "none",
		"address_sid": "AD" + n.sid[2:], "api_version": "2010-04-01", "beta": n.beta, "bundle_sid": "BU" + n.sid[2:],
		"capabilities": Document{"voice": true, "sms": !n.beta, "mms": false, "fax": false}, "date_created": n.created.Format(twilioDate),
		"date_updated": n.created.Format(twilioDate), "emergency_status": "Active", "emergency_address_sid": "AD" + n.sid[2:],
		"emergency_address_status": "registered", "identity_sid": "RI" + n.sid[2:], "origin": "twilio", "sms_application_sid": "",
		"sms_fallback_method": "POST", "sms_fallback_url": "", "sms_method": "POST", "sms_url": "", "status": "in-use", "status_callback": "",
		"status_callback_method": "POST", "trunk_sid": nil, "type": "local", "uri": accountPath(n.account) + "/IncomingPhoneNumbers/" + n.sid + ".json",
		"voice_application_sid": "", "voice_caller_id_lookup": false, "voice_fallback_method": "POST", "voice_fallback_url": nil,
		"voice_method": "POST", "voice_receive_mode": "voice", "voice_url": nil,
	}, map[string]any{"number": n.number, "name": name, "beta": n.beta, "origin": "twilio"}))
}

// friendly writes a North American number with its area code apart.
func (n *incomingSpec) friendly() string {
	if len(n.number) != 12 || n.number[:2] != "+1" {
		return n.number
	}
	return fmt.Sprintf("(%s) %s-%s", n.number[2:5], n.number[5:8], n.number[8:])
}

// assign files an installed add-on as assigned to a number, with its extensions.
func (i *installationSpec) assign(m *maker, w *twilioWorld, number string) {
	at, key := accountPath(i.account)+"/IncomingPhoneNumbers/"+number+"/AssignedAddOns/"+i.sid, below(number, i.sid)
	m.put(w.assigned, twilioRecord(key, i.sid, number, Document{
		"sid": i.sid, "account_sid": i.account, "resource_sid": number, "friendly_name": i.listing.name, "description": i.listing.blurb,
		"configuration": i.configuration(), "unique_name": i.unique, "date_created": i.created.Format(twilioDate),
		"date_updated": i.updated.Format(twilioDate), "uri": at + ".json", "subresource_uris": Document{"extensions": at + "/Extensions.json"},
	}, nil))
	for n, e := range i.listing.extensions {
		m.put(w.extensions, twilioRecord(below(key, e.sid), e.sid, key, e.document(Document{
			"assigned_add_on_sid": i.sid, "resource_sid": number, "account_sid": i.account, "enabled": i.enabled[n],
			"uri": at + "/Extensions/" + e.sid + ".json",
		}), nil))
	}
}

// usageSpec is what a usage record is made of.
type usageSpec struct {
	account, category, description string
	count                          int64
	unit, usageUnit                string
	cents                          int64 // price; negative never
}

// usagePeriods are the more particular lists that a usage record names.
var usagePeriods = map[string]string{
	"all_time": "AllTime", "daily": "Daily", "last_month": "LastMonth", "monthly": "Monthly", "this_month": "ThisMonth", "today": "Today",
	"yearly": "Yearly", "yesterday": "Yesterday",
}

// store files the record. Its numbers are texts; the price is a number by the
// specification and a text in the printed answer, which is what counts.
func (u *usageSpec) store(m *maker, w *twilioWorld) {
	base, sub := accountPath(u.account)+"/Usage/Records", Document{}
	for name, segment := range usagePeriods {
		sub[name] = base + "/" + segment + ".json?Category=" + u.category
	}
	start, end := m.today().AddDate(0, -1, 0).Format(time.DateOnly), m.today().Format(time.DateOnly)
	count := fmt.Sprint(u.count)
	m.put(w.usage, twilioRecord(below(u.account, u.category), u.category, u.account, Document{
		"account_sid": u.account, "api_version": "2010-04-01", "as_of": m.today().Format("2006-01-02T15:04:05+00:00"), "category": u.category,
		"count": count, "count_unit": u.unit, "description": u.description, "start_date": start, "end_date": end,
		"price": shortMoney(u.cents), "price_unit": "usd", "usage": count, "usage_unit": u.usageUnit, "subresource_uris": sub,
		"uri": base + ".json?Category=" + u.category + "&StartDate=" + start + "&EndDate=" + end,
	}, map[string]any{"category": u.category, "start": start, "end": end}))
}
