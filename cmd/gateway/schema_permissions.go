package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/server"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

type permissionsCommand struct{}

// permissionsHead is what the document begins with.
const permissionsHead = `# Permissions

Made by ` + "`make permissions`" + ` from the rules in [auth](../auth/rules_table.go) and the schema's
` + "`@access`" + `. A field without a rule keeps the gateway from starting.

A right is a role that the viewer holds **and** that the token's scopes name. Roles of a
membership hold in its company, unless they act in the whole marketplace. What a viewer may do is
told to front ends by ` + "`viewer { permissions { rule scope companyIds } }`" + `.
`

// Run prints who may select each field, and why.
func (permissionsCommand) Run(s streams) error {
	schema, err := server.Schema(true)
	if err != nil {
		return err
	}
	table, err := auth.NewTable(schema)
	if err != nil {
		return err
	}
	out := &printer{w: s.out}
	out.printf("%s", permissionsHead)
	printRoles(out)
	out.printf("\n## Rules\n")
	for _, r := range auth.Rules() {
		printRule(out, r, schema.Types["AccessRule"].EnumValues.ForName(r.Name))
	}
	printFields(out, schema, table)
	return out.err
}

func printRoles(out *printer) {
	out.printf("\n## Roles\n\nWhere no scope is printed, the backend may never grant the role to a token.\n\n")
	out.printf("| role | held on the record of the | acts in | scope of its name |\n| --- | --- | --- | --- |\n")
	for _, r := range auth.Roles() {
		reach, scope := "its company", "printed"
		switch {
		case r.MarketplaceWide():
			reach = "the marketplace"
		case r == auth.RoleUser:
			reach = "each company of an enabled membership"
		case r.Record() == auth.RecordService:
			reach = "nothing here"
		}
		if !r.Scoped() {
			scope = "not printed"
		}
		out.printf("| `%s` | %s | %s | %s |\n", r, r.Record(), reach, scope)
	}
}

func printRule(out *printer, r auth.Rule, value *ast.EnumValueDefinition) {
	out.printf("\n### %s\n\n", r.Name)
	if value != nil {
		out.printf("%s\n\n", value.Description)
	}
	for _, row := range rowsOf(r) {
		out.printf("- %s\n", row)
	}
	for _, source := range r.Sources {
		out.printf("- `%s`%s\n", source, calledAs(source))
	}
	if r.Ours != "" {
		out.printf("- Ours: %s.\n", r.Ours)
	}
}

// rowsOf says which roles see which rows.
func rowsOf(r auth.Rule) (rows []string) {
	if r.Public {
		return []string{"Everybody, without a token."}
	}
	say := func(rows string, roles []auth.Role) []string {
		if len(roles) == 0 {
			return nil
		}
		return []string{rows + ": " + roleNames(roles) + "."}
	}
	if r.Rows == auth.RowsAll {
		return say("Not narrowed", r.Roles)
	}
	var wide, inCompany, selling []auth.Role
	for _, role := range r.Roles {
		switch {
		case role.MarketplaceWide():
			wide = append(wide, role)
		case !slices.Contains(r.Own, role):
			inCompany = append(inCompany, role)
		}
		if r.Customers && (role == auth.RoleReseller || role == auth.RoleResellerManager) {
			selling = append(selling, role)
		}
	}
	rows = append(say("All rows", wide), say("Rows of the companies where they hold it", inCompany)...)
	rows = append(rows, say("Rows of their customers", selling)...)
	if r.Rows == auth.RowsUser {
		rows = append(rows, "What is their own: each of these.")
	}
	return rows
}

// roleNames writes roles in the order of the documents.
func roleNames(roles []auth.Role) string {
	var names []string
	for _, r := range auth.Roles() {
		if slices.Contains(roles, r) {
			names = append(names, "`"+strings.TrimPrefix(string(r), "ROLE_")+"`")
		}
	}
	return strings.Join(names, ", ")
}

// calledAs says as whom the gateway calls an endpoint. One that it does not call
// counts for the roles that it prints.
func calledAs(source string) string {
	var as []string
	for _, r := range appdirect.Routes() {
		if r.Method+" "+r.Path == source {
			as = append(as, authorities(r))
		}
	}
	if as = slices.Compact(as); len(as) == 0 {
		return ", whose roles count here; it is not called"
	}
	return ", called as " + strings.Join(as, " or ")
}

// authorities are as whom a Route is called, in the order in which they are tried.
func authorities(r *upstream.Route) string {
	if r.Else == "" {
		return string(r.Authority)
	}
	return string(r.Authority) + ", else " + string(r.Else)
}

// printFields lists each type's fields by rule, in the order of the schema.
func printFields(out *printer, schema *ast.Schema, table *auth.Table) {
	byType := map[string][]string{} // its rules, in order
	fields := map[string][]string{} // by type and rule
	for _, field := range table.Fields() {
		typeName, name, _ := strings.Cut(field, ".")
		rule, _ := table.Rule(typeName, name)
		key := typeName + " " + rule.Name
		if fields[key] == nil {
			byType[typeName] = append(byType[typeName], rule.Name)
		}
		fields[key] = append(fields[key], "`"+name+"`")
	}
	out.printf("\n## Fields\n\n| type | rule | fields |\n| --- | --- | --- |\n")
	for _, typeName := range slices.Sorted(maps.Keys(byType)) {
		name := "`" + typeName + "`"
		if schema.Types[typeName].Directives.ForName("preview") != nil {
			name += " (preview)"
		}
		for _, rule := range byType[typeName] {
			out.printf("| %s | [%s](#%s) | %s |\n", name, rule, strings.ToLower(rule), strings.Join(fields[typeName+" "+rule], " "))
		}
	}
}
