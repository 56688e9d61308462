package leadconnector_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
)

// facts are the documented figures of the endpoints in use, testdata/facts.json.
type facts struct {
	Version            string
	AccessTokenSeconds int
	Burst              struct{ Requests, PerSeconds int }
	Daily              struct{ Requests int }
	Routes             []routeFact
}

type routeFact struct {
	contract.Endpoint
	Version      bool
	Tokens, Form []string
	Status       int
}

func TestRoutesAreAsDocumented(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	contract.CheckRoutes(t, room, f.Routes, routeFact.Takes, func(t *testing.T, r *upstream.Route, fact routeFact) {
		t.Helper()
		if r.Bucket != (upstream.Bucket{}) || fact.Status != http.StatusOK || r.Form != (len(fact.Form) > 0) {
			t.Errorf("bucket %+v, status %d, form %t", r.Bucket, fact.Status, r.Form)
		}
	})
}

// TestPaging: a list is what takes skip and limit.
func TestPaging(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	for _, r := range leadconnector.Routes() {
		pages := contract.FactOf(t, f.Routes, r).Takes("skip")
		if pages != (r.PageSize > 0) || pages != slices.Contains(r.Query, "skip") || pages != slices.Contains(r.Query, "limit") {
			t.Errorf("%s: page size %d, sends %v", r.Name, r.PageSize, r.Query)
		}
	}
}

// TestLocationOnly: a route that admits nothing but a location's token is one that LocationOnly names.
func TestLocationOnly(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	for _, r := range leadconnector.Routes() {
		want := slices.Equal(contract.FactOf(t, f.Routes, r).Tokens, []string{"Location-Access-Only"})
		if got := leadconnector.LocationOnly(r); got != want {
			t.Errorf("%s: %t, want %t", r.Name, got, want)
		}
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	want := upstream.Bucket{Kind: upstream.FixedWindow, Size: f.Burst.Requests, Window: time.Duration(f.Burst.PerSeconds) * time.Second}
	if diff := cmp.Diff(want, leadconnector.General()); diff != "" {
		t.Errorf("(-documented +ours):\n%s", diff)
	}
}

func TestQuota(t *testing.T) {
	t.Parallel()
	want := upstream.Bucket{Kind: upstream.DailyQuota, Size: contract.Facts[facts](t, room).Daily.Requests}
	if diff := cmp.Diff(want, leadconnector.Quota()); diff != "" {
		t.Errorf("(-documented +ours):\n%s", diff)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	if got := leadconnector.Header(); got.Get("Version") != f.Version || len(got) != 1 {
		t.Errorf("%v, want version %s", got, f.Version)
	}
	leadconnector.Header().Set("Version", "other")
	if leadconnector.Header().Get("Version") != f.Version {
		t.Error("one caller's header is another's")
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	room.CheckNames(t)
	for _, r := range room.Routes {
		if r.Authority != upstream.System {
			t.Errorf("%s: called as %s", r.Name, r.Authority)
		}
		if r.Idempotent() != (r != leadconnector.IssueLocationToken) {
			t.Errorf("%s: %s", r.Name, r.Method)
		}
	}
}

// TestFreshness: funds decide what may be charged now, and tokens are secrets; all else is kept for a while.
func TestFreshness(t *testing.T) {
	t.Parallel()
	room.CheckFreshness(t, leadconnector.HasFunds, leadconnector.IssueLocationToken)
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
