package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Match decides whether a record belongs in an answer.
type Match func(*Record) bool

// Query selects records. The zero value selects all of them in stored order.
type Query struct {
	Matches []Match // all must hold
	Sort    string  // fact to order by; "" keeps stored order
	Desc    bool    // largest first; ties keep stored order either way, so that pages never overlap
}

// Select answers a query with a fresh slice.
func (c *Collection) Select(q Query) []*Record {
	return q.apply(c.all())
}

// apply selects and orders; it may reuse the slice it is given.
func (q Query) apply(records []*Record) []*Record {
	kept := slices.DeleteFunc(records, func(r *Record) bool {
		return slices.ContainsFunc(q.Matches, func(m Match) bool { return !m(r) })
	})
	if q.Sort == "" {
		return kept
	}
	return sortedBy(kept, q.Sort, q.Desc)
}

// sortKey is what a record is ordered by: numbers by value, everything else by
// its text without regard to case. An absent fact sorts first.
type sortKey struct {
	record *Record
	number int64
	text   string
}

// sortedBy works out each record's key once, since folding case is what costs.
func sortedBy(records []*Record, fact string, desc bool) []*Record {
	keys := make([]sortKey, len(records))
	for i, r := range records {
		keys[i].record = r
		if n, ok := r.Facts[fact].(int64); ok {
			keys[i].number = n
		} else {
			keys[i].text = strings.ToLower(factText(r.Facts[fact]))
		}
	}
	slices.SortStableFunc(keys, func(a, b sortKey) int {
		order := cmp.Or(strings.Compare(a.text, b.text), cmp.Compare(a.number, b.number))
		if desc {
			return -order
		}
		return order
	})
	for i, k := range keys {
		records[i] = k.record
	}
	return records
}

// factText is a fact as filters compare it; an absent one is empty.
func factText(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// filter turns the values of a query parameter into a match. A value that
// cannot be read is an error whose text is for the caller.
type filter func(values []string) (Match, error)

// contains keeps records one of whose facts contains the value, ignoring case.
func contains(facts ...string) filter {
	return func(values []string) (Match, error) {
		want := strings.ToLower(values[0])
		return func(r *Record) bool {
			return slices.ContainsFunc(facts, func(f string) bool {
				return strings.Contains(strings.ToLower(r.text(f)), want)
			})
		}, nil
	}
}

// oneOf keeps records whose fact, or one member of it, equals one of the values
// (repeated, or separated by commas), ignoring case.
func oneOf(fact string) filter {
	return func(values []string) (Match, error) {
		wanted := splitValues(values)
		matches := func(have string) bool {
			return slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, have) })
		}
		return func(r *Record) bool {
			if many, ok := r.Facts[fact].([]string); ok {
				return slices.ContainsFunc(many, matches)
			}
			return matches(factText(r.Facts[fact]))
		}, nil
	}
}

// flag keeps records whose boolean fact is the value.
func flag(fact string) filter {
	return func(values []string) (Match, error) {
		want, err := strconv.ParseBool(values[0])
		if err != nil {
			return nil, errors.New("must be true or false")
		}
		return func(r *Record) bool { return r.Facts[fact] == want }, nil
	}
}

// notBefore keeps records whose fact, in epoch milliseconds, is the value or
// later; a record without the fact is not kept.
func notBefore(fact string) filter {
	return moment(fact, func(have, bound int64) bool { return have >= bound })
}

// notAfter is the other side of notBefore.
func notAfter(fact string) filter {
	return moment(fact, func(have, bound int64) bool { return have <= bound })
}

// moment compares a fact with a date however the caller wrote it.
func moment(fact string, keep func(have, bound int64) bool) filter {
	return func(values []string) (Match, error) {
		bound, err := parseMoment(values[0])
		if err != nil {
			return nil, err
		}
		return func(r *Record) bool {
			have, ok := r.Facts[fact].(int64)
			return ok && keep(have, bound)
		}, nil
	}
}

// ignored accepts a parameter that changes how a record is shown, not which.
func ignored(_ []string) (Match, error) {
	return func(*Record) bool { return true }, nil
}

// splitValues flattens repeated and comma-separated values.
func splitValues(values []string) []string {
	var out []string
	for _, v := range values {
		out = append(out, strings.Split(v, ",")...)
	}
	return out
}
