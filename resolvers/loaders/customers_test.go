package loaders

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/upstream"
)

// sellsTo answers pages of a reseller's customers, c000 and on.
func sellsTo(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.FormValue("page"))
		size, _ := strconv.Atoi(r.FormValue("size"))
		of := []doc{}
		for i := page * size; i < min(n, (page+1)*size); i++ {
			of = append(of, doc{"id": r.FormValue("context") + strconv.Itoa(i)})
		}
		reply(w, of)
	}
}

func TestCustomersAreReadWhole(t *testing.T) {
	t.Parallel()
	for n, calls := range map[int]int{0: 1, 3: 1, 100: 2, 250: 3, 4999: 50} {
		b := newBackend(t)
		b.fault("customers", sellsTo(n))
		d, ann := NewDirectory(map[string]*Tenant{"acme": b.tenant(t)}, 0), reseller(t, "ann", "r")
		for range 2 { // the second time from the cache
			got, err := d.Customers(t.Context(), ann, auth.RoleReseller)
			if err != nil || len(got) != n || n > 0 && !slices.Contains(got, "RESELLER"+strconv.Itoa(n-1)) {
				t.Errorf("%d customers: read %d, %v", n, len(got), err)
			}
		}
		if asked := b.counts()["customers"]; asked != calls {
			t.Errorf("%d customers: %d calls, want %d", n, asked, calls)
		}
	}
}

// TestCustomersAreTheViewersOwn: nobody is given what another's token has read, nor what it read in another role.
func TestCustomersAreTheViewersOwn(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.fault("customers", sellsTo(1))
	d := NewDirectory(map[string]*Tenant{"acme": b.tenant(t)}, 0)
	for i, v := range []*auth.Viewer{reseller(t, "ann", "r"), reseller(t, "bob", "r", auth.RoleResellerManager)} {
		for _, as := range []auth.Role{auth.RoleReseller, auth.RoleResellerManager} {
			got, err := d.Customers(t.Context(), v, as)
			if want := []string{string(as)[len("ROLE_"):] + "0"}; err != nil || !slices.Equal(got, want) {
				t.Errorf("viewer %d as %s: %v, %v", i, as, got, err)
			}
			if calls := b.counts()["customers"]; calls != 1 {
				t.Errorf("viewer %d as %s: %d calls", i, as, calls)
			}
		}
	}
}

func TestCustomersThatCannotBeRead(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	d := NewDirectory(map[string]*Tenant{"acme": b.tenant(t)}, 0)
	ask := func(id string) ([]string, error) {
		return d.Customers(t.Context(), reseller(t, id, "r"), auth.RoleReseller)
	}
	b.fault("customers", sellsTo(5000))
	if got, err := ask("ann"); !errors.Is(err, errTooManyCustomers) {
		t.Errorf("5000 customers: %d, %v", len(got), err)
	}
	b.fail("customers", http.StatusForbidden)
	if got, err := ask("bob"); err != nil || len(got) > 0 {
		t.Errorf("whom the backend refuses: %v, %v", got, err)
	}
	b.fail("customers", http.StatusBadGateway)
	if got, err := ask("eve"); upstream.KindOf(err) != upstream.Unavailable {
		t.Errorf("a backend that is away: %v, %v", got, err)
	}
	b.fail("customers", http.StatusNotFound)
	if got, err := ask("joe"); err == nil {
		t.Errorf("no such endpoint: %v", got)
	}
}
