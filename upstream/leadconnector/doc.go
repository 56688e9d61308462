// Package leadconnector is what the gateway knows of LeadConnector's marketplace:
// one [upstream.Route] value per endpoint, one file per resource, and wire types
// that are shaped as the backend writes them.
//
// An agency (company) has sub-accounts (locations), each with a wallet of its own.
// Which wallet a call is about is told by its token only: no path or parameter of
// [ListCharges] and [HasFunds] names the location. So a call carries the location
// in [upstream.Call.Account], the same location's [LocationCredentials], and the
// location has to be part of every cache key. [LocationOnly] tells which routes
// refuse the agency's own token.
//
// Decoders take what [wire] takes. A reply that is not the documented shape, or
// lacks the ids that it is read for, is an [upstream.Error] of kind
// MalformedReply, which never quotes it; the value beside it is zero.
package leadconnector

import (
	"net/http"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

// Backend is the name that routes, errors and metrics carry.
const Backend upstream.Backend = "leadconnector"

// BaseURL is the backend's own host.
const BaseURL = "https://services.leadconnectorhq.com"

// Version is the version of the interface that the wire types are written from.
const Version = "2021-07-28"

// Header is what every call carries: most endpoints require the version, the others ignore it.
func Header() http.Header { return http.Header{"Version": {Version}} }

// General is the documented limit of one application for one resource, a location
// or a company: 100 calls in any 10 seconds. Its account is [upstream.Call.Account].
func General() upstream.Bucket {
	return upstream.Bucket{Kind: upstream.FixedWindow, Size: 100, Window: 10 * time.Second}
}

// Quota is the documented limit beside it, for [upstream.Config.Quota]: 200,000 calls a day.
func Quota() upstream.Bucket {
	return upstream.Bucket{Kind: upstream.DailyQuota, Size: 200_000}
}

// How long replies are kept. Whether there are funds is never kept: it decides what may be charged now.
const (
	freshWallet  = 30 * time.Second
	freshAccount = time.Minute
	freshPlans   = 5 * time.Minute
	hardExpiry   = time.Hour
)

// pageLimit is how many items a list is asked for. The backend prints no upper bound.
const pageLimit = 100

// Routes lists every endpoint that the gateway calls, in a stable order.
func Routes() []*upstream.Route {
	return []*upstream.Route{
		ListCharges, ReadCharge, HasFunds,
		ReadInstallation, ReadRebilling,
		ReadCompany, SearchLocations, ReadLocation,
		IssueLocationToken,
	}
}

// LocationOnly reports whether the route refuses the agency's token and wants the location's.
func LocationOnly(route *upstream.Route) bool {
	switch route {
	case ListCharges, ReadCharge, HasFunds, ReadRebilling:
		return true
	}
	return false
}
