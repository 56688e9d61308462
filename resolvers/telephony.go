package resolvers

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

var (
	telephonyAccountList = shape[model.TelephonyAccount, model.TelephonyAccountEdge, model.TelephonyAccountConnection]{
		edge: func(cursor string, node *model.TelephonyAccount) *model.TelephonyAccountEdge {
			return &model.TelephonyAccountEdge{Cursor: cursor, Node: node}
		},
		connection: func(nodes []*model.TelephonyAccount, edges []*model.TelephonyAccountEdge, info *model.PageInfo, total *int32) *model.TelephonyAccountConnection {
			return &model.TelephonyAccountConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
		},
		enrol: objects[model.TelephonyAccount],
	}
	deviceList = shape[model.Device, model.DeviceEdge, model.DeviceConnection]{
		edge: func(cursor string, node *model.Device) *model.DeviceEdge {
			return &model.DeviceEdge{Cursor: cursor, Node: node}
		},
		connection: func(nodes []*model.Device, edges []*model.DeviceEdge, info *model.PageInfo, total *int32) *model.DeviceConnection {
			return &model.DeviceConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
		},
		enrol: objects[model.Device],
	}
	telephonyUserList = shape[model.TelephonyUser, model.TelephonyUserEdge, model.TelephonyUserConnection]{
		edge: func(cursor string, node *model.TelephonyUser) *model.TelephonyUserEdge {
			return &model.TelephonyUserEdge{Cursor: cursor, Node: node}
		},
		connection: func(nodes []*model.TelephonyUser, edges []*model.TelephonyUserEdge, info *model.PageInfo, total *int32) *model.TelephonyUserConnection {
			return &model.TelephonyUserConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
		},
		enrol: objects[model.TelephonyUser],
	}
	phoneNumberList = shape[model.PhoneNumber, model.PhoneNumberEdge, model.PhoneNumberConnection]{
		edge: func(cursor string, node *model.PhoneNumber) *model.PhoneNumberEdge {
			return &model.PhoneNumberEdge{Cursor: cursor, Node: node}
		},
		connection: func(nodes []*model.PhoneNumber, edges []*model.PhoneNumberEdge, info *model.PageInfo, total *int32) *model.PhoneNumberConnection {
			return &model.PhoneNumberConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
		},
		enrol: objects[model.PhoneNumber],
	}
	callflowList = shape[model.Callflow, model.CallflowEdge, model.CallflowConnection]{
		edge: func(cursor string, node *model.Callflow) *model.CallflowEdge {
			return &model.CallflowEdge{Cursor: cursor, Node: node}
		},
		connection: func(nodes []*model.Callflow, edges []*model.CallflowEdge, info *model.PageInfo, total *int32) *model.CallflowConnection {
			return &model.CallflowConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
		},
		enrol: objects[model.Callflow],
	}
	callList = shape[model.Call, model.CallEdge, model.CallConnection]{
		edge: func(cursor string, node *model.Call) *model.CallEdge {
			return &model.CallEdge{Cursor: cursor, Node: node}
		},
		connection: func(nodes []*model.Call, edges []*model.CallEdge, info *model.PageInfo, total *int32) *model.CallConnection {
			return &model.CallConnection{Nodes: nodes, Edges: edges, PageInfo: info, TotalCount: total}
		},
		enrol: objects[model.Call],
	}
)

// TelephonyAccounts answers Query.telephonyAccounts.
func (queryResolver) TelephonyAccounts(ctx context.Context, first *int32, after *string, last *int32, before *string) (*model.TelephonyAccountConnection, error) {
	return listed(ctx, pageArgs{first, after, last, before}, telephonyAccountList,
		func(l *loaders.Loaders, p loaders.Page) (*loaders.List[*model.TelephonyAccount], error) {
			return l.TelephonyAccounts(ctx, p)
		})
}

