package twilio_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// facts are the documented figures of the endpoints in use, testdata/facts.json.
type facts struct {
	Concurrency struct {
		Scope string `json:"scope"`
		Size  *int   `json:"size"`
	} `json:"concurrency"`
	PageSize struct{ Maximum int } `json:"pageSize"`
	Routes   []routeFact           `json:"routes"`
}

type routeFact struct {
	contract.Endpoint
	Host, List, Paging string
	Status             int
}

func TestRoutesAreAsDocumented(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	contract.CheckRoutes(t, room, f.Routes, routeFact.Takes, func(t *testing.T, r *upstream.Route, fact routeFact) {
		t.Helper()
		if r.Bucket != (upstream.Bucket{}) {
			t.Error("no endpoint prints a limit of its own")
		}
		if fact.Status != http.StatusOK {
			t.Errorf("answers %d", fact.Status)
		}
	})
}

// TestPaging: a list asks for the largest page and can ask for the next; nothing else is a list.
func TestPaging(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	for _, r := range twilio.Routes() {
		want := 0
		if contract.FactOf(t, f.Routes, r).Paging != "" {
			want = f.PageSize.Maximum
		}
		if r.PageSize != want {
			t.Errorf("%s: page size %d, want %d", r.Name, r.PageSize, want)
		}
		for _, param := range []string{"PageSize", "Page", "PageToken"} {
			if slices.Contains(r.Query, param) != (want != 0) {
				t.Errorf("%s: sends %v", r.Name, r.Query)
			}
		}
	}
}

// TestQueriesAreTheirOwn: lists of parameters share a beginning, and must not share memory.
func TestQueriesAreTheirOwn(t *testing.T) {
	t.Parallel()
	for _, r := range twilio.Routes() {
		seen := slices.Sorted(slices.Values(r.Query))
		if len(slices.Compact(seen)) != len(r.Query) {
			t.Errorf("%s sends %v", r.Name, r.Query)
		}
	}
}

func TestGeneralLimit(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	limit := twilio.General()
	if err := limit.Validate(); err != nil || limit.Kind != upstream.Semaphore {
		t.Errorf("%+v, %v: the backend limits what is under way at once", limit, err)
	}
	if f.Concurrency.Scope != "account" || f.Concurrency.Size != nil {
		t.Errorf("%+v: a printed size is to be taken instead of ours", f.Concurrency)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	room.CheckNames(t)
	for _, r := range room.Routes {
		if r.Method != http.MethodGet || r.Authority != upstream.System {
			t.Errorf("%s: %s as %s", r.Name, r.Method, r.Authority)
		}
	}
}

// TestFreshness: all is kept for a while but accounts, whose replies hold their tokens.
func TestFreshness(t *testing.T) {
	t.Parallel()
	room.CheckFreshness(t, twilio.ReadAccount)
	if !strings.Contains(string(room.Sample(t, "account")), "auth_token") {
		t.Error("the account's sample has no token any more")
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	room.CheckPaths(t)
	room.CheckTags(t)
}

func TestRoutesAreListed(t *testing.T) {
	t.Parallel()
	room.CheckListed(t)
}
