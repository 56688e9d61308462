package twilio_test

import "testing"

// required is what of a printed reply is not forgiven: the lists, where they go on, and the ids of what it is read for.
var required = map[string]string{
	"twilio.listAvailableAddOns":          "available_add_ons available_add_ons.sid meta meta.next_page_url",
	"twilio.readAvailableAddOn":           "sid",
	"twilio.listAvailableAddOnExtensions": "extensions extensions.sid meta meta.next_page_url",
	"twilio.listInstalledAddOns":          "installed_add_ons installed_add_ons.sid meta meta.next_page_url",
	"twilio.readInstalledAddOn":           "sid",
	"twilio.listInstalledAddOnExtensions": "extensions extensions.sid meta meta.next_page_url",
	"twilio.listPhoneNumbers":             "incoming_phone_numbers incoming_phone_numbers.phone_number incoming_phone_numbers.sid next_page_uri",
	"twilio.listAssignedAddOns":           "assigned_add_ons assigned_add_ons.sid next_page_uri",
	"twilio.listRecordings":               "next_page_uri recordings recordings.sid",
	"twilio.listAddOnResults":             "add_on_results add_on_results.sid next_page_uri",
	"twilio.listUsageRecords":             "next_page_uri usage_records usage_records.category",
	"twilio.readAccount":                  "sid",
}

func TestRequiredMembers(t *testing.T) {
	t.Parallel()
	room.CheckRequired(t, required)
}
