package loaders

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
)

// discussed is a shop of two products. The first has five reviews, of which one
// has comments and one does not say, and a question with an answer.
func discussed(t *testing.T) *backend {
	t.Helper()
	b := inShop(t, 2)
	var reviews []doc
	for i := range 5 {
		reviews = append(reviews, doc{"id": 10 + i, "title": fmt.Sprint("Title ", i), "rating": "4.5", "commentCount": 0, "author": doc{"name": "Ada", "email": "ada@example.com"}})
	}
	reviews[1]["commentCount"], reviews[2]["commentCount"] = "1", nil
	b.shop["products/100/reviews"] = reviews
	b.shop["products/100/reviews/11/comments"] = []doc{{"id": 1, "comment": "Thanks", "official": "true", "lastModified": 1461792752644}}
	b.shop["products/100/reviews/12/comments"] = []doc{}
	b.shop["products/100/questions"] = []doc{{"id": 20, "title": "How?", "answerCount": 1}}
	b.shop["products/100/questions/20/answers"] = []doc{{"id": 2, "comment": "So."}}
	return b
}

// TestReviewsArePages of lists that come whole: counted, cut here, and an empty
// list for a product that the backend knows none of.
func TestReviewsArePages(t *testing.T) {
	t.Parallel()
	b := discussed(t)
	l := New(b.tenant(t), service(t))
	two, err := l.NewPage(new(int32(2)), nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	lists, errs := l.Reviews(t.Context(), []string{"100", "101"}, two)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got := lists[0]; len(got.Items) != 2 || *got.Total != 5 || !got.HasNext || *got.Items[0].Author != "Ada" {
		t.Errorf("the first page: %+v", got)
	}
	if got := lists[1]; got.Items == nil || len(got.Items) != 0 || *got.Total != 0 || got.HasNext {
		t.Errorf("a product without reviews: %+v", got)
	}
	cursor := lists[0].Cursor(1)
	next, err := l.NewPage(new(int32(5)), &cursor, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	lists, errs = l.Reviews(t.Context(), []string{"100", "101"}, next)
	if errs[0] != nil || len(lists[0].Items) != 3 || lists[0].Items[0].ID != "12" || lists[0].HasNext {
		t.Errorf("the second page: %+v, %v", lists[0], errs[0])
	}
	if _, refused := errors.AsType[*InputError](errs[1]); !refused {
		t.Errorf("a cursor of another product's reviews: %v", errs[1])
	}
	if diff := cmp.Diff(map[string]int{"products/100/reviews": 1, "products/101/reviews": 1}, b.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestRepliesCostNothingWhereThereAreNone: a count of 0 is taken at its word.
func TestRepliesCostNothingWhereThereAreNone(t *testing.T) {
	t.Parallel()
	b := discussed(t)
	tenant := b.tenant(t)
	l := New(tenant, service(t))
	reviews, _ := l.Reviews(t.Context(), []string{"100"}, all(t, l))
	questions, _ := l.Questions(t.Context(), []string{"100"}, all(t, l))
	b.counts()
	comments, errs := l.Comments(t.Context(), reviews[0].Items)
	answers, failed := l.Answers(t.Context(), questions[0].Items)
	if err := errors.Join(append(errs, failed...)...); err != nil {
		t.Fatal(err)
	}
	none := []*model.Reply{}
	want := [][]*model.Reply{none, {{ID: "1", Comment: p("Thanks"), IsOfficial: new(true), UpdatedAt: comments[1][0].UpdatedAt}}, none, none, none}
	if diff := cmp.Diff(want, comments); diff != "" {
		t.Errorf("comments (-want +got):\n%s", diff)
	}
	if len(answers) != 1 || *answers[0][0].Comment != "So." || answers[0][0].IsOfficial != nil {
		t.Errorf("answers: %v", answers)
	}
	want2 := map[string]int{"products/100/reviews/11/comments": 1, "products/100/reviews/12/comments": 1, "products/100/questions/20/answers": 1}
	if diff := cmp.Diff(want2, b.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	// The next operation finds all of it in the cache, each under its own product.
	l = New(tenant, service(t))
	reviews, _ = l.Reviews(t.Context(), []string{"100"}, all(t, l))
	if _, errs := l.Comments(t.Context(), reviews[0].Items); errors.Join(errs...) != nil || len(b.counts()) > 0 {
		t.Errorf("again: %v, calls %v", errs, b.counts())
	}
}

// TestOneProductsReviewsCannotBeRead: the others' can.
func TestOneProductsReviewsCannotBeRead(t *testing.T) {
	t.Parallel()
	b := discussed(t)
	b.fail("products/101/reviews", http.StatusInternalServerError)
	l := New(b.tenant(t), service(t))
	lists, errs := l.Reviews(t.Context(), []string{"100", "101"}, all(t, l))
	if errs[0] != nil || len(lists[0].Items) != 5 {
		t.Errorf("the first: %v, %v", lists[0], errs[0])
	}
	if upstream.KindOf(errs[1]) != upstream.Unavailable || lists[1] != nil {
		t.Errorf("the second: %v, %v", lists[1], errs[1])
	}
}
