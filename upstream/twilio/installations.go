package twilio

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListInstalledAddOns reads what the calling account has installed; no path or parameter names that account.
var ListInstalledAddOns = &upstream.Route{
	Name:      "twilio.listInstalledAddOns",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v1/InstalledAddOns",
	Query:     listQuery(),
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  maxPage,
	Tags:      []string{"installedAddOns"},
}

// ReadInstalledAddOn reads one installation of the calling account by its sid (XE…).
var ReadInstalledAddOn = &upstream.Route{
	Name:      "twilio.readInstalledAddOn",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v1/InstalledAddOns/{Sid}",
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"installedAddOn:{Sid}"},
	Births:    []string{"installedAddOns"},
}

// ListInstalledAddOnExtensions reads where an installation is plugged in.
var ListInstalledAddOnExtensions = &upstream.Route{
	Name:      "twilio.listInstalledAddOnExtensions",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v1/InstalledAddOns/{InstalledAddOnSid}/Extensions",
	Query:     listQuery(),
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  maxPage,
	Tags:      []string{"installedAddOn:{InstalledAddOnSid}"},
	Births:    []string{"installedAddOns"},
}

// InstalledAddOn is a listing that an account has installed. Its sid is also that of the add-on assigned to a number.
type InstalledAddOn struct {
	SID           wire.Text `json:"sid"`
	AccountSID    wire.Text `json:"account_sid"`
	FriendlyName  wire.Text `json:"friendly_name"`
	Description   wire.Text `json:"description"`
	UniqueName    wire.Text `json:"unique_name"`
	Configuration Document  `json:"configuration"`
	DateCreated   wire.Time `json:"date_created"`
	DateUpdated   wire.Time `json:"date_updated"`
	Links         Links     `json:"links"`
}

// Check wants the sid.
func (i *InstalledAddOn) Check() error { return wire.Identified(i.SID) }

// Links are addresses of an installation's neighbours; they are read, never followed.
type Links struct {
	AvailableAddOn wire.Text `json:"available_add_on"`
}

// AvailableAddOnSID is the sid of the listing (XB…), which is told by its address only; "" where that names none.
func (i InstalledAddOn) AvailableAddOnSID() string {
	link, err := url.Parse(string(i.Links.AvailableAddOn))
	if err != nil {
		return ""
	}
	if sid := path.Base(link.Path); strings.HasPrefix(sid, "XB") {
		return sid
	}
	return ""
}

// DecodeInstalledAddOns reads a reply of [ListInstalledAddOns].
func DecodeInstalledAddOns(body []byte) (Page[InstalledAddOn], error) {
	return decodePage[InstalledAddOn](ListInstalledAddOns, "installed_add_ons", body)
}

// DecodeInstalledAddOn reads a reply of [ReadInstalledAddOn].
func DecodeInstalledAddOn(body []byte) (InstalledAddOn, error) {
	return wire.Decode[InstalledAddOn](ReadInstalledAddOn, body)
}

// DecodeInstalledAddOnExtensions reads a reply of [ListInstalledAddOnExtensions].
func DecodeInstalledAddOnExtensions(body []byte) (Page[Extension], error) {
	return decodePage[Extension](ListInstalledAddOnExtensions, "extensions", body)
}
