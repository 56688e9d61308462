package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ReadCheckoutSettings asks what a marketplace's checkout page has to know.
var ReadCheckoutSettings = &upstream.Route{
	Name:      "appdirect.readCheckoutSettings",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      graphPath,
	Effect:    upstream.Reads,
	Authority: upstream.System,
	Ours:      "a marketplace's settings are on its checkout page for everybody",
	Bucket:    graphBucket(),
	Fresh:     freshSettings,
	Hard:      hardExpiry,
	Tags:      []string{"checkoutSettings"},
}

// checkoutSettingsDocument selects all that is printed.
const checkoutSettingsDocument = `query checkoutSettings { checkoutSettings {
  tenant marketplaceBaseUrl marketplaceLogoUrl marketplaceFaviconUrl defaultLocale supportedLocales supportPhone
  flatTaxRate allowDiscountCredit shippingCostEnabled
  supportEmail { locale value } marketplaceTermsAndConditionsUrl { locale value } marketplacePrivacyUrl { locale value }
} }`

// EncodeCheckoutSettings writes the body of [ReadCheckoutSettings], which is always the same.
func EncodeCheckoutSettings() ([]byte, error) { return encodeGraph(checkoutSettingsDocument, nil) }

// CheckoutSettings are a marketplace's.
type CheckoutSettings struct {
	// Tenant is the marketplace's own code: "ENGAGE19BILLING".
	Tenant                wire.Text `json:"tenant"`
	MarketplaceBaseURL    wire.Text `json:"marketplaceBaseUrl"`
	MarketplaceLogoURL    wire.Text `json:"marketplaceLogoUrl"`
	MarketplaceFaviconURL wire.Text `json:"marketplaceFaviconUrl"`
	// Locales are language tags: "en-US".
	DefaultLocale    wire.Text   `json:"defaultLocale"`
	SupportedLocales []wire.Text `json:"supportedLocales"`
	SupportPhone     wire.Text   `json:"supportPhone"`
	// FlatTaxRate is a fraction: 0.0775 is 7.75 %. Null where taxes are not flat.
	FlatTaxRate wire.Number `json:"flatTaxRate"`
	// AllowDiscountCredit says whether a buyer is credited what a discount exceeds the price by.
	AllowDiscountCredit wire.Bool       `json:"allowDiscountCredit"`
	ShippingCostEnabled wire.Bool       `json:"shippingCostEnabled"`
	SupportEmail        []LocalizedText `json:"supportEmail"`
	TermsURL            []LocalizedText `json:"marketplaceTermsAndConditionsUrl"`
	PrivacyURL          []LocalizedText `json:"marketplacePrivacyUrl"`
}

// Check wants the marketplace's code.
func (s *CheckoutSettings) Check() error { return wire.Identified(s.Tenant) }

// LocalizedText is a text in one language.
type LocalizedText struct {
	Locale wire.Text `json:"locale"`
	Value  wire.Text `json:"value"`
}

// checkoutSettingsData is the answer's data.
type checkoutSettingsData struct {
	CheckoutSettings *CheckoutSettings `json:"checkoutSettings"`
}

// Check wants the settings.
func (d *checkoutSettingsData) Check() error {
	if d.CheckoutSettings == nil {
		return errNoData
	}
	return d.CheckoutSettings.Check()
}

// DecodeCheckoutSettings reads a reply of [ReadCheckoutSettings].
func DecodeCheckoutSettings(body []byte) (CheckoutSettings, error) {
	data, err := decodeGraph[checkoutSettingsData](ReadCheckoutSettings, body)
	if err != nil {
		return CheckoutSettings{}, err
	}
	return *data.CheckoutSettings, nil
}
