package main

import (
	"testing"

	"go.uber.org/goleak"
)

// Everything a gateway starts must have ended when it is closed.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
