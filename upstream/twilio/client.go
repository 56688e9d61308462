package twilio

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/marketgraph/marketgraph/upstream"
)

// The backend's two hosts; paths carry the version.
const (
	MarketplaceURL = "https://marketplace.twilio.com"
	APIURL         = "https://api.twilio.com"
)

// apiRoot begins the path of every route of the API host.
const apiRoot = "/2010-04-01/"

// Hosts are the base URLs in use; an empty one is the backend's own.
type Hosts struct {
	// Marketplace answers for listings and installations: [MarketplaceURL].
	Marketplace string
	// API answers for accounts, numbers, recordings and usage: [APIURL].
	API string
}

// Client makes the calls of one parent account at both hosts. It is safe for concurrent use.
type Client struct {
	marketplace, api *upstream.Client
}

// NewClient makes both clients from cfg, whose Backend, BaseURL and, where it is not set, General are filled in here.
// cfg.Client is the parent account's sid and cfg.Credentials are its [AccountCredentials]. All faults are reported.
func NewClient(hosts Hosts, cfg upstream.Config) (*Client, error) {
	if cfg.General.Kind == upstream.General {
		cfg.General = General()
	}
	if cfg.Pacer == nil {
		cfg.Pacer = upstream.NewPacer(upstream.PacerConfig{})
	}
	cfg.Backend = Backend
	marketplace, err := at(hosts.Marketplace, MarketplaceURL, cfg)
	api, err2 := at(hosts.API, APIURL, cfg)
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	return &Client{marketplace: marketplace, api: api}, nil
}

// at is a client of one host.
func at(host, official string, cfg upstream.Config) (*upstream.Client, error) {
	if cfg.BaseURL = host; host == "" {
		cfg.BaseURL = official
	}
	client, err := upstream.NewClient(cfg)
	if err != nil {
		return nil, fmt.Errorf("twilio: %w", err)
	}
	return client, nil
}

// Do makes the call at the route's host, as [upstream.Client.Do] says.
func (c *Client) Do(ctx context.Context, call upstream.Call) (*upstream.Reply, error) {
	if call.Route != nil && strings.HasPrefix(call.Route.Path, apiRoot) {
		return c.api.Do(ctx, call)
	}
	return c.marketplace.Do(ctx, call)
}

// CloseIdleConnections closes unused connections, for shutdown.
func (c *Client) CloseIdleConnections() {
	c.marketplace.CloseIdleConnections()
	c.api.CloseIdleConnections()
}
