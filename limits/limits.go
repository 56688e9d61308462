// Package limits holds every limit that one operation meets before it runs,
// and checks those that its document shows. All are finite; each has a name
// that its refusal tells, and a row in docs/limits.md.
package limits

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Config are the limits of one operation. The zero value of a field means its
// default; there is no way to say "unlimited".
type Config struct {
	// BodyBytes is the most bytes of a POST body, and of a GET's query string.
	BodyBytes int64
	// VariableBytes is the most bytes of an operation's variables, as sent.
	VariableBytes int64
	// Batch is the most operations of one request; 1 refuses batches.
	Batch int
	// Tokens is the most lexical tokens of a document.
	Tokens int
	// Fragments is the most fragments that a document defines.
	Fragments int
	// Directives is the most uses of directives in a document.
	Directives int
	// Duplicates is the most fields of a document that repeat another of their
	// own selection set under the same response name.
	Duplicates int
	// Depth is the deepest nesting of fields, introspection apart.
	Depth int
	// RootFields is the most root fields that are answered: fields that merge,
	// from fragments too, count once.
	RootFields int
	// Aliases is the most aliased fields of an operation and the fragments it uses.
	Aliases int
	// Merges is the most selections that the executor may look at to answer one
	// object of each place: fields and spreads, each as often as fragments and
	// aliases lead there.
	Merges int
	// Introspection is the most items that introspection may list, by assumed sizes.
	Introspection int
	// Cost is the most points that an operation, or a batch of them, may be worth.
	Cost int
	// PageItems is the most items that one page of a list may ask for.
	PageItems int
	// Calls is the most upstream calls that one operation may make.
	Calls int
	// Deadline is the time after which an operation answers with what it has.
	Deadline time.Duration
	// Errors is the most errors in one answer; the rest are counted in the last.
	Errors int
	// ViewerOperations is the most operations of one viewer that one process runs at a time.
	ViewerOperations int
	// TenantOperations is the same for all viewers of one tenant together.
	TenantOperations int
	// Operations is the same for all tenants together; more wait in line.
	Operations int
	// Queue is how long an operation may wait in that line.
	Queue time.Duration
}

// Default are the limits that apply where nothing else is configured.
func Default() Config {
	return Config{
		BodyBytes:        128 << 10,
		VariableBytes:    64 << 10,
		Batch:            1,
		Tokens:           2000,
		Fragments:        100,
		Directives:       40,
		Duplicates:       30,
		Depth:            16,
		RootFields:       20,
		Aliases:          60,
		Merges:           6000, // three times Tokens: what fragments and aliases may make of a document
		Introspection:    50_000,
		Cost:             1000,
		PageItems:        250,
		Calls:            300,
		Deadline:         10 * time.Second,
		Errors:           100,
		ViewerOperations: 20,
		TenantOperations: 500,
		Operations:       600, // of 30 ms on two cores each, they still meet the deadline
		Queue:            500 * time.Millisecond,
	}
}

// WithDefaults fills what is zero. The error names every field below zero.
func (c Config) WithDefaults() (Config, error) {
	d := Default()
	err := errors.Join(
		orDefault("bodyBytes", &c.BodyBytes, d.BodyBytes),
		orDefault("variableBytes", &c.VariableBytes, d.VariableBytes),
		orDefault("batch", &c.Batch, d.Batch),
		orDefault("tokens", &c.Tokens, d.Tokens),
		orDefault("fragments", &c.Fragments, d.Fragments),
		orDefault("directives", &c.Directives, d.Directives),
		orDefault("duplicates", &c.Duplicates, d.Duplicates),
		orDefault("depth", &c.Depth, d.Depth),
		orDefault("rootFields", &c.RootFields, d.RootFields),
		orDefault("aliases", &c.Aliases, d.Aliases),
		orDefault("merges", &c.Merges, d.Merges),
		orDefault("introspection", &c.Introspection, d.Introspection),
		orDefault("cost", &c.Cost, d.Cost),
		orDefault("pageItems", &c.PageItems, d.PageItems),
		orDefault("calls", &c.Calls, d.Calls),
		orDefault("deadline", &c.Deadline, d.Deadline),
		orDefault("errors", &c.Errors, d.Errors),
		orDefault("viewerOperations", &c.ViewerOperations, d.ViewerOperations),
		orDefault("tenantOperations", &c.TenantOperations, d.TenantOperations),
		orDefault("operations", &c.Operations, d.Operations),
		orDefault("queue", &c.Queue, d.Queue),
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
	// Dearest are the positions that cost most, the dearest first; only for `cost`.
	Dearest []FieldCost
}

// Error names the limit, both numbers, and where most of it goes.
func (e *Exceeded) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the operation exceeds the limit `%s`: %d, and at most %d are allowed", e.Limit, e.Got, e.Most)
	before := "; the most goes to "
	for _, f := range e.Dearest {
		fmt.Fprintf(&b, "%s%s (%d)", before, f.Path, f.Cost())
		before = ", "
	}
	return b.String()
}
