package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

var listDeviceStatuses = source[map[string]*bool]{kazoo.ListDeviceStatuses, func(body []byte) (map[string]*bool, error) {
	statuses, err := kazoo.DecodeDeviceStatuses(body)
	registered := make(map[string]*bool, len(statuses))
	for _, s := range statuses {
		registered[string(s.DeviceID)] = s.Registered.Ptr()
	}
	return registered, err
}}

// Devices lists the devices of each of these accounts; positional.
func (l *Loaders) Devices(ctx context.Context, accountIDs []string, p Page) ([]*List[*model.Device], []error) {
	return l.phones.devices.load(ctx, listKeys(accountIDs, anyStatus, p))
}

// Registrations says of devices whether they are connected now, nil where the
// backend does not say; positional. It is one call for each account.
func (l *Loaders) Registrations(ctx context.Context, devices []*model.Device) ([]*bool, []error) {
	accounts := make([]string, len(devices))
	for i, d := range devices {
		accounts[i] = d.AccountID
	}
	registered, errs := l.phones.registrations.load(ctx, accounts)
	out := make([]*bool, len(devices))
	for i, d := range devices {
		out[i] = registered[i][d.ID]
	}
	return out, errs
}

// deviceTrail is an account's devices. An entry does not say whose it is.
func (l *Loaders) deviceTrail(accountID string) trail[*model.Device] {
	return accountTrail(l, source[chunk[*model.Device]]{kazoo.ListDevices, func(body []byte) (chunk[*model.Device], error) {
		p, err := kazoo.DecodeDevices(body)
		return pageOf(p, func(w kazoo.DeviceEntry) *model.Device { return toDevice(w, accountID) }), err
	}}, accountID)
}

func toDevice(w kazoo.DeviceEntry, accountID string) *model.Device {
	return &model.Device{
		ID:         string(w.ID),
		Name:       text(w.Name),
		Type:       text(w.DeviceType),
		MacAddress: text(w.MACAddress),
		UserName:   text(w.Username),
		IsEnabled:  w.Enabled.Ptr(),
		AccountID:  accountID,
		OwnerID:    string(w.OwnerID),
	}
}
