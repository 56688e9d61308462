package upstream

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the package when a test leaves a goroutine behind: pacer, retry and token flights must all end.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
