package appdirect_test

import (
	"os"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
)

func TestCachingIsWritten(t *testing.T) {
	t.Parallel()
	room.CheckCachingPage(t)
}

func TestAssumptionsAreWritten(t *testing.T) {
	t.Parallel()
	room.CheckAssumptionsPage(t)
}

func TestRoutesAreListed(t *testing.T) {
	t.Parallel()
	room.CheckListed(t)
}

// TestAuthorityIsWritten: the page names every Route that is not the system's, with as whom it is called.
func TestAuthorityIsWritten(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/backends/appdirect.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range room.Routes {
		row := "| `" + r.Name + "` | `" + string(r.Authority) + "` | "
		if r.Else != "" {
			row += "`" + string(r.Else) + "`"
		} else {
			row += "nobody"
		}
		if written := strings.Contains(string(page), row); written != (r.Authority != upstream.System) {
			t.Errorf("docs/backends/appdirect.md has the row %q: %t", row, written)
		}
	}
}
