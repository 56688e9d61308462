package sandbox

// How much people say about products.
const (
	mostReviews   = 9  // of an ordinary product
	crowdReviews  = 75 // of one product, so that pages of them can be turned
	mostQuestions = 4  // of a product
	mostReplies   = 3  // to a review or a question
)

// makeOpinions makes reviews of the products that have been rated, and questions
// about any of them.
func (m *maker) makeOpinions() {
	people := m.everybody()
	crowded := false
	for _, p := range m.products {
		reviews := 0
		if p.rating > 0 {
			reviews = 1 + m.rng.IntN(min(p.rating, mostReviews))
			if !crowded && !p.delisted {
				crowded, reviews = true, crowdReviews
			}
		}
		for range reviews {
			o := m.newOpinion(p, people, pick(m, reviewTitles), pick(m, reviewTexts))
			o.stars = 1 + m.rng.IntN(5)
			o.store(m, m.world.reviews, o.review())
		}
		for range m.rng.IntN(mostQuestions + 1) {
			o := m.newOpinion(p, people, pick(m, questionTitles), pick(m, questionTexts))
			o.store(m, m.world.questions, o.question())
		}
	}
}

// everybody is who may have said something, in a fixed order.
func (m *maker) everybody() []*userSpec {
	var all []*userSpec
	for _, c := range m.customers {
		all = append(all, m.people[c.uuid]...)
	}
	return all
}

// newOpinion makes what one person says, and what others say to it.
func (m *maker) newOpinion(p *productSpec, people []*userSpec, title, comment string) *opinionSpec {
	o := &opinionSpec{
		number: m.number(), product: p, author: pick(m, people), title: title, comment: comment, written: m.daysAgo(5, 300),
	}
	for range m.rng.IntN(mostReplies + 1) {
		o.replies = append(o.replies, &opinionSpec{
			number: m.number(), author: pick(m, people), comment: pick(m, replyTexts), written: m.daysAgo(0, 4), official: m.chance(40),
		})
	}
	return o
}
