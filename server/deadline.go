package server

import (
	"cmp"
	"net/http"
	"strconv"
	"time"
)

// headerDeadline says how long the caller will wait, in milliseconds. Callers that have a deadline themselves pass on
// what is left of it; backends are not told.
const headerDeadline = "X-Deadline-Ms"

// deadline is how long a request may take: the tenant's time, or the caller's where that is less.
func (s *Server) deadline(r *http.Request, t *Tenant) (time.Duration, *httpFault) {
	most := cmp.Or(t.Deadline, s.limits.Deadline)
	text := r.Header.Get(headerDeadline)
	if text == "" {
		return most, nil
	}
	ms, err := strconv.ParseUint(text, 10, 31)
	if err != nil || ms == 0 {
		return 0, refuse(http.StatusBadRequest, BadRequest, headerDeadline+": send whole milliseconds, 1 or more")
	}
	return min(most, time.Duration(ms)*time.Millisecond), nil
}
