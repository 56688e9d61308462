package auth

import "slices"

// The names of the access rules, as the schema's AccessRule enum spells them.
const (
	RulePublic           = "PUBLIC"
	RuleViewer           = "VIEWER"
	RuleCompanyList      = "COMPANY_LIST"
	RuleCompanyRead      = "COMPANY_READ"
	RuleCompanyAttribute = "COMPANY_ATTRIBUTE_READ"
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
	Name      string   // as in the schema: @access(rule: NAME)
	Roles     []Role   // one of them is needed, held and in the token's scopes; never empty unless Public
	Sources   []string // method and path of the endpoints behind the rule's fields; the roles that these print, others are told in Ours
	Ours      string   // why, where the rule isn't, or not only, the contract's
	Public    bool     // everybody, without a token
	Rows      RowKind  // what remains without a marketplace-wide role
	Own       []Role   // of Roles, those that open the viewer's own rows only and no company's; none but for RowsUser
	Customers bool     // whether resellers see rows of the companies that they sell to, by RESELLER or RESELLER_MANAGER of Roles
}

// Rules returns all access rules, in the documented order. The slice and its roles are the caller's own.
func Rules() []Rule {
	out := slices.Clone(rules)
	for i, r := range out {
		out[i].Roles, out[i].Own, out[i].Sources = slices.Clone(r.Roles), slices.Clone(r.Own), slices.Clone(r.Sources)
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
