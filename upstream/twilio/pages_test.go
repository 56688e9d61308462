package twilio_test

import (
	"testing"

	"github.com/marketgraph/marketgraph/upstream/twilio"
)

func TestCachingIsWritten(t *testing.T) {
	t.Parallel()
	room.CheckCachingPage(t)
}

func TestLimitIsWritten(t *testing.T) {
	t.Parallel()
	room.CheckLimitPage(t, twilio.General())
}
