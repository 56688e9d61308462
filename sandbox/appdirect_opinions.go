package sandbox

import (
	"net/http"
	"time"
)

// opinionSpec is what people write about a product: a review or a question, or
// what others say to it. Which of them it is decides which members are printed.
type opinionSpec struct {
	number         int64
	product        *productSpec
	author         *userSpec
	title, comment string
	stars          int // of a review
	written        time.Time
	replies        []*opinionSpec // comments on a review, answers to a question
	official       bool           // of a reply: it speaks for the vendor
}

// said are the members that all four kinds have.
func (o *opinionSpec) said() Document {
	return Document{
		"id": o.number, "author": Document{"uuid": o.author.uuid, "name": o.author.first + " " + o.author.last},
		"comment": o.comment, "lastModified": millis(o.written),
	}
}

// review is the opinion as a review; source is null where it was written here.
func (o *opinionSpec) review() Document {
	return o.said().with(Document{"title": o.title, "rating": o.stars, "commentCount": len(o.replies), "source": nil})
}

// question is the opinion as a question. A question that nobody has answered
// prints no count, which the documents allow.
func (o *opinionSpec) question() Document {
	return o.said().with(Document{"title": o.title, "answerCount": zeroAsNull(len(o.replies))})
}

// reply is the opinion as a comment or an answer, which are printed alike.
func (o *opinionSpec) reply() Document { return o.said().with(Document{"official": o.official}) }

// opinions are the collections of one kind and of the replies to it.
type opinions struct{ said, replies *Collection }

// store files the opinion and its replies.
func (o *opinionSpec) store(m *maker, into opinions, body Document) {
	product := id(o.product.number)
	m.put(into.said, &Record{ID: id(o.number), Body: body, Facts: map[string]any{"product": product}})
	for _, reply := range o.replies {
		m.put(into.replies, &Record{
			ID: id(reply.number), Body: reply.reply(), Facts: map[string]any{"product": product, "to": id(o.number)},
		})
	}
}

// product finds the product a path names. Those that left the catalogue stay
// readable, as subscriptions still point to them.
func (x *exchange) product() (*Record, error) {
	return x.named(x.world.products, "applicationId", "Application not found with id %s.")
}

// ofProduct answers the lists below a product, which are not paged.
func ofProduct(of func(*world) *Collection) handler {
	return func(x *exchange) (reply, error) {
		p, err := x.product()
		if err != nil {
			return reply{}, err
		}
		return reply{body: show(x, where(of(x.world).all(), "product", p.ID), asStored)}, nil
	}
}

// repliesTo answers the lists below a review or a question, which must be one of
// the named product.
func repliesTo(parameter, what string, of func(*world) opinions) handler {
	return func(x *exchange) (reply, error) {
		p, err := x.product()
		if err != nil {
			return reply{}, err
		}
		key := x.params[parameter]
		r := of(x.world).said.Get(key)
		if r == nil || r.text("product") != p.ID {
			return reply{}, notFound("%s not found with id %s.", what, key)
		}
		return reply{body: show(x, where(of(x.world).replies.all(), "to", r.ID), asStored)}, nil
	}
}

// opinionRoutes are what people say about products. No sample of them is
// printed; the members are those that writing one takes.
func opinionRoutes() map[string]handler {
	product := http.MethodGet + " /marketplace/v1/products/{applicationId}"
	return map[string]handler{
		product + "/reviews":                        ofProduct(func(w *world) *Collection { return w.reviews.said }),
		product + "/reviews/{reviewId}/comments":    repliesTo("reviewId", "Review", func(w *world) opinions { return w.reviews }),
		product + "/questions":                      ofProduct(func(w *world) *Collection { return w.questions.said }),
		product + "/questions/{questionId}/answers": repliesTo("questionId", "Question", func(w *world) opinions { return w.questions }),
	}
}
