package sandbox

import (
	"net/http"
)

// kazooService is something an account pays for by the piece.
type kazooService struct {
	category, item   string
	rate, activation float64 // of one, in the account's currency
	quantity         func(*kazooCall) int
}

// kazooCharges are the writes after which an account pays for more than before.
var kazooCharges = map[string]kazooService{
	"PUT /accounts/{accountId}/users": {
		"users", "user", 12, 0, func(x *kazooCall) int { return x.below.users.Len() + 1 },
	},
	"PUT /accounts/{accountId}/devices": {
		"devices", "sip_device", 3, 0, func(x *kazooCall) int { return x.below.devices.Len() + 1 },
	},
	"PUT /accounts/{accountId}/phone_numbers/collection/activate": {
		"phone_numbers", "did_us", 2, 1, func(x *kazooCall) int { return x.below.numbers.Len() + 1 },
	},
	"POST /accounts/{accountId}/limits": {"limits", "inbound_trunks", 6.99, 1, moreTrunks},
}

// moreTrunks is the number of inbound trunks asked for, 0 unless that is more
// than the account has.
func moreTrunks(x *kazooCall) int {
	want, _ := x.body.Data["inbound_trunks"].(float64)
	have, _ := x.below.limits["inbound_trunks"].(int)
	if int(want) <= have {
		return 0
	}
	return int(want)
}

// checkCharges refuses a write that costs money until the caller repeats it and
// accepts the charges.
func (x *kazooCall) checkCharges() error {
	s, charged := kazooCharges[x.endpoint.Key()]
	if !charged || x.body.AcceptCharges || x.body.Data["accept_charges"] == true || x.query.Get("accept_charges") == "true" {
		return nil
	}
	quantity := s.quantity(x)
	if quantity == 0 {
		return nil
	}
	item := Document{
		"category": s.category, "item": s.item, "quantity": quantity, "rate": s.rate, "single_discount": true,
		"single_discount_rate": 0.0, "cumulative_discount": 0, "cumulative_discount_rate": 0.0, "activation_charges": s.activation,
	}
	return &apiError{Status: http.StatusPaymentRequired, data: Document{
		s.category: Document{s.item: item}, "activation_charges": s.activation,
	}}
}
