//go:build clients

package main

import (
	"os"
	"os/exec"
	"testing"
)

// TestClientLibraries runs the scripts of clients/compatibility, each the way
// of one GraphQL client, against a gateway of its own.
func TestClientLibraries(t *testing.T) { npm(t, "test") }

// TestAudits runs the audits of GraphQL over HTTP on both endpoints.
func TestAudits(t *testing.T) { npm(t, "audit") }

// npm runs a script of clients/compatibility.
func npm(t *testing.T, script string) {
	t.Helper()
	g := startBackends(t, 1).start(t)
	command := exec.CommandContext(t.Context(), "npm", "run", "--silent", script)
	command.Dir = "../../clients/compatibility"
	command.Env = append(os.Environ(), "GRAPH="+g.url+"/api/graphql", "TOKEN="+g.token(t, "acme", "admin"))
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
