package leadconnector_test

import (
	"testing"

	"github.com/marketgraph/marketgraph/upstream/leadconnector"
)

func TestCachingIsWritten(t *testing.T) {
	t.Parallel()
	room.CheckCachingPage(t)
}

func TestLimitIsWritten(t *testing.T) {
	t.Parallel()
	room.CheckLimitPage(t, leadconnector.General())
}
