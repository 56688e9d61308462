package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/upstream"
)

// Watch notices whether upstream calls are made under its context.
type Watch = upstream.Watch

// Watched gives the upstream calls made under the returned context this watch.
func Watched(ctx context.Context, w *Watch) context.Context { return upstream.Watched(ctx, w) }
