package upstream

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// graceTimes is how many times its freshness a reply is served again at once, while it
// is refreshed in the background.
const graceTimes = 4

// Grace is how long after [Route.Fresh] a reply is still served at once, while it is
// asked for again in the background; with Fresh it is within [Route.Hard].
func (r *Route) Grace() time.Duration { return max(0, min(graceTimes*r.Fresh, r.Hard-r.Fresh)) }

// blanket is what AppDirect prints in the samples of all its endpoints, as Spring
// Security writes it on every reply unless told otherwise: it says nothing about this
// one, and taken at its word nothing could ever be kept.
const blanket = "no-cache, no-store, max-age=0, must-revalidate"

// Freshness is how long a reply may be served without asking again, as its own
// Cache-Control and Age say: 0 for one that must not be kept. It reports false where
// they say nothing of this reply.
func Freshness(h http.Header) (fresh time.Duration, said bool) {
	control := strings.ToLower(strings.Join(h.Values("Cache-Control"), ", "))
	if control == blanket {
		return 0, false
	}
	for directive := range strings.SplitSeq(control, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache":
			return 0, true
		case "max-age":
			fresh, said = deltaSeconds(value)-deltaSeconds(h.Get("Age")), true
		}
	}
	return max(0, fresh), said
}

// deltaSeconds reads delta-seconds of RFC 9111; what is none is 0, and what is longer than a
// year a year.
func deltaSeconds(text string) time.Duration {
	const year = 365 * 24 * 60 * 60
	n, err := strconv.ParseInt(strings.Trim(text, `"`), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, year)) * time.Second
}
