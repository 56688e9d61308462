package cache

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// parseKey reads a key's text back. That it can is the proof that two reads never
// have the same key.
func parseKey(text string) (Scope, KeySpec, error) {
	parts := strings.Split(text, ":")
	if len(parts) != 7 {
		return Scope{}, KeySpec{}, fmt.Errorf("%d fields in %q", len(parts), text)
	}
	fields := make([]string, 6)
	for i := range fields {
		field, err := url.QueryUnescape(parts[i])
		if err != nil {
			return Scope{}, KeySpec{}, err
		}
		fields[i] = field
	}
	args, err := url.ParseQuery(parts[6])
	return Scope{tenant: fields[0], authority: fields[1]},
		KeySpec{Route: fields[2], ID: fields[3], Rows: fields[4], Locale: fields[5], Args: args}, err
}

// nasty draws texts made of what separates and escapes.
func nasty() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringOfN(rapid.RuneFrom([]rune("ab:{}%=&+#*/\n\x00 é")), 0, 6, -1),
		rapid.SampledFrom([]string{"", "system", "viewer:7", "%3A", "a:b", "{acme}", "mg:", "\xff\xfe"}),
		rapid.String(),
	)
}

func nastySpec() *rapid.Generator[KeySpec] {
	return rapid.Custom(func(t *rapid.T) KeySpec {
		return KeySpec{
			Route: nasty().Filter(func(s string) bool { return s != "" }).Draw(t, "route"),
			ID:    nasty().Draw(t, "id"), Rows: nasty().Draw(t, "rows"), Locale: nasty().Draw(t, "locale"),
			Args: rapid.MapOfN(nasty(), rapid.SliceOfN(nasty(), 1, 3), 0, 3).Draw(t, "args"),
		}
	})
}

func nastyScope() *rapid.Generator[Scope] {
	full := nasty().Filter(func(s string) bool { return s != "" })
	return rapid.Custom(func(t *rapid.T) Scope {
		return Scope{tenant: full.Draw(t, "tenant"), authority: full.Draw(t, "authority")}
	})
}

func checkKey(t rapid.TB, sc Scope, spec KeySpec) {
	t.Helper()
	key := sc.Key(spec)
	gotScope, gotSpec, err := parseKey(key.String())
	if err != nil {
		t.Fatal(err)
	}
	if spec.Args == nil {
		spec.Args = url.Values{}
	}
	if gotScope != sc || !cmp.Equal(spec, gotSpec) {
		t.Fatalf("%q reads back as %v %#v, was %v %#v", key, gotScope, gotSpec, sc, spec)
	}
	if key.Tenant() != sc.tenant || key.Route() != spec.Route || key.IsZero() {
		t.Fatalf("tenant %q, route %q of %v %#v", key.Tenant(), key.Route(), sc, spec)
	}
	for _, b := range []byte(key.String()) {
		if b <= ' ' || b > '~' {
			t.Fatalf("%q holds byte %#x", key, b)
		}
	}
}

func TestKeysReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkKey(t, nastyScope().Draw(t, "scope"), nastySpec().Draw(t, "spec"))
	})
}

func FuzzKey(f *testing.F) {
	f.Add("acme", "system", "companies.list", "", "all", "en", "page", "1", "2")
	f.Add("a:b", "%", "r{}", "\x00", "+", " ", "=", "&", "")
	f.Fuzz(func(t *testing.T, tenant, authority, route, id, rows, locale, name, v1, v2 string) {
		sc, err := NewScope(tenant, authority)
		if err != nil || route == "" {
			if key := sc.Key(KeySpec{Route: route}); !key.IsZero() {
				t.Fatalf("%q from scope %v, route %q", key, sc, route)
			}
			return
		}
		checkKey(t, sc, KeySpec{Route: route, ID: id, Rows: rows, Locale: locale, Args: url.Values{name: {v1, v2}}})
	})
}

