package sandbox

// twilioWorld is one tenant's add-on data. What belongs to something else names
// it in the fact "parent"; every record has its SID in the fact "sid", since an
// extension's is the same under everything that has it.
type twilioWorld struct {
	accounts   *Collection // the parent account and its sub-accounts, by SID
	listings   *Collection // add-ons that can be installed, by SID
	modules    *Collection // what a listing's owner edits, by the listing's SID
	installed  *Collection // by SID; parent: the account
	numbers    *Collection // by SID; parent: the account
	assigned   *Collection // by number and SID; parent: the number
	extensions *Collection // by parent and SID; parent: a listing, an installation, or a number and an installation
	recordings *Collection // by SID; parent: the account
	results    *Collection // by SID; parent: the recording
	payloads   *Collection // by SID; parent: the result
	usage      *Collection // by account and category; parent: the account
}

// emptyTwilioWorld has every collection and nothing in them.
func emptyTwilioWorld() *twilioWorld {
	return &twilioWorld{
		accounts: &Collection{}, listings: &Collection{}, modules: &Collection{}, installed: &Collection{}, numbers: &Collection{},
		assigned: &Collection{}, extensions: &Collection{}, recordings: &Collection{}, results: &Collection{}, payloads: &Collection{},
		usage: &Collection{},
	}
}

// twilioRecord makes a record below a parent; its key is the SID alone where
// that is unique.
func twilioRecord(key, sid, parent string, body Document, facts map[string]any) *Record {
	all := map[string]any{"sid": sid, "parent": parent}
	for name, value := range facts {
		all[name] = value
	}
	return &Record{ID: key, Body: body, Facts: all}
}

// below is the key of something that is unique only within another.
func below(parent, sid string) string { return parent + "/" + sid }
