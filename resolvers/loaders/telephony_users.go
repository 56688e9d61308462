package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

var listTelephonyUsers = source[chunk[*model.TelephonyUser]]{kazoo.ListUsers, func(body []byte) (chunk[*model.TelephonyUser], error) {
	p, err := kazoo.DecodeUsers(body)
	return pageOf(p, toTelephonyUser), err
}}

// TelephonyUsers lists the users of each of these accounts; positional.
func (l *Loaders) TelephonyUsers(ctx context.Context, accountIDs []string, p Page) ([]*List[*model.TelephonyUser], []error) {
	return l.phones.users.load(ctx, listKeys(accountIDs, anyStatus, p))
}

// DeviceOwners gives who uses devices, nil where nobody does or they are gone;
// positional. Who sees a device sees its owner.
func (l *Loaders) DeviceOwners(ctx context.Context, devices []*model.Device) ([]*model.TelephonyUser, []error) {
	return l.owners(ctx, len(devices), func(i int) (string, string) { return devices[i].AccountID, devices[i].OwnerID })
}

// owners gives who owns each of n things, of which the account and the owner's
// id are known; nil where that is "", or gone.
func (l *Loaders) owners(ctx context.Context, n int, of func(i int) (account, owner string)) ([]*model.TelephonyUser, []error) {
	var accounts, ids []string
	var at []int
	for i := range n {
		if account, owner := of(i); owner != "" {
			accounts, ids, at = append(accounts, account), append(ids, owner), append(at, i)
		}
	}
	staff, failed := l.phones.staff.load(ctx, accounts)
	out, errs := make([]*model.TelephonyUser, n), make([]error, n)
	for i, position := range at {
		out[position], errs[position] = staff[i][ids[i]], failed[i]
	}
	return out, errs
}

// fetchStaff reads the users of accounts whole, by id: for the owners of many
// devices that is one call for each account, and not one for each device.
func (l *Loaders) fetchStaff(ctx context.Context, accountIDs []string) answers[map[string]*model.TelephonyUser] {
	trails := make([]trail[*model.TelephonyUser], len(accountIDs))
	for i, id := range accountIDs {
		trails[i] = l.telephonyUserTrail(id)
	}
	users := followAll(ctx, l, trails)
	out := newAnswers[map[string]*model.TelephonyUser](len(accountIDs))
	for i, list := range users.values {
		out.errs[i] = users.errs[i]
		out.values[i] = make(map[string]*model.TelephonyUser, len(list))
		for _, user := range list {
			out.values[i][user.ID] = user
		}
	}
	return out
}

func (l *Loaders) telephonyUserTrail(accountID string) trail[*model.TelephonyUser] {
	return accountTrail(l, listTelephonyUsers, accountID)
}

func toTelephonyUser(w kazoo.UserEntry) *model.TelephonyUser {
	return &model.TelephonyUser{
		ID:             string(w.ID),
		UserName:       text(w.Username),
		Email:          text(w.Email),
		FirstName:      text(w.FirstName),
		LastName:       text(w.LastName),
		PrivilegeLevel: text(w.PrivLevel),
		Timezone:       text(w.Timezone),
	}
}
