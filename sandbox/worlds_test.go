package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestWritesStayInTheirSandbox: one sandbox is written to by every kind of request
// that writes; another of the same data has still what it had, and after a reset so
// has the first.
func TestWritesStayInTheirSandbox(t *testing.T) {
	t.Parallel()
	written, other := ownTill(t), ownTill(t)
	before, read := holdings(written.acme()), documents(t, other.acme())
	if diff := cmp.Diff(before, holdings(other.acme())); diff != "" {
		t.Fatalf("two sandboxes of a seed begin differently (-one +other):\n%s", diff)
	}
	writeAll(t, written)
	changed := []string{}
	for name, held := range holdings(written.acme()) {
		if held != before[name] {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	want := []string{"associations", "carts", "companies", "discounts", "memberships", "orders", "shop", "subscriptions", "webhooks"}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("written to (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, holdings(other.acme())); diff != "" {
		t.Errorf("the other sandbox changed (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(read, documents(t, other.acme())); diff != "" {
		t.Errorf("a record that both have was changed in place (-before +after):\n%s", diff)
	}
	written.steer(t, http.MethodPost, "/reset", `{"seed":1}`)
	if diff := cmp.Diff(before, holdings(written.acme())); diff != "" {
		t.Errorf("a reset left something behind (-before +after):\n%s", diff)
	}
}

// writeAll makes one request at least of every kind that changes a world.
func writeAll(t *testing.T, l *till) {
	t.Helper()
	w := l.acme()
	l.pay(t, "4111111111111111")
	cart := l.newCart(t, l.line("Harbor Backup", map[string]any{"units": unitsOf("GIGABYTE", 12), "discountCode": "SPRING_20"}))
	l.want(t, http.StatusAccepted, http.MethodPost, cart+"/finalize", nil)
	l.newCart(t)
	member := w.membershipsOf(l.user)[0]
	l.ok(t, http.MethodPatch, "/account/v2/companies/"+l.company+"/memberships/"+l.user, map[string]any{"enabled": member.Facts["enabled"]})
	l.ok(t, http.MethodPatch, "/account/v2/companies/"+l.company, map[string]any{"name": "Renamed"})
	l.ok(t, http.MethodPost, associationsPath, map[string]any{"customerCompanyId": w.companies.all()[40].ID, "resellerCompanyId": resellersCompany(w)})
	ended := w.associations.all()[0].ID
	l.want(t, http.StatusNoContent, http.MethodDelete, associationsPath+"/"+ended, nil)
	hook := map[string]any{"resourceType": "LEAD", "url": "http://127.0.0.1:1"}
	l.want(t, http.StatusCreated, http.MethodPost, "/channel/v1/webhooks", hook)
}

// holdings tells by name which records each part of a world that requests change
// has, in their order. The same record has the same address.
func holdings(w *world) map[string]string {
	out := map[string]string{}
	v, places := reflect.ValueOf(w).Elem(), w.collections()
	for i := range v.NumField() {
		for _, place := range places {
			if v.Field(i).Addr().UnsafePointer() == reflect.ValueOf(place).UnsafePointer() {
				out[v.Type().Field(i).Name] = fmt.Sprint((*place).all())
			}
		}
	}
	s := w.shop
	s.mu.Lock()
	defer s.mu.Unlock()
	out["shop"] = fmt.Sprint(s.discounts, s.carts, s.checks, s.fulfilled, s.methods, s.tokens, s.purchases, s.spendings, s.lastNumber)
	return out
}

// documents writes the records that writes begin with.
func documents(t *testing.T, w *world) []string {
	t.Helper()
	var out []string
	for _, c := range []*Collection{w.companies, w.memberships, w.discounts, w.associations} {
		for _, r := range c.all() {
			raw, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(raw))
		}
	}
	return out
}

// TestEveryCollectionIsCopied: a collection that joins the world and is forgotten
// where worlds are copied would be that of all sandboxes.
func TestEveryCollectionIsCopied(t *testing.T) {
	t.Parallel()
	w := emptyWorld(testDay)
	a, b := reflect.ValueOf(w.copied()).Elem(), reflect.ValueOf(w).Elem()
	found := 0
	for i := range a.NumField() {
		switch a.Type().Field(i).Type {
		case reflect.TypeFor[*Collection]():
			found++
			if a.Field(i).UnsafePointer() == b.Field(i).UnsafePointer() {
				t.Errorf("%s is not copied", a.Type().Field(i).Name)
			}
		case reflect.TypeFor[opinions]():
			for j := range a.Field(i).NumField() {
				found++
				if a.Field(i).Field(j).UnsafePointer() == b.Field(i).Field(j).UnsafePointer() {
					t.Errorf("%s is not copied", a.Type().Field(i).Name)
				}
			}
		}
	}
	if found != len(w.collections()) {
		t.Errorf("%d collections of %d are in the world itself", found, len(w.collections()))
	}
}

// TestCopiedCollections changes copies of a collection at random: each is what was
// done to it alone, and the first is what it was.
func TestCopiedCollections(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		record := func(id string) *Record { return &Record{ID: id, Aliases: []string{"alias:" + id}} }
		ids := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
		base, was := &Collection{}, map[string]*Record{}
		for _, id := range rapid.SliceOfNDistinct(ids, 0, 4, rapid.ID).Draw(t, "base") {
			was[id] = record(id)
			if err := base.Put(was[id]); err != nil {
				t.Fatal(err)
			}
		}
		all := []*Collection{base, base.copied(), base.copied(), base.copied()}
		model := []map[string]*Record{was, maps.Clone(was), maps.Clone(was), maps.Clone(was)}
		one := rapid.IntRange(1, 3)
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				i, r := one.Draw(t, "copy"), record(ids.Draw(t, "id"))
				if err := all[i].Put(r); err != nil {
					t.Fatal(err)
				}
				model[i][r.ID] = r
			},
			"remove": func(t *rapid.T) {
				i, id := one.Draw(t, "copy"), ids.Draw(t, "id")
				if all[i].Remove(id) != (model[i][id] != nil) {
					t.Fatalf("copy %d was wrong about having %s", i, id)
				}
				delete(model[i], id)
			},
			"": func(t *rapid.T) {
				for i, c := range all {
					for _, id := range []string{"a", "b", "c", "d", "e"} {
						if want := model[i][id]; c.Get(id) != want || c.Get("alias:"+id) != want {
							t.Fatalf("collection %d has another %s", i, id)
						}
					}
					if c.Len() != len(model[i]) || slices.ContainsFunc(c.all(), func(r *Record) bool { return model[i][r.ID] != r }) {
						t.Fatalf("collection %d lists %v, want %v", i, c.all(), model[i])
					}
				}
			},
		})
	})
}

