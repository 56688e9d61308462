package loaders

import (
	"context"
	"regexp"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

var (
	listListings = source[chunk[*model.AddOnListing]]{route: twilio.ListAvailableAddOns, decode: func(body []byte) (chunk[*model.AddOnListing], error) {
		p, err := twilio.DecodeAvailableAddOns(body)
		return twilioPage(p, toListing), err
	}}
	readListing = source[*model.AddOnListing]{route: twilio.ReadAvailableAddOn, decode: func(body []byte) (*model.AddOnListing, error) {
		w, err := twilio.DecodeAvailableAddOn(body)
		return toListing(w), err
	}}
)

// AddOnListings lists what can be installed: the catalogue as the tenant's own
// account sees it, the same to everybody. A tenant without add-ons has none.
func (l *Loaders) AddOnListings(ctx context.Context, p Page) (*List[*model.AddOnListing], error) {
	catalogue := l.listingTrail()
	if l.tenant.backends.Twilio == nil {
		return cutAll(catalogue.mark, []*model.AddOnListing{}, p)
	}
	got := follow(ctx, l, []trail[*model.AddOnListing]{catalogue}, p)
	if got.errs[0] != nil {
		return nil, got.errs[0]
	}
	for _, listing := range got.values[0].Items {
		l.listings.prime(ctx, listing.ID, listing)
	}
	return got.values[0], nil
}

// AddOnListing gives one listing, [NotFoundError] where there is none.
func (l *Loaders) AddOnListing(ctx context.Context, id string) (*model.AddOnListing, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	return l.listings.one(ctx, id)
}

// ListingsOf gives the listings of installations, nil where there is none; positional.
func (l *Loaders) ListingsOf(ctx context.Context, sids []string) ([]*model.AddOnListing, []error) {
	return optional(ctx, l.listings, sids, everything)
}

// fetchListings looks into the catalogue first, which is one call for many
// listings and shared by all viewers. Only what can no longer be installed, but
// still is, has to be read by itself. A catalogue that could not be read is not
// followed by a call for each listing: they would go to the same backend.
func (l *Loaders) fetchListings(ctx context.Context, ids []string) answers[*model.AddOnListing] {
	if l.tenant.backends.Twilio == nil {
		return failed[*model.AddOnListing](len(ids), &NotFoundError{Type: "AddOnListing"})
	}
	whole := followAll(ctx, l, []trail[*model.AddOnListing]{l.listingTrail()})
	if whole.errs[0] != nil {
		return failed[*model.AddOnListing](len(ids), whole.errs[0])
	}
	byID := make(map[string]*model.AddOnListing, len(whole.values[0]))
	for _, listing := range whole.values[0] {
		byID[listing.ID] = listing
	}
	return l.unlisted(ctx, ids, byID)
}

// listingSID is the documented shape of a listing's id. For any other the
// backend may answer that the request is bad, and anybody may ask for anything.
var listingSID = regexp.MustCompile(`^XB[0-9a-fA-F]{32}$`)

// unlisted reads by itself what the catalogue does not have.
func (l *Loaders) unlisted(ctx context.Context, ids []string, listed map[string]*model.AddOnListing) answers[*model.AddOnListing] {
	out := newAnswers[*model.AddOnListing](len(ids))
	var asks []ask
	var at []int
	for i, id := range ids {
		switch out.values[i] = listed[id]; {
		case out.values[i] != nil:
		case listingSID.MatchString(id):
			asks, at = append(asks, ask{params: map[string]string{"Sid": id}}), append(at, i)
		default:
			out.errs[i] = &NotFoundError{Type: "AddOnListing"}
		}
	}
	got := readListing.getMany(ctx, l, asks)
	for i, position := range at {
		switch {
		case got.errs[i] != nil:
			out.errs[position] = absent("AddOnListing", got.errs[i])
		case got.values[i].ID != ids[position]: // the backend also answers to other spellings
			out.errs[position] = &NotFoundError{Type: "AddOnListing"}
		default:
			out.values[position] = got.values[i]
		}
	}
	return out
}

func (l *Loaders) listingTrail() trail[*model.AddOnListing] {
	pageAsk := func(token string) ask { return twilioAsk(listListings.route, "", nil, token) }
	return trail[*model.AddOnListing]{source: listListings, ask: pageAsk, mark: markOf(listListings.request(l, pageAsk("")).Key, "")}
}

func toListing(w twilio.AvailableAddOn) *model.AddOnListing {
	return &model.AddOnListing{
		ID:          string(w.SID),
		Name:        text(w.FriendlyName),
		Description: text(w.Description),
		PricingType: text(w.PricingType),
	}
}
