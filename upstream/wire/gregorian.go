package wire

import (
	"strconv"
	"time"
)

// gregorianEpoch is the Unix epoch in seconds since the year 0 of the Gregorian calendar, as Erlang counts them.
const gregorianEpoch = 62_167_219_200

// Gregorian is a moment that is written as seconds since the year 0, in UTC. The
// zero Gregorian is null. It is a type of its own because such a number is also a
// valid number of milliseconds: only the backend's manual tells them apart.
type Gregorian struct{ time.Time }

// UnmarshalJSON takes a whole number or a text with one, null and "". Seconds
// since 1970 would be taken for a year in antiquity, and are refused as one.
func (g *Gregorian) UnmarshalJSON(b []byte) error {
	var err error
	g.Time, err = countedSeconds(b, gregorianFirst, gregorianLast, gregorianEpoch)
	return err
}

// Ptr is nil where the backend said nothing.
func (g Gregorian) Ptr() *time.Time {
	if g.IsZero() {
		return nil
	}
	return &g.Time
}

// GregorianSeconds is how a moment is written in a query; fractions of a second are cut off.
func GregorianSeconds(t time.Time) string {
	return strconv.FormatInt(t.Unix()+gregorianEpoch, 10)
}

// What is read are the years 1000 to 9999, which lets neither seconds nor milliseconds since 1970 pass.
const (
	gregorianFirst = 31_556_995_200
	gregorianLast  = 315_569_519_999
)
