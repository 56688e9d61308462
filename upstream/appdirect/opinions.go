package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListReviews reads the reviews of a product by its number, whole: the endpoint
// has no pages, and none takes many products.
var ListReviews = &upstream.Route{
	Name:      "appdirect.listReviews",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/v1/products/{applicationId}/reviews",
	Authority: upstream.System,
	Ours:      oursCatalogue,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	Tags:      []string{"product:{applicationId}:reviews"},
	Births:    []string{"products"},
	Assumed:   "a plain list of what creating a review takes",
}

// ListComments reads what was said to a review, whole.
var ListComments = &upstream.Route{
	Name:      "appdirect.listComments",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/v1/products/{applicationId}/reviews/{reviewId}/comments",
	Authority: upstream.System,
	Ours:      oursCatalogue,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	Tags:      []string{"product:{applicationId}:reviews"},
	Births:    []string{"products"},
	Assumed:   "a plain list of what creating a comment takes",
}

// ListQuestions reads the questions about a product, whole, as [ListReviews] does.
var ListQuestions = &upstream.Route{
	Name:      "appdirect.listQuestions",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/v1/products/{applicationId}/questions",
	Authority: upstream.System,
	Ours:      oursCatalogue,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	Tags:      []string{"product:{applicationId}:questions"},
	Births:    []string{"products"},
	Assumed:   "a plain list of what updating a question takes",
}

// ListAnswers reads the answers to a question, whole.
var ListAnswers = &upstream.Route{
	Name:      "appdirect.listAnswers",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/v1/products/{applicationId}/questions/{questionId}/answers",
	Authority: upstream.System,
	Ours:      oursCatalogue,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	Tags:      []string{"product:{applicationId}:questions"},
	Births:    []string{"products"},
	Assumed:   "a plain list of what creating an answer takes",
}

// Said are the members of everything that people write about products.
type Said struct {
	ID           wire.Text `json:"id"`
	Author       Author    `json:"author"`
	Comment      wire.Text `json:"comment"`
	LastModified wire.Time `json:"lastModified"`
}

// Check wants the id.
func (s *Said) Check() error { return wire.Identified(s.ID) }

// Author is who wrote something. The documents print that there is one, but not
// its members; only a name is read, whatever else comes.
type Author struct {
	Name wire.Text `json:"name"`
}

// Review is what somebody thinks of a product.
type Review struct {
	Said
	Title  wire.Text   `json:"title"`
	Rating wire.Number `json:"rating"` // stars
	// CommentCount is how many comments it has; not valid where the backend does not say.
	CommentCount wire.Number `json:"commentCount"`
}

// Question is what somebody wants to know of a product.
type Question struct {
	Said
	Title wire.Text `json:"title"`
	// AnswerCount is how many answers it has; not valid where the backend does not say.
	AnswerCount wire.Number `json:"answerCount"`
}

// Reply is a comment on a review or an answer to a question.
type Reply struct {
	Said
	Official wire.Bool `json:"official"` // whether it speaks for the vendor
}

// DecodeReviews reads a reply of [ListReviews].
func DecodeReviews(body []byte) ([]Review, error) {
	return wire.Decode[wire.List[Review]](ListReviews, body)
}

// DecodeQuestions reads a reply of [ListQuestions].
func DecodeQuestions(body []byte) ([]Question, error) {
	return wire.Decode[wire.List[Question]](ListQuestions, body)
}

// DecodeReplies reads a reply of [ListComments] or [ListAnswers].
func DecodeReplies(route *upstream.Route, body []byte) ([]Reply, error) {
	return wire.Decode[wire.List[Reply]](route, body)
}
