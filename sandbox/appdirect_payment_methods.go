package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// tokenLifetime is how long a token of a payment method can be used, once.
const tokenLifetime = 15 * time.Minute

// declinedCard is the number of a test card that no authorisation succeeds with.
const declinedCard = "4000000000000002"

// secretProperties are those of a payment method that never leave tokenisation.
var secretProperties = []string{"number", "securityCode", "accountNumber", "routingNumber"}

// paymentMethod is one way for a user of a company to pay. It is never changed once
// stored.
type paymentMethod struct {
	id, owner, company string // uuids
	paymentCard
	isDefault bool // of the owner in the company
}

// paymentCard is what a token stands for: all of a card that is not secret.
type paymentCard struct {
	kind, display string // display is the last digits
	properties    Document
	address       Document
	declined      bool // authorisations fail
}

// paymentToken is a card until it is used or too old.
type paymentToken struct {
	card    paymentCard
	expires time.Time
}

// document is the card as tokens and methods print it.
func (c paymentCard) document() Document {
	return Document{"accountDisplay": c.display, "paymentMethodType": c.kind, "properties": c.properties, "billingAddress": c.address}
}

// document is the payment method as checkout prints it.
func (m *paymentMethod) document() Document {
	return m.paymentCard.document().with(Document{"id": m.id, "default": m.isDefault})
}

// addressBody is a billing address on the wire.
type addressBody struct {
	Street1 string `json:"street1"`
	Street2 string `json:"street2,omitempty"`
	City    string `json:"city"`
	State   string `json:"state"`
	Country string `json:"country"`
	Zip     string `json:"zip"`
	Phone   string `json:"phone,omitempty"`
}

// paymentBody is what both tokenising and making a payment method read.
type paymentBody struct {
	OwnerID           string            `json:"ownerId"`
	CompanyID         string            `json:"companyId"`
	Token             string            `json:"token"`
	PaymentMethodType string            `json:"paymentMethodType"`
	Properties        map[string]string `json:"properties"`
	BillingAddress    *addressBody      `json:"billingAddress"`
}

// card reads what a body says of a card; a card without digits is refused.
func (b paymentBody) card() (paymentCard, error) {
	number := b.Properties["number"]
	if b.PaymentMethodType != "CARD" || len(number) < 12 || strings.Trim(number, "0123456789") != "" || b.BillingAddress == nil {
		return paymentCard{}, &apiError{Status: http.StatusBadRequest, Code: "VALIDATION_ERROR", Message: "Missing required parameters"}
	}
	shown := Document{}
	for name, value := range b.Properties {
		if !slices.Contains(secretProperties, name) {
			shown[name] = value
		}
	}
	return paymentCard{
		kind: b.PaymentMethodType, display: number[len(number)-4:], properties: shown, address: asDocument(b.BillingAddress), declined: number == declinedCard,
	}, nil
}

// makeToken answers POST /appMarket/v2/paymentMethodTokens.
func makeToken(x *exchange) (reply, error) {
	var b paymentBody
	if err := x.decode(&b); err != nil {
		return reply{}, err
	}
	card, err := b.card()
	if err != nil {
		return reply{}, err
	}
	s, key, expires := x.world.shop, "pm_"+newUUID(), x.now.Add(tokenLifetime)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[key] = &paymentToken{card: card, expires: expires}
	return reply{body: Document{"id": key, "expiration": expires.UTC().Format(time.RFC3339), "paymentMethod": card.document()}}, nil
}

// makePaymentMethod answers POST /appMarket/v2/paymentMethods: from a token, which
// is used up. The documents also print a card in the clear; the sandbox refuses
// that, so that nobody gets used to sending one.
func makePaymentMethod(x *exchange) (reply, error) {
	var b paymentBody
	if err := x.decode(&b); err != nil {
		return reply{}, err
	}
	if b.Token == "" || b.Properties != nil || b.PaymentMethodType != "" || b.BillingAddress != nil {
		return reply{}, invalidCart("A payment method is made from a token, and from nothing else.")
	}
	if err := x.paysFor(b.OwnerID, b.CompanyID); err != nil {
		return reply{}, err
	}
	s := x.world.shop
	s.mu.Lock()
	defer s.mu.Unlock()
	token := s.tokens[b.Token]
	delete(s.tokens, b.Token)
	if token == nil || x.now.After(token.expires) {
		return reply{}, invalidCart("The token is unknown, used or expired.")
	}
	m := &paymentMethod{id: newUUID(), owner: b.OwnerID, company: b.CompanyID, paymentCard: token.card}
	s.methods = append(s.methods, m)
	m = s.makeDefault(m)
	return reply{body: m.document(), events: []event{paymentEvent(actionAdded, m)}}, nil
}

// paysFor refuses callers who may not speak for the owner in the company: a person
// may for themselves.
func (x *exchange) paysFor(owner, company string) error {
	if !x.world.isMember(company, owner) {
		return notFound("User %s does not belong to company %s.", owner, company)
	}
	if x.caller.user != nil && x.caller.user.ID != owner && !x.caller.admits(marketplaceRoles, target{}, x.world) {
		return &apiError{Status: http.StatusForbidden}
	}
	return nil
}

