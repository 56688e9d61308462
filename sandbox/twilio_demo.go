package sandbox

import (
	"fmt"
	"time"
)

// How add-on data spreads: every sub-account but the last one has something
// installed.
const (
	demoListings   = 30
	ownListingsMax = 3 // published by the tenant itself
	mostInstalled  = 6
	mostNumbers    = 5
	mostRecordings = 7
)

// addOnHeads and addOnTails make names of add-ons.
var (
	addOnHeads = []string{"Clearline", "Deepvoice", "Echoscript", "Fairtone", "Gistly", "Hearsay"}
	addOnTails = []string{"Transcription", "Caller Insights", "Spam Shield", "Number Lookup", "Sentiment"}
)

// addOnExtensions are what add-ons may extend.
var addOnExtensions = []extensionSpec{
	{name: "Incoming Voice Call", product: "Programmable Voice", unique: "voice-incoming"},
	{name: "Recording", product: "Recordings", unique: "recording"},
	{name: "Incoming SMS", product: "Programmable SMS", unique: "sms-incoming"},
	{name: "Lookup", product: "Lookup", unique: "lookup"},
}

// usageCategories are what accounts pay for: category, description and unit.
var usageCategories = [][3]string{
	{"calls", "Voice Minutes", "calls"},
	{"calls-inbound", "Inbound Voice Minutes", "calls"},
	{"sms", "SMS", "messages"},
	{"calleridlookups", "Caller Name Lookups", "lookups"},
	{"recordings", "Recordings", "recordings"},
	{"marketplace", "Marketplace", "add-ons"},
	{"phonenumbers", "Phone Numbers", "numbers"},
}

// makeTwilio makes the add-ons, an account for each link, and one that was
// closed.
func (m *maker) makeTwilio() {
	m.part("twilio")
	w, parent := emptyTwilioWorld(), m.tenant.Twilio
	m.world.twilio = w
	listings := m.makeListings(w, parent.AccountSID)
	root := accountSpec{parent.AccountSID, parent.AuthToken, m.tenant.Title, parent.AccountSID, "active", m.daysAgo(1000, 1500)}
	root.store(m, w)
	m.makeUsage(w, root.sid)
	var linked []Link
	for _, l := range m.world.links.all() {
		if l.TwilioAccount != "" {
			linked = append(linked, l)
		}
	}
	for i, l := range linked {
		m.makeSubAccount(w, l, listings, i == len(linked)-1)
	}
	gone := accountSpec{m.sid("AC"), m.hex(32), "Closed long ago", parent.AccountSID, "closed", m.daysAgo(800, 900)}
	gone.store(m, w)
}

// sid gives an id of the kind from the seeded source.
func (m *maker) sid(kind string) string { return kind + m.hex(32) }

// makeListings makes the add-ons; the first few are the tenant's own.
func (m *maker) makeListings(w *twilioWorld, owner string) []*listingSpec {
	var out []*listingSpec
	for _, head := range addOnHeads {
		for _, tail := range addOnTails {
			l := &listingSpec{
				sid: m.sid("XB"), name: head + " " + tail, blurb: tail + " for every call, by " + head, owner: "AC" + m.hex(32),
				pricing: pick(m, []string{"per minute", "per lookup", "per month", "free"}),
			}
			if len(out) < ownListingsMax {
				l.owner = owner
			}
			if m.chance(60) {
				l.option = pick(m, []string{"bad_words", "mask_numbers", "keep_copies"})
			}
			for _, e := range shuffled(m, addOnExtensions)[:1+m.rng.IntN(3)] {
				e.sid = m.sid("XF")
				l.extensions = append(l.extensions, e)
			}
			l.store(m, w)
			out = append(out, l)
		}
	}
	return out
}

