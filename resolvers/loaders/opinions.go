package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// replyKey names a review or a question by its product's and its own number.
type replyKey struct{ product, to string }

var (
	listReviews = family[string, *model.Review]{appdirect.ListReviews, productParams, func(number string, body []byte) ([]*model.Review, error) {
		w, err := appdirect.DecodeReviews(body)
		return toAll(w, err, func(w appdirect.Review) *model.Review { return toReview(w, number) })
	}}
	listQuestions = family[string, *model.Question]{appdirect.ListQuestions, productParams, func(number string, body []byte) ([]*model.Question, error) {
		w, err := appdirect.DecodeQuestions(body)
		return toAll(w, err, func(w appdirect.Question) *model.Question { return toQuestion(w, number) })
	}}
	listComments = repliesOf(appdirect.ListComments, "reviewId")
	listAnswers  = repliesOf(appdirect.ListAnswers, "questionId")
)

// repliesOf are the replies to what the parameter names.
func repliesOf(route *upstream.Route, parameter string) family[replyKey, *model.Reply] {
	return family[replyKey, *model.Reply]{
		route: route,
		ask: func(key replyKey) ask {
			return ask{params: map[string]string{"applicationId": key.product, parameter: key.to}}
		},
		decode: func(_ replyKey, body []byte) ([]*model.Reply, error) {
			w, err := appdirect.DecodeReplies(route, body)
			return toAll(w, err, toReply)
		},
	}
}

// Reviews gives a page of each product's reviews, by product number; positional.
func (l *Loaders) Reviews(ctx context.Context, numbers []string, p Page) ([]*List[*model.Review], []error) {
	return listReviews.pages(ctx, l, l.reviews, numbers, p)
}

// Questions gives a page of each product's questions, by product number; positional.
func (l *Loaders) Questions(ctx context.Context, numbers []string, p Page) ([]*List[*model.Question], []error) {
	return listQuestions.pages(ctx, l, l.questions, numbers, p)
}

// Comments gives what was said to reviews; positional. A review that says of
// itself that it has none costs nothing.
func (l *Loaders) Comments(ctx context.Context, reviews []*model.Review) ([][]*model.Reply, []error) {
	return replies(ctx, l.comments, reviews, func(r *model.Review) (replyKey, *int32) {
		return replyKey{r.ProductLegacyID, r.ID}, r.CommentCount
	})
}

// Answers gives what was answered to questions; positional, and free for a
// question that says of itself that it has none.
func (l *Loaders) Answers(ctx context.Context, questions []*model.Question) ([][]*model.Reply, []error) {
	return replies(ctx, l.answers, questions, func(q *model.Question) (replyKey, *int32) {
		return replyKey{q.ProductLegacyID, q.ID}, q.AnswerCount
	})
}

// replies asks for those of the parents that may have any; a count of nil leaves it open.
func replies[P any](ctx context.Context, m *memo[replyKey, []*model.Reply], parents []P, of func(P) (replyKey, *int32)) ([][]*model.Reply, []error) {
	out, errs := make([][]*model.Reply, len(parents)), make([]error, len(parents))
	var keys []replyKey
	var at []int
	for i, parent := range parents {
		key, count := of(parent)
		if count != nil && *count == 0 {
			out[i] = []*model.Reply{}
			continue
		}
		keys, at = append(keys, key), append(at, i)
	}
	got, failed := m.load(ctx, keys)
	for i, position := range at {
		out[position], errs[position] = got[i], failed[i]
	}
	return out, errs
}

func toReview(w appdirect.Review, product string) *model.Review {
	return &model.Review{
		ID:              string(w.ID),
		Author:          text(w.Author.Name),
		Title:           text(w.Title),
		Comment:         text(w.Comment),
		Rating:          w.Rating.Ptr(),
		UpdatedAt:       w.LastModified.Ptr(),
		CommentCount:    whole(w.CommentCount),
		ProductLegacyID: product,
	}
}

func toQuestion(w appdirect.Question, product string) *model.Question {
	return &model.Question{
		ID:              string(w.ID),
		Author:          text(w.Author.Name),
		Title:           text(w.Title),
		Comment:         text(w.Comment),
		UpdatedAt:       w.LastModified.Ptr(),
		AnswerCount:     whole(w.AnswerCount),
		ProductLegacyID: product,
	}
}

func toReply(w appdirect.Reply) *model.Reply {
	return &model.Reply{
		ID:         string(w.ID),
		Author:     text(w.Author.Name),
		Comment:    text(w.Comment),
		IsOfficial: w.Official.Ptr(),
		UpdatedAt:  w.LastModified.Ptr(),
	}
}