// TelephonyAccount answers Query.telephonyAccount.
func (queryResolver) TelephonyAccount(ctx context.Context, id string) (*model.TelephonyAccount, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.TelephonyAccount, error) { return l.TelephonyAccount(ctx, id) })
}

// Device answers Query.device.
func (queryResolver) Device(ctx context.Context, accountID, id string) (*model.Device, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.Device, error) { return l.Device(ctx, accountID, id) })
}

// TelephonyUser answers Query.telephonyUser.
func (queryResolver) TelephonyUser(ctx context.Context, accountID, id string) (*model.TelephonyUser, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.TelephonyUser, error) { return l.TelephonyUser(ctx, accountID, id) })
}

// PhoneNumber answers Query.phoneNumber.
func (queryResolver) PhoneNumber(ctx context.Context, accountID, number string) (*model.PhoneNumber, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.PhoneNumber, error) { return l.PhoneNumber(ctx, accountID, number) })
}

// Call answers Query.call.
func (queryResolver) Call(ctx context.Context, accountID, id string) (*model.Call, error) {
	return found(ctx, func(l *loaders.Loaders) (*model.Call, error) { return l.Call(ctx, accountID, id) })
}

// TelephonyAccount answers Company.telephonyAccount.
func (companyResolver) TelephonyAccount(ctx context.Context, objs []*model.Company) ([]*model.TelephonyAccount, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, companies []*model.Company) ([]*model.TelephonyAccount, []error) {
			return l.TelephonyAccountsOf(ctx, members(companies, companyID))
		}, objects[model.TelephonyAccount])
}

// Timezone answers TelephonyAccount.timezone.
func (telephonyAccountResolver) Timezone(ctx context.Context, objs []*model.TelephonyAccount) ([]*string, error) {
	return fan(ctx, objs, telephonyDetail(func(d *loaders.TelephonyDetail) *string { return d.Timezone }), nil)
}

// IsEnabled answers TelephonyAccount.isEnabled.
func (telephonyAccountResolver) IsEnabled(ctx context.Context, objs []*model.TelephonyAccount) ([]*bool, error) {
	return fan(ctx, objs, telephonyDetail(func(d *loaders.TelephonyDetail) *bool { return d.IsEnabled }), nil)
}

// CreatedAt answers TelephonyAccount.createdAt.
func (telephonyAccountResolver) CreatedAt(ctx context.Context, objs []*model.TelephonyAccount) ([]*time.Time, error) {
	return fan(ctx, objs, telephonyDetail(func(d *loaders.TelephonyDetail) *time.Time { return d.CreatedAt }), nil)
}

// telephonyDetail asks for a part of accounts' own documents.
func telephonyDetail[V any](pick func(*loaders.TelephonyDetail) *V) loadFunc[model.TelephonyAccount, *V] {
	return func(ctx context.Context, l *loaders.Loaders, accounts []*model.TelephonyAccount) ([]*V, []error) {
		details, errs := l.TelephonyDetails(ctx, members(accounts, accountID))
		out := make([]*V, len(details))
		for i, d := range details {
			if d != nil {
				out[i] = pick(d)
			}
		}
		return out, errs
	}
}

// Company answers TelephonyAccount.company.
func (telephonyAccountResolver) Company(ctx context.Context, objs []*model.TelephonyAccount) ([]*model.Company, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, accounts []*model.TelephonyAccount) ([]*model.Company, []error) {
			return l.CompaniesOfTelephony(ctx, members(accounts, accountID))
		}, objects[model.Company])
}

// Balance answers TelephonyAccount.balance.
func (telephonyAccountResolver) Balance(ctx context.Context, objs []*model.TelephonyAccount) ([]*decimal.Decimal, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, accounts []*model.TelephonyAccount) ([]*decimal.Decimal, []error) {
			return l.Balances(ctx, members(accounts, accountID))
		}, nil)
}

// Limits answers TelephonyAccount.limits.
func (telephonyAccountResolver) Limits(ctx context.Context, objs []*model.TelephonyAccount) ([]*model.TelephonyLimits, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, accounts []*model.TelephonyAccount) ([]*model.TelephonyLimits, []error) {
			return l.TelephonyLimits(ctx, members(accounts, accountID))
		}, nil)
}

