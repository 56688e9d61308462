package auth

import "slices"

// The names of the access rules, as the schema's AccessRule enum spells them.
const (
	RulePublic           = "PUBLIC"
	RuleViewer           = "VIEWER"
	RuleCompanyList      = "COMPANY_LIST"
	RuleCompanyRead      = "COMPANY_READ"
	RuleMembershipRead   = "MEMBERSHIP_READ"
	RuleUserRead         = "USER_READ"
	RuleSubscriptionRead = "SUBSCRIPTION_READ"
	RuleBillingRead      = "BILLING_READ"
	RuleTelephonyRead    = "TELEPHONY_READ"
	RuleTelephonyMoney   = "TELEPHONY_MONEY_READ"
	RuleAddOnRead        = "ADD_ON_READ"
	RuleWalletRead       = "WALLET_READ"
	RuleCartRead         = "CART_READ"
	RuleCartWrite        = "CART_WRITE"
	RulePaymentMethods   = "PAYMENT_METHOD_READ"
	RuleLeadRead         = "LEAD_READ"
	RulePartnerLeadRead  = "PARTNER_LEAD_READ"
)

// RowKind says how a rule narrows the rows of those who hold no marketplace-wide role of it.
type RowKind int

const (
	// RowsAll narrows nothing: whoever passes the rule sees all rows.
	RowsAll RowKind = iota
	// RowsCompany narrows to rows of the companies in which the viewer holds a role of the rule.
	RowsCompany
	// RowsUser narrows to the viewer themself and to members of those companies.
	RowsUser
)

// Rule is one row of the access table: who may read a field, and where that is written.
type Rule struct {
	Name   string  // as in the schema: @access(rule: NAME)
	Roles  []Role  // one of them is needed; the table's order, never empty unless Public
	Source string  // method and path of the contract's endpoint whose roles these are
	Ours   string  // why, where the rule isn't, or not only, the contract's
	Public bool    // everybody, without a token
	Rows   RowKind // what remains without a marketplace-wide role
	Own    []Role  // of Roles, those that open the viewer's own rows only and no company's; none but for RowsUser
}

// The closed list. PARTNER stands wherever the contract prints PARTNER_READ: a service that may write may also read.
var rules = []Rule{
	{
		Name: RulePublic, Public: true,
		Ours: "the catalogue, with what people say of it, is what a storefront shows to visitors; plumbing (connections, edges, page info, money) holds " +
			"only what an authorised parent gave it",
	},
	{
		Name: RuleViewer, Roles: Roles(),
		Ours: "who is asking may always read what their own token and records say",
	},
	{
		Name: RuleCompanyList, Source: "GET /account/v2/companies", Rows: RowsCompany,
		Roles: []Role{
			RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin, RolePartner, RolePartnerRead,
			RoleUser,
		},
		Ours: "USER is added: the endpoint lists all companies and so is not for members, but each of their own companies " +
			"they may read one by one, so their list is these",
	},
	{
		Name: RuleCompanyRead, Source: "GET /account/v2/companies/{companyUuid}", Rows: RowsCompany,
		Roles: companyRoles(),
	},
	{
		Name: RuleMembershipRead, Source: "GET /account/v2/companies/{companyUuid}/memberships", Rows: RowsCompany,
		Roles: companyRoles(),
	},
	{
		Name: RuleUserRead, Source: "GET /account/v2/users/{userUuid}", Rows: RowsUser,
		Roles: []Role{
			RoleUser, RoleSysAdmin, RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin,
			RolePartner, RolePartnerRead,
		},
		Ours: "USER and SYS_ADMIN see themselves and the members of their own companies: the contract prints no rows",
	},
	{
		Name: RuleSubscriptionRead, Rows: RowsCompany,
		Roles: []Role{
			RoleUser, RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin, RolePartner,
			RolePartnerRead,
		},
		Ours: "billing prints no roles; a subscription follows the company that owns it, whose members use it",
	},
	{
		Name: RuleBillingRead, Rows: RowsCompany,
		Roles: []Role{
			RoleBillingAdmin, RoleSysAdmin, RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin,
			RolePartner, RolePartnerRead,
		},
		Ours: "billing prints no roles; what a company is charged is for those who administer the owning company or its bills",
	},
	{
		Name: RuleTelephonyRead, Rows: RowsCompany, Roles: membersAndSupport(),
		Ours: "the telephony backend knows no roles of ours; a phone system follows the company that it is linked to",
	},
	{
		Name: RuleTelephonyMoney, Rows: RowsCompany, Roles: administratorsAndSupport(),
		Ours: "who called whom, and what is owed for it, is for those who administer the linked company or its bills",
	},
	{
		Name: RuleAddOnRead, Rows: RowsCompany, Roles: membersAndSupport(),
		Ours: "the add-on backend knows no roles of ours; installations follow the company that their account is linked to",
	},
	{
		Name: RuleWalletRead, Rows: RowsCompany, Roles: administratorsAndSupport(),
		Ours: "the wallet backend knows no roles of ours; a wallet is money, so it is for those who administer the linked company",
	},
	{
		Name: RuleCartRead, Rows: RowsUser, Roles: append([]Role{RoleUser}, administratorsAndSupport()...), Own: []Role{RoleUser},
		Ours: "checkout prints no roles; a cart follows its buyer and the administrators of the company it is bought for",
	},
	{
		Name: RuleCartWrite, Rows: RowsUser, Roles: append([]Role{RoleUser}, administratorsAndWriters()...), Own: []Role{RoleUser},
		Ours: "checkout prints no roles; who may read a cart may fill and buy it, except who may only read",
	},
	{
		Name: RulePaymentMethods, Rows: RowsUser, Roles: append([]Role{RoleUser}, administratorsAndSupport()...), Own: []Role{RoleUser},
		Ours: "the endpoint admits PARTNER only; a person's ways to pay are theirs, a company's are for those who administer it or its bills",
	},
	{
		Name: RuleLeadRead, Rows: RowsAll,
		Roles: []Role{RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin, RolePartner, RolePartnerRead},
		Ours:  "prm/v1 prints no roles; the marketplace's leads are for those who work for the marketplace",
	},
	{
		Name: RulePartnerLeadRead, Source: "GET /lead/v2/leads", Rows: RowsAll,
		Roles: []Role{RoleDeveloper, RoleReferral, RoleReseller, RoleResellerManager},
	},
}

