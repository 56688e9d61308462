package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// twilioMedia is the part of the address that stands for the host with the data
// of payloads, which is not Twilio's own.
const twilioMedia = "media"

// mediaLifetime is how long an address of data works.
const mediaLifetime = 2 * time.Minute

// loopbacks are the two names of this machine: sending a client from one to the
// other is what makes the data's host another one, as it really is.
var loopbacks = map[string]string{"127.0.0.1": "localhost", "localhost": "127.0.0.1"}

// payloadData sends the caller to a signed address elsewhere, in the printed body
// and as a redirect.
func payloadData(steps ...twilioStep) twilioHandler {
	return func(x *twilioCall) (reply, error) {
		_, payload, err := x.reach(inPath, steps)
		if err != nil {
			return reply{}, err
		}
		expires := strconv.FormatInt(x.now+int64(mediaLifetime.Seconds()), 10)
		q := url.Values{"Expires": {expires}, "Signature": {x.site.tenant.mediaSignature(payload.ID, expires)}}
		to := elsewhere(x.site.base) + "/" + twilioMedia + "/" + payload.ID + "?" + q.Encode()
		return reply{header: http.Header{"Location": {to}}, body: Document{"redirect_to": to}}, nil
	}
}

// elsewhere is the same address by the machine's other name, where it has one.
func elsewhere(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	host, port, err := net.SplitHostPort(u.Host)
	if other := loopbacks[host]; err == nil && other != "" {
		u.Host = net.JoinHostPort(other, port)
	}
	return u.String()
}

// mediaSignature vouches for an address until it expires.
func (t *tenantState) mediaSignature(payload, expires string) string {
	mac := hmac.New(sha256.New, []byte(t.Twilio.AuthToken+"/"+twilioMedia))
	mac.Write([]byte(payload + "?" + expires))
	return hex.EncodeToString(mac.Sum(nil))
}

// serveMedia answers the data of a payload. The signature is the only thing that
// counts: credentials that come along were meant for another host, and whoever
// sends them has a leak that is better found here.
func (t *twilio) serveMedia(w http.ResponseWriter, r *http.Request, at site, path string) {
	sid, q := strings.TrimPrefix(path, "/"), r.URL.Query()
	payload := at.tenant.world.Load().twilio.payloads.Get(sid)
	expires, err := strconv.ParseInt(q.Get("Expires"), 10, 64)
	genuine := hmac.Equal([]byte(q.Get("Signature")), []byte(at.tenant.mediaSignature(sid, q.Get("Expires"))))
	switch {
	case r.Header.Get("Authorization") != "":
		writeBody(w, http.StatusBadRequest, "text/plain", []byte("Only one way of authentication is allowed."))
	case err != nil || !genuine || t.box.opts.Now().Unix() > expires:
		writeBody(w, http.StatusForbidden, "text/plain", []byte("The signature does not match or has expired."))
	case payload == nil:
		writeBody(w, http.StatusNotFound, "text/plain", []byte("Nothing is here."))
	default:
		writeBody(w, http.StatusOK, "application/json", []byte(payload.text("data")))
	}
}