// makeDefault stores the method anew as its owner's default in the company, the
// others as ordinary ones; the caller holds the lock.
func (s *shop) makeDefault(m *paymentMethod) *paymentMethod {
	out := m
	for i, other := range s.methods {
		if other.owner != m.owner || other.company != m.company {
			continue
		}
		changed := *other
		changed.isDefault = other.id == m.id
		s.methods[i] = &changed
		if changed.isDefault {
			out = &changed
		}
	}
	return out
}

// method finds a payment method; nil when there is none. The caller holds the lock.
func (s *shop) method(is func(*paymentMethod) bool) *paymentMethod {
	i := slices.IndexFunc(s.methods, is)
	if i < 0 {
		return nil
	}
	return s.methods[i]
}

// payment is what a cart is paid with: its own method, or the buyer's default; nil
// when there is neither. The caller holds the lock.
func (s *shop) payment(c *cartSpec) *paymentMethod {
	return s.method(func(m *paymentMethod) bool {
		if c.paymentMethod != "" {
			return m.id == c.paymentMethod
		}
		return m.isDefault && m.owner == c.buyer.uuid && m.company == c.company.uuid
	})
}

// payWith sets what the cart is paid with, which must be of the buyer's company;
// an empty id means the default.
func (c *cartSpec) payWith(s *shop, id string) error {
	c.paymentMethod = id
	if m := s.payment(c); id != "" && (m == nil || m.company != c.company.uuid) {
		return notFound("Payment method not found with id %s.", id)
	}
	return nil
}

// listPaymentMethods answers GET /appMarket/v2/paymentMethods and, of the default
// alone, GET …/defaults.
func listPaymentMethods(onlyDefault bool) handler {
	return func(x *exchange) (reply, error) {
		owner, company := x.query.Get("ownerId"), x.query.Get("companyId")
		if err := x.paysFor(owner, company); err != nil {
			return reply{}, err
		}
		s, out := x.world.shop, []any{}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, m := range s.methods {
			if m.owner == owner && m.company == company && (m.isDefault || !onlyDefault) {
				out = append(out, m.document())
			}
		}
		return reply{body: out}, nil
	}
}

// setDefaultPaymentMethod answers POST /appMarket/v2/paymentMethods/defaults.
func setDefaultPaymentMethod(x *exchange) (reply, error) {
	var b struct {
		OwnerID         string `json:"ownerId"`
		CompanyID       string `json:"companyId"`
		PaymentMethodID string `json:"paymentMethodId"`
	}
	if err := x.decode(&b); err != nil {
		return reply{}, err
	}
	if err := x.paysFor(b.OwnerID, b.CompanyID); err != nil {
		return reply{}, err
	}
	s := x.world.shop
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.method(func(m *paymentMethod) bool {
		return m.id == b.PaymentMethodID && m.owner == b.OwnerID && m.company == b.CompanyID
	})
	if m == nil {
		return reply{}, notFound("Payment method not found with id %s.", b.PaymentMethodID)
	}
	m = s.makeDefault(m)
	return reply{body: []any{Document{"paymentMethodId": m.id}}, events: []event{paymentEvent(actionChanged, m)}}, nil
}

// deletePaymentMethod answers DELETE /appMarket/v2/paymentMethods/{paymentMethodId}.
func deletePaymentMethod(x *exchange) (reply, error) {
	s, id := x.world.shop, x.params["paymentMethodId"]
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.method(func(m *paymentMethod) bool { return m.id == id })
	if m == nil {
		return reply{}, notFound("Payment method not found with id %s.", id)
	}
	if err := x.paysFor(m.owner, m.company); err != nil {
		return reply{}, err
	}
	s.methods = slices.DeleteFunc(s.methods, func(m *paymentMethod) bool { return m.id == id })
	return done, nil
}

// paymentMethodTypes answers GET /appMarket/v2/paymentMethodTypes. Cards are the
// only type that the guide calls supported; what the list looks like is ours.
func paymentMethodTypes(*exchange) (reply, error) {
	return reply{body: []any{Document{"type": "CARD", "brands": texts("VISA", "MASTERCARD", "AMEX")}}}, nil
}

// paymentRoutes are the payment methods that are answered.
func paymentRoutes() map[string]handler {
	const methods = " /appMarket/v2/paymentMethods"
	return map[string]handler{
		http.MethodPost + " /appMarket/v2/paymentMethodTokens": makeToken,
		http.MethodGet + methods:                               listPaymentMethods(false),
		http.MethodPost + methods:                              makePaymentMethod,
		http.MethodDelete + methods + "/{paymentMethodId}":     deletePaymentMethod,
		http.MethodGet + methods + "/defaults":                 listPaymentMethods(true),
		http.MethodPost + methods + "/defaults":                setDefaultPaymentMethod,
		http.MethodGet + " /appMarket/v2/paymentMethodTypes":   paymentMethodTypes,
	}
}
