package server

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Rules by which access is refused that no field of the schema names.
const (
	ruleIntrospection = "introspection" // the schema is not shown to the viewer
	ruleToken         = "token"         // the token is no good, or its user is not known
	ruleDocuments     = "documents"     // no manifest has the document
	ruleAuthority     = "authority"     // a backend answers only in somebody's name who is not there
	ruleBackend       = "backend"       // a backend does not admit the viewer
)

// maxAuditID bounds what an event repeats of an id, in bytes; ids are shorter.
const maxAuditID = 128

// refuses reports whether a fault refuses access. What is somebody else's is told
// to be absent, and refused all the same: it has a rule.
func (f fault) refuses() bool {
	return f.code == Unauthorized || f.code == Forbidden || f.code == NotFound && f.rule != ""
}

// access is what somebody wanted. The audit trail has one event for each write and
// each refused access; a list that repeats a refusal for its items is one.
type access struct {
	op    *graphql.OperationContext // nil where there is none
	root  string                    // response key of the root field; "" for all of them
	field string                    // as Type.field
	rule  string
}

// firstRefusal reports whether this was not refused before in this request.
func (r *request) firstRefusal(a access) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refusals == nil {
		r.refusals = map[access]bool{}
	}
	seen := r.refusals[a]
	r.refusals[a] = true
	return !seen
}

// refused reports whether a field of an operation was refused by any rule.
func (r *request) refused(a access) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for other := range r.refusals {
		if a.rule = other.rule; a == other {
			return true
		}
	}
	return false
}

// auditRefusal writes the event of a refused access, once.
func (s *Server) auditRefusal(ctx context.Context, r *request, f fault) {
	wanted := access{rule: f.rule}
	var ids []any
	if graphql.HasOperationContext(ctx) {
		wanted.op = graphql.GetOperationContext(ctx)
	}
	if fc, root := graphql.GetFieldContext(ctx), graphql.GetRootFieldContext(ctx); fc != nil && root != nil {
		wanted.root, wanted.field = root.Field.Alias, fc.Object+"."+fc.Field.Name
		ids = r.stage.idsIn(root.Field.Field, wanted.op.Variables)
	}
	if r.firstRefusal(wanted) {
		s.audited(ctx, r, wanted, "refused", f.code, ids)
	}
}

// auditWrites writes the events of the writes that an operation was allowed, when it
// is over. A code says why one was not done.
func (s *Server) auditWrites(ctx context.Context, r *request, op *operation) {
	if op.Operation.Operation != ast.Mutation {
		return
	}
	for _, write := range graphql.CollectFields(op.OperationContext, op.Operation.SelectionSet, []string{"Mutation"}) {
		wanted := access{op: op.OperationContext, root: write.Alias, field: "Mutation." + write.Name}
		rule, known := s.table.Rule("Mutation", write.Name)
		if !known || r.refused(wanted) { // __typename, or an event of its own
			continue
		}
		wanted.rule = rule.Name
		s.audited(ctx, r, wanted, "allowed", codeAt(op.response, write.Alias), r.stage.idsIn(write.Field, op.Variables))
	}
}

// codeAt is the code of the error in the place of a root field; "" where there is none.
func codeAt(response *graphql.Response, root string) Code {
	for _, e := range response.Errors {
		if len(e.Path) == 0 || len(e.Path) == 1 && e.Path[0] == ast.PathName(root) {
			code, _ := e.Extensions["code"].(string)
			return Code(code)
		}
	}
	return ""
}

// audited writes one event: who, where, what about, and what was decided. What was
// sent and what is answered is not in it, but for ids.
func (s *Server) audited(ctx context.Context, r *request, a access, decision string, code Code, ids []any) {
	attrs := []slog.Attr{slog.String("requestId", r.id), slog.String("tenant", r.tenant.Name)}
	if r.viewer != nil {
		attrs = append(attrs, slog.Any("viewer", r.viewer), slog.String("subject", r.viewer.Subject()))
	}
	texts := []string{"field", a.field, "decision", decision, "rule", a.rule, "code", string(code)}
	if a.op != nil && a.op.Operation != nil {
		texts = append(texts, "type", string(a.op.Operation.Operation), "operation", a.op.Operation.Name)
	}
	for i := 0; i < len(texts); i += 2 {
		if texts[i+1] != "" {
			attrs = append(attrs, slog.String(texts[i], texts[i+1]))
		}
	}
	s.audit.LogAttrs(ctx, slog.LevelInfo, "audit", append(attrs, slog.Group("ids", ids...))...)
}

// idsIn are the ids among a field's arguments, and among the members of its inputs:
// what it is about. Lists are left out.
func (s *stage) idsIn(field *ast.Field, variables map[string]any) (ids []any) {
	given := field.ArgumentMap(variables)
	for _, argument := range field.Definition.Arguments {
		ids = appendID(ids, argument.Name, argument.Type, given[argument.Name])
		members, _ := given[argument.Name].(map[string]any)
		for _, member := range s.schema.Types[argument.Type.Name()].Fields {
			ids = appendID(ids, member.Name, member.Type, members[member.Name])
		}
	}
	return ids
}

func appendID(ids []any, name string, of *ast.Type, value any) []any {
	if of.NamedType != "ID" || value == nil {
		return ids
	}
	text := fmt.Sprint(value)
	return append(ids, slog.String(name, text[:min(len(text), maxAuditID)]))
}
