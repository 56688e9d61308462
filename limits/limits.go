// Package limits holds every limit that one operation meets before it runs,
// and checks those that its document shows. All are finite; each has a name
// that its refusal tells, and a row in docs/limits.md.
package limits

import (
	"errors"
	"fmt"
	"time"
)

// Config are the limits of one operation. The zero value of a field means its
// default; there is no way to say "unlimited".
type Config struct {
	// BodyBytes is the most bytes of a POST body, and of a GET's query string.
	BodyBytes int64
	// Tokens is the most lexical tokens of a document.
	Tokens int
	// Depth is the deepest nesting of fields, introspection apart.
	Depth int
	// RootFields is the most root fields that are answered: fields that merge,
	// from fragments too, count once.
	RootFields int
	// Aliases is the most aliased fields of an operation and the fragments it uses.
	Aliases int
	// PageItems is the most items that one page of a list may ask for.
	PageItems int
	// Calls is the most upstream calls that one operation may make.
	Calls int
	// Deadline is the time after which an operation answers with what it has.
	Deadline time.Duration
	// Errors is the most errors in one answer; the rest are counted in the last.
	Errors int
}

// Default are the limits that apply where nothing else is configured.
func Default() Config {
	return Config{
		BodyBytes:  128 << 10,
		Tokens:     2000,
		Depth:      16,
		RootFields: 20,
		Aliases:    60,
		PageItems:  250,
		Calls:      300,
		Deadline:   10 * time.Second,
		Errors:     100,
	}
}

// WithDefaults fills what is zero. The error names every field below zero.
func (c Config) WithDefaults() (Config, error) {
	d := Default()
	err := errors.Join(
		orDefault("bodyBytes", &c.BodyBytes, d.BodyBytes),
		orDefault("tokens", &c.Tokens, d.Tokens),
		orDefault("depth", &c.Depth, d.Depth),
		orDefault("rootFields", &c.RootFields, d.RootFields),
		orDefault("aliases", &c.Aliases, d.Aliases),
		orDefault("pageItems", &c.PageItems, d.PageItems),
		orDefault("calls", &c.Calls, d.Calls),
		orDefault("deadline", &c.Deadline, d.Deadline),
		orDefault("errors", &c.Errors, d.Errors),
	)
	return c, err
}

func orDefault[N int | int64 | time.Duration](name string, value *N, def N) error {
	switch {
	case *value < 0:
		return fmt.Errorf("limits: %s must be positive", name)
	case *value == 0:
		*value = def
	}
	return nil
}

// Exceeded is a refusal: which limit, how much of it was allowed, and how much
// the operation wanted. Its text is safe for clients.
type Exceeded struct {
	// Limit is the field's name as docs/limits.md has it.
	Limit string
	// Most is what is allowed.
	Most int
	// Got is what the operation has.
	Got int
}

// Error names the limit and both numbers.
func (e *Exceeded) Error() string {
	return fmt.Sprintf("the operation exceeds the limit `%s`: %d, and at most %d are allowed", e.Limit, e.Got, e.Most)
}
