package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/sandbox"
)

// TestFaultMatrixIsWritten: docs/reliability.md shows what the suites play, row by row.
func TestFaultMatrixIsWritten(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{faultTable(readFaults(t)), lossTable(), surroundingTable(readSurroundings(t))} {
		if !strings.Contains(string(page), table) {
			t.Errorf("docs/reliability.md lacks this:\n%s", table)
		}
	}
}

func faultTable(rows []faultRow) string {
	var b strings.Builder
	b.WriteString("| a Backend … | `code` | `retryable` | message |\n| --- | --- | --- | --- |\n")
	for _, r := range rows {
		retryable := "no"
		if r.Retryable {
			retryable = "yes"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | the backend … %s |\n", r.What, r.Code, retryable, r.Message)
	}
	return b.String()
}

func lossTable() string {
	var b strings.Builder
	b.WriteString("| of | is null |\n| --- | --- |\n")
	for _, backend := range []string{sandbox.BackendAppDirect, sandbox.BackendKazoo, sandbox.BackendTwilio, sandbox.BackendLeadConnector} {
		fmt.Fprintf(&b, "| %s | `%s` |\n", backend, strings.Join(lostWith[backend], "`, `"))
	}
	return b.String()
}

func surroundingTable(rows []surrounding) string {
	var b strings.Builder
	b.WriteString("| when | that is | the client sees |\n| --- | --- | --- |\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.Case, r.What, r.Sees)
	}
	return b.String()
}
