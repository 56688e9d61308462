package loaders

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
)

// shelf is a tenant whose clock a test moves, and what operations were told of stale replies.
type shelf struct {
	*backend
	tenant *Tenant

	budget *upstream.Budget // of the operations; nil is unlimited

	mu    sync.Mutex
	now   time.Time
	stale []Stale
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	s := &shelf{backend: newBackend(t), now: time.Now()}
	s.companies = []doc{{"uuid": "c1", "name": "One"}}
	s.tenant = newTenant(t, s.client)
	c, err := cache.New(cache.Options{Now: s.clock, Jitter: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	s.tenant.cache = c
	return s
}

func (s *shelf) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *shelf) wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// company is one operation that asks for the company, and how long its answer may be kept.
func (s *shelf) company(t *testing.T, id string) (name string, fresh time.Duration, err error) {
	t.Helper()
	l := New(s.tenant, auth.Anonymous("acme"))
	s.stale = nil
	l.OnStale(func(_ context.Context, stale Stale) { s.stale = append(s.stale, stale) })
	got, err := readCompany.get(upstream.WithBudget(t.Context(), s.budget), l, ask{params: map[string]string{"companyUuid": id}})
	if err == nil {
		name = value(got.Name)
	}
	return name, l.Fresh(), err
}

// TestStaleAnswers: what a company's reply is served as, by its age and what the
// backend does meanwhile, and what is told of it.
func TestStaleAnswers(t *testing.T) {
	t.Parallel()
	answer := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}
	for name, test := range map[string]struct {
		age    time.Duration
		fault  http.HandlerFunc
		reason string
		kind   upstream.Kind
	}{
		"fresh":             {age: 59 * time.Second},
		"ageing":            {age: time.Minute, reason: "REFRESHING"},
		"old":               {age: 6 * time.Minute},
		"old, and 500":      {age: 6 * time.Minute, fault: answer(500), reason: "UNANSWERED"},
		"old, and 429":      {age: 6 * time.Minute, fault: answer(429), reason: "UNANSWERED"},
		"old, and cut off":  {age: 6 * time.Minute, fault: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, reason: "UNANSWERED"},
		"old, and 401":      {age: 6 * time.Minute, fault: answer(401), kind: upstream.Unauthenticated},
		"old, and 403":      {age: 6 * time.Minute, fault: answer(403), kind: upstream.Forbidden},
		"old, and 404":      {age: 6 * time.Minute, fault: answer(404), kind: upstream.NotFound},
		"over an hour, 500": {age: time.Hour, fault: answer(500), kind: upstream.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			if _, fresh, err := s.company(t, "c1"); err != nil || fresh != time.Minute || s.stale != nil {
				t.Fatalf("at first: fresh for %v, %v, stale %v", fresh, err, s.stale)
			}
			s.wait(test.age)
			s.fault("company", test.fault)
			got, fresh, err := s.company(t, "c1")
			if upstream.KindOf(err) != test.kind || (err == nil) != (got == "One") {
				t.Errorf("%q, %v; want kind %v", got, err, test.kind)
			}
			if test.reason == "" {
				if s.stale != nil {
					t.Errorf("told %v", s.stale)
				}
				return
			}
			if want := (Stale{Backend: "appdirect", Age: test.age, Reason: test.reason}); len(s.stale) != 1 || s.stale[0] != want || fresh != 0 {
				t.Errorf("told %v, to be kept for %v; want %v, and 0", s.stale, fresh, want)
			}
		})
	}
}

// TestASpentBudgetIsNoAnswer: the operation is told, and others have the old reply while
// the backend is away.
func TestASpentBudgetIsNoAnswer(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	if _, _, err := s.company(t, "c1"); err != nil {
		t.Fatal(err)
	}
	s.wait(6 * time.Minute)
	s.budget = upstream.NewBudget(0)
	if _, _, err := s.company(t, "c1"); upstream.KindOf(err) != upstream.BudgetSpent {
		t.Errorf("without calls: %v", err)
	}
	s.budget = nil
	s.fail("company", 500)
	s.counts()
	if got, _, err := s.company(t, "c1"); err != nil || got != "One" || s.counts()["company"] == 0 {
		t.Errorf("%q, %v; want the old reply, after asking", got, err)
	}
}

// TestRefusalsAreKept for five seconds, and end with what makes the company. A strict
// reader has them too: they are not stale.
func TestRefusalsAreKept(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	ask := func(calls int) {
		t.Helper()
		if _, _, err := s.company(t, "c2"); upstream.KindOf(err) != upstream.NotFound {
			t.Errorf("%v, want not found", err)
		}
		s.backend.mu.Lock()
		defer s.backend.mu.Unlock()
		if got := s.calls["company"]; got != calls {
			t.Errorf("%d calls, want %d", got, calls)
		}
	}
	ask(1)
	ask(1)
	s.wait(refusedFresh)
	ask(2)
	if err := s.tenant.cache.Evict(t.Context(), s.tenant.system.Tag("companies")); err != nil {
		t.Fatal(err)
	}
	ask(3)
}

// TestWhoAViewerIs is read anew once it is not fresh. While there is no answer what was
// known serves for a while, and not a moment after the backend says otherwise.
func TestWhoAViewerIs(t *testing.T) {
	t.Parallel()
	const away = 5 * time.Minute
	for name, test := range map[string]struct {
		age    time.Duration
		status int           // of the backend by now
		bears  time.Duration // as configured
		known  bool
		kind   upstream.Kind
	}{
		"no answer":             {age: away - time.Second, status: 500, bears: away, known: true},
		"no answer for long":    {age: away, status: 500, bears: away, kind: upstream.Unavailable},
		"no answer, never lent": {age: time.Minute, status: 500, kind: upstream.Unavailable},
		"gone by now":           {age: time.Minute, status: 404, bears: away},
		"refused by now":        {age: time.Minute, status: 403, bears: away, kind: upstream.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			s.users = []doc{{"uuid": "u1", "email": "u@example.com"}}
			directory := NewDirectory(map[string]*Tenant{"acme": s.tenant}, test.bears)
			if p, err := directory.Person(t.Context(), "acme", "u1"); err != nil || p.ID != "u1" {
				t.Fatal(p, err)
			}
			s.wait(test.age)
			s.fail("user", test.status)
			s.fail("userMemberships", test.status)
			p, err := directory.Person(t.Context(), "acme", "u1")
			if (p.ID == "u1") != test.known || upstream.KindOf(err) != test.kind {
				t.Errorf("%+v, %v; want known %t, error of kind %v", p, err, test.known, test.kind)
			}
		})
	}
}

// TestCustomersAreNeverStale: they decide on access as roles do.
func TestCustomersAreNeverStale(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.fault("customers", sellsTo(1))
	directory, ann := NewDirectory(map[string]*Tenant{"acme": s.tenant}, 0), reseller(t, "ann", "r")
	if sold, err := directory.Customers(t.Context(), ann, auth.RoleReseller); err != nil || len(sold) != 1 {
		t.Fatal(sold, err)
	}
	s.wait(time.Minute)
	s.fail("customers", http.StatusInternalServerError)
	if sold, err := directory.Customers(t.Context(), ann, auth.RoleReseller); upstream.KindOf(err) != upstream.Unavailable {
		t.Errorf("%v, %v; want no answer", sold, err)
	}
}