// Devices answers TelephonyAccount.devices.
func (telephonyAccountResolver) Devices(ctx context.Context, objs []*model.TelephonyAccount, first *int32, after *string, last *int32, before *string) ([]*model.DeviceConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, deviceList,
		func(ctx context.Context, l *loaders.Loaders, accounts []*model.TelephonyAccount, p loaders.Page) ([]*loaders.List[*model.Device], []error) {
			return l.Devices(ctx, members(accounts, accountID), p)
		})
}

// Users answers TelephonyAccount.users.
func (telephonyAccountResolver) Users(ctx context.Context, objs []*model.TelephonyAccount, first *int32, after *string, last *int32, before *string) ([]*model.TelephonyUserConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, telephonyUserList,
		func(ctx context.Context, l *loaders.Loaders, accounts []*model.TelephonyAccount, p loaders.Page) ([]*loaders.List[*model.TelephonyUser], []error) {
			return l.TelephonyUsers(ctx, members(accounts, accountID), p)
		})
}

// PhoneNumbers answers TelephonyAccount.phoneNumbers.
func (telephonyAccountResolver) PhoneNumbers(ctx context.Context, objs []*model.TelephonyAccount, first *int32, after *string, last *int32, before *string) ([]*model.PhoneNumberConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, phoneNumberList,
		func(ctx context.Context, l *loaders.Loaders, accounts []*model.TelephonyAccount, p loaders.Page) ([]*loaders.List[*model.PhoneNumber], []error) {
			return l.PhoneNumbers(ctx, members(accounts, accountID), p)
		})
}

// Callflows answers TelephonyAccount.callflows.
func (telephonyAccountResolver) Callflows(ctx context.Context, objs []*model.TelephonyAccount, first *int32, after *string, last *int32, before *string) ([]*model.CallflowConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, callflowList,
		func(ctx context.Context, l *loaders.Loaders, accounts []*model.TelephonyAccount, p loaders.Page) ([]*loaders.List[*model.Callflow], []error) {
			return l.Callflows(ctx, members(accounts, accountID), p)
		})
}

// Calls answers TelephonyAccount.calls.
func (telephonyAccountResolver) Calls(ctx context.Context, objs []*model.TelephonyAccount, first *int32, after *string, last *int32, before *string) ([]*model.CallConnection, error) {
	return nested(ctx, objs, pageArgs{first, after, last, before}, callList,
		func(ctx context.Context, l *loaders.Loaders, accounts []*model.TelephonyAccount, p loaders.Page) ([]*loaders.List[*model.Call], []error) {
			return l.Calls(ctx, members(accounts, accountID), p)
		})
}

// IsRegistered answers Device.isRegistered.
func (deviceResolver) IsRegistered(ctx context.Context, objs []*model.Device) ([]*bool, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, devices []*model.Device) ([]*bool, []error) {
			return l.Registrations(ctx, devices)
		}, nil)
}

// Owner answers Device.owner.
func (deviceResolver) Owner(ctx context.Context, objs []*model.Device) ([]*model.TelephonyUser, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, devices []*model.Device) ([]*model.TelephonyUser, []error) {
			return l.DeviceOwners(ctx, devices)
		}, objects[model.TelephonyUser])
}

// AssignedAddOns answers PhoneNumber.assignedAddOns.
func (phoneNumberResolver) AssignedAddOns(ctx context.Context, objs []*model.PhoneNumber) ([][]*model.AssignedAddOn, error) {
	return fan(ctx, objs,
		func(ctx context.Context, l *loaders.Loaders, numbers []*model.PhoneNumber) ([][]*model.AssignedAddOn, []error) {
			return l.AssignedAddOns(ctx, numbers)
		}, lists[model.AssignedAddOn])
}

func accountID(a *model.TelephonyAccount) string { return a.ID }
