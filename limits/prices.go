package limits

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// The directives of IBM's cost specification that a schema is priced with.
const (
	costDirective = "cost"
	sizeDirective = "listSize"
)

// introspectionList is how many items a list of introspection is taken to
// hold, but for the types, whose number is known.
const introspectionList = 5

// Prices are what the fields of a schema cost, read once from its @cost and
// @listSize. They are immutable and safe for concurrent use.
type Prices struct {
	// By definition: a validated document points to the schema's own. Fields
	// that are not here are free singletons.
	fields map[*ast.FieldDefinition]price
}

// price is what one field costs.
type price struct {
	weight  int      // points for each position, whatever the number of parents
	items   int      // assumed items of a list; 0 for a singleton
	slicing []string // arguments that ask for a number of items
	sized   []string // fields that hold the items; none where the field is the list
}

// SchemaError lists every field whose price cannot be read.
type SchemaError struct {
	// Faults are "Type.field: what is wrong", sorted.
	Faults []string
}

// Error names all faults.
func (e *SchemaError) Error() string { return "limits: " + strings.Join(e.Faults, "; ") }

// NewPrices reads a schema. An error is a [*SchemaError].
func NewPrices(schema *ast.Schema) (*Prices, error) {
	p := &Prices{fields: map[*ast.FieldDefinition]price{}}
	var faults []string
	for _, def := range schema.Types {
		for _, f := range def.Fields {
			found, err := priceOf(f)
			if err != nil {
				faults = append(faults, fmt.Sprintf("%s.%s: %v", def.Name, f.Name, err))
			}
			if introspective(def.Name) && f.Type.Elem != nil {
				found.items = introspectionList
			}
			if def.Name == "__Schema" && f.Name == "types" {
				found.items = len(schema.Types)
			}
			if found.weight != 0 || found.items != 0 {
				p.fields[f] = found
			}
		}
	}
	if len(faults) > 0 {
		slices.Sort(faults)
		return nil, &SchemaError{Faults: faults}
	}
	return p, nil
}

func priceOf(f *ast.FieldDefinition) (p price, err error) {
	if cost := f.Directives.ForName(costDirective); cost != nil {
		raw := argument(cost, "weight")
		if p.weight, err = strconv.Atoi(raw); err != nil || p.weight < 0 {
			return price{}, fmt.Errorf("the weight %q of @%s is no whole number of points", raw, costDirective)
		}
	}
	size := f.Directives.ForName(sizeDirective)
	if size == nil {
		return p, nil
	}
	raw := argument(size, "assumedSize")
	if p.items, err = strconv.Atoi(raw); err != nil || p.items < 1 {
		return price{}, fmt.Errorf("the assumedSize %q of @%s is no number of items", raw, sizeDirective)
	}
	p.slicing, p.sized = texts(size, "slicingArguments"), texts(size, "sizedFields")
	if len(p.slicing) > 0 && argument(size, "requireOneSlicingArgument") != "false" {
		// By the specification an absent one means true, and nothing here refuses a document for it.
		return price{}, fmt.Errorf("@%s must say requireOneSlicingArgument: false", sizeDirective)
	}
	return p, nil
}

// argument is the text of a directive's argument, "" where it is absent.
func argument(d *ast.Directive, name string) string {
	if a := d.Arguments.ForName(name); a != nil {
		return a.Value.Raw
	}
	return ""
}

// texts are the items of a directive's list argument.
func texts(d *ast.Directive, name string) (out []string) {
	if a := d.Arguments.ForName(name); a != nil {
		for _, item := range a.Value.Children {
			out = append(out, item.Value.Raw)
		}
	}
	return out
}

// introspective reports whether GraphQL reserves a name for itself.
func introspective(name string) bool { return strings.HasPrefix(name, "__") }
