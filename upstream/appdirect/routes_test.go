package appdirect_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/contract"
)

// facts are the documented figures of the endpoints in use, testdata/facts.json.
type facts struct {
	General limitFact   `json:"general"`
	Routes  []routeFact `json:"routes"`
}

type routeFact struct {
	contract.Endpoint
	Roles     []string   `json:"roles"`
	RateLimit *limitFact `json:"rateLimit"`
	Headers   []string   `json:"headers"` // those required
	Statuses  []int      `json:"statuses"`
	Sample    bool       `json:"sample"`
}

type limitFact struct {
	Bucket        int     `json:"bucket"`
	LeakPerSecond float64 `json:"leakPerSecond"`
	MaxRequests   int     `json:"maxRequests"`
	Points        int     `json:"points"`
	LeakPoints    float64 `json:"leakPointsPerSecond"`
	WindowSeconds int     `json:"windowSeconds"`
	Scope         string  `json:"scope"`
}

// pointsPerCall is what docs/assumptions.md says that a question to the backend's own graph costs at most.
const pointsPerCall = 100

// bucket is the limit as a route has to state it.
func (l *limitFact) bucket() upstream.Bucket {
	switch {
	case l == nil:
		return upstream.Bucket{}
	case l.Points > 0:
		return upstream.Bucket{Kind: upstream.LeakyBucket, Size: l.Points / pointsPerCall, PerSecond: l.LeakPoints / pointsPerCall}
	case l.WindowSeconds > 0:
		b := upstream.Bucket{Kind: upstream.FixedWindow, Size: l.MaxRequests, Window: time.Duration(l.WindowSeconds) * time.Second}
		if l.Scope == "caller" {
			b.Scope = upstream.ScopeCaller
		}
		return b
	default:
		return upstream.Bucket{Kind: upstream.LeakyBucket, Size: l.Bucket, PerSecond: l.LeakPerSecond}
	}
}

func TestRoutesAreAsDocumented(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	contract.CheckRoutes(t, room, f.Routes, routeFact.Takes, func(t *testing.T, r *upstream.Route, fact routeFact) {
		t.Helper()
		if diff := cmp.Diff(fact.RateLimit.bucket(), r.Bucket); diff != "" {
			t.Errorf("limit (-documented +ours):\n%s", diff)
		}
		if err := r.Bucket.Validate(); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(fact.Headers, r.Header); diff != "" {
			t.Errorf("headers (-required +ours):\n%s", diff)
		}
		if !slices.ContainsFunc(fact.Statuses, func(status int) bool { return status < 300 }) {
			t.Errorf("documented statuses %v are no answer", fact.Statuses)
		}
		if answers := !slices.Contains(unread, r); answers && fact.Sample == (r.Assumed != "") {
			t.Errorf("sample printed: %t, yet assumed: %q", fact.Sample, r.Assumed)
		}
	})
}

// TestAuthority: client credentials carry ROLE_PARTNER or ROLE_PARTNER_READ
// only. A system call needs one of them, or a stated reason where no role is
// printed. What admits neither is called with the viewer's own token, or in a
// service user's name where the answer is the same whoever asks.
func TestAuthority(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	for _, r := range appdirect.Routes() {
		roles := contract.FactOf(t, f.Routes, r).Roles
		want := upstream.System
		if !slices.Contains(roles, "ROLE_PARTNER") && !slices.Contains(roles, "ROLE_PARTNER_READ") && len(roles) > 0 {
			want = upstream.Viewer
		}
		if r.Authority != want {
			t.Errorf("%s: called as %s; the contract admits %v", r.Name, r.Authority, roles)
		}
		if r.Else != "" && (r.Authority != upstream.Viewer || r.Else != upstream.ServiceUser) {
			t.Errorf("%s: called as %q", r.Name, r.Authorities())
		}
		if (r.Ours != "") != (len(roles) == 0) {
			t.Errorf("%s: printed roles %v, our reason %q", r.Name, roles, r.Ours)
		}
	}
}

