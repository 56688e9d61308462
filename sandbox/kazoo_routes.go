package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// kazooHandlers is what of Kazoo is answered, by Endpoint.Key.
func kazooHandlers() map[string]kazooHandler {
	all := map[string]kazooHandler{
		"PUT /user_auth": userAuth,
		"PUT /api_auth":  apiAuth,

		"GET /accounts/{accountId}":                              readAccount,
		"GET /accounts/{accountId}/api_key":                      readAPIKey,
		"GET /accounts/{accountId}/descendants":                  kazooList{records: descendants}.serve,
		"GET /accounts/{accountId}/children":                     kazooList{records: children}.serve,
		"GET /accounts/{accountId}/limits":                       readLimits,
		"GET /accounts/{accountId}/transactions/current_balance": readBalance,
		"GET /accounts/{accountId}/channels":                     readChannels,
		"GET /accounts/{accountId}/devices/status":               readRegistrations,
		"GET /accounts/{accountId}/users/{userId}/devices":       devicesOfUser,
		"GET /accounts/{accountId}/phone_numbers":                listNumbers,
		"GET /accounts/{accountId}/phone_numbers/{phoneNumber}":  readNumber,

		"GET /accounts/{accountId}/phone_numbers/{phoneNumber}/identify": identifyNumber,
	}
	for _, kind := range []struct {
		path, param string
		of          func(*kazooAccount) *Collection
	}{
		{"users", "userId", func(a *kazooAccount) *Collection { return a.users }},
		{"devices", "deviceId", func(a *kazooAccount) *Collection { return a.devices }},
		{"callflows", "callflowId", func(a *kazooAccount) *Collection { return a.callflows }},
		{"groups", "groupId", func(a *kazooAccount) *Collection { return a.groups }},
		{"conferences", "conferenceId", func(a *kazooAccount) *Collection { return a.conferences }},
		{"vmboxes", "voicemailId", func(a *kazooAccount) *Collection { return a.vmboxes }},
		{"cdrs", "cdrId", func(a *kazooAccount) *Collection { return a.cdrs }},
	} {
		list := kazooList{records: func(x *kazooCall) []*Record { return kind.of(x.below).all() }, newest: kind.path == "cdrs"}
		all["GET /accounts/{accountId}/"+kind.path] = list.serve
		all["GET /accounts/{accountId}/"+kind.path+"/{"+kind.param+"}"] = func(x *kazooCall) (kazooReply, error) {
			return x.document(kind.of(x.below), kind.param)
		}
	}
	return all
}

// document answers the record that a path parameter names.
func (x *kazooCall) document(c *Collection, param string) (kazooReply, error) {
	r := c.Get(x.params[param])
	if r == nil {
		return kazooReply{}, &apiError{Status: http.StatusNotFound}
	}
	return kazooReply{data: r.Body}, nil
}

// readAccount answers GET /accounts/{accountId}.
func readAccount(x *kazooCall) (kazooReply, error) { return kazooReply{data: x.account.Body}, nil }

// readAPIKey answers GET /accounts/{accountId}/api_key.
func readAPIKey(x *kazooCall) (kazooReply, error) {
	return kazooReply{data: Document{"api_key": x.below.apiKey}}, nil
}

// readLimits answers GET /accounts/{accountId}/limits.
func readLimits(x *kazooCall) (kazooReply, error) { return kazooReply{data: x.below.limits}, nil }

// readBalance answers GET /accounts/{accountId}/transactions/current_balance.
func readBalance(x *kazooCall) (kazooReply, error) {
	return kazooReply{data: Document{"balance": number(x.below.balance)}}, nil
}

// readChannels answers GET /accounts/{accountId}/channels, which is not paged.
func readChannels(x *kazooCall) (kazooReply, error) {
	return kazooReply{data: x.below.channels, list: true}, nil
}

// readRegistrations answers GET /accounts/{accountId}/devices/status.
func readRegistrations(x *kazooCall) (kazooReply, error) {
	return kazooReply{data: x.below.registrations, list: true}, nil
}

// descendants are all accounts below one.
func descendants(x *kazooCall) []*Record {
	return slices.DeleteFunc(x.world.accounts.all(), func(r *Record) bool { return !slices.Contains(tree(r), x.account.ID) })
}

// children are the accounts directly below one.
func children(x *kazooCall) []*Record {
	return slices.DeleteFunc(x.world.accounts.all(), func(r *Record) bool {
		above := tree(r)
		return len(above) == 0 || above[len(above)-1] != x.account.ID
	})
}

// devicesOfUser answers GET /accounts/{accountId}/users/{userId}/devices.
func devicesOfUser(x *kazooCall) (kazooReply, error) {
	user := x.below.users.Get(x.params["userId"])
	if user == nil {
		return kazooReply{}, &apiError{Status: http.StatusNotFound}
	}
	items := []any{}
	for _, r := range where(x.below.devices.all(), "owner", user.ID) {
		items = append(items, Document{
			"id": r.ID, "name": r.Body["name"], "enabled": r.Body["enabled"], "device_type": r.Body["device_type"],
			"mac_address": r.text("mac"), "owner_id": user.ID, "hotdesked": false,
		})
	}
	return kazooReply{data: items, page: &kazooPage{size: len(items)}, list: true}, nil
}

// listNumbers answers GET /accounts/{accountId}/phone_numbers: an object keyed by
// number. The same path with a prefix searches for free numbers, which is not
// built.
func listNumbers(x *kazooCall) (kazooReply, error) {
	if x.query.Has("prefix") || x.query.Has("quantity") || x.query.Has("offset") || x.query.Has("blocks") {
		return kazooReply{}, notAnswered(x.endpoint)
	}
	records := Query{Matches: kazooMatches(x.query)}.apply(x.below.numbers.all())
	if backwards(x.query) {
		slices.Reverse(records)
	}
	page, info, err := kazooCut(records, x.query, func(_ int, r *Record) string { return r.ID }, numberAt)
	if err != nil {
		return kazooReply{}, err
	}
	numbers := Document{}
	for _, r := range page {
		numbers[r.ID] = summary(r, nil).without("id")
	}
	return kazooReply{data: Document{"cascade_quantity": 0, "numbers": numbers}, page: info, list: true}, nil
}

// numberAt finds a number by itself: it is its own cursor.
func numberAt(records []*Record, key string) int {
	return slices.IndexFunc(records, func(r *Record) bool { return r.ID == key })
}

// number finds the number of the path. A plus sign that is not escaped stands
// for a space there.
func (x *kazooCall) number() (*Record, error) {
	r := x.below.numbers.Get(x.params["phoneNumber"])
	if r == nil || strings.Contains(x.site.path, "+") {
		return nil, &apiError{
			Status: http.StatusNotFound,
			data:   Document{"message": "bad identifier", "not_found": "The number could not be found"},
		}
	}
	return r, nil
}

// readNumber answers GET /accounts/{accountId}/phone_numbers/{phoneNumber}.
func readNumber(x *kazooCall) (kazooReply, error) {
	r, err := x.number()
	if err != nil {
		return kazooReply{}, err
	}
	return kazooReply{data: r.Body, metadata: Document{
		"created": r.Facts["created"], "modified": r.Facts["created"], "features": r.Body["features"], "state": r.Body["state"],
	}}, nil
}

// identifyNumber answers GET …/phone_numbers/{phoneNumber}/identify.
func identifyNumber(x *kazooCall) (kazooReply, error) {
	r, err := x.number()
	if err != nil {
		return kazooReply{}, err
	}
	return kazooReply{data: Document{"account_id": x.account.ID, "number": r.ID}}, nil
}
