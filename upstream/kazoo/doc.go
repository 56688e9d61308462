// Package kazoo is what the gateway knows of Kazoo's REST interface, Crossbar
// v2: one [upstream.Route] value per endpoint, one file per resource, and wire
// types that are shaped as the backend writes them. The base URL ends in /v2.
//
// Every reply comes in an envelope; decoders open it and give what is inside.
// Lists show other members than the documents that they list, so that each has a
// type of its own: [DeviceEntry] in the list, [Device] alone.
//
// Documents hold passwords and pins, and every reply repeats the token that it
// was asked with. The wire types have no place for them; [Scrub] takes them out
// of a reply that is to be kept as bytes.
package kazoo

import (
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

// Backend is the name that routes, errors and metrics carry.
const Backend upstream.Backend = "kazoo"

// AuthHeader is the header that [Login] gives the value of, for [upstream.Config.AuthHeader].
const AuthHeader = "X-Auth-Token"

// General is the documented limit: 100 tokens, filled with 10 a second, for one
// client address and one account in the path. A call therefore names the
// account of its path in [upstream.Call.Account] too.
func General() upstream.Bucket {
	return upstream.Bucket{Kind: upstream.LeakyBucket, Size: 100, PerSecond: 10}
}

// The reason behind system calls: the documents print no roles, and a token
// reaches its own account and all below it.
const oursTree = "Kazoo prints no roles; a token reaches its account and those below, and ownership decides in the graph"

// How long replies are kept. Balances and calls in progress are never kept.
const (
	freshStatus  = 15 * time.Second
	freshAccount = time.Minute
	hardExpiry   = time.Hour
)

// pageSize is what is asked for: no upper bound is printed, and the default of 50 would be twice the calls.
const pageSize = 100

// paging are the parameters of a list that takes start keys.
var paging = []string{"page_size", "start_key"}

// Routes lists every endpoint that the gateway calls, in a stable order.
func Routes() []*upstream.Route {
	return []*upstream.Route{
		ReadAccount, ListDescendants, ListChildren,
		ListDevices, ReadDevice, ListDeviceStatuses,
		ListUsers, ReadUser,
		ListPhoneNumbers, ReadPhoneNumber,
		ListCallflows, ReadCallflow,
		ListGroups, ReadLimits, ReadBalance,
		ListChannels, ListCDRs, ReadCDR,
		ListVoicemailBoxes, ListConferences,
	}
}