// TestWorldsAreMadeOnce, as long as they are asked for now and then.
func TestWorldsAreMadeOnce(t *testing.T) {
	t.Parallel()
	var w Worlds
	made := 0
	ask := func(seed uint64) {
		_, err := w.find(worldKey{"acme", seed, testDay.Unix()}, func() (*world, error) { made++; return emptyWorld(testDay), nil })()
		if err != nil {
			t.Fatal(err)
		}
	}
	for seed := range uint64(3 * worldsKept) {
		ask(0)
		ask(seed)
	}
	if made != 3*worldsKept || len(w.kept) != worldsKept {
		t.Errorf("made %d and kept %d, want %d and %d", made, len(w.kept), 3*worldsKept, worldsKept)
	}
	ask(1)
	if made != 3*worldsKept+1 {
		t.Error("what was not asked for any more was kept")
	}
}

// TestWorldsTellApart seeds, days and tenants: none gets another's data.
func TestWorldsTellApart(t *testing.T) {
	t.Parallel()
	acme, globex := Tenants()[0], Tenants()[1]
	first := func(t0 Tenant, index int, seed uint64, day time.Time) string {
		w, err := demoData.copyOf(t0, index, seed, day)
		if err != nil {
			t.Fatal(err)
		}
		return w.companies.all()[0].ID + w.today.String()
	}
	seen := map[string]bool{
		first(acme, 0, 1, testDay): true, first(globex, 1, 1, testDay): true, first(acme, 0, 2, testDay): true,
		first(acme, 0, 1, testDay.AddDate(0, 0, 1)): true,
	}
	if len(seen) != 4 || !seen[first(acme, 0, 1, testDay)] {
		t.Errorf("%d worlds, want 4", len(seen))
	}
}
