package kazoo_test

import "testing"

// required is what of a printed reply is not forgiven: that it says success, and the ids of what it is read for. Numbers
// of phones are keys, and none stands for nothing.
var required = map[string]string{
	"kazoo.readAccount":        "data data.id status",
	"kazoo.listDescendants":    "data data.id status",
	"kazoo.listChildren":       "data data.id status",
	"kazoo.listDevices":        "data data.id status",
	"kazoo.readDevice":         "data data.id status",
	"kazoo.listDeviceStatuses": "data data.device_id status",
	"kazoo.listUsers":          "data data.id status",
	"kazoo.readUser":           "data data.id status",
	"kazoo.listPhoneNumbers":   "data data.numbers data.numbers.+14152338421 data.numbers.+14155234712 data.numbers.+14155558920 status",
	"kazoo.readPhoneNumber":    "data data.id status",
	"kazoo.listCallflows":      "data data.id status",
	"kazoo.readCallflow":       "data data.id status",
	"kazoo.listGroups":         "data data.id status",
	"kazoo.readLimits":         "data status",
	"kazoo.readBalance":        "data data.balance status",
	"kazoo.listChannels":       "data data.uuid status",
	"kazoo.listCDRs":           "data data.id status",
	"kazoo.readCDR":            "data data.id status",
	"kazoo.listVoicemailBoxes": "data data.id status",
	"kazoo.listConferences":    "data data.id status",
}

func TestRequiredMembers(t *testing.T) {
	t.Parallel()
	room.CheckRequired(t, required)
}
