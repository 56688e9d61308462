package sandbox

import (
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

//go:embed checkout.graphqls
var checkoutSchema string

// fieldOfQuery answers one field of the query.
type fieldOfQuery func(x *exchange, args map[string]any) (any, error)

// checkoutQueries are the fields that AppDirect's own GraphQL has here.
var checkoutQueries = map[string]fieldOfQuery{
	"cartFields":       func(x *exchange, args map[string]any) (any, error) { return x.cartFields(args["cartId"]) },
	"checkoutSettings": func(x *exchange, _ map[string]any) (any, error) { return x.checkoutSettings(), nil },
}

// loadCheckoutSchema reads the embedded schema.
func loadCheckoutSchema() (*ast.Schema, error) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "checkout.graphqls", Input: checkoutSchema})
	if err != nil {
		return nil, fmt.Errorf("sandbox: schema of AppDirect's GraphQL: %w", err)
	}
	return schema, nil
}

// graphRoutes is the one address of AppDirect's own GraphQL.
func graphRoutes(schema *ast.Schema) map[string]handler {
	return map[string]handler{
		http.MethodPost + " /graphql": func(x *exchange) (reply, error) { return x.ask(schema) },
	}
}

// graphRequest is a request on the wire.
type graphRequest struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
}

// ask answers a query: errors of a field stand beside null for it; a query that is
// none is a 400.
func (x *exchange) ask(schema *ast.Schema) (reply, error) {
	var b graphRequest
	if err := x.decode(&b); err != nil {
		return reply{}, err
	}
	doc, problems := gqlparser.LoadQueryWithRules(schema, b.Query, rules.NewDefaultRules())
	if len(problems) > 0 {
		return notAQuery(problems), nil
	}
	op := doc.Operations.ForName(b.OperationName)
	if op == nil {
		return notAQuery(gqlerror.List{gqlerror.Errorf("no operation is named %q", b.OperationName)}), nil
	}
	vars, err := validator.VariableValues(schema, op, b.Variables)
	if err != nil {
		return notAQuery(gqlerror.List{gqlerror.Wrap(err)}), nil
	}
	return x.execute(op, vars), nil
}

// execute answers the fields of an operation in their order.
func (x *exchange) execute(op *ast.OperationDefinition, vars map[string]any) reply {
	data, problems := Document{}, []any{}
	for _, f := range selected(op.SelectionSet, vars) {
		answer := checkoutQueries[f.Name]
		if answer == nil { // __typename, or introspection, which is not answered
			data[f.Alias] = map[bool]any{true: f.ObjectDefinition.Name}[f.Name == "__typename"]
			continue
		}
		value, err := answer(x, f.ArgumentMap(vars))
		if err != nil {
			problems = append(problems, graphError(err, f.Alias))
			data[f.Alias] = nil
			continue
		}
		data[f.Alias] = project(value, f, vars)
	}
	body := Document{"data": data}
	if len(problems) > 0 {
		body["errors"] = problems
	}
	return reply{body: body}
}

// selected are the fields of a selection with fragments resolved, without those
// that a directive leaves out.
func selected(set ast.SelectionSet, vars map[string]any) []*ast.Field {
	var out []*ast.Field
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if included(s.Directives, vars) {
				out = append(out, s)
			}
		case *ast.InlineFragment:
			if included(s.Directives, vars) {
				out = append(out, selected(s.SelectionSet, vars)...)
			}
		case *ast.FragmentSpread:
			if included(s.Directives, vars) {
				out = append(out, selected(s.Definition.SelectionSet, vars)...)
			}
		}
	}
	return out
}

// included reports what @skip and @include say.
func included(directives ast.DirectiveList, vars map[string]any) bool {
	for name, wanted := range map[string]bool{"skip": false, "include": true} {
		if d := directives.ForName(name); d != nil && d.ArgumentMap(vars)["if"] != wanted {
			return false
		}
	}
	return true
}

