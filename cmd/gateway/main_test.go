package main

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// Most of these tests wait: for backends that are slow on purpose, and for
// their turn at paced ones. More of them fit side by side than there are cores.
const sideBySide = "6"

// Everything a gateway starts must have ended when it is closed.
func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "test.parallel" })
	if !asked && flag.Set("test.parallel", sideBySide) != nil {
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}
