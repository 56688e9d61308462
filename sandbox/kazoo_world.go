package sandbox

import (
	"strings"
	"time"
)

// kazooWorld is the telephony of one tenant. Like every world it is made once
// and then only read.
type kazooWorld struct {
	today    time.Time   // midnight of the day that the data is of, in UTC
	accounts *Collection // by id; also by name:, realm: and number:
	parent   string      // id of the account above all others
	below    map[string]*kazooAccount
}

// kazooAccount is what belongs to one account.
type kazooAccount struct {
	users, devices, numbers, callflows *Collection
	groups, conferences, vmboxes, cdrs *Collection
	channels, registrations            []any // calls now going on; devices/status
	limits                             Document
	balance                            string // decimal digits
	apiKey                             string
}

// newKazooAccount is an account with nothing in it.
func newKazooAccount() *kazooAccount {
	return &kazooAccount{
		users: &Collection{}, devices: &Collection{}, numbers: &Collection{}, callflows: &Collection{},
		groups: &Collection{}, conferences: &Collection{}, vmboxes: &Collection{}, cdrs: &Collection{},
		channels: []any{}, registrations: []any{},
	}
}

// gregorian writes a time as Kazoo does: in seconds since the year 0.
func gregorian(t time.Time) int64 { return t.Unix() + gregorianOffset }

// gregorianOffset is 1970 in seconds since the year 0.
const gregorianOffset = 62_167_219_200

// accountNameKey is the alias under which an account is found by name. Kazoo
// compares names by their letters and digits alone.
func accountNameKey(name string) string {
	return "name:" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127 {
			return r
		}
		return -1
	}, strings.ToLower(name))
}

// tree is the ids of the accounts above an account, the topmost first.
func tree(account *Record) []string { return textList(account, "tree") }

// numbersOf lists the numbers of an account in order; nil when there is no such
// account.
func (w *kazooWorld) numbersOf(account string) []string {
	a := w.below[account]
	if a == nil {
		return nil
	}
	var out []string
	for _, r := range a.numbers.all() {
		out = append(out, r.ID)
	}
	return out
}
