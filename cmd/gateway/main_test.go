package main

import (
	"flag"
	"os"
	"testing"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

// Most of these tests wait: for backends that are slow on purpose, and for
// their turn at paced ones. More of them fit side by side than there are cores.
const sideBySide = "4"

// Everything a gateway starts must have ended when it is closed.
func TestMain(m *testing.M) {
	redis.SetLogger(silent{}) // as main does
	if told := os.Getenv(childVariable); told != "" {
		os.Exit(serveChild(told)) // this process is a gateway of a test's
	}
	if os.Unsetenv("REDIS_URL") != nil { // the tests have servers of their own
		os.Exit(1)
	}
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "test.parallel" })
	if !asked && flag.Set("test.parallel", sideBySide) != nil {
		os.Exit(1)
	}
	// A pool that could not dial notices up to a second later that it was closed; no test waits for that.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}
