package appdirect

import (
	"errors"
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// assumedProducts is what the decoders of lists of products lean on.
const assumedProducts = "a plain list of items of the printed list of what can be bought"

// ListShop reads the shop's listing: all products that visitors see, in pages
// by position, narrowed and ordered in more ways than [ListApplications] offers.
var ListShop = &upstream.Route{
	Name:      "appdirect.listShop",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/v1/listing",
	Query:     []string{"a", "c", "count", "filter", "order", "q", "start", "type", "vendor"},
	Authority: upstream.System,
	Ours:      oursCatalogue,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	PageSize:  250,
	Tags:      []string{"products"},
	Assumed:   assumedProducts,
}

// ListTags reads the tree of tags that the shop's navigation is made of.
var ListTags = &upstream.Route{
	Name:      "appdirect.listTags",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/v1/navigator",
	Authority: upstream.System,
	Ours:      oursCatalogue,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	Tags:      []string{"tags"},
	Assumed:   "a plain list of the tags that the printed products carry, children inside",
}

// ListRecommendations reads what is recommended beside a product, whole.
var ListRecommendations = &upstream.Route{
	Name:      "appdirect.listRecommendations",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/v1/products/{applicationId}/recommendations",
	Authority: upstream.System,
	Ours:      oursCatalogue,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	Tags:      []string{"product:{applicationId}", "products"},
	Assumed:   assumedProducts,
}

// ListVendorProducts reads the products of one vendor, whole.
var ListVendorProducts = &upstream.Route{
	Name:      "appdirect.listVendorProducts",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/v1/vendors/{vendorUuid}/products",
	Authority: upstream.System,
	Ours:      oursCatalogue,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	Tags:      []string{"products"},
	Assumed:   assumedProducts,
}

// ListBundles reads all bundles; the endpoint has no pages.
var ListBundles = &upstream.Route{
	Name:      "appdirect.listBundles",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/v1/bundles",
	Authority: upstream.System,
	Ours:      oursCatalogue,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	Tags:      []string{"bundles", "products"},
}

// Tag is a category or attribute by which the shop can be browsed.
type Tag struct {
	ID          wire.Text `json:"id"`
	Type        wire.Text `json:"type"` // CATEGORY is the only printed one
	Name        wire.Text `json:"name"`
	Description wire.Text `json:"description"`
	// Children are the tags below it; products carry theirs without.
	Children []Tag `json:"children"`
}

// Check wants the id, of the tags below it too.
func (t *Tag) Check() error { return errors.Join(wire.Identified(t.ID), wire.CheckAll(t.Children)) }

// Bundle is several products sold as one, as [ListBundles] writes it.
type Bundle struct {
	ID   wire.Text `json:"id"`
	UUID wire.Text `json:"uuid"`
	Name wire.Text `json:"name"`
	// Products are those in it, by number; the samples print bundles of none.
	Products    []wire.Ref `json:"bundledProducts"`
	Blurb       wire.Text  `json:"blurb"`
	Description wire.Text  `json:"description"`
	VendorName  wire.Text  `json:"vendorName"`
	URL         wire.Text  `json:"url"`
	IconURL     wire.Text  `json:"iconUrl"`
	// StartingPrice is a text for people, such as "$0.00/User/Mo".
	StartingPrice wire.Text `json:"startingPrice"`
	Featured      wire.Bool `json:"featured"`
	Buyable       wire.Bool `json:"buyable"`
	PublishedOn   wire.Time `json:"publishedOn"`
	LastModified  wire.Time `json:"lastModified"`
}

// Check wants the ids, and the number of each product in it.
func (b *Bundle) Check() error {
	err := errors.Join(wire.Identified(b.ID), wire.Identified(b.UUID))
	for _, p := range b.Products {
		err = errors.Join(err, wire.Identified(p.ID))
	}
	return err
}

// DecodeShop reads a reply of any of the plain lists of products: [ListShop],
// [ListRecommendations] and [ListVendorProducts].
func DecodeShop(route *upstream.Route, body []byte) ([]Application, error) {
	return wire.Decode[wire.List[Application]](route, body)
}

// DecodeTags reads a reply of [ListTags].
func DecodeTags(body []byte) ([]Tag, error) {
	return wire.Decode[wire.List[Tag]](ListTags, body)
}

// DecodeBundles reads a reply of [ListBundles].
func DecodeBundles(body []byte) ([]Bundle, error) {
	return wire.Decode[wire.List[Bundle]](ListBundles, body)
}