// project keeps of a value what the field selects of it, and no more.
func project(value any, f *ast.Field, vars map[string]any) any {
	switch value := value.(type) {
	case []any:
		out := make([]any, len(value))
		for i, member := range value {
			out[i] = project(member, f, vars)
		}
		return out
	case Document:
		out := Document{}
		for _, member := range selected(f.SelectionSet, vars) {
			if member.Name == "__typename" {
				out[member.Alias] = member.ObjectDefinition.Name
				continue
			}
			out[member.Alias] = project(value[member.Name], member, vars)
		}
		return out
	default:
		return value
	}
}

// notAQuery answers a request that cannot be run.
func notAQuery(problems gqlerror.List) reply {
	out := make([]any, len(problems))
	for i, p := range problems {
		out[i] = Document{"message": p.Message, "extensions": Document{"code": "GRAPHQL_VALIDATION_FAILED"}}
	}
	return reply{status: http.StatusBadRequest, body: Document{"errors": out}}
}

// graphError words the failure of a field in the printed shape.
func graphError(err error, path string) Document {
	code, message := "INTERNAL_SERVER_ERROR", "HTTP 500 Internal Server Error"
	var refused *apiError
	if errors.As(err, &refused) {
		code, message = refused.symbol(), refused.message()
	}
	return Document{"message": message, "path": []any{path}, "extensions": Document{"code": code}}
}

// cartFields are the fields that the cart's products and the marketplace ask for:
// the same that validation wants.
func (x *exchange) cartFields(cart any) (any, error) {
	id, _ := cart.(string)
	if id == "" {
		return nil, &apiError{Status: http.StatusBadRequest, Message: "cartId cannot be empty"}
	}
	s := x.world.shop
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cart(id)
	if err != nil {
		return nil, err
	}
	products := []any{}
	for _, i := range c.items {
		if len(i.product.fields) > 0 {
			products = append(products, Document{"itemId": i.body.ID, "forms": []any{Document{
				"title": "Additional Information", "subTitle": "Information that " + i.product.vendor.name + " needs", "fields": fieldDocuments(i.product.fields),
			}}})
		}
	}
	return Document{
		"productFields": products, "purchaseCustomAttributes": fieldDocuments(c.purchaseFields()),
		"subscriptionCustomAttributes": fieldDocuments(c.subscriptionFields()),
	}, nil
}

// fieldDocuments lists fields as printed.
func fieldDocuments(fields []fieldSpec) []any {
	out := make([]any, len(fields))
	for i, f := range fields {
		out[i] = f.document()
	}
	return out
}

// checkoutLocales are the languages of the marketplace, the default one first.
var checkoutLocales = []string{"en-US", "fr-CA", "de-CH"}

// checkoutSettings are what the marketplace says of itself.
func (x *exchange) checkoutSettings() any {
	host := x.site.tenant.Name + ".marketplace.example"
	localized := func(value func(locale string) string) []any {
		out := make([]any, len(checkoutLocales))
		for i, locale := range checkoutLocales {
			out[i] = Document{"locale": locale, "value": value(locale)}
		}
		return out
	}
	return Document{
		"allowDiscountCredit": false, "defaultLocale": checkoutLocales[0], "marketplaceBaseUrl": "https://" + host + "/",
		"flatTaxRate": number(flatTaxPercent.Shift(-2).String()), "marketplaceFaviconUrl": "https://" + host + "/favicon.png",
		"marketplaceLogoUrl": "https://" + host + "/logo.png", "shippingCostEnabled": true, "supportPhone": "(555) 010-0199",
		"supportedLocales": texts(checkoutLocales...), "tenant": strings.ToUpper(x.site.tenant.Name),
		"supportEmail":                     localized(func(locale string) string { return "support+" + strings.ToLower(locale) + "@" + host }),
		"marketplaceTermsAndConditionsUrl": localized(func(locale string) string { return "https://" + host + "/" + strings.ToLower(locale) + "/terms" }),
		"marketplacePrivacyUrl":            localized(func(locale string) string { return "https://" + host + "/" + strings.ToLower(locale) + "/privacy" }),
	}
}
