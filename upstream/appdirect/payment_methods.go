package appdirect

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListPaymentMethods reads the payment methods of a user in a company, named by the parameters "ownerId" and "companyId".
var ListPaymentMethods = &upstream.Route{
	Name:      "appdirect.listPaymentMethods",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/appMarket/v2/paymentMethods",
	Query:     []string{"ownerId", "companyId"},
	Authority: upstream.System,
	Tags:      []string{"paymentMethods"},
}

// CreatePaymentMethod keeps what a payment page has made a token of. The endpoint would also take a card's number, which
// [EncodePaymentMethod] has no way to say.
var CreatePaymentMethod = &upstream.Route{
	Name:      "appdirect.createPaymentMethod",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      "/appMarket/v2/paymentMethods",
	Authority: upstream.System,
}

// SetDefaultPaymentMethod makes a method the one that pays where a cart names none. It admits users only, so it is
// called with the viewer's own token, and for services in the service user's name.
var SetDefaultPaymentMethod = &upstream.Route{
	Name:      "appdirect.setDefaultPaymentMethod",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      "/appMarket/v2/paymentMethods/defaults",
	Authority: upstream.Viewer,
	Else:      upstream.ServiceUser,
}

// ListPaymentMethodTypes reads what kinds of methods the marketplace takes.
var ListPaymentMethodTypes = &upstream.Route{
	Name:      "appdirect.listPaymentMethodTypes",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/appMarket/v2/paymentMethodTypes",
	Authority: upstream.System,
	Ours:      "what a marketplace takes is on its checkout page for everybody",
	Fresh:     freshSettings,
	Hard:      hardExpiry,
	Tags:      []string{"paymentMethodTypes"},
	Assumed:   "a list of names, alone or in objects as `paymentMethodType` or `type`",
}

// PaymentMethod is a way to pay. Its properties are not read: for a bank account they hold the whole number.
type PaymentMethod struct {
	ID wire.Text `json:"id"`
	// Type is CARD, BANKACCOUNT or one of the marketplace's own.
	Type wire.Text `json:"paymentMethodType"`
	// AccountDisplay is what may be shown of the account: the end of a card's number. The sample shows the whole of a
	// bank account's, see [PaymentMethod.Ending].
	AccountDisplay wire.Text `json:"accountDisplay"`
	Default        wire.Bool `json:"default"`
	// Card is what is known of a card; empty for other types.
	Card CardProperties `json:"properties"`
}

// Check wants the id.
func (m *PaymentMethod) Check() error { return wire.Identified(m.ID) }

// shown is how many characters of an account may be.
const shown = 4

// Ending is the end of the account's number, at most four characters of it.
func (m *PaymentMethod) Ending() string {
	account := []rune(m.AccountDisplay)
	return string(account[max(0, len(account)-shown):])
}

// CardProperties are those that tell cards apart and pay nothing.
type CardProperties struct {
	Brand           wire.Text `json:"brand"`
	ExpirationMonth wire.Text `json:"expirationMonth"`
	ExpirationYear  wire.Text `json:"expirationYear"`
}

// DecodePaymentMethods reads a reply of [ListPaymentMethods].
func DecodePaymentMethods(body []byte) ([]PaymentMethod, error) {
	return wire.Decode[plainList[PaymentMethod]](ListPaymentMethods, body)
}

// DecodePaymentMethod reads a reply of [CreatePaymentMethod].
func DecodePaymentMethod(body []byte) (PaymentMethod, error) {
	return wire.Decode[PaymentMethod](CreatePaymentMethod, body)
}

// DefaultPaymentMethod names the method that pays by default.
type DefaultPaymentMethod struct {
	ID wire.Text `json:"paymentMethodId"`
}

// Check wants the id.
func (m *DefaultPaymentMethod) Check() error { return wire.Identified(m.ID) }

// DecodeDefaultPaymentMethods reads a reply of [SetDefaultPaymentMethod].
func DecodeDefaultPaymentMethods(body []byte) ([]DefaultPaymentMethod, error) {
	return wire.Decode[plainList[DefaultPaymentMethod]](SetDefaultPaymentMethod, body)
}

// PaymentMethodType is the name of a kind of methods: "CARD".
type PaymentMethodType string

// UnmarshalJSON takes the name, or an object that has it.
func (t *PaymentMethodType) UnmarshalJSON(b []byte) error {
	name := b
	if b[0] == '{' {
		var object struct {
			PaymentMethodType json.RawMessage `json:"paymentMethodType"`
			Type              json.RawMessage `json:"type"`
		}
		if err := json.Unmarshal(b, &object); err != nil {
			return err
		}
		if name = object.PaymentMethodType; name == nil {
			name = object.Type
		}
	}
	if !bytes.HasPrefix(name, []byte(`"`)) || len(name) == len(`""`) {
		return errNoType
	}
	return json.Unmarshal(name, (*string)(t))
}

var errNoType = errors.New("a payment method type without its name")

// DecodePaymentMethodTypes reads a reply of [ListPaymentMethodTypes].
func DecodePaymentMethodTypes(body []byte) ([]PaymentMethodType, error) {
	return wire.Decode[plainList[PaymentMethodType]](ListPaymentMethodTypes, body)
}

// PaymentMethodRequest says whose method a token is to become. That is all that can be said: no number of a card or an
// account passes here.
type PaymentMethodRequest struct {
	// OwnerID and CompanyID are uuids.
	OwnerID   string `json:"ownerId"`
	CompanyID string `json:"companyId"`
	// Token is what the payment page was given for the method. It works once, for 15 minutes.
	Token string `json:"token"`
}

// String is the request without its token.
func (r PaymentMethodRequest) String() string { return "payment method of " + r.OwnerID }

// GoString is String, for %#v.
func (r PaymentMethodRequest) GoString() string { return r.String() }

// EncodePaymentMethod writes the body of [CreatePaymentMethod].
func EncodePaymentMethod(request PaymentMethodRequest) ([]byte, error) { return json.Marshal(request) }

// DefaultPaymentMethodRequest says which method is to pay by default.
type DefaultPaymentMethodRequest struct {
	OwnerID         string `json:"ownerId"`
	CompanyID       string `json:"companyId"`
	PaymentMethodID string `json:"paymentMethodId"`
}

// EncodeDefaultPaymentMethod writes the body of [SetDefaultPaymentMethod].
func EncodeDefaultPaymentMethod(request DefaultPaymentMethodRequest) ([]byte, error) {
	return json.Marshal(request)
}
