package appdirect

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// The reason behind the catalogue's system calls: its endpoints print no
// roles, and what they say is what every visitor of the shop sees.
const oursCatalogue = "the catalogue prints no roles; every visitor of the shop sees it"

// ListApplications reads the products that can be bought. Each has both its
// number and its uuid, which makes the list the index between the two.
var ListApplications = &upstream.Route{
	Name:      "appdirect.listApplications",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/channel/v1/applications",
	Query:     []string{"page", "size", "sortField", "sortOrder", "searchText", "categoryId"},
	Authority: upstream.System,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	PageSize:  100,
	Tags:      []string{"products"},
}

// ListCatalog reads the details of many products: vendor, editions, plans. Its
// items are working copies with ids of their own, see [Product.Number].
var ListCatalog = &upstream.Route{
	Name:      "appdirect.listCatalog",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/channel/v1/stagingCatalog",
	Query:     []string{"appStatus", "page", "size"},
	Authority: upstream.System,
	Ours:      oursCatalogue,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	PageSize:  100,
	Tags:      []string{"products"},
}

// ReadProduct reads the details of one product by its number. It prints its
// own limit: 5 in any second.
var ReadProduct = &upstream.Route{
	Name:      "appdirect.readProduct",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/v1/products/{applicationId}",
	Authority: upstream.System,
	Ours:      oursCatalogue,
	Bucket:    upstream.Bucket{Kind: upstream.FixedWindow, Size: 5, Window: time.Second, Scope: upstream.ScopeCaller},
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	Tags:      []string{"product:{applicationId}", "products"},
	Assumed:   "an item of the printed staging catalogue",
}

// ReadEdition reads one edition by its product's and its own number.
var ReadEdition = &upstream.Route{
	Name:      "appdirect.readEdition",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/v1/products/{applicationId}/editions/{editionId}",
	Authority: upstream.System,
	Ours:      oursCatalogue,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	Tags:      []string{"product:{applicationId}", "products"},
}

// Application is a product as [ListApplications] writes it.
type Application struct {
	ID            wire.Text      `json:"id"`
	UUID          wire.Text      `json:"uuid"`
	Name          wire.Text      `json:"name"`
	ProductType   wire.Text      `json:"productType"`
	VendorName    wire.Text      `json:"vendorName"`
	Blurb         wire.Text      `json:"blurb"`
	Description   wire.Text      `json:"description"`
	Overview      wire.Text      `json:"overview"`
	URL           wire.Text      `json:"url"`
	IconURL       wire.Text      `json:"iconUrl"`
	Addon         wire.Bool      `json:"addon"`
	Free          wire.Bool      `json:"free"`
	Featured      wire.Bool      `json:"featured"`
	Popular       wire.Bool      `json:"popular"`
	StaffPick     wire.Bool      `json:"staffPick"`
	Buyable       wire.Bool      `json:"buyable"`
	FreeTrial     wire.Bool      `json:"freeTrialOrEditionPresent"`
	CollectLeads  wire.Bool      `json:"collectLeads"`
	Rating        wire.Number    `json:"rating"`
	NumRatings    wire.Number    `json:"numRatings"`
	Tags          []Tag          `json:"tags"`
	StartingPrice StartingPrices `json:"channelStartingPrice"`
	PublishedOn   wire.Time      `json:"publishedOn"`
	LastModified  wire.Time      `json:"lastModified"`
}

// Check wants both: what lacks one is useless as an index.
func (a *Application) Check() error {
	return errors.Join(wire.Identified(a.ID), wire.Identified(a.UUID))
}

// StartingPrices are a product's lowest prices by currency code.
type StartingPrices struct {
	Prices map[string]StartingPrice `json:"prices"`
}

// StartingPrice is the lowest price in one currency.
type StartingPrice struct {
	Price    wire.Number `json:"price"`
	Duration wire.Text   `json:"duration"`
}

// Product is a product in detail, as [ListCatalog] and [ReadProduct] write it.
type Product struct {
	// ID and UUID are the document's own: in the catalogue, those of the working copy.
	ID   wire.Text `json:"id"`
	UUID wire.Text `json:"uuid"`
	// PublishedApp is what a working copy is sold as; empty in the product itself, and in what was never published.
	PublishedApp wire.Ref  `json:"publishedApp"`
	Name         wire.Text `json:"name"`
	Type         wire.Text `json:"type"`
	Href         wire.Text `json:"href"`
	VendorUUID   wire.Text `json:"vendorUUID"`
	Provider     Provider  `json:"provider"`
	Listing      Listing   `json:"listing"`
	Overview     Splash    `json:"overview"`
	Pricing      Pricing   `json:"pricing"`
	Addon        wire.Bool `json:"addon"`
	Free         wire.Bool `json:"free"`
	Buyable      wire.Bool `json:"buyable"`
	FreeTrial    wire.Bool `json:"freeTrialOrEditionPresent"`
	CollectLeads wire.Bool `json:"collectLeads"`
	// CollectLeadsWithPurchase says whether it can be bought all the same.
	CollectLeadsWithPurchase wire.Bool   `json:"collectLeadsWithPurchaseEnabled"`
	Rating                   wire.Number `json:"rating"`
	NumRatings               wire.Number `json:"numRatings"`
	Tags                     []Tag       `json:"tags"`
	PublishedOn              wire.Time   `json:"publishedOn"`
	LastModified             wire.Time   `json:"lastModified"`
}

// Check wants both, as an application's does.
func (p *Product) Check() error {
	return errors.Join(wire.Identified(wire.Text(p.Number())), wire.Identified(p.UUID))
}

// Provider is the company that publishes a product.
type Provider struct {
	UUID wire.Text `json:"uuid"`
	Name wire.Text `json:"name"`
}

// Listing is how a product presents itself in lists.
type Listing struct {
	Blurb    wire.Text `json:"blurb"`
	Overview wire.Text `json:"overview"`
	ImageURL wire.Text `json:"imageUrl"`
}

// Splash is how a product presents itself on its own page.
type Splash struct {
	Description wire.Text `json:"splashDescription"`
}

// Pricing holds a product's editions.
type Pricing struct {
	Editions []Edition `json:"editions"`
}

// Vendor is the uuid of the publishing company, in either place it is written; "" where in none.
func (p Product) Vendor() string {
	return string(wire.First(p.VendorUUID, p.Provider.UUID))
}

// Number is the number that the product is sold by, which billing and [ListApplications] use: the published
// product's where the document is a working copy, else its own id or, where a reply leaves that out, the end of its href.
func (p Product) Number() string {
	if number := wire.First(p.PublishedApp.ID, p.ID); number != "" {
		return string(number)
	}
	return string(p.Href[strings.LastIndexByte(string(p.Href), '/')+1:])
}

// DecodeApplications reads a reply of [ListApplications].
func DecodeApplications(body []byte) (Page[Application], error) {
	return wire.Decode[Page[Application]](ListApplications, body)
}

// DecodeCatalog reads a reply of [ListCatalog].
func DecodeCatalog(body []byte) (Page[Product], error) {
	return wire.Decode[Page[Product]](ListCatalog, body)
}

// DecodeProduct reads a reply of [ReadProduct].
func DecodeProduct(body []byte) (Product, error) {
	return wire.Decode[Product](ReadProduct, body)
}
