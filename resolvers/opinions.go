package resolvers

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var reviewList = shape[model.Review, model.ReviewEdge, model.ReviewConnection]{
	edge: func(cursor string, node *model.Review) *model.ReviewEdge {
		return &model.ReviewEdge{Cursor: cursor, Node: node}
	},
	connection: func(nodes []*model.Review, edges []*model.ReviewEdge, info *model.PageInfo, total *int32) *model.ReviewConnection {
		return &model.ReviewConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
	},
	enrol: objects[model.Review],
}

var questionList = shape[model.Question, model.QuestionEdge, model.QuestionConnection]{
	edge: func(cursor string, node *model.Question) *model.QuestionEdge {
		return &model.QuestionEdge{Cursor: cursor, Node: node}
	},
	connection: func(nodes []*model.Question, edges []*model.QuestionEdge, info *model.PageInfo, total *int32) *model.QuestionConnection {
		return &model.QuestionConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
	},
	enrol: objects[model.Question],
}

// Reviews answers Product.reviews.
func (productResolver) Reviews(ctx context.Context, objs []*model.Product, first *int32, after *string, last *int32, before *string) ([]*model.ReviewConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, reviewList,
		func(ctx context.Context, l *loaders.Loaders, parents []*model.Product, p loaders.Page) ([]*loaders.List[*model.Review], []error) {
			return l.Reviews(ctx, members(parents, productNumber), p)
		})
}

// Questions answers Product.questions.
func (productResolver) Questions(ctx context.Context, objs []*model.Product, first *int32, after *string, last *int32, before *string) ([]*model.QuestionConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, questionList,
		func(ctx context.Context, l *loaders.Loaders, parents []*model.Product, p loaders.Page) ([]*loaders.List[*model.Question], []error) {
			return l.Questions(ctx, members(parents, productNumber), p)
		})
}

// Comments answers Review.comments.
func (reviewResolver) Comments(ctx context.Context, objs []*model.Review) ([][]*model.Reply, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, reviews []*model.Review) ([][]*model.Reply, []error) {
			return l.Comments(ctx, reviews)
		}, nil)
}

// Answers answers Question.answers.
func (questionResolver) Answers(ctx context.Context, objs []*model.Question) ([][]*model.Reply, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, questions []*model.Question) ([][]*model.Reply, []error) {
			return l.Answers(ctx, questions)
		}, nil)
}