func TestGeneralLimit(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	if diff := cmp.Diff(f.General.bucket(), appdirect.General()); diff != "" {
		t.Errorf("(-documented +ours):\n%s", diff)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	room.CheckNames(t)
}

// writes are what the gateway changes at the backend.
var writes = []*upstream.Route{
	appdirect.CreateCart, appdirect.UpdateCart, appdirect.AddCartItem, appdirect.UpdateCartItem, appdirect.RemoveCartItems,
	appdirect.ValidateCart, appdirect.FinalizeCart, appdirect.CreateFulfilment, appdirect.ChooseShipping,
	appdirect.CreatePaymentMethod, appdirect.SetDefaultPaymentMethod,
	appdirect.RemoveCartItem, appdirect.RemoveCartDiscount, appdirect.PreauthCart, appdirect.CreateWebhook, appdirect.DeleteWebhook,
}

// TestWrites: whatever is not here may be sent twice.
func TestWrites(t *testing.T) {
	t.Parallel()
	for _, r := range room.Routes {
		if r.Idempotent() == slices.Contains(writes, r) {
			t.Errorf("%s: idempotent %t", r.Name, r.Idempotent())
		}
	}
}

func TestFreshness(t *testing.T) {
	t.Parallel()
	room.CheckFreshness(t, append([]*upstream.Route{
		appdirect.ListCarts, appdirect.ReadCart, appdirect.ReadCartPrices, appdirect.PreviewCart, appdirect.ReadCartValidation,
		appdirect.ReadCartFields, appdirect.ListDiscounts, appdirect.ListOrders, appdirect.ListCompanyOrders, appdirect.ReadOrder,
		appdirect.ReadFulfilments, appdirect.ListPaymentMethods, appdirect.ListWebhooks,
	}, writes...)...)
}

// TestPaging: a route has a page size exactly when its endpoint is paged, and
// then both parameters that paging takes.
func TestPaging(t *testing.T) {
	t.Parallel()
	const pageCap, startCap = 100, 250
	f := contract.Facts[facts](t, room)
	for _, r := range appdirect.Routes() {
		fact := contract.FactOf(t, f.Routes, r)
		want, position, size := 0, "", ""
		switch {
		case fact.Takes("number"): // from 1
			want, position, size = pageCap, "number", "size"
		case fact.Takes("size"):
			want, position, size = pageCap, "page", "size"
		case fact.Takes("count"):
			want, position, size = startCap, "start", "count"
		}
		if r.PageSize != want {
			t.Errorf("%s: page size %d, want %d", r.Name, r.PageSize, want)
		}
		if want != 0 && (!slices.Contains(r.Query, position) || !slices.Contains(r.Query, size)) {
			t.Errorf("%s: sends %v, which cannot page", r.Name, r.Query)
		}
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	room.CheckTags(t)
}

func TestPathsExpand(t *testing.T) {
	t.Parallel()
	room.CheckPaths(t)
}

// TestDefaultOrders: nodes come in the backend's order. Where docs/assumptions.md
// names it, the facts have to print it.
func TestDefaultOrders(t *testing.T) {
	t.Parallel()
	f := contract.Facts[facts](t, room)
	for _, c := range []struct {
		route        *upstream.Route
		field, order string
	}{
		{appdirect.ListCompanies, "NAME", "DESC"},
		{appdirect.ListMemberships, "DATE", "ASC"},
		{appdirect.ListUsers, "DATE", "ASC"},
		{appdirect.ListApplications, "NAME", "ASC"},
		{appdirect.ListSubscriptions, "DATE", "ASC"},
		{appdirect.ListCompanySubscriptions, "DATE", "ASC"},
		{appdirect.ListOrders, "DATE", "ASC"},
		{appdirect.ListCompanyOrders, "DATE", "ASC"},
		{appdirect.ListDiscounts, "CREATED_ON", "ASC"},
		{appdirect.ListLeads, "DATE", "DESC"},
		{appdirect.ListPartnerLeads, "DATE", "DESC"},
	} {
		fact := contract.FactOf(t, f.Routes, c.route)
		if got := fact.Default("sortField"); got != c.field {
			t.Errorf("%s: by %v, not %s", c.route.Name, got, c.field)
		}
		if got := fact.Default("sortOrder"); got != c.order {
			t.Errorf("%s: %v, not %s", c.route.Name, got, c.order)
		}
	}
}
