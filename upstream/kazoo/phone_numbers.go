package kazoo

import (
	"maps"
	"net/http"
	"slices"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListPhoneNumbers reads the phone numbers of an account.
var ListPhoneNumbers = &upstream.Route{
	Name:      "kazoo.listPhoneNumbers",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/phone_numbers",
	Query:     paging,
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  pageSize,
	Tags:      []string{"telephony:{accountId}:phoneNumbers"},
	Births:    []string{"telephony"},
}

// ReadPhoneNumber reads one phone number, by its E.164 form with the plus.
var ReadPhoneNumber = &upstream.Route{
	Name:      "kazoo.readPhoneNumber",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/phone_numbers/{phoneNumber}",
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"telephony:{accountId}:phoneNumber:{phoneNumber}"},
	Births:    []string{"telephony:{accountId}:phoneNumbers"},
}

// PhoneNumberEntry is a phone number as [ListPhoneNumbers] writes it, under its name.
type PhoneNumberEntry struct {
	// Number is the E.164 form; the backend writes it as the member's name.
	Number wire.Text `json:"-"`
	State  wire.Text `json:"state"`
	// AssignedTo is an account's id.
	AssignedTo wire.Text `json:"assigned_to"`
	// UsedBy is the kind of what uses it, such as callflow.
	UsedBy   wire.Text      `json:"used_by"`
	Features []wire.Text    `json:"features"`
	Created  wire.Gregorian `json:"created"`
	Updated  wire.Gregorian `json:"updated"`
}

// PhoneNumber is a phone number as its document writes it, with what the envelope says beside the document.
type PhoneNumber struct {
	// ID is the E.164 form.
	ID       wire.Text           `json:"id"`
	State    wire.Text           `json:"state"`
	Features []wire.Text         `json:"features"`
	Carrier  wire.Text           `json:"carrier_name"`
	Metadata PhoneNumberMetadata `json:"-"`
}

// PhoneNumberMetadata is what the backend keeps of a phone number.
type PhoneNumberMetadata struct {
	State      wire.Text      `json:"state"`
	AssignedTo wire.Text      `json:"assigned_to"`
	UsedBy     wire.Text      `json:"used_by"`
	Created    wire.Gregorian `json:"created"`
	Modified   wire.Gregorian `json:"modified"`
}

// Check wants the number.
func (n *PhoneNumber) Check() error { return wire.Identified(n.ID) }

// numberMap is the list's data: an object with one member per number.
type numberMap struct {
	Numbers map[wire.Text]*PhoneNumberEntry `json:"numbers"`
}

// Check wants the map, which is there even when it is empty, and something under each number.
func (m *numberMap) Check() error {
	if m.Numbers == nil {
		return errNoItems
	}
	for number, entry := range m.Numbers {
		if entry == nil || number == "" {
			return wire.Identified()
		}
	}
	return nil
}

// DecodePhoneNumbers reads a reply of [ListPhoneNumbers]. The items are sorted by
// number, as the start keys are: an object has no order of its own.
func DecodePhoneNumbers(body []byte) (Page[PhoneNumberEntry], error) {
	reply, err := wire.Decode[envelope[numberMap]](ListPhoneNumbers, body)
	if err != nil {
		return Page[PhoneNumberEntry]{}, err
	}
	page := Page[PhoneNumberEntry]{Items: []PhoneNumberEntry{}, Next: string(reply.NextStartKey)}
	for _, number := range slices.Sorted(maps.Keys(reply.Data.Numbers)) {
		entry := *reply.Data.Numbers[number]
		entry.Number = number
		page.Items = append(page.Items, entry)
	}
	return page, nil
}

// numberEnvelope has a second object beside the data.
type numberEnvelope struct {
	envelope[PhoneNumber]

	Metadata PhoneNumberMetadata `json:"metadata"`
}

// DecodePhoneNumber reads a reply of [ReadPhoneNumber].
func DecodePhoneNumber(body []byte) (PhoneNumber, error) {
	reply, err := wire.Decode[numberEnvelope](ReadPhoneNumber, body)
	if err != nil {
		return PhoneNumber{}, err
	}
	number := *reply.Data
	number.Metadata = reply.Metadata
	return number, nil
}
