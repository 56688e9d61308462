package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// PartnerLeadFilter says in which role and for which company a partner asks.
type PartnerLeadFilter struct {
	// Context is the role.
	Context model.PartnerLeadContext
	// CompanyID is the partner's company; "" for the one that the viewer works in.
	CompanyID string
}

var (
	listPartnerLeads = source[chunk[*model.PartnerLead]]{appdirect.ListPartnerLeads, func(body []byte) (chunk[*model.PartnerLead], error) {
		p, err := appdirect.DecodePartnerLeads(body)
		return page(p, toPartnerLead), err
	}}
	// errNotThatPartner does not tell a company that there is not from one
	// where the viewer holds another role, or none.
	errNotThatPartner = &auth.Error{
		Code: auth.Forbidden, Rule: auth.RulePartnerLeadRead, Message: "You do not hold the role of this context in this company",
	}
)

// PartnerLeads lists a partner's leads, newest first. They are read with the
// viewer's own token, so which leads these are the backend decides.
func (l *Loaders) PartnerLeads(ctx context.Context, f PartnerLeadFilter, p Page) (*List[*model.PartnerLead], error) {
	if f.CompanyID == "" {
		f.CompanyID = l.viewer.CurrentCompany()
	}
	if f.CompanyID == "" {
		return nil, &InputError{Argument: "companyId", Reason: "nothing says which of your companies you work in; name one"}
	}
	if !l.viewer.HasIn(auth.Role("ROLE_"+f.Context.String()), f.CompanyID) {
		return nil, errNotThatPartner
	}
	got := read(ctx, l, []listing[*model.PartnerLead]{{
		source: listPartnerLeads,
		size:   appdirect.ListPartnerLeads.PageSize,
		ask:    f.ask,
		mark:   markOf(listPartnerLeads.request(l, f.ask(0)).Key, ""),
	}}, p)
	return got.values[0], got.errs[0]
}

func (f PartnerLeadFilter) ask(page int) ask {
	q := pageQuery(page, appdirect.ListPartnerLeads.PageSize)
	q.Set("context", f.Context.String())
	q.Set("companyId", f.CompanyID)
	return ask{query: q}
}

func toPartnerLead(w appdirect.PartnerLead) *model.PartnerLead {
	return &model.PartnerLead{
		ID:          string(w.ID),
		Status:      enum(w.Status, model.PartnerLeadStatusUnknown),
		Type:        text(w.LeadType),
		Result:      text(w.Result),
		CompanyName: text(w.Customer.Company.Name),
		FirstName:   text(w.Customer.Contact.FirstName),
		LastName:    text(w.Customer.Contact.LastName),
		Email:       text(w.Customer.Contact.Email),
		Phone:       text(w.Customer.Contact.Phone),
		CreatedAt:   w.CreatedOn.Ptr(),
		UpdatedAt:   w.LastModified.Ptr(),
	}
}
