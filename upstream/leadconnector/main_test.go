package leadconnector_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the room when a test leaves a goroutine behind: token flights must all end.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
