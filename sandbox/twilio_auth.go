package sandbox

import (
	"crypto/subtle"
	"net/http"
)

// authenticated is the account whose SID and token a request carries, nil when
// there is none: all failures look the same to callers.
func (w *twilioWorld) authenticated(r *http.Request) *Record {
	sid, token, ok := r.BasicAuth()
	if !ok {
		return nil
	}
	account := w.accounts.Get(sid)
	if account == nil || subtle.ConstantTimeCompare([]byte(token), []byte(account.text("token"))) != 1 {
		return nil
	}
	if account.text("status") != "active" {
		return nil
	}
	return account
}

// checkAccount holds callers to their account: a path of the older API names
// one, which must be the caller's own or a sub-account of it. The marketplace's
// paths name none; there, who calls is whose resources they are.
func (x *twilioCall) checkAccount() error {
	sid := x.params["AccountSid"]
	if sid == "" || sid == x.account.ID {
		return nil
	}
	if named := x.data.accounts.Get(sid); named != nil && named.text("owner") == x.account.ID {
		return nil
	}
	return &apiError{Status: http.StatusUnauthorized}
}

// visible reports whether the caller may see an account.
func (x *twilioCall) visible(account *Record) bool {
	return account.ID == x.account.ID || account.text("owner") == x.account.ID
}
