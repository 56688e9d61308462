package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// dataAddress asks where the data of a payload is, and checks the redirect.
func dataAddress(t *testing.T, f *fixture) string {
	t.Helper()
	account, chain := busyChain(t, f.addOns())
	path := twilioPathFor("/2010-04-01/Accounts/{AccountSid}/Recordings/{ReferenceSid}/AddOnResults/{AddOnResultSid}/Payloads/{PayloadSid}/Data.json", chain)
	a := f.twilio(t, http.MethodGet, account, path, "")
	to := a.header.Get("Location")
	if a.status != http.StatusTemporaryRedirect || to == "" || a.object(t)["redirect_to"] != to {
		t.Fatalf("%d to %q: %s", a.status, to, a.body)
	}
	if !strings.HasPrefix(to, "http://localhost:") {
		t.Errorf("%s is not at another host", to)
	}
	return to
}

func TestTwilioDataIsElsewhere(t *testing.T) {
	t.Parallel()
	f, clock := quiet(t)
	to := dataAddress(t, f)
	data := do(t, request(t, http.MethodGet, to, ""))
	if data.status != http.StatusOK || !json.Valid(data.body) || data.header.Get("Content-Type") != "application/json" {
		t.Errorf("%d %s", data.status, data.body)
	}
	leaking := request(t, http.MethodGet, to, "")
	leaking.SetBasicAuth("AC", "secret")
	if a := do(t, leaking); a.status != http.StatusBadRequest {
		t.Errorf("credentials that came along: %d", a.status)
	}
	unsigned, _, _ := strings.Cut(to, "?")
	for name, bad := range map[string]string{
		"other payload": strings.Replace(to, "/XH", "/XHa", 1), "other expiry": strings.Replace(to, "Expires=1", "Expires=2", 1),
		"other signature": to + "0", "no signature": unsigned,
		"other tenant": strings.Replace(to, "/acme/", "/globex/", 1),
	} {
		if a := do(t, request(t, http.MethodGet, bad, "")); a.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	clock.advance(mediaLifetime)
	if a := do(t, request(t, http.MethodGet, to, "")); a.status != http.StatusOK {
		t.Errorf("at its last moment: %d", a.status)
	}
	clock.advance(time.Second)
	if a := do(t, request(t, http.MethodGet, to, "")); a.status != http.StatusForbidden {
		t.Errorf("afterwards: %d", a.status)
	}
	f.steer(t, http.MethodPost, "/reset", `{"seed":9}`)
	clock.advance(-time.Minute)
	if a := do(t, request(t, http.MethodGet, to, "")); a.status != http.StatusNotFound {
		t.Errorf("after a reset: %d", a.status)
	}
}

// TestTwilioDataThroughAnOrdinaryClient follows the redirect as Go's client does,
// which leaves the credentials behind.
func TestTwilioDataThroughAnOrdinaryClient(t *testing.T) {
	t.Parallel()
	account, chain := busyChain(t, shared.addOns())
	path := twilioPathFor("/2010-04-01/Accounts/{AccountSid}/Recordings/{ReferenceSid}/AddOnResults/{AddOnResultSid}/Payloads/{PayloadSid}/Data.json", chain)
	r := request(t, http.MethodGet, shared.twilioAddress("acme", path), "")
	r.SetBasicAuth(account.ID, account.text("token"))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), `"confidence"`) {
		t.Errorf("%d %s %v", res.StatusCode, body, err)
	}
}

func TestElsewhere(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"http://127.0.0.1:8090/acme/twilio": "http://localhost:8090/acme/twilio", "http://localhost:1/x": "http://127.0.0.1:1/x",
		"http://sandbox:8090/x": "http://sandbox:8090/x", "http://sandbox/x": "http://sandbox/x", "http://[::1%zz": "http://[::1%zz",
	} {
		if got := elsewhere(base); got != want {
			t.Errorf("%s: %s", base, got)
		}
	}
}
