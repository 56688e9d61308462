package kazoo

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListDevices reads the devices of an account, all or one owner's.
var ListDevices = &upstream.Route{
	Name:      "kazoo.listDevices",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/devices",
	Query:     append([]string{"filter_owner_id"}, paging...),
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  pageSize,
	Tags:      []string{"telephony:{accountId}:devices"},
	Births:    []string{"telephony"},
}

// ReadDevice reads one device.
var ReadDevice = &upstream.Route{
	Name:      "kazoo.readDevice",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/devices/{deviceId}",
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"telephony:{accountId}:device:{deviceId}"},
	Births:    []string{"telephony:{accountId}:devices"},
}

// ListDeviceStatuses reads which devices of an account are registered now. It is
// one call for all of them, and of use only while it is young.
var ListDeviceStatuses = &upstream.Route{
	Name:      "kazoo.listDeviceStatuses",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/devices/status",
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshStatus,
	Hard:      hardExpiry,
	Tags:      []string{"telephony:{accountId}:devices"},
	Births:    []string{"telephony"},
}

// DeviceEntry is a device as [ListDevices] writes it.
type DeviceEntry struct {
	ID         wire.Text   `json:"id"`
	Name       wire.Text   `json:"name"`
	Username   wire.Text   `json:"username"`
	MACAddress wire.Text   `json:"mac_address"`
	OwnerID    wire.Text   `json:"owner_id"`
	Enabled    wire.Bool   `json:"enabled"`
	DeviceType wire.Text   `json:"device_type"`
	Flags      []wire.Text `json:"flags"`
}

// Check wants the id.
func (d *DeviceEntry) Check() error { return wire.Identified(d.ID) }

// Device is a device as its document writes it. Its name at the registrar, which
// the list has at the top, is in SIP.
type Device struct {
	ID         wire.Text   `json:"id"`
	Name       wire.Text   `json:"name"`
	MACAddress wire.Text   `json:"mac_address"`
	OwnerID    wire.Text   `json:"owner_id"`
	PresenceID wire.Text   `json:"presence_id"`
	Enabled    wire.Bool   `json:"enabled"`
	DeviceType wire.Text   `json:"device_type"`
	Language   wire.Text   `json:"language"`
	Timezone   wire.Text   `json:"timezone"`
	Flags      []wire.Text `json:"flags"`
	SIP        SIP         `json:"sip"`
}

// SIP is how a device registers. Its password has no place here.
type SIP struct {
	Username wire.Text `json:"username"`
	Realm    wire.Text `json:"realm"`
	Method   wire.Text `json:"method"`
}

// Check wants the id.
func (d *Device) Check() error { return wire.Identified(d.ID) }

// DeviceStatus is whether a device can register and has.
type DeviceStatus struct {
	DeviceID    wire.Text `json:"device_id"`
	Registrable wire.Bool `json:"registrable"`
	// Registered is left out where the device cannot register.
	Registered wire.Bool `json:"registered"`
}

// Check wants the device's id.
func (s *DeviceStatus) Check() error { return wire.Identified(s.DeviceID) }

// DecodeDevices reads a reply of [ListDevices].
func DecodeDevices(body []byte) (Page[DeviceEntry], error) {
	return decodePage[DeviceEntry](ListDevices, body)
}

// DecodeDevice reads a reply of [ReadDevice].
func DecodeDevice(body []byte) (Device, error) {
	return decode[Device](ReadDevice, body)
}

// DecodeDeviceStatuses reads a reply of [ListDeviceStatuses].
func DecodeDeviceStatuses(body []byte) ([]DeviceStatus, error) {
	return decodeList[DeviceStatus](ListDeviceStatuses, body)
}
