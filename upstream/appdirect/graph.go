package appdirect

import (
	"encoding/json"
	"errors"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// What has no REST endpoint is asked of AppDirect's own graph. Its documents are constants: nothing that anybody enters
// gets into them but as a variable.

// graphPath is below the same root as REST.
const graphPath = "/graphql"

// graphBucket is the graph's limit of 1,000 points, leaking 100 a second, in calls of at most 100 points each.
// Its routes are one endpoint and share it.
func graphBucket() upstream.Bucket {
	return upstream.Bucket{Kind: upstream.LeakyBucket, Size: 10, PerSecond: 1}
}

// graphRequest is what is posted.
type graphRequest struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables,omitempty"`
}

func encodeGraph(document string, variables map[string]any) ([]byte, error) {
	return json.Marshal(graphRequest{Query: document, Variables: variables})
}

// graphAnswer is what comes back.
type graphAnswer[D any] struct {
	Data   *D           `json:"data"`
	Errors []GraphFault `json:"errors"`
}

var errNoData = errors.New("neither data nor errors")

// Check wants data or errors, and of data what they are read for.
func (a *graphAnswer[D]) Check() error {
	switch data, ok := any(a.Data).(wire.Checked); {
	case len(a.Errors) > 0:
		return nil
	case a.Data == nil:
		return errNoData
	case ok:
		return data.Check()
	}
	return nil
}

// GraphFault is an error of AppDirect's own graph.
type GraphFault struct {
	// Message is in the backend's words, and may quote what was entered.
	Message    wire.Text `json:"message"`
	Extensions struct {
		// Code is one of eight: "BAD_REQUEST".
		Code wire.Text `json:"code"`
	} `json:"extensions"`
}

// Error is the code alone.
func (f *GraphFault) Error() string { return "appdirect: graph: " + string(f.Extensions.Code) }

// graphKinds are what the documented codes mean as statuses.
var graphKinds = map[wire.Text]upstream.Kind{
	"BAD_REQUEST":               upstream.Refused,
	"GRAPHQL_VALIDATION_FAILED": upstream.Refused,
	"NOT_FOUND":                 upstream.NotFound,
	"UNAUTHORIZED":              upstream.Unauthenticated,
	"FORBIDDEN":                 upstream.Forbidden,
	"RESOURCE_LIMIT_EXCEEDED":   upstream.Refused,
	"RATE_LIMIT_EXCEEDED":       upstream.RateLimited,
	"INTERNAL_SERVER_ERROR":     upstream.Unavailable,
}

// decodeGraph reads the data of an answer without errors. The first error decides what the call's is; one with a code
// that is not documented makes the reply malformed.
func decodeGraph[D any](route *upstream.Route, body []byte) (D, error) {
	var none D
	answer, err := wire.Decode[graphAnswer[D]](route, body)
	if err != nil {
		return none, err
	}
	if len(answer.Errors) == 0 {
		return *answer.Data, nil
	}
	fault := &answer.Errors[0]
	kind, documented := graphKinds[fault.Extensions.Code]
	if !documented {
		return none, upstream.Malformed(route, fault)
	}
	return none, upstream.Answered(route, kind, fault)
}
