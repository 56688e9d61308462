package cache

import (
	"net/url"
	"strings"
)

// Scope says whose data an entry is: a tenant and, within it, the authority that
// the upstream call is made as. Keys and tags are built from a Scope only, so
// neither can be forgotten. The zero Scope builds only zero keys and tags, which
// every method of [Cache] refuses.
type Scope struct{ tenant, authority string }

// NewScope returns the scope of an authority within a tenant. The authority is
// "system" for what all viewers of the tenant share, or names one viewer
// ("viewer:<subject>"). It returns a [*ScopeError] when either is empty.
func NewScope(tenant, authority string) (Scope, error) {
	switch {
	case tenant == "":
		return Scope{}, &ScopeError{Reason: "a scope needs a tenant"}
	case authority == "":
		return Scope{}, &ScopeError{Reason: "a scope needs an authority"}
	}
	return Scope{tenant: tenant, authority: authority}, nil
}

// Tenant returns the tenant's name, or "" for the zero Scope.
func (s Scope) Tenant() string { return s.tenant }

// Authority returns the authority, or "" for the zero Scope.
func (s Scope) Authority() string { return s.authority }

// KeySpec says what is read within a scope. Two specs give the same key only if
// they mean the same read.
type KeySpec struct {
	// Route names the upstream endpoint. It is required.
	Route string
	// ID is the entity's id; empty for lists and singletons.
	ID string
	// Args are the upstream arguments. Their order does not matter, the order of
	// one argument's repeated values does. A name without values is no argument.
	Args url.Values
	// Rows is the row scope a list was cut to ("all", "company:X", …).
	Rows string
	// Locale is set where the answer depends on it.
	Locale string
}

// Key returns the key of a read in this scope. The zero Scope, or a spec without
// a route, gives the zero Key.
func (s Scope) Key(spec KeySpec) Key {
	if s == (Scope{}) || spec.Route == "" {
		return Key{}
	}
	// Every field is escaped and their number is fixed, so the text parses back
	// to exactly one scope and spec: no two reads can meet in one entry.
	text := strings.Join([]string{
		url.QueryEscape(s.tenant), url.QueryEscape(s.authority),
		url.QueryEscape(spec.Route), url.QueryEscape(spec.ID),
		url.QueryEscape(spec.Rows), url.QueryEscape(spec.Locale),
		spec.Args.Encode(),
	}, ":")
	return Key{tenant: s.tenant, route: spec.Route, text: text}
}

// Key identifies one entry and one flight. It is comparable and immutable.
type Key struct{ tenant, route, text string }

// String returns the whole key as printable ASCII. It may hold ids of people:
// do not log it.
func (k Key) String() string { return k.text }

// IsZero reports whether the key was built without a scope or route.
func (k Key) IsZero() bool { return k == Key{} }

// Tenant returns the tenant the key belongs to, or "" for the zero Key.
func (k Key) Tenant() string { return k.tenant }

// Route returns the route's name, for metrics; "" for the zero Key.
func (k Key) Route() string { return k.route }

// Tag names something that entries depend on, a company or "all products", say.
// Tags are the tenant's, not one authority's: a write made by one viewer evicts
// what every other has read. It is comparable and immutable.
type Tag struct{ tenant, text string }

// Tag returns the tenant's tag of that name. The zero Scope, or no parts, gives
// the zero Tag.
func (s Scope) Tag(parts ...string) Tag {
	if s.tenant == "" || len(parts) == 0 {
		return Tag{}
	}
	var text strings.Builder
	for _, part := range parts {
		// The leading colon keeps no name apart from an empty one, and every
		// name apart from everything's.
		text.WriteByte(':')
		text.WriteString(url.QueryEscape(part))
	}
	return Tag{tenant: s.tenant, text: text.String()}
}

// everything is the tag that each entry of a tenant depends on.
func everything(tenant string) Tag { return Tag{tenant: tenant, text: "*"} }

// String returns the tag's name within its tenant.
func (t Tag) String() string { return t.text }

// IsZero reports whether the tag was built without a scope or name.
func (t Tag) IsZero() bool { return t == Tag{} }
