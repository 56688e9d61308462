package resolvers

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// refused puts what people can mend into the union of a payload; nil where there is nothing.
func refused[U any](told []model.UserError) ([]U, error) {
	var out []U
	for _, one := range told {
		member, ok := one.(U)
		if !ok {
			return nil, fmt.Errorf("resolvers: %T is none of this payload's errors", one)
		}
		out = append(out, member)
	}
	return out, nil
}

// cartAfter makes the two members that all payloads about carts have: the cart as
// it is after the write, filed with its items, and the errors. A cart that cannot
// be read now is null with an error beside it, for the write was made.
func cartAfter[U any](ctx context.Context, write func(*loaders.Loaders) (loaders.Written, error)) (*model.Cart, []U, error) {
	op, l, fc, err := here(ctx)
	if err != nil {
		return nil, nil, err
	}
	out, err := write(l)
	if err != nil {
		return nil, nil, err
	}
	if told, err := refused[U](out.Errors); told != nil || err != nil {
		return nil, told, err
	}
	cart, err := l.Cart(ctx, out.ID)
	if err != nil {
		graphql.AddError(ctx, err)
		return nil, nil, nil
	}
	carts(op, place(fc)+"/cart", []*model.Cart{cart})
	return cart, nil, nil
}

// done makes the two members that payloads have which are not about carts: what
// the write was about, nil where it was refused, and the errors.
func done[U, I, T any](
	ctx context.Context, write func(*loaders.Loaders, context.Context, I) (T, loaders.Written, error), input I,
) (about T, told []U, err error) {
	l, err := loaders.From(ctx)
	if err != nil {
		return about, nil, err
	}
	about, out, err := write(l, ctx, input)
	if err != nil {
		return about, nil, err
	}
	told, err = refused[U](out.Errors)
	return about, told, err
}

// payload is the payload, or nothing where there was an error.
func payload[P any](p *P, err error) (*P, error) {
	if err != nil {
		return nil, err
	}
	return p, nil
}
