package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// offer is something that can be bought: a plan, and what it is a plan of.
type offer struct {
	product *productSpec
	edition *editionSpec
	plan    *planSpec
}

// shop is where a tenant's carts live and become purchases. What it holds is
// immutable once stored: a change makes a copy and stores that under the lock, so
// readers need the lock for a moment only.
//
// Nothing keeps a buyer from having two active carts, as with the real thing:
// whoever wants one must not create a second.
type shop struct {
	today     time.Time               // midnight of the day that the demo data is of
	offers    map[string]offer        // by the plan's uuid, of products in the catalogue
	users     map[string]*userSpec    // by uuid
	companies map[string]*companySpec // by uuid
	shoppers  Document                // people whose purchases go some known way, for whoever tests that

	mu         sync.Mutex
	discounts  map[string]*discountSpec // by code
	carts      map[string]*cartSpec
	checks     map[string]*cartCheck  // by cart, the last one
	fulfilled  map[string]*fulfilment // by cart
	methods    []*paymentMethod       // in the order of their making
	tokens     map[string]*paymentToken
	purchases  map[string]int // by cart, how often it became one
	spendings  []spending
	lastNumber int64 // last numeric id given out
}

// newShop has no goods yet.
func newShop(today time.Time) *shop {
	return &shop{
		today:  today,
		offers: map[string]offer{}, users: map[string]*userSpec{}, companies: map[string]*companySpec{}, discounts: map[string]*discountSpec{},
		carts: map[string]*cartSpec{}, checks: map[string]*cartCheck{}, fulfilled: map[string]*fulfilment{},
		tokens: map[string]*paymentToken{}, purchases: map[string]int{},
	}
}

// copied is a shop that can be changed without a trace in this one, which nobody
// changes any more.
func (s *shop) copied() *shop {
	return &shop{
		today: s.today, offers: s.offers, users: s.users, companies: s.companies, shoppers: s.shoppers,
		discounts: maps.Clone(s.discounts), carts: maps.Clone(s.carts), checks: maps.Clone(s.checks), fulfilled: maps.Clone(s.fulfilled),
		methods: slices.Clone(s.methods), tokens: maps.Clone(s.tokens), purchases: maps.Clone(s.purchases),
		spendings: slices.Clone(s.spendings), lastNumber: s.lastNumber,
	}
}

// cart finds a cart; the caller holds the lock, but may keep what it gets.
func (s *shop) cart(id string) (*cartSpec, error) {
	if c := s.carts[id]; c != nil {
		return c, nil
	}
	return nil, notFound("Shopping cart not found with id %s.", id)
}

// put stores a cart where the lists find it; the caller holds the lock, or is the
// only one who knows the shop.
func (s *shop) put(w *world, c *cartSpec) error {
	if err := w.carts.Put(c.record()); err != nil {
		return err
	}
	s.carts[c.id] = c
	return nil
}

// change stores a changed copy of a cart that is still open, unless the change
// refuses. Answered is the copy.
func (s *shop) change(w *world, id string, change func(*cartSpec) error) (*cartSpec, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.cart(id)
	if err != nil {
		return nil, err
	}
	if old.status != cartActive {
		return nil, old.notActive()
	}
	c := old.clone()
	if err := change(c); err != nil {
		return nil, err
	}
	if f := s.fulfilled[id]; f != nil && len(c.physical()) == 0 {
		c.dropFee(f.fee) // nothing is left that was to be shipped
		delete(s.fulfilled, id)
	}
	return c, s.put(w, c)
}

// remove forgets an open cart and everything that was said about it.
func (s *shop) remove(w *world, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cart(id)
	if err != nil {
		return err
	}
	if c.status != cartActive {
		return c.notActive()
	}
	w.carts.Remove(id)
	delete(s.carts, id)
	delete(s.checks, id)
	delete(s.fulfilled, id)
	return nil
}

// notActive refuses to change a cart that is being finalised, or was.
func (c *cartSpec) notActive() error {
	return &apiError{
		Status: http.StatusConflict, Code: "SHOPPING_CART_" + c.status,
		Message: "Shopping cart " + c.id + " is " + c.status + " and cannot be changed.",
	}
}

// number gives the next numeric id; the caller holds the lock.
func (s *shop) number() int64 {
	s.lastNumber++
	return s.lastNumber
}

// spending is what a company spent in the shop, for its limits.
type spending struct {
	company string
	at      time.Time
	amount  amount
}

// spent sums what a company spent since a time; the caller holds the lock.
func (s *shop) spent(company string, since time.Time) amount {
	var sum amount
	for _, one := range s.spendings {
		if one.company == company && !one.at.Before(since) {
			sum = sum.Add(one.amount)
		}
	}
	return sum
}

// purchasesByCart counts how often each cart became a purchase: never more than
// once, which is for tests to see.
func (s *shop) purchasesByCart() Document {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Document{}
	for id, times := range s.purchases {
		out[id] = times
	}
	return out
}

// newObjectID gives an id of 24 hexadecimal digits.
func newObjectID() string {
	raw := make([]byte, 12)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}

// newUUID gives a random uuid.
func newUUID() string { return uuid.NewString() }

// stock makes the product's plans ones that can be bought.
func (s *shop) stock(p *productSpec) {
	if !p.inCatalogue() {
		return
	}
	for _, e := range p.editions {
		for _, plan := range e.plans {
			s.offers[plan.uuid] = offer{product: p, edition: e, plan: plan}
		}
	}
}

// isMember reports whether the user is a member of the company, disabled or not.
func (w *world) isMember(company, user string) bool {
	return w.memberships.Get(membershipID(company, user)) != nil
}
