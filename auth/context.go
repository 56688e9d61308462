package auth

import "context"

type viewerKey struct{}

// WithViewer returns a context that carries v. A nil v is the same as none.
func WithViewer(ctx context.Context, v *Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// ViewerFrom returns the viewer that ctx carries. It is never nil: without one it is the anonymous viewer of no tenant,
// whom every rule but PUBLIC refuses.
func ViewerFrom(ctx context.Context) *Viewer {
	if v, _ := ctx.Value(viewerKey{}).(*Viewer); v != nil {
		return v
	}
	return Anonymous("")
}
