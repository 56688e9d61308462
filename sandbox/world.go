package sandbox

import (
	"slices"
	"strings"
	"time"
)

// world is the data of one tenant's marketplace. A reset makes a new one; a
// request works on the one it started with.
//
// A product is in up to three collections, because the endpoints show three
// different documents of it: in full (products), as the catalogue lists it
// (applications), and its working copy under an id of its own (staging).
type world struct {
	today time.Time // midnight of the day that the data is of, in UTC

	companies     *Collection // by uuid; also by id: and externalId:
	users         *Collection // by uuid; also by id:, externalId: and email:
	memberships   *Collection // by membershipID
	products      *Collection // sold ones by number, those that left the catalogue too
	applications  *Collection // those in the catalogue by number
	staging       *Collection // working copies by their own number
	editions      *Collection // of sold products, by number
	plans         *Collection // of sold products, by number
	subscriptions *Collection // by uuid
	orders        *Collection // of subscriptions, by number
	discounts     *Collection // by number
	quotes        *Collection // by uuid
	invoices      *Collection // by number
	carts         *Collection // by their 24 hex digits
	leads         *Collection // by uuid, of both lead APIs
	associations  *Collection // of resellers' companies with their customers, by uuid
	bundles       *Collection // by number
	webhooks      *Collection // by uuid
	reviews       opinions    // with the comments on them, by number
	questions     opinions    // with the answers to them, by number

	shop    *shop        // where carts become purchases
	links   linkSet      // of companies to accounts in the other backends
	kazoo   *kazooWorld  // telephony
	twilio  *twilioWorld // add-ons
	wallets *walletWorld // LeadConnector's
}

// emptyWorld has every collection and nothing in them.
func emptyWorld(today time.Time) *world {
	w := &world{today: today, shop: newShop(today)}
	for _, c := range w.collections() {
		*c = &Collection{}
	}
	return w
}

// collections are the places of all that requests change, but for the shop's.
func (w *world) collections() []**Collection {
	return []**Collection{
		&w.companies, &w.users, &w.memberships, &w.products, &w.applications, &w.staging, &w.editions, &w.plans, &w.subscriptions, &w.orders,
		&w.discounts, &w.quotes, &w.invoices, &w.carts, &w.leads, &w.associations, &w.bundles, &w.webhooks,
		&w.reviews.said, &w.reviews.replies, &w.questions.said, &w.questions.replies,
	}
}

// copied is a world that can be changed without a trace in this one, which nobody
// changes any more. What is only read, they share.
func (w *world) copied() *world {
	out := *w
	for _, c := range out.collections() {
		*c = (*c).copied()
	}
	out.shop = w.shop.copied()
	return &out
}

// emailKey is the alias under which a user is found by email.
func emailKey(email string) string { return "email:" + strings.ToLower(email) }

// activeUser finds an activated user by email, nil otherwise: who has not
// accepted their invitation yet can neither sign in nor be spoken for.
func (w *world) activeUser(email string) *Record {
	user := w.users.Get(emailKey(email))
	if user == nil || user.Facts["activated"] != true {
		return nil
	}
	return user
}

// membershipID names a user's membership of a company.
func membershipID(company, user string) string { return company + "/" + user }

// membershipsOf lists a user's memberships, disabled ones too.
func (w *world) membershipsOf(user string) []*Record {
	return where(w.memberships.all(), "user", user)
}

// rolesIn is nil for a company the user is no enabled member of.
func (w *world) rolesIn(user *Record, company string) []string {
	m := w.memberships.Get(membershipID(company, user.ID))
	if m == nil || m.Facts["enabled"] != true {
		return nil
	}
	return append(slices.Clone(textList(m, "roles")), textList(user, "roles")...)
}

// rolesOf joins the user's own roles with those of all enabled memberships.
func (w *world) rolesOf(user *Record) []string {
	roles := slices.Clone(textList(user, "roles"))
	for _, m := range w.membershipsOf(user.ID) {
		if m.Facts["enabled"] == true {
			roles = append(roles, textList(m, "roles")...)
		}
	}
	return roles
}

// manages looks for a shared company in which the user holds the role.
func (w *world) manages(user *Record, role, other string) bool {
	return slices.ContainsFunc(w.membershipsOf(other), func(m *Record) bool {
		return slices.Contains(w.rolesIn(user, m.text("company")), role)
	})
}

// textList is a fact as a list of strings, nil when absent.
func textList(r *Record, fact string) []string {
	list, _ := r.Facts[fact].([]string)
	return list
}

// texts makes a JSON list of strings.
func texts(values ...string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}
