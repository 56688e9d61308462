package loaders

import (
	"cmp"
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

var (
	readCartFields = source[*model.CartFields]{appdirect.ReadCartFields, func(body []byte) (*model.CartFields, error) {
		f, err := appdirect.DecodeCartFields(body)
		return toCartFields(f), err
	}}
	readCheckoutSettings = source[*model.CheckoutSettings]{appdirect.ReadCheckoutSettings, func(body []byte) (*model.CheckoutSettings, error) {
		s, err := appdirect.DecodeCheckoutSettings(body)
		return toCheckoutSettings(s), err
	}}
)

// CartFields gives what has to be filled in before a cart can be bought.
func (l *Loaders) CartFields(ctx context.Context, cartID, locale string) (*model.CartFields, error) {
	if err := cmp.Or(checkGiven("cartId", cartID), checkGiven("locale", locale)); err != nil {
		return nil, err
	}
	if _, err := l.Cart(ctx, cartID); err != nil {
		return nil, err
	}
	body, err := appdirect.EncodeCartFields(cartID, locale)
	if err != nil {
		return nil, err
	}
	fields, err := readCartFields.now(ctx, l, ask{body: body})
	return fields, absent("CartFields", err)
}

// CheckoutSettings gives how the marketplace's checkout is set up.
func (l *Loaders) CheckoutSettings(ctx context.Context) (*model.CheckoutSettings, error) {
	body, err := appdirect.EncodeCheckoutSettings()
	if err != nil {
		return nil, err
	}
	return readCheckoutSettings.get(ctx, l, ask{body: body})
}

func toCartFields(w appdirect.CartFields) *model.CartFields {
	out := &model.CartFields{
		ProductFields:                make([]*model.CartProductFields, len(w.ProductFields)),
		PurchaseCustomAttributes:     inOrder(w.PurchaseCustomAttributes, toCartField),
		SubscriptionCustomAttributes: inOrder(w.SubscriptionCustomAttributes, toCartField),
	}
	for i, f := range w.ProductFields {
		out.ProductFields[i] = &model.CartProductFields{ItemID: text(f.ItemID), Forms: inOrder(f.Forms, toCartForm)}
	}
	return out
}

func toCartForm(w appdirect.CartForm) *model.CartForm {
	return &model.CartForm{Title: text(w.Title), SubTitle: text(w.SubTitle), Fields: inOrder(w.Fields, toCartField)}
}

func toCartField(w appdirect.CartField) *model.CartField {
	out := &model.CartField{
		FieldType: enum(w.Type, model.CartFieldTypeUnknown), InputCode: text(w.Code), InputTitle: text(w.Title), Tooltip: text(w.Tooltip), SubTitle: text(w.SubTitle),
	}
	if v := w.Validations; v != nil {
		out.Validations = &model.CartFieldValidation{
			Expression: text(v.Expression), MaxLength: whole(v.MaxLength), MinLength: whole(v.MinLength), ReadOnly: v.ReadOnly.Ptr(), Required: v.Required.Ptr(),
		}
	}
	return out
}

func toCheckoutSettings(w appdirect.CheckoutSettings) *model.CheckoutSettings {
	return &model.CheckoutSettings{
		Tenant: text(w.Tenant), MarketplaceBaseURL: text(w.MarketplaceBaseURL), MarketplaceLogoURL: text(w.MarketplaceLogoURL),
		MarketplaceFaviconURL: text(w.MarketplaceFaviconURL), MarketplaceTermsAndConditionsURL: inOrder(w.TermsURL, toLocalizedText),
		MarketplacePrivacyURL: inOrder(w.PrivacyURL, toLocalizedText), SupportEmail: inOrder(w.SupportEmail, toLocalizedText),
		SupportPhone: text(w.SupportPhone), SupportedLocales: texts(w.SupportedLocales), DefaultLocale: text(w.DefaultLocale),
		FlatTaxRate: w.FlatTaxRate.Ptr(), AllowDiscountCredit: w.AllowDiscountCredit.Ptr(), ShippingCostEnabled: w.ShippingCostEnabled.Ptr(),
	}
}

func toLocalizedText(w appdirect.LocalizedText) *model.LocalizedText {
	return &model.LocalizedText{Locale: text(w.Locale), Value: text(w.Value)}
}