// membersAndSupport are members of the company, and marketplace-wide roles.
func membersAndSupport() []Role {
	return append([]Role{RoleUser}, support()...)
}

// administratorsAndSupport are those who may see money of a company.
func administratorsAndSupport() []Role {
	return append([]Role{RoleBillingAdmin, RoleSysAdmin}, support()...)
}

// administratorsAndWriters are those who may spend money of a company.
func administratorsAndWriters() []Role {
	return slices.DeleteFunc(administratorsAndSupport(), func(r Role) bool { return r == RolePartnerRead })
}

// support are the marketplace-wide roles that read customers' data.
func support() []Role {
	return []Role{
		RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin, RolePartner, RolePartnerRead,
	}
}

func companyRoles() []Role {
	return []Role{
		RoleUser, RoleReseller, RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin,
		RolePartner, RolePartnerRead,
	}
}

// Rules returns all access rules, in the documented order. The slice and its roles are the caller's own.
func Rules() []Rule {
	out := slices.Clone(rules)
	for i := range out {
		out[i].Roles, out[i].Own = slices.Clone(out[i].Roles), slices.Clone(out[i].Own)
	}
	return out
}

// ruleNamed returns the rule of that name, or one that admits nobody: an unknown rule denies.
func ruleNamed(name string) (Rule, bool) {
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.Name == name })
	if i < 0 {
		return Rule{Name: name, Rows: RowsCompany}, false
	}
	return rules[i], true
}

// admits reports whether any role of the rule is effective for v anywhere.
func (r Rule) admits(v *Viewer) bool {
	return r.Public || slices.ContainsFunc(r.Roles, v.Has)
}

// inCompany are the roles that open a company's rows to who holds one of them there.
func (r Rule) inCompany() []Role {
	if len(r.Own) == 0 {
		return r.Roles
	}
	return slices.DeleteFunc(slices.Clone(r.Roles), func(role Role) bool { return slices.Contains(r.Own, role) })
}

// everything reports whether v may see all rows that the rule guards.
func (r Rule) everything(v *Viewer) bool {
	return v.wide.any(r.Roles) || r.Rows == RowsAll && r.admits(v)
}