// makeSubAccount makes a company's account and what is in it.
func (m *maker) makeSubAccount(w *twilioWorld, l Link, listings []*listingSpec, bare bool) {
	company := m.world.companies.Get(l.Company)
	account := accountSpec{
		l.TwilioAccount, m.hex(32), company.text("name"), m.tenant.Twilio.AccountSID, "active", m.daysAgo(200, 900),
	}
	account.store(m, w)
	var installed []*installationSpec
	if !bare {
		for _, listing := range shuffled(m, listings)[:1+m.rng.IntN(mostInstalled)] {
			installed = append(installed, m.install(w, account.sid, listing))
		}
	}
	for i, number := range m.accountNumbers(l) {
		n := incomingSpec{sid: m.sid("PN"), account: account.sid, number: number, created: m.daysAgo(20, 190), beta: m.chance(10)}
		n.store(m, w)
		for _, x := range installed {
			if i == 0 && x == installed[0] || m.chance(35) {
				x.assign(m, w, n.sid)
			}
		}
	}
	for range m.rng.IntN(mostRecordings) {
		m.record(w, account.sid, installed)
	}
	m.makeUsage(w, account.sid)
}

// accountNumbers are some of the numbers of the company's telephony, and where
// there is none, a few that only add-ons know.
func (m *maker) accountNumbers(l Link) []string {
	if known := m.telephonyNumbers(l.KazooAccount); len(known) > 0 {
		return shuffled(m, known)[:1+m.rng.IntN(min(mostNumbers, len(known)))]
	}
	var out []string
	for range m.rng.IntN(mostNumbers) {
		out = append(out, fmt.Sprintf("+1%03d555%04d", 200+m.rng.IntN(700), m.rng.IntN(10_000)))
	}
	return out
}

// install makes an installation of an add-on.
func (m *maker) install(w *twilioWorld, account string, l *listingSpec) *installationSpec {
	i := &installationSpec{sid: m.sid("XE"), account: account, listing: l, unique: l.uniqueName(), created: m.daysAgo(30, 190)}
	i.updated = i.created.Add(time.Duration(m.rng.IntN(500)) * time.Hour)
	for range l.extensions {
		i.enabled = append(i.enabled, m.chance(75))
	}
	i.store(m, w)
	return i
}

// record makes a recording with the results of some of the account's add-ons.
func (m *maker) record(w *twilioWorld, account string, installed []*installationSpec) {
	r := &recordingSpec{
		sid: m.sid("RE"), account: account, status: pick(m, []string{"completed", "completed", "completed", "processing", "deleted"}),
		seconds: 3 + m.rng.IntN(900), created: m.daysAgo(0, 28), conference: m.chance(30), encrypted: m.chance(20),
	}
	r.store(m, w)
	for _, i := range installed {
		if !m.chance(50) {
			continue
		}
		result := &resultSpec{sid: m.sid("XR"), status: "completed", recording: r, installation: i, completed: r.created.Add(5 * time.Minute)}
		if m.chance(25) {
			result.status, result.completed = pick(m, []string{"in-progress", "queued", "failed"}), time.Time{}
		}
		result.store(m, w)
		for n := range m.rng.IntN(3) {
			result.payload(m, w, m.sid("XH"), fmt.Sprintf(`{"part":%d,"words":%d,"confidence":0.%d}`, n+1, m.rng.IntN(2000), 50+m.rng.IntN(50)))
		}
	}
}

// makeUsage makes what an account has used in a month, of most categories.
func (m *maker) makeUsage(w *twilioWorld, account string) {
	for _, c := range usageCategories {
		if !m.chance(80) {
			continue
		}
		u := usageSpec{account: account, category: c[0], description: c[1], unit: c[2], usageUnit: c[2], count: m.rng.Int64N(5000)}
		u.cents = u.count * (1 + m.rng.Int64N(3))
		u.store(m, w)
	}
}

// telephonyNumbers are the phone numbers of a telephony account, none when there
// is no such account.
func (m *maker) telephonyNumbers(account string) []string {
	var out []string
	if a := m.world.kazoo.below[account]; a != nil {
		for _, r := range a.numbers.all() {
			out = append(out, r.ID)
		}
	}
	return out
}
