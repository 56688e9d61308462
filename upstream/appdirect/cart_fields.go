package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ReadCartFields asks what has to be filled in before a cart can be bought.
var ReadCartFields = &upstream.Route{
	Name:      "appdirect.readCartFields",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      graphPath,
	Effect:    upstream.Reads,
	Authority: upstream.System,
	Ours:      oursCheckout,
	Bucket:    graphBucket(),
	Tags:      []string{"carts"},
}

// cartFieldSelection is written out thrice in the document: what the type is called, as a fragment would have to say, is
// not printed.
const cartFieldSelection = `{ fieldType inputCode inputTitle tooltip subTitle validations { expression maxLength minLength readOnly required } }`

// cartFieldsDocument selects all that is printed.
const cartFieldsDocument = `query cartFields($cartId: ID!, $locale: Locale!) { cartFields(cartId: $cartId, locale: $locale) {
  productFields { itemId forms { title subTitle fields ` + cartFieldSelection + ` } }
  purchaseCustomAttributes ` + cartFieldSelection + `
  subscriptionCustomAttributes ` + cartFieldSelection + `
} }`

// EncodeCartFields writes the body of [ReadCartFields]. The locale is a language tag: "en-US".
func EncodeCartFields(cartID, locale string) ([]byte, error) {
	return encodeGraph(cartFieldsDocument, map[string]any{"cartId": cartID, "locale": locale})
}

// CartFields are what a cart's buyer is asked for.
type CartFields struct {
	// ProductFields are those of the items' vendors.
	ProductFields []ProductFields `json:"productFields"`
	// PurchaseCustomAttributes are asked for once.
	PurchaseCustomAttributes []CartField `json:"purchaseCustomAttributes"`
	// SubscriptionCustomAttributes are asked for with each item.
	SubscriptionCustomAttributes []CartField `json:"subscriptionCustomAttributes"`
}

// ProductFields are what one item's vendor asks for.
type ProductFields struct {
	ItemID wire.Text  `json:"itemId"`
	Forms  []CartForm `json:"forms"`
}

// Check wants the item's id.
func (f *ProductFields) Check() error { return wire.Identified(f.ItemID) }

// CartForm is a group of fields.
type CartForm struct {
	Title    wire.Text   `json:"title"`
	SubTitle wire.Text   `json:"subTitle"`
	Fields   []CartField `json:"fields"`
}

// CartField is one thing to be filled in.
type CartField struct {
	// Type says how: TEXT, EMAIL, COUNTRY, STATE, ZIP_CODE, PHONE_NUMBER and others.
	Type wire.Text `json:"fieldType"`
	// Code is the key that the value is sent under.
	Code     wire.Text `json:"inputCode"`
	Title    wire.Text `json:"inputTitle"`
	Tooltip  wire.Text `json:"tooltip"`
	SubTitle wire.Text `json:"subTitle"`
	// Validations are nil where nothing is said of them.
	Validations *CartFieldValidations `json:"validations"`
}

// CartFieldValidations are what a value has to fulfil.
type CartFieldValidations struct {
	// Expression is a regular expression in the backend's dialect; "" where there is none.
	Expression wire.Text   `json:"expression"`
	MinLength  wire.Number `json:"minLength"`
	MaxLength  wire.Number `json:"maxLength"`
	ReadOnly   wire.Bool   `json:"readOnly"`
	Required   wire.Bool   `json:"required"`
}

// cartFieldsData is the answer's data.
type cartFieldsData struct {
	CartFields *CartFields `json:"cartFields"`
}

// Check wants the fields, and their items.
func (d *cartFieldsData) Check() error {
	if d.CartFields == nil {
		return errNoData
	}
	return wire.CheckAll(d.CartFields.ProductFields)
}

// DecodeCartFields reads a reply of [ReadCartFields].
func DecodeCartFields(body []byte) (CartFields, error) {
	data, err := decodeGraph[cartFieldsData](ReadCartFields, body)
	if err != nil {
		return CartFields{}, err
	}
	return *data.CartFields, nil
}