func TestKeysAreCanonical(t *testing.T) {
	t.Parallel()
	sc := scope(t, "acme", "system")
	key := func(args url.Values) Key { return sc.Key(KeySpec{Route: "r", Args: args}) }
	if key(nil) != key(url.Values{}) || key(nil) != key(url.Values{"none": nil}) {
		t.Error("no arguments have several keys")
	}
	a, b := url.Values{}, url.Values{}
	for i := range 20 {
		a.Set(fmt.Sprint(i), "x")
		b.Set(fmt.Sprint(19-i), "x")
	}
	if key(a) != key(b) {
		t.Error("the arguments' order matters")
	}
	if key(url.Values{"sort": {"a", "b"}}) == key(url.Values{"sort": {"b", "a"}}) {
		t.Error("the order of repeated values does not matter")
	}
}

func TestScopesAreWhole(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"", ""}, {"", "system"}, {"acme", ""}} {
		sc, err := NewScope(pair[0], pair[1])
		if se := (*ScopeError)(nil); !errors.As(err, &se) {
			t.Errorf("NewScope(%q, %q): err = %v", pair[0], pair[1], err)
		}
		if !sc.Key(KeySpec{Route: "r"}).IsZero() || !sc.Tag("x").IsZero() {
			t.Errorf("a zero scope builds keys or tags")
		}
	}
	sc := scope(t, "acme", "viewer:7")
	if sc.Tenant() != "acme" || sc.Authority() != "viewer:7" {
		t.Errorf("%q, %q", sc.Tenant(), sc.Authority())
	}
}

func TestTagsAreTheTenants(t *testing.T) {
	t.Parallel()
	a, b, other := scope(t, "acme", "system"), scope(t, "acme", "viewer:7"), scope(t, "globex", "system")
	if a.Tag("company", "1") != b.Tag("company", "1") {
		t.Error("authorities of a tenant have different tags")
	}
	if a.Tag("company", "1") == other.Tag("company", "1") {
		t.Error("tenants share a tag")
	}
}

func TestTagsTellPartsApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sc := nastyScope().Draw(t, "scope")
		parts := rapid.SliceOfN(nasty(), 1, 3)
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		if (sc.Tag(a...) == sc.Tag(b...)) != cmp.Equal(a, b) {
			t.Fatalf("%q and %q: tags %q and %q", a, b, sc.Tag(a...), sc.Tag(b...))
		}
		if sc.Tag(a...) == everything(sc.tenant) {
			t.Fatalf("%q is everything", a)
		}
	})
}

// TestNamesInRedis: names are apart, and all of a tenant's carry one hash tag,
// the first and only pair of braces.
func TestNamesInRedis(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := newNames(nasty().Draw(t, "version"))
		sc := nastyScope().Draw(t, "scope")
		long := strings.Repeat("x", rapid.IntRange(0, 2*maxName).Draw(t, "long"))
		spec := nastySpec().Draw(t, "spec")
		spec.ID += long
		all := []string{
			n.entry(sc.Key(spec)), n.counter(sc.tenant), n.generation(everything(sc.tenant)),
			n.generation(sc.Tag("e", long)), n.generation(sc.Tag("n")),
		}
		seen := map[string]bool{}
		for _, name := range all {
			open, end := strings.IndexByte(name, '{'), strings.IndexByte(name, '}')
			if open < 0 || name[open:end+1] != hashTag(sc.tenant) || strings.Count(name, "{")+strings.Count(name, "}") != 2 {
				t.Fatalf("%q has not the hash tag %q", name, hashTag(sc.tenant))
			}
			if len(name) > maxName+3*len(sc.tenant)+3*len(n.version)+16 {
				t.Fatalf("a name of %d bytes", len(name))
			}
			if seen[name] {
				t.Fatalf("%q names two things", name)
			}
			seen[name] = true
		}
	})
}

func TestLongKeysHaveTheirOwnNames(t *testing.T) {
	t.Parallel()
	sc, n := scope(t, "acme", "system"), newNames("1")
	long := strings.Repeat("x", 2*maxName)
	a, b := sc.Key(KeySpec{Route: "r", ID: long + "a"}), sc.Key(KeySpec{Route: "r", ID: long + "b"})
	if n.entry(a) == n.entry(b) || len(n.entry(a)) > maxName {
		t.Errorf("%q, %q", n.entry(a), n.entry(b))
	}
	if newNames("2").entry(a) == n.entry(a) {
		t.Error("two versions share an entry")
	}
	if newNames("2").generation(sc.Tag("x")) != n.generation(sc.Tag("x")) {
		t.Error("two versions do not share generations")
	}
}
