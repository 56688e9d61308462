package marketgraph_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

const schemaFile = "schema.graphqls"

// mirrors are the enums whose values a backend decides.
var mirrors = []string{"Role", "ProductType", "RevenueType", "PricingFrequency", "SubscriptionStatus", "ProductTagType", "InvoiceStatus", "CartStatus", "LeadStatus", "PartnerLeadStatus"}

// removal is how a deprecation says until when it works.
var removal = regexp.MustCompile(`Removal on \d{4}-\d{2}-\d{2}\.`)

// wiring is the part of gqlgen.yml that says which fields are behind a call of their own.
type wiring struct {
	Models map[string]struct {
		Fields map[string]struct {
			Resolver bool `yaml:"resolver"`
		} `yaml:"fields"`
	} `yaml:"models"`
}

// contract is what the schema's rules read.
type contract struct {
	*ast.SchemaDocument
	wired wiring
}

// schemaFaults holds the public contract to its rules.
func schemaFaults(h *house) []string {
	input := &ast.Source{Name: schemaFile, Input: h.read(schemaFile)}
	doc, err := parser.ParseSchema(input)
	if err != nil {
		return []string{err.Error()}
	}
	if _, err := gqlparser.LoadSchema(input); err != nil {
		return []string{err.Error()}
	}
	c := contract{SchemaDocument: doc}
	if err := yaml.Unmarshal([]byte(h.read("gqlgen.yml")), &c.wired); err != nil {
		return []string{"gqlgen.yml: " + err.Error()}
	}
	faults := slices.Concat(c.rootFaults(), c.enumFaults(), c.directiveFaults(), c.wiringFaults(), c.costFaults())
	for _, def := range slices.Concat(c.Definitions, c.Extensions) {
		faults = append(faults, c.definitionFaults(def)...)
		if strings.HasSuffix(def.Name, "Connection") && def.Kind == ast.Object {
			faults = append(faults, connectionFaults(def)...)
		}
	}
	return faults
}

func spot(pos *ast.Position, what, why string) string {
	return fmt.Sprintf("%s:%d: %s: %s", schemaFile, pos.Line, what, why)
}

func (c contract) rootFaults() []string {
	if len(c.Schema) != 1 || len(c.Schema[0].OperationTypes) == 0 {
		return []string{schemaFile + ": name the root types in one schema block; else the domain type Subscription is taken for a root"}
	}
	return nil
}

// described returns a fault where text is empty.
func described(pos *ast.Position, what, text string) []string {
	if strings.TrimSpace(text) != "" {
		return nil
	}
	return []string{spot(pos, what, "not described; the Explorer's user has nothing else to read")}
}

// dated returns a fault where an element is deprecated without end.
func dated(directives ast.DirectiveList, pos *ast.Position, what string) []string {
	d := directives.ForName("deprecated")
	if d == nil {
		return nil
	}
	if reason := d.Arguments.ForName("reason"); reason != nil && removal.MatchString(reason.Value.Raw) {
		return nil
	}
	return []string{spot(pos, what, `deprecated without "Removal on YYYY-MM-DD."; users plan by that date`)}
}

func argumentFaults(args ast.ArgumentDefinitionList, of string) []string {
	var faults []string
	for _, a := range args {
		what := of + "(" + a.Name + ":)"
		faults = slices.Concat(faults, described(a.Position, what, a.Description), dated(a.Directives, a.Position, what))
	}
	return faults
}

func (c contract) directiveFaults() []string {
	var faults []string
	for _, d := range c.Directives {
		faults = slices.Concat(faults, described(d.Position, "@"+d.Name, d.Description), argumentFaults(d.Arguments, "@"+d.Name))
	}
	return faults
}

// definitionFaults looks at one type with all that is in it.
func (c contract) definitionFaults(def *ast.Definition) []string {
	faults := described(def.Position, def.Name, def.Description)
	for _, v := range def.EnumValues {
		what := def.Name + "." + v.Name
		faults = slices.Concat(faults, described(v.Position, what, v.Description), dated(v.Directives, v.Position, what))
	}
	for _, f := range def.Fields {
		what := def.Name + "." + f.Name
		faults = slices.Concat(faults, described(f.Position, what, f.Description),
			dated(f.Directives, f.Position, what), argumentFaults(f.Arguments, what))
		guarded := def.Kind == ast.Object || def.Kind == ast.Interface
		if guarded && f.Directives.ForName("access") == nil {
			faults = append(faults, spot(f.Position, what, "no @access; what nobody thought about would be open to everybody"))
		}
		if c.wired.Models[def.Name].Fields[f.Name].Resolver && f.Type.NonNull {
			faults = append(faults, spot(f.Position, what, "behind a call of its own, yet non-null: when that call fails, its parent is erased too"))
		}
		if def == c.query() && f.Type.NonNull {
			faults = append(faults, spot(f.Position, what, "a root field is behind a call, yet non-null: one failure would erase the whole answer"))
		}
	}
	return faults
}

// query is the root type of reads; nil where the schema names none.
func (c contract) query() *ast.Definition {
	for _, block := range c.Schema {
		if op := block.OperationTypes.ForType("Query"); op != nil {
			return c.Definitions.ForName(op.Type)
		}
	}
	return nil
}

// wiringFaults finds fields that gqlgen.yml resolves and the schema doesn't have.
func (c contract) wiringFaults() []string {
	var faults []string
	for typeName, model := range c.wired.Models {
		def := c.Definitions.ForName(typeName)
		for field := range model.Fields {
			if def == nil || def.Fields.ForName(field) == nil {
				faults = append(faults, "gqlgen.yml: "+typeName+"."+field+" is not in the schema; wiring for nothing misleads its reader")
			}
		}
	}
	return faults
}

func (c contract) enumFaults() []string {
	var faults []string
	for _, name := range mirrors {
		if def := c.Definitions.ForName(name); def == nil || def.EnumValues.ForName("UNKNOWN") == nil {
			faults = append(faults, schemaFile+": enum "+name+" mirrors a backend and needs UNKNOWN: a value that the backend adds must not fail queries")
		}
	}
	return faults
}

// connectionFaults wants of every connection what Relay and this house promise.
func connectionFaults(def *ast.Definition) []string {
	var faults []string
	for _, name := range []string{"nodes", "edges", "pageInfo", "totalCount"} {
		if def.Fields.ForName(name) == nil {
			faults = append(faults, spot(def.Position, def.Name, "a connection without "+name+"; all of them are alike, so that one client component can page any"))
		}
	}
	if total := def.Fields.ForName("totalCount"); total != nil && total.Type.NonNull {
		faults = append(faults, spot(total.Position, def.Name+".totalCount", "non-null, but not every backend counts"))
	}
	return faults
}
