package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
)

// schemaFresh is for how long an answer may be kept that no backend has a part
// in: it changes with the next release.
const schemaFresh = 5 * time.Minute

// noStore is for answers that nobody may keep.
const noStore = "no-store"

// keepable says on an answer to a GET for how long it may be kept, by whom, and
// what it is called: by its data, since what stands beside it (cost, say) differs
// each time. Anything with an error may be different the next moment.
func (a *answer) keepable(fresh time.Duration, private bool) {
	data := a.responses[0].Data // a batch comes by POST
	if a.faulty() || data == nil {
		return
	}
	sum := sha256.Sum256(append([]byte(a.mediaType), data...))
	a.etag = `W/"` + hex.EncodeToString(sum[:12]) + `"`
	a.cacheControl = "public"
	if private {
		a.cacheControl = "private"
	}
	if fresh == math.MaxInt64 {
		fresh = schemaFresh
	}
	if seconds := int(fresh.Seconds()); seconds > 0 {
		a.cacheControl += fmt.Sprintf(", max-age=%d", seconds)
	} else {
		a.cacheControl += ", no-cache"
	}
}

// unchanged reports whether the client has this very answer. It is asked only
// once there is one: who may not see it is never told that it is the same.
func (a *answer) unchanged(h http.Header) bool {
	if a.etag == "" {
		return false
	}
	for tag := range strings.SplitSeq(strings.Join(h.Values("If-None-Match"), ","), ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || weak(tag) == weak(a.etag) {
			return true
		}
	}
	return false
}

// weak leaves out the mark by which tags are not compared (RFC 9110, 13.1.2).
func weak(tag string) string { return strings.TrimPrefix(tag, "W/") }
