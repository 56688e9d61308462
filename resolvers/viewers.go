package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// Viewer answers Query.viewer: what the token and the viewer's records say.
func (queryResolver) Viewer(ctx context.Context) (*model.Viewer, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	v := l.Viewer()
	viewer := &model.Viewer{
		Tenant: v.Tenant(), Roles: rolesOf(v.Rights()), Scopes: v.Scopes(), IsService: v.IsService(),
	}
	if id := v.ClientID(); id != "" {
		viewer.ClientID = &id
	}
	return root(ctx, viewer, nil)
}

// Permissions answers Viewer.permissions, by the same rules that refuse.
func (viewerResolver) Permissions(ctx context.Context, _ *model.Viewer, companyID *string) ([]*model.Permission, error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return nil, err
	}
	out := []*model.Permission{}
	for _, p := range l.Viewer().Permissions() {
		if companyID == nil || p.Covers(*companyID) {
			out = append(out, &model.Permission{Rule: model.AccessRule(p.Rule), Scope: model.PermissionScope(p.Scope), CompanyIds: p.Companies})
		}
	}
	return out, nil
}

// rolesOf writes roles as the graph does; what its enum does not know is UNKNOWN.
func rolesOf(rights []auth.Role) []model.Role {
	out := make([]model.Role, len(rights))
	for i, right := range rights {
		if out[i] = model.Role(right); !out[i].IsValid() {
			out[i] = model.RoleUnknown
		}
	}
	return out
}

// User answers Viewer.user: the same as Query.me.
func (viewerResolver) User(ctx context.Context, _ *model.Viewer) (*model.User, error) {
	return queryResolver{}.Me(ctx)
}
