package auth

// Role is a right as the backend names it, in a user's or membership's roles and in a token's scopes alike.
type Role string

// The roles that the AppDirect documents name, all of them.
const (
	RoleUser                  Role = "ROLE_USER"                    // everybody who is a member somewhere
	RoleBillingAdmin          Role = "ROLE_BILLING_ADMIN"           // billing of one company
	RoleSysAdmin              Role = "ROLE_SYS_ADMIN"               // "Company Admin": one company's administrator
	RoleDeveloper             Role = "ROLE_DEVELOPER"               // publishes a vendor's products
	RoleReferral              Role = "ROLE_REFERRAL"                // refers leads
	RoleReseller              Role = "ROLE_RESELLER"                // sells to customer companies
	RoleResellerManager       Role = "ROLE_RESELLER_MANAGER"        // manages a reseller company's resellers
	RoleSalesSupport          Role = "ROLE_SALES_SUPPORT"           // "Sales Support" of the marketplace
	RoleChannelSupport        Role = "ROLE_CHANNEL_SUPPORT"         // "Customer Support" of the marketplace
	RoleChannelProductSupport Role = "ROLE_CHANNEL_PRODUCT_SUPPORT" // "Product Support" of the marketplace
	RoleChannelAdmin          Role = "ROLE_CHANNEL_ADMIN"           // "Marketplace Manager"
	RoleCorporateAdmin        Role = "ROLE_CORPORATE_ADMIN"         // "Network Manager"; kept on the user record
	RolePartner               Role = "ROLE_PARTNER"                 // a service reads and writes all marketplace data
	RolePartnerRead           Role = "ROLE_PARTNER_READ"            // a service reads all marketplace data
	RoleApplication           Role = "ROLE_APPLICATION"             // an application acting for itself
	RoleSuperuser             Role = "ROLE_SUPERUSER"               // the backend's own staff
)

// Record says which of the backend's records carries a role.
type Record int

const (
	// RecordNone is the record of a role that the documents don't know; such a role grants nothing.
	RecordNone Record = iota
	// RecordMembership is the record that binds a person to a company.
	RecordMembership
	// RecordUser is the person's own record.
	RecordUser
	// RecordService is no record at all: only a token can carry the role.
	RecordService
)

// String returns the record's name in lower case.
func (r Record) String() string {
	return [...]string{"none", "membership", "user", "service"}[max(0, min(int(r), 3))]
}

// roleFacts is what the documents say of each role. It is written once, here, and never changed.
var roleFacts = map[Role]struct {
	record   Record
	wide     bool // acts in the whole marketplace, not in one company
	unscoped bool // no scope of its name is printed
}{
	RoleUser:                  {record: RecordUser},
	RoleBillingAdmin:          {record: RecordMembership},
	RoleSysAdmin:              {record: RecordMembership},
	RoleDeveloper:             {record: RecordMembership},
	RoleReferral:              {record: RecordMembership, unscoped: true},
	RoleReseller:              {record: RecordMembership},
	RoleResellerManager:       {record: RecordMembership, unscoped: true},
	RoleSalesSupport:          {record: RecordMembership, wide: true},
	RoleChannelSupport:        {record: RecordMembership, wide: true},
	RoleChannelProductSupport: {record: RecordMembership, wide: true},
	RoleChannelAdmin:          {record: RecordMembership, wide: true},
	RoleCorporateAdmin:        {record: RecordUser, wide: true},
	RolePartner:               {record: RecordService, wide: true},
	RolePartnerRead:           {record: RecordService, wide: true},
	RoleApplication:           {record: RecordService, unscoped: true},
	RoleSuperuser:             {record: RecordService, unscoped: true},
}

// Roles returns all roles that the documents name, in their documented order.
func Roles() []Role {
	return []Role{
		RoleUser, RoleBillingAdmin, RoleSysAdmin, RoleDeveloper, RoleReferral, RoleReseller, RoleResellerManager,
		RoleSalesSupport, RoleChannelSupport, RoleChannelProductSupport, RoleChannelAdmin, RoleCorporateAdmin,
		RolePartner, RolePartnerRead, RoleApplication, RoleSuperuser,
	}
}

// Record returns which record carries the role; RecordNone for a role that isn't documented.
func (r Role) Record() Record { return roleFacts[r].record }

// MarketplaceWide reports whether the role acts in the whole marketplace: the channel roles wherever they are held,
// the corporate administrator, and the two service roles.
func (r Role) MarketplaceWide() bool { return roleFacts[r].wide }

// Scoped reports whether the documents print a scope of the role's name. A token can hardly carry another, and a role
// that the token doesn't carry is not effective.
func (r Role) Scoped() bool {
	facts, ok := roleFacts[r]
	return ok && !facts.unscoped
}

// roleSet is a set of roles; nil is the empty set.
type roleSet map[Role]bool

func (s roleSet) any(roles []Role) bool {
	for _, r := range roles {
		if s[r] {
			return true
		}
	}
	return false
}
