package wire

import (
	"strconv"
	"strings"
	"time"
)

// unixLast is the last second of the year 9999. Milliseconds of any day since
// 1978 are more than that, and so are not taken for seconds.
const unixLast = 253_402_300_799

// Unix is a moment that is written as seconds since 1970, in UTC. The zero Unix
// is null. It is a type of its own because such a number is also a valid number
// of milliseconds: only the endpoint's printed sample tells them apart.
type Unix struct{ time.Time }

// UnmarshalJSON takes a whole number or a text with one, null and "". What lies
// before 1970 or after 9999 is refused.
func (u *Unix) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return err
	}
	if s = strings.TrimSpace(s); s == "" {
		*u = Unix{}
		return nil
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return errNotDate
	}
	if seconds < 0 || seconds > unixLast {
		return errYear
	}
	*u = Unix{time.Unix(seconds, 0).UTC()}
	return nil
}

// Ptr is nil where the backend said nothing.
func (u Unix) Ptr() *time.Time {
	if u.IsZero() {
		return nil
	}
	return &u.Time
}
