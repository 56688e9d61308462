// Package twilio is what the gateway knows of Twilio's Marketplace and of the
// resources that its add-ons belong to: one [upstream.Route] value per endpoint,
// one file per resource, and wire types that are shaped as the backend writes them.
//
// Two hosts answer: one for the Marketplace, one for telephony. [Client] sends each
// route to its own. Both write lists in pages whose next page is an address; only
// its paging parameters are taken, see [Page], and no address is ever followed.
//
// A call is made as an account. What the backend answers depends on that account
// even where no path names it ([ListInstalledAddOns]), so it has to be part of
// every cache key: [upstream.Call.Account].
//
// Decoders take what [wire] takes. A reply that is not the documented shape, or
// lacks the ids that it is read for, is an [upstream.Error] of kind
// MalformedReply, which never quotes it; the value beside it is zero.
package twilio

import (
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

// Backend is the name that routes, errors and metrics carry.
const Backend upstream.Backend = "twilio"

// assumedConcurrency is how many calls one account may have under way at one
// host. The backend limits concurrency per account but prints no number.
const assumedConcurrency = 20

// General is the limit of one account at one host: its calls at the same time.
// The number is ours, see docs/backends/twilio.md.
func General() upstream.Bucket {
	return upstream.Bucket{Kind: upstream.Semaphore, Size: assumedConcurrency}
}

// How long replies are kept. Listings are a catalogue; usage is summed up by the backend with a delay anyway.
const (
	freshCatalogue = 5 * time.Minute
	freshAccount   = time.Minute
	hardExpiry     = time.Hour
)

// maxPage is the largest page that the backend grants. Few calls matter more than small replies.
const maxPage = 1000

// Routes lists every endpoint that the gateway calls, in a stable order.
func Routes() []*upstream.Route {
	return []*upstream.Route{
		ListAvailableAddOns, ReadAvailableAddOn, ListAvailableAddOnExtensions,
		ListInstalledAddOns, ReadInstalledAddOn, ListInstalledAddOnExtensions,
		ListPhoneNumbers, ListAssignedAddOns,
		ListRecordings, ListAddOnResults,
		ListUsageRecords,
		ReadAccount,
	}
}
