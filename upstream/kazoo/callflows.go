package kazoo

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListCallflows reads what an account does with calls.
var ListCallflows = &upstream.Route{
	Name:      "kazoo.listCallflows",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/callflows",
	Query:     append([]string{"filter_owner_id"}, paging...),
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  pageSize,
	Tags:      []string{"telephony:{accountId}:callflows"},
	Births:    []string{"telephony"},
}

// ReadCallflow reads one callflow with its steps.
var ReadCallflow = &upstream.Route{
	Name:      "kazoo.readCallflow",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/callflows/{callflowId}",
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"telephony:{accountId}:callflow:{callflowId}"},
	Births:    []string{"telephony:{accountId}:callflows"},
	Assumed:   "the documented schemas of a callflow and its actions",
}

// CallflowEntry is a callflow as [ListCallflows] writes it: its steps by their modules only.
type CallflowEntry struct {
	ID          wire.Text   `json:"id"`
	Name        wire.Text   `json:"name"`
	Type        wire.Text   `json:"type"`
	Numbers     []wire.Text `json:"numbers"`
	Patterns    []wire.Text `json:"patterns"`
	FeatureCode FeatureCode `json:"featurecode"`
	OwnerID     wire.Text   `json:"owner_id"`
	GroupID     wire.Text   `json:"group_id"`
	Modules     []wire.Text `json:"modules"`
	Flags       []wire.Text `json:"flags"`
}

// Check wants the id.
func (c *CallflowEntry) Check() error { return wire.Identified(c.ID) }

// Callflow is a callflow as its document writes it.
type Callflow struct {
	ID          wire.Text   `json:"id"`
	Name        wire.Text   `json:"name"`
	Numbers     []wire.Text `json:"numbers"`
	Patterns    []wire.Text `json:"patterns"`
	FeatureCode FeatureCode `json:"featurecode"`
	OwnerID     wire.Text   `json:"owner_id"`
	Flags       []wire.Text `json:"flags"`
	Flow        Action      `json:"flow"`
}

// Check wants the id.
func (c *Callflow) Check() error { return wire.Identified(c.ID) }

// Action is one step, and what follows it: by key pressed or outcome, "_" being any.
type Action struct {
	// Module says what is done: user, device, voicemail, menu…
	Module   wire.Text         `json:"module"`
	Data     ActionData        `json:"data"`
	Children map[string]Action `json:"children"`
}

// ActionData is what a module is given. Each has members of its own; most name what they act on.
type ActionData struct {
	// ID is of the kind that the module is named after; "" where it needs none.
	ID wire.Text `json:"id"`
}

// FeatureCode is what a callflow offers by a star code. The zero value is none.
type FeatureCode struct {
	// Name is the feature.
	Name wire.Text
	// Number is the code without its star.
	Number wire.Text
}

// UnmarshalJSON takes the object, and false, which lists write for none.
func (f *FeatureCode) UnmarshalJSON(b []byte) error {
	*f = FeatureCode{}
	if bytes.Equal(bytes.TrimSpace(b), []byte("false")) {
		return nil
	}
	var object struct {
		Name   wire.Text `json:"name"`
		Number wire.Text `json:"number"`
	}
	if err := json.Unmarshal(b, &object); err != nil {
		return err
	}
	*f = FeatureCode{Name: object.Name, Number: object.Number}
	return nil
}

// DecodeCallflows reads a reply of [ListCallflows].
func DecodeCallflows(body []byte) (Page[CallflowEntry], error) {
	return decodePage[CallflowEntry](ListCallflows, body)
}

// DecodeCallflow reads a reply of [ReadCallflow].
func DecodeCallflow(body []byte) (Callflow, error) {
	return decode[Callflow](ReadCallflow, body)
}
