package kazoo_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// facts are the documented figures of the endpoints in use, testdata/facts.json.
type facts struct {
	General struct {
		Tokens        int     `json:"tokens"`
		FillPerSecond float64 `json:"fillPerSecond"`
	} `json:"general"`
	Paging          []string    `json:"paging"`
	Filters         []string    `json:"filters"`
	MaxRangeSeconds int         `json:"maxRangeSeconds"`
	TokenTTLSeconds int         `json:"tokenTTLSeconds"`
	UnixOffset      int64       `json:"unixOffset"`
	Routes          []routeFact `json:"routes"`
}

type routeFact struct {
	contract.Endpoint
	Paginated bool     `json:"paginated"`
	Fields    []string `json:"fields"`
	Auth      string   `json:"auth"`
	Status    int      `json:"status"`
	Sample    bool     `json:"sample"`
}

// documents tells whether a parameter is one of paging or fits one of the filters' patterns.
func (f facts) documents(parameter string) bool {
	for _, pattern := range append(slices.Clone(f.Paging), f.Filters...) {
		stem, _, isPattern := strings.Cut(pattern, "{")
		if parameter == pattern || isPattern && strings.HasPrefix(parameter, stem) {
			return true
		}
	}
	return false
}

func TestRoutesAreAsDocumented(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	documents := func(_ routeFact, parameter string) bool { return f.documents(parameter) }
	contract.CheckRoutes(t, room, f.Routes, documents, func(t *testing.T, r *upstream.Route, fact routeFact) {
		t.Helper()
		if fact.Auth != kazoo.AuthHeader || fact.Status != http.StatusOK {
			t.Errorf("authorised by %q, answered by %d", fact.Auth, fact.Status)
		}
		if fact.Sample == (r.Assumed != "") {
			t.Errorf("sample printed: %t, yet assumed: %q", fact.Sample, r.Assumed)
		}
		if paged := r.PageSize > 0; paged != fact.Paginated || paged != slices.Contains(r.Query, "start_key") || paged != slices.Contains(r.Query, "page_size") {
			t.Errorf("documented as paged: %t; page size %d, parameters %v", fact.Paginated, r.PageSize, r.Query)
		}
		if r.Bucket != (upstream.Bucket{}) {
			t.Errorf("a limit of its own: %+v", r.Bucket)
		}
	})
}

// TestLimits: a bucket of tokens that fills is one of calls that leaks.
func TestLimits(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	want := upstream.Bucket{Kind: upstream.LeakyBucket, Size: f.General.Tokens, PerSecond: f.General.FillPerSecond}
	if diff := cmp.Diff(want, kazoo.General()); diff != "" {
		t.Errorf("(-documented +ours):\n%s", diff)
	}
	if err := kazoo.General().Validate(); err != nil {
		t.Error(err)
	}
	if got := int(kazoo.MaxRange / time.Second); got != f.MaxRangeSeconds {
		t.Errorf("range of %d seconds, documented are %d", got, f.MaxRangeSeconds)
	}
}

func TestNamesAndAuthority(t *testing.T) {
	t.Parallel()
	room.CheckNames(t)
	for _, r := range room.Routes {
		if r.Method != http.MethodGet {
			t.Errorf("%s: %s is no read", r.Name, r.Method)
		}
		if r.Authority != upstream.System || r.Ours == "" {
			t.Errorf("%s: called as %s, reason %q; no roles are printed", r.Name, r.Authority, r.Ours)
		}
	}
}

// TestFreshness: what is never kept is listed here, so that nothing gets or loses its freshness by accident.
func TestFreshness(t *testing.T) {
	t.Parallel()
	room.CheckFreshness(t, kazoo.ReadBalance, kazoo.ListChannels)
}

func TestPathsAndTags(t *testing.T) {
	t.Parallel()
	room.CheckPaths(t)
	room.CheckTags(t)
	for _, r := range room.Routes {
		for _, tag := range r.Tags {
			if !strings.HasPrefix(tag, "telephony") {
				t.Errorf("%s: tag %s may mean another backend's", r.Name, tag)
			}
		}
	}
}

func TestRoutesAreListed(t *testing.T) {
	t.Parallel()
	room.CheckListed(t)
}

func TestPagesAreInStep(t *testing.T) {
	t.Parallel()
	room.CheckAssumptionsPage(t)
	room.CheckCachingPage(t)
}
