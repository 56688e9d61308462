package server

import (
	"mime"
	"strconv"
	"strings"
)

// The media types of answers.
const (
	typeResponse = "application/graphql-response+json"
	typeJSON     = "application/json"
	// typePreview asks for the preview schema, wherever it is sent to.
	typePreview = "application/vnd.marketgraph.preview+json"
)

// negotiate chooses the answer's media type from Accept headers. Plain JSON
// wins ties and wildcards: it is what clients that do not name the newer type
// can read. It reports false where neither is acceptable.
func negotiate(accept []string) (string, bool) {
	header := strings.Join(accept, ",")
	if strings.TrimSpace(header) == "" {
		return typeJSON, true
	}
	response, plain, preview := quality(header, typeResponse), quality(header, typeJSON), quality(header, typePreview)
	switch {
	case preview.named && preview.q > 0 && preview.q >= max(response.q, plain.q):
		return typePreview, true
	case response.q > plain.q, response.q > 0 && response.q == plain.q && response.named:
		return typeResponse, true
	case plain.q > 0:
		return typeJSON, true
	default:
		return "", false
	}
}

// weight is how much a media type is wanted, and whether it was named itself.
type weight struct {
	q     float64
	named bool
}

// quality gives the weight of a media type; the most specific range decides (RFC 9110, 12.5.1).
func quality(header, mediaType string) weight {
	best, rank := weight{}, 0
	for part := range strings.SplitSeq(header, ",") {
		name, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		specific := specificity(name, mediaType)
		if specific <= rank || !charsetFits(params["charset"]) {
			continue
		}
		best, rank = weight{q: qvalue(params["q"]), named: specific == 3}, specific
	}
	return best
}

// specificity is 3 for the type itself, 2 for its tree, 1 for anything, 0 for no match.
func specificity(name, mediaType string) int {
	switch name {
	case mediaType:
		return 3
	case "application/*":
		return 2
	case "*/*":
		return 1
	default:
		return 0
	}
}

// qvalue is 0, not acceptable, for what is no weight.
func qvalue(s string) float64 {
	if s == "" {
		return 1
	}
	q, err := strconv.ParseFloat(s, 64)
	if err != nil || !(q >= 0 && q <= 1) { // NaN is neither
		return 0
	}
	return q
}

// charsetFits refuses character sets other than the one that JSON is written in.
func charsetFits(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8")
}
