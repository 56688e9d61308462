package loaders

import (
	"context"
	"errors"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// Device gives one device, [NotFoundError] where there is none in an account
// that the viewer may see.
func (l *Loaders) Device(ctx context.Context, accountID, id string) (*model.Device, error) {
	return inTelephony(ctx, l, accountID, "deviceId", id, auth.RuleTelephonyRead, single[model.Device]{
		source: mapped(kazoo.ReadDevice, kazoo.DecodeDevice, func(w kazoo.Device) *model.Device { return toOneDevice(w, accountID) }),
		id:     func(d *model.Device) string { return d.ID }, typeName: "Device", taken: "status",
	})
}

// TelephonyUser gives one user of a phone system, [NotFoundError] as [Loaders.Device] does.
func (l *Loaders) TelephonyUser(ctx context.Context, accountID, id string) (*model.TelephonyUser, error) {
	return inTelephony(ctx, l, accountID, "userId", id, auth.RuleTelephonyRead, single[model.TelephonyUser]{
		source: mapped(kazoo.ReadUser, kazoo.DecodeUser, toOneTelephonyUser),
		id:     func(u *model.TelephonyUser) string { return u.ID }, typeName: "TelephonyUser",
	})
}

// PhoneNumber gives one number, in E.164, [NotFoundError] as [Loaders.Device]
// does. It is looked for in the account's list, which mostly is one page: only
// there it is printed what uses a number.
func (l *Loaders) PhoneNumber(ctx context.Context, accountID, number string) (*model.PhoneNumber, error) {
	const typeName = "PhoneNumber"
	if err := errors.Join(checkID("accountId", accountID), checkID("number", number)); err != nil {
		return nil, err
	}
	if err := l.checkTelephony(ctx, accountID, auth.RuleTelephonyRead, typeName); err != nil {
		return nil, err
	}
	got := followAll(ctx, l, []trail[*model.PhoneNumber]{l.phoneNumberTrail(accountID)})
	if err := got.errs[0]; err != nil {
		return nil, absent(typeName, err)
	}
	for _, n := range got.values[0] {
		if n.Number == number {
			return n, nil
		}
	}
	return nil, &NotFoundError{Type: typeName}
}

// Call gives one past call, however old, [NotFoundError] where there is none in
// an account whose calls the viewer may see.
func (l *Loaders) Call(ctx context.Context, accountID, id string) (*model.Call, error) {
	return inTelephony(ctx, l, accountID, "cdrId", id, auth.RuleTelephonyMoney, single[model.Call]{
		source: mapped(kazoo.ReadCDR, kazoo.DecodeCDR, toOneCall),
		id:     func(c *model.Call) string { return c.ID }, typeName: "Call",
	})
}

// inTelephony finds something in a telephony account, whose id is this path parameter.
func inTelephony[T any](ctx context.Context, l *Loaders, accountID, parameter, id, rule string, s single[T]) (*T, error) {
	if err := errors.Join(checkID("accountId", accountID), checkID("id", id)); err != nil {
		return nil, err
	}
	if err := l.checkTelephony(ctx, accountID, rule, s.typeName); err != nil {
		return nil, err
	}
	a := accountAsk(accountID)
	a.params[parameter] = id
	return s.find(ctx, l, a, id)
}

// mapped is a route whose replies are decoded and then mapped.
func mapped[W, T any](route *upstream.Route, decode func([]byte) (W, error), toModel func(W) *T) source[*T] {
	return source[*T]{route: route, decode: func(body []byte) (*T, error) {
		w, err := decode(body)
		return toModel(w), err
	}}
}

// toOneDevice maps a device's document, in which the name that it signs in with
// stands elsewhere than in the list.
func toOneDevice(w kazoo.Device, accountID string) *model.Device {
	return toDevice(kazoo.DeviceEntry{
		ID: w.ID, Name: w.Name, Username: w.SIP.Username, MACAddress: w.MACAddress, OwnerID: w.OwnerID, Enabled: w.Enabled, DeviceType: w.DeviceType,
	}, accountID)
}

func toOneTelephonyUser(w kazoo.User) *model.TelephonyUser {
	return toTelephonyUser(kazoo.UserEntry{
		ID: w.ID, Username: w.Username, Email: w.Email, FirstName: w.FirstName, LastName: w.LastName, PrivLevel: w.PrivLevel, Timezone: w.Timezone,
	})
}

func toOneCall(w kazoo.CDRDocument) *model.Call {
	return toCall(kazoo.CDR{
		ID: w.ID, Direction: w.Direction, CallerIDNumber: w.CallerIDNumber, CallerIDName: w.CallerIDName, CalleeIDNumber: w.CalleeIDNumber,
		CalleeIDName: w.CalleeIDName, Duration: w.Duration, Timestamp: w.Timestamp, HangupCause: w.HangupCause,
	})
}
