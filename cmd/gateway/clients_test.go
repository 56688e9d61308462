//go:build clients

package main

import (
	"os"
	"os/exec"
	"testing"
)

// TestClientLibraries runs the scripts of clients/compatibility, each the way
// of one GraphQL client, against a gateway of its own.
func TestClientLibraries(t *testing.T) {
	g := startBackends(t, 1).start(t)
	npm := exec.CommandContext(t.Context(), "npm", "test", "--silent")
	npm.Dir = "../../clients/compatibility"
	npm.Env = append(os.Environ(), "GRAPH="+g.url+"/api/graphql")
	out, err := npm.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
