package sandbox

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// kazooMaxRange is how much time a list of calls may span, in seconds.
const kazooMaxRange = 2_682_000

// kazooListParams are what every paged list takes besides filters.
var kazooListParams = map[string]string{
	"page_size": "integer", "start_key": "string", "paginate": "boolean", "descending": "boolean", "ascending": "boolean",
	"fields": "string", "created_from": "integer", "created_to": "integer", "modified_from": "integer", "modified_to": "integer",
}

// kazooUnanswered are printed as well, but refused with 501: an answer that
// ignores them would be wrong.
var kazooUnanswered = []string{"full_docs", "is_chunked", "chunk_size"}

// kazooFilters select by the full document; a name is followed by a key in
// dotted notation, or is a whole parameter whose value is one.
var kazooFilters = []struct {
	name  string
	keyed bool // the key is in the name
	match func(have any, found bool, want string) bool
}{
	{"filter_not_", true, func(have any, _ bool, want string) bool { return factText(have) != want }},
	{"filter_", true, func(have any, found bool, want string) bool { return found && factText(have) == want }},
	{"has_key", false, func(_ any, found bool, _ string) bool { return found }},
	{"key_missing", false, func(_ any, found bool, _ string) bool { return !found }},
	{"has_value", false, func(have any, found bool, _ string) bool { return found && factText(have) != "" }},
	{"missing_value", false, func(have any, found bool, _ string) bool { return !found || factText(have) == "" }},
}

// kazooSetFilters are printed and refused with 501.
var kazooSetFilters = []string{"filter_any_", "filter_none_", "filter_array_intersect_"}

// checkQuery refuses what is not printed and what is not answered. The real
// thing overlooks unknown parameters; a client that relies on it has a bug.
func (x *kazooCall) checkQuery() error {
	for _, name := range slices.Sorted(maps.Keys(x.query)) {
		if name == "auth_token" || name == "accept_charges" {
			continue
		}
		if err := x.checkParameter(name, x.query[name]); err != nil {
			return err
		}
	}
	for _, p := range x.endpoint.Query {
		if p.Required && !x.query.Has(p.Name) {
			return invalid(p.Name, "required", "Field is required but missing")
		}
	}
	return nil
}

// checkParameter checks one parameter of the query.
func (x *kazooCall) checkParameter(name string, values []string) error {
	p, known := x.endpoint.parameter(name)
	if !known && x.endpoint.Paged {
		if x.isUnanswered(name) {
			return notAnswered(x.endpoint)
		}
		p.Type, known = kazooListParams[name]
		known = known || isKazooFilter(name)
	}
	if !known {
		return invalid(name, "additionalProperties", "Strict checking of data is enabled and this parameter is not documented")
	}
	for _, value := range values {
		if problem := p.check(value); problem != "" {
			return invalid(name, "type", "Value "+problem)
		}
	}
	return nil
}

// isUnanswered reports whether a printed parameter is not built.
func (x *kazooCall) isUnanswered(name string) bool {
	return slices.Contains(kazooUnanswered, name) ||
		slices.ContainsFunc(kazooSetFilters, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// isKazooFilter reports whether a parameter selects by the document.
func isKazooFilter(name string) bool {
	for _, f := range kazooFilters {
		if f.keyed && strings.HasPrefix(name, f.name) && len(name) > len(f.name) || !f.keyed && name == f.name {
			return true
		}
	}
	return false
}

// kazooMatches are the filters of a query; all must hold.
func kazooMatches(query url.Values) []Match {
	var out []Match
	for name, values := range query {
		for _, f := range kazooFilters {
			if !f.keyed && name != f.name || f.keyed && !strings.HasPrefix(name, f.name) {
				continue
			}
			for _, value := range values {
				key, want := value, ""
				if f.keyed {
					key, want = strings.TrimPrefix(name, f.name), value
				}
				out = append(out, func(r *Record) bool {
					have, found := dig(r.Body, key)
					return f.match(have, found, want)
				})
			}
			break // the first that fits: filter_not_ before filter_
		}
	}
	return append(out, kazooSpan(query, "created"), kazooSpan(query, "modified"))
}

// dig finds a member by a dotted key.
func dig(v any, key string) (any, bool) {
	for name := range strings.SplitSeq(key, ".") {
		d, ok := v.(Document)
		if !ok {
			return nil, false
		}
		if v, ok = d[name]; !ok {
			return nil, false
		}
	}
	return v, true
}

// kazooSpan keeps what was created, or modified, within the bounds given. The
// demo data was never modified.
func kazooSpan(query url.Values, verb string) Match {
	from, hasFrom := kazooMoment(query, verb+"_from")
	to, hasTo := kazooMoment(query, verb+"_to")
	return func(r *Record) bool {
		at, known := r.Facts["created"].(int64)
		return !hasFrom && !hasTo || known && (!hasFrom || at >= from) && (!hasTo || at <= to)
	}
}

// kazooMoment is a parameter in Gregorian seconds; checkQuery has made sure that
// one that is there is a number.
func kazooMoment(query url.Values, name string) (int64, bool) {
	n, err := strconv.ParseInt(query.Get(name), 10, 64)
	return n, err == nil
}

// callRange completes the bounds of a list of calls. The latest allowed span is
// taken when none is given; it ends with the demo data, not with the clock, so
// that there is something in it.
func (x *kazooCall) callRange() (url.Values, error) {
	query := maps.Clone(x.query)
	from, hasFrom := kazooMoment(query, "created_from")
	to, hasTo := kazooMoment(query, "created_to")
	switch {
	case !hasTo && hasFrom:
		to = from + kazooMaxRange
	case !hasTo:
		to = gregorian(x.world.today)
	}
	if !hasFrom {
		from = to - kazooMaxRange
	}
	if from > to {
		return nil, invalid("created_to", "date_range", "created_to is prior to created_from")
	}
	if to-from > kazooMaxRange {
		return nil, invalid("created_to", "date_range", "created_to is more than "+strconv.Itoa(kazooMaxRange)+" seconds from created_from")
	}
	query.Set("created_from", strconv.FormatInt(from, 10))
	query.Set("created_to", strconv.FormatInt(to, 10))
	return query, nil
}

// chosenFields reads the fields parameter: nil when all are wanted.
func chosenFields(query url.Values) ([]string, error) {
	raw := query.Get("fields")
	if raw == "" {
		return nil, nil
	}
	fields := []string{}
	if err := json.Unmarshal([]byte(raw), &fields); err != nil {
		return nil, invalid("fields", "type", "Value must be a JSON list of keys")
	}
	return fields, nil
}
