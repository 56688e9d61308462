package wire

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Time is a moment in any of the documented forms, in UTC. The zero Time is null.
type Time struct{ time.Time }

// layouts are the textual forms. Each carries its own offset, save the bare
// date, which is midnight UTC. Names of zones other than GMT are not taken:
// what "EST" means to the time package depends on the machine it runs on.
var layouts = []string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999-0700", // an offset without its colon
	"2006-01-02 15:04:05.999999999Z07:00",
	time.DateOnly,
	"Mon, 2 Jan 2006 15:04:05 -0700", // RFC 2822, with and without the optional day
	"2 Jan 2006 15:04:05 -0700",
	"Mon, 2 Jan 2006 15:04:05 GMT",
	"2 Jan 2006 15:04:05 GMT",
}

var (
	errNotDate = errors.New("not a date")
	// errYear keeps out what no other JSON writer could write again.
	errYear = errors.New("not a date: the year is not one of 1 to 9999")
)

// UnmarshalJSON takes epoch milliseconds (number or string), ISO 8601, RFC 2822, null and "".
func (t *Time) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return err
	}
	if s = strings.TrimSpace(s); s == "" {
		*t = Time{}
		return nil
	}
	at, err := parseTime(s)
	if err != nil {
		return err
	}
	if at = at.UTC(); at.Year() < 1 || at.Year() > 9999 {
		return errYear
	}
	*t = Time{at}
	return nil
}

func parseTime(s string) (time.Time, error) {
	if millis, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.UnixMilli(millis), nil
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, s); err == nil {
			return at, nil
		}
	}
	return time.Time{}, errNotDate
}

// Ptr is nil where the backend said nothing.
func (t Time) Ptr() *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t.Time
}
