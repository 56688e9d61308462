package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// checkQuery refuses what the documents do not print: an unknown parameter, a
// value of another type or outside a printed enum, a required one missing. The
// real thing may be more lenient; a client of a strict one is right at both.
func checkQuery(e *Endpoint, q url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(q)) {
		p, known := e.parameter(name)
		if !known {
			return badParam(name, "is not documented for "+e.Key())
		}
		for _, value := range q[name] {
			if problem := p.check(value); problem != "" {
				return badParam(name, problem)
			}
		}
	}
	for _, p := range e.Query {
		if p.Required && !q.Has(p.Name) {
			return badParam(p.Name, "is required")
		}
	}
	return nil
}

// checkHeaders refuses a printed header that is missing or cannot be what it is.
// Headers that are not printed are nobody's business.
func checkHeaders(e *Endpoint, h http.Header) error {
	for _, p := range e.Headers {
		value := h.Get(p.Name)
		if value == "" {
			if p.Required {
				return badHeader(p.Name, "is required")
			}
			continue
		}
		if problem := p.check(value); problem != "" {
			return badHeader(p.Name, problem)
		}
	}
	return nil
}

// check says what is wrong with a value, "" when nothing is.
func (p Parameter) check(value string) string {
	if len(value) > maxTextLength {
		return fmt.Sprintf("is longer than %d characters", maxTextLength)
	}
	kind, isArray := strings.CutPrefix(p.Type, "array<")
	kind = strings.TrimSuffix(kind, ">")
	values := []string{value}
	if isArray || slices.Contains(p.Operators, "in") {
		values = strings.Split(value, ",")
	}
	for _, v := range values {
		if problem := p.checkOne(kind, v); problem != "" {
			return problem
		}
	}
	return ""
}

// checkOne checks a single value.
func (p Parameter) checkOne(kind, value string) string {
	if len(p.Enum) > 0 && !slices.Contains(p.Enum, value) {
		return "must be one of " + strings.Join(p.Enum, ", ")
	}
	switch kind {
	case "integer":
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return "must be an integer"
		}
	case "number":
		if n, err := strconv.ParseFloat(value, 64); err != nil || n != n {
			return "must be a number"
		}
	case "boolean":
		if value != "true" && value != "false" {
			return "must be true or false"
		}
	}
	if p.Pattern != "" {
		if ok, err := regexp.MatchString(p.Pattern, value); err != nil || !ok {
			return "must match " + p.Pattern
		}
	}
	return ""
}
