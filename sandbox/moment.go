package sandbox

import (
	"errors"
	"strconv"
	"time"
)

// billingZone is the fixed offset that all printed billing dates carry.
var billingZone = time.FixedZone("", -6*60*60)

// billingTime writes a time as billing documents print it.
func billingTime(t time.Time) string { return t.In(billingZone).Format(time.RFC3339) }

// errMoment words the refusal of a date that cannot be read.
var errMoment = errors.New("must be epoch milliseconds or an ISO 8601 date")

// parseMoment reads a date parameter into epoch milliseconds. The documents do
// not print one format, so those they use elsewhere are all taken.
func parseMoment(text string) (int64, error) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return ms, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, billingZone); err == nil {
			return t.UnixMilli(), nil
		}
	}
	return 0, errMoment
}
