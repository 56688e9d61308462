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
	var err error
	u.Time, err = countedSeconds(b, 0, unixLast, 0)
	return err
}

// Ptr is nil where the backend said nothing.
func (u Unix) Ptr() *time.Time {
	if u.IsZero() {
		return nil
	}
	return &u.Time
}

// countedSeconds reads a count of seconds, or a text with one, that lies from
// first to last; epoch is 1970 in the same count. Null and "" are no moment.
func countedSeconds(b []byte, first, last, epoch int64) (time.Time, error) {
	s, err := scalar(b)
	if err != nil {
		return time.Time{}, err
	}
	if s = strings.TrimSpace(s); s == "" {
		return time.Time{}, nil
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}, errNotDate
	}
	// Compared as numbers: time.Unix wraps around at the ends of an int64.
	if seconds < first || seconds > last {
		return time.Time{}, errYear
	}
	return time.Unix(seconds-epoch, 0).UTC(), nil
}
