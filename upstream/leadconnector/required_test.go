package leadconnector_test

import "testing"

// required is what of a printed reply is not forgiven: the lists, and the ids of what it is read for.
var required = map[string]string{
	"leadconnector.listCharges":      "charges charges.chargeId",
	"leadconnector.readCharge":       "chargeId",
	"leadconnector.hasFunds":         "hasFunds",
	"leadconnector.readInstallation": "installationDetails installationDetails.companyId",
	"leadconnector.readRebilling":    "plans plans.subscription plans.subscription.planId plans.usage plans.usage.meterId",
	"leadconnector.readCompany":      "company company.id",
	"leadconnector.searchLocations":  "locations locations.id",
	"leadconnector.readLocation":     "location location.id",
}

func TestRequiredMembers(t *testing.T) {
	t.Parallel()
	room.CheckRequired(t, required)
}
