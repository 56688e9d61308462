package sandbox

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// collections are all of them by name.
func (w *twilioWorld) collections() map[string]*Collection {
	return map[string]*Collection{
		"accounts": w.accounts, "listings": w.listings, "modules": w.modules, "installed": w.installed, "numbers": w.numbers,
		"assigned": w.assigned, "extensions": w.extensions, "recordings": w.recordings, "results": w.results, "payloads": w.payloads,
		"usage": w.usage,
	}
}

// TestTwilioDemoData holds every seed to what the data promises.
func TestTwilioDemoData(t *testing.T) {
	t.Parallel()
	for index := range Tenants() {
		for _, seed := range testSeeds {
			w := worldOf(t, index, seed)
			d := w.twilio
			if d.listings.Len() != demoListings {
				t.Errorf("%d listings", d.listings.Len())
			}
			installers := map[string]bool{}
			for _, i := range d.installed.all() {
				installers[i.text("parent")] = true
				if d.listings.Get(i.text("listing")) == nil {
					t.Errorf("installation %s of nothing", i.ID)
				}
			}
			if third := w.companies.Len() / 3; len(installers) < third {
				t.Errorf("seed %d: %d of %d companies have add-ons", seed, len(installers), w.companies.Len())
			}
			if d.assigned.Len() < 10 || d.recordings.Len() < 20 || d.payloads.Len() < 10 {
				t.Errorf("seed %d: %d assigned, %d recordings, %d payloads", seed, d.assigned.Len(), d.recordings.Len(), d.payloads.Len())
			}
			checkTwilioOwners(t, w)
		}
	}
}

// checkTwilioOwners follows what belongs to what.
func checkTwilioOwners(t *testing.T, w *world) {
	t.Helper()
	d := w.twilio
	for _, a := range d.assigned.all() {
		number, installation := d.numbers.Get(a.text("parent")), d.installed.Get(a.text("sid"))
		if number == nil || installation == nil || number.text("parent") != installation.text("parent") {
			t.Errorf("%s is assigned across accounts", a.ID)
		}
	}
	for _, r := range d.results.all() {
		recording, installation := d.recordings.Get(r.text("parent")), d.installed.Get(factText(r.Body["add_on_configuration_sid"]))
		if recording == nil || installation == nil || recording.text("parent") != installation.text("parent") {
			t.Errorf("result %s crosses accounts", r.ID)
		}
	}
	shared := 0
	for _, l := range w.links.all() {
		if l.TwilioAccount == "" {
			continue
		}
		if d.accounts.Get(l.TwilioAccount) == nil {
			t.Errorf("no account %s", l.TwilioAccount)
		}
		phones := w.kazoo.below[l.KazooAccount]
		for _, n := range where(d.numbers.all(), "parent", l.TwilioAccount) {
			switch {
			case phones == nil || phones.numbers.Len() == 0: // a number that only add-ons know
			case phones.numbers.Get(n.text("number")) == nil:
				t.Errorf("number %s is not the company's", n.text("number"))
			default:
				shared++
			}
		}
	}
	if shared < 10 {
		t.Errorf("telephony and add-ons share %d numbers", shared)
	}
}

// TestTwilioIDsAreWellFormed and at one tenant only.
func TestTwilioIDsAreWellFormed(t *testing.T) {
	t.Parallel()
	kinds := map[string]string{
		"accounts": "AC", "listings": "XB", "modules": "XB", "installed": "XE", "numbers": "PN", "recordings": "RE", "results": "XR", "payloads": "XH",
	}
	globex := worldOf(t, 1, 1).twilio.collections()
	for name, c := range worldOf(t, 0, 1).twilio.collections() {
		for _, r := range c.all() {
			sid := Parameter{Type: "string", Pattern: "^" + kinds[name] + "[0-9a-f]{32}$"}
			if kinds[name] != "" && sid.check(r.ID) != "" {
				t.Errorf("%s %s is no SID", name, r.ID)
			}
			if globex[name].Get(r.ID) != nil {
				t.Errorf("%s %s exists at both tenants", name, r.ID)
			}
		}
	}
}

// TestTwilioDataComesFromTheSeed and from nothing else.
func TestTwilioDataComesFromTheSeed(t *testing.T) {
	t.Parallel()
	if a, b, c := dumpTwilio(t, worldOf(t, 0, 5)), dumpTwilio(t, anotherWorld(t, 0, 5)), dumpTwilio(t, worldOf(t, 0, 6)); a != b || a == c {
		t.Error("the data does not follow from the seed")
	}
}

func dumpTwilio(t *testing.T, w *world) string {
	t.Helper()
	var b strings.Builder
	all := w.twilio.collections()
	names := []string{}
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, r := range all[name].all() {
			raw, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(raw)
		}
	}
	return b.String()
}

// TestTwilioTokensStayOutOfText of what is printed by mistake.
func TestTwilioTokensStayOutOfText(t *testing.T) {
	t.Parallel()
	c := Tenants()[0].Twilio
	if text := c.String() + c.LogValue().String(); strings.Contains(text, c.AuthToken) {
		t.Errorf("%q shows the token", text)
	}
}
