package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// LeadFilter narrows a list of leads; the zero value is all of them.
type LeadFilter struct {
	// Status is the only one wanted; "" for any.
	Status model.LeadStatus
	// Search is a text that the lead matches; "" for any.
	Search string
}

var (
	listLeads = source[chunk[*model.Lead]]{appdirect.ListLeads, func(body []byte) (chunk[*model.Lead], error) {
		p, err := appdirect.DecodeLeads(body)
		return page(p, toLead), err
	}}
	readLead = source[*model.Lead]{appdirect.ReadLead, func(body []byte) (*model.Lead, error) {
		lead, err := appdirect.DecodeLead(body)
		return toLead(lead), err
	}}
	errForbiddenLeads = &auth.Error{
		Code: auth.Forbidden, Rule: auth.RuleLeadRead, Message: "Leads are for those who work for the marketplace",
	}
)

// Leads lists the marketplace's leads, newest first.
func (l *Loaders) Leads(ctx context.Context, f LeadFilter, p Page) (*List[*model.Lead], error) {
	if !l.viewer.Rows(auth.RuleLeadRead).All() {
		return nil, errForbiddenLeads
	}
	got := read(ctx, l, []listing[*model.Lead]{{
		source: listLeads,
		size:   appdirect.ListLeads.PageSize,
		ask:    f.ask,
		mark:   markOf(listLeads.request(l, f.ask(0)).Key, ""),
	}}, p)
	return got.values[0], got.errs[0]
}

// Lead gives one lead, [NotFoundError] where there is none the viewer may see.
func (l *Loaders) Lead(ctx context.Context, id string) (*model.Lead, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	if !l.viewer.Rows(auth.RuleLeadRead).All() {
		return nil, &NotFoundError{Type: "Lead", Rule: auth.RuleLeadRead}
	}
	lead, err := l.leads.one(ctx, id)
	if err != nil {
		return nil, err
	}
	if lead.ID != id { // the backend also answers to other spellings
		return nil, &NotFoundError{Type: "Lead"}
	}
	return lead, nil
}

func (l *Loaders) fetchLeads(ctx context.Context, ids []string) answers[*model.Lead] {
	asks := make([]ask, len(ids))
	for i, id := range ids {
		asks[i] = ask{params: map[string]string{"uuid": id}}
	}
	got := readLead.getMany(ctx, l, asks)
	for i := range got.errs {
		got.errs[i] = absent("Lead", got.errs[i])
	}
	return got
}

func (f LeadFilter) ask(page int) ask {
	q := pageQuery(page, appdirect.ListLeads.PageSize)
	if f.Status != "" {
		q.Set("status", f.Status.String())
	}
	if f.Search != "" {
		q.Set("searchText", f.Search)
	}
	return ask{query: q}
}

func toLead(w appdirect.Lead) *model.Lead {
	return &model.Lead{
		ID:              string(w.UUID),
		Status:          enum(w.Status, model.LeadStatusUnknown),
		Source:          text(w.Source),
		Target:          text(w.Target),
		Comment:         text(w.Comment),
		Customer:        toLeadContact(w.Customer),
		Reseller:        toLeadContact(w.Reseller),
		CreatedAt:       w.CreationDate.Ptr(),
		UpdatedAt:       w.LastModificationDate.Ptr(),
		ProductLegacyID: string(w.Application.ID),
	}
}

func toLeadContact(w *appdirect.LeadParty) *model.LeadContact {
	if w == nil {
		return nil
	}
	return &model.LeadContact{
		CompanyName: text(w.Company.Name),
		FirstName:   text(w.Contact.FirstName),
		LastName:    text(w.Contact.LastName),
		Email:       text(w.Contact.Email),
		Phone:       text(w.Contact.Phone),
	}
}
