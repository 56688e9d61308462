package sandbox

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// shared is a sandbox that read-only tests use together, with limits off; those
// that change its state make their own.
var shared *fixture

// shopping is a sandbox in which tests shop side by side, each as somebody else.
var shopping *fixture

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	for _, f := range []**fixture{&shared, &shopping} {
		box, err := New(Options{Today: testDay, Worlds: &demoData})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		box.limits.setEnforce("", false)
		*f = &fixture{box: box, srv: httptest.NewServer(box.Handler())}
	}
	code := m.Run()
	shared.srv.Close()
	shopping.srv.Close()
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
