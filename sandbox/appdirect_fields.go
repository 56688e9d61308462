package sandbox

import (
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"
)

// fieldSpec defines a value that a cart must or may carry.
type fieldSpec struct {
	kind        string // TEXT, EMAIL, …
	code, title string
	tooltip     string
	expression  string // regular expression of accepted values; "" for any
	least, most int    // characters; most 0 means any number
	required    bool
}

// document is the field as cartFields prints it.
func (f fieldSpec) document() Document {
	return Document{
		"fieldType": f.kind, "inputCode": f.code, "inputTitle": f.title, "tooltip": nullable(f.tooltip), "subTitle": "",
		"validations": Document{
			"expression": nullable(f.expression), "maxLength": zeroAsNull(f.most), "minLength": zeroAsNull(f.least),
			"readOnly": false, "required": f.required,
		},
	}
}

// check says what is wrong with the values of a field, "" when nothing is.
func (f fieldSpec) check(values []string) string {
	if len(values) == 0 || len(values) == 1 && values[0] == "" {
		if f.required {
			return "Missing information"
		}
		return ""
	}
	for _, v := range values {
		switch n := utf8.RuneCountInString(v); {
		case n < f.least:
			return fmt.Sprintf("It is shorter than %d characters", f.least)
		case f.most > 0 && n > f.most:
			return fmt.Sprintf("It is longer than %d characters", f.most)
		}
		if ok, err := regexp.MatchString(f.expression, v); err != nil || !ok {
			return "It is not of the form that is asked for"
		}
	}
	return ""
}

// fieldIssues are what is wrong with the values of some fields, in printed words;
// what names the kind of field in the message and the parameters.
func fieldIssues(fields []fieldSpec, group *attributeSet, code, key, what, item string) []issue {
	var out []issue
	for _, f := range fields {
		if problem := f.check(group.values(f.code)); problem != "" {
			message := what + " '" + f.code + "' has failed validation: " + problem
			out = append(out, issue{
				Code: code, ItemID: item, Message: message,
				Params: []issueParam{{key + "_KEY", f.code}, {key + "_ERROR_MESSAGE", message}},
			})
		}
	}
	return out
}

// group reads a set of an item's attributes; nil when it has none.
func (a *itemAttributes) group(of func(*itemAttributes) *attributeSet) *attributeSet {
	if a == nil {
		return nil
	}
	return of(a)
}

// fieldsOf gathers fields of the cart's products, each once, those that every cart
// has first.
func (c *cartSpec) fieldsOf(always []fieldSpec, of func(*productSpec) []fieldSpec) []fieldSpec {
	out := slices.Clone(always)
	for _, i := range c.items {
		for _, f := range of(i.product) {
			if !slices.ContainsFunc(out, func(o fieldSpec) bool { return o.code == f.code }) {
				out = append(out, f)
			}
		}
	}
	return out
}

// The custom attributes that every cart and every subscription may carry.
var (
	anyPurchaseFields     = []fieldSpec{{kind: "TEXT", code: "testID", title: "Purchase reference", most: 64}}
	anySubscriptionFields = []fieldSpec{{kind: "TEXT", code: "testID", title: "Subscription reference", most: 64}}
)

// purchaseFields are those of the cart.
func (c *cartSpec) purchaseFields() []fieldSpec {
	return c.fieldsOf(anyPurchaseFields, func(p *productSpec) []fieldSpec { return p.purchaseFields })
}

// subscriptionFields are those of the cart's items, together.
func (c *cartSpec) subscriptionFields() []fieldSpec {
	return c.fieldsOf(anySubscriptionFields, func(p *productSpec) []fieldSpec { return p.subscriptionFields })
}

// attributeIssues are what is wrong with the custom attributes and the fields of
// the cart and its items.
func (c *cartSpec) attributeIssues() []issue {
	var purchase *attributeSet
	if c.attributes != nil {
		purchase = c.attributes.Purchase
	}
	out := fieldIssues(c.purchaseFields(), purchase, "PURCHASE_CUSTOM_ATTRIBUTE_VALIDATIONS_ERROR",
		"PURCHASE_CUSTOM_ATTRIBUTE", "Purchase custom attribute", "")
	for _, i := range c.items {
		given := i.body.CustomAttributes
		out = append(out, fieldIssues(i.product.fields, given.group(vendorFields), "REQUIRED_FIELD_VALIDATION_ERROR",
			"REQUIRED_FIELD", "Required field", i.body.ID)...)
		out = append(out, fieldIssues(slices.Concat(anySubscriptionFields, i.product.subscriptionFields), given.group(subscriptionAttributes),
			"SUBSCRIPTION_CUSTOM_ATTRIBUTE_VALIDATIONS_ERROR", "SUBSCRIPTION_CUSTOM_ATTRIBUTE", "Subscription custom attribute", i.body.ID)...)
	}
	return out
}

// vendorFields and subscriptionAttributes are the two sets of an item's attributes.
func vendorFields(a *itemAttributes) *attributeSet           { return a.VendorRequiredFields }
func subscriptionAttributes(a *itemAttributes) *attributeSet { return a.Subscription }
