package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/server"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// webhooksCommand has a marketplace tell the gateway of changes, or not.
type webhooksCommand struct {
	Register registerWebhooks `cmd:"" help:"Have the marketplace send its events, as far as it does not yet."`
	List     listWebhooks     `cmd:"" help:"Print where the marketplace sends its events."`
	Delete   deleteWebhooks   `cmd:"" help:"Have it send none to an address any more."`
}

// marketplaceFlags say whose webhooks they are.
type marketplaceFlags struct {
	Config  string        `help:"Configuration file." required:"" placeholder:"FILE"`
	Tenant  string        `help:"Name of the marketplace in it." required:"" placeholder:"NAME"`
	Timeout time.Duration `help:"Time for everything together." default:"1m"`
}

// addressFlag says where events go.
type addressFlag struct {
	URL string `name:"url" help:"Address of the gateway, as the marketplace reaches it; ends in /webhooks/appdirect." required:"" placeholder:"URL"`
}

// check wants an address that the gateway answers. Over plain HTTP the token could be read on the way.
func (a addressFlag) check() error {
	u, err := url.Parse(a.URL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || !strings.HasSuffix(u.Path, server.PathWebhook):
		return &usageError{[]string{"--url: write https://HOST" + server.PathWebhook + ", with one of the tenant's hosts"}}
	case u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost"):
		return &usageError{[]string{"--url: use https; the token that comes with each event could be read on the way"}}
	}
	return nil
}

// hooks is one marketplace and its webhooks.
type hooks struct {
	client *upstream.Client
	tenant TenantConfig
	where  target
	close  func()
	cancel context.CancelFunc
}

// open reads the configuration. Nothing is sent yet.
func (f marketplaceFlags) open(ctx context.Context) (context.Context, *hooks, error) {
	cfg, err := loadConfig(f.Config)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(cfg.Tenants, func(t TenantConfig) bool { return t.Name == f.Tenant })
	if i < 0 {
		return nil, nil, &usageError{[]string{fmt.Sprintf("--tenant: there is no %q in %s", f.Tenant, f.Config)}}
	}
	tenant := cfg.Tenants[i]
	b, err := newBuilder(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	client, err := b.paced(tenant.AppDirect)
	if err != nil {
		b.gateway.close()
		return nil, nil, err
	}
	path := fmt.Sprintf("tenants[%d].appdirect", i)
	h := &hooks{
		client: client, tenant: tenant, close: b.gateway.close, where: tenant.AppDirect.target(path, "ROLE_PARTNER, and name it in "+path+".scopes"),
	}
	ctx, h.cancel = context.WithTimeout(ctx, f.Timeout)
	return ctx, h, nil
}

// paced is a client that keeps to the limits together with the gateways that run.
func (b *builder) paced(a AppDirectConfig) (*upstream.Client, error) {
	if err := b.openShared(); err != nil {
		return nil, err
	}
	return b.appdirect(a, nil)
}

func (h *hooks) end() {
	h.cancel()
	h.close()
}

// call makes one call; an error says what a person can do.
func (h *hooks) call(ctx context.Context, call upstream.Call) ([]byte, error) {
	reply, err := h.client.Do(ctx, call)
	if err != nil {
		found := diagnose(err, h.where)
		return nil, fmt.Errorf("appdirect %s; %s", found.problem, cmp.Or(found.advice, "try again later"))
	}
	return reply.Body, nil
}

// all reads every webhook of the marketplace.
func (h *hooks) all(ctx context.Context) (out []appdirect.Webhook, err error) {
	size := appdirect.ListWebhooks.PageSize
	for page := 0; ; page++ {
		body, err := h.call(ctx, upstream.Call{Route: appdirect.ListWebhooks, Query: url.Values{
			"page": {strconv.Itoa(page)}, "size": {strconv.Itoa(size)},
		}})
		if err != nil {
			return nil, err
		}
		found, err := appdirect.DecodeWebhooks(body)
		if err != nil {
			return nil, err
		}
		if out = append(out, found.Items...); len(found.Items) < size {
			return out, nil
		}
	}
}

// registerWebhooks creates what is missing.
type registerWebhooks struct {
	marketplaceFlags
	addressFlag
}

// Run lists first, so that running it again creates nothing.
func (c registerWebhooks) Run(ctx context.Context, s streams) error {
	if err := c.check(); err != nil {
		return err
	}
	ctx, h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.end()
	token := h.tenant.AppDirect.Webhooks.Token
	if token.value == "" {
		return &usageError{[]string{c.Config + ": " + c.Tenant + " has no appdirect.webhooks.token: nothing would be taken"}}
	}
	there, err := h.all(ctx)
	if err != nil {
		return err
	}
	out, made := &printer{w: s.out}, 0
	for _, resource := range loaders.WatchedResources() {
		if slices.ContainsFunc(there, func(w appdirect.Webhook) bool {
			return string(w.ResourceType) == resource && string(w.URL) == c.URL && w.TellsAll()
		}) {
			continue
		}
		body, err := appdirect.EncodeWebhook(appdirect.WebhookRequest{ResourceType: resource, URL: c.URL, Token: token.value})
		if err != nil {
			return err
		}
		if _, err := h.call(ctx, upstream.Call{Route: appdirect.CreateWebhook, Body: body}); err != nil {
			return fmt.Errorf("%s: %w (%d were registered before; run it again)", resource, err, made)
		}
		out.printf("registered  %s\n", resource)
		made++
	}
	out.printf("%s: %d registered, %d were there\n", c.Tenant, made, len(loaders.WatchedResources())-made)
	return out.err
}

// each runs do with every webhook of the marketplace.
func (f marketplaceFlags) each(ctx context.Context, do func(context.Context, *hooks, []appdirect.Webhook) error) error {
	ctx, h, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer h.end()
	there, err := h.all(ctx)
	if err != nil {
		return err
	}
	return do(ctx, h, there)
}

// listWebhooks prints what there is.
type listWebhooks struct{ marketplaceFlags }

// Run prints a line for each webhook, whoever made it.
func (c listWebhooks) Run(ctx context.Context, s streams) error {
	return c.each(ctx, func(_ context.Context, _ *hooks, there []appdirect.Webhook) error {
		out := &printer{w: s.out}
		for _, w := range there {
			actions := make([]string, len(w.Actions))
			for i, a := range w.Actions {
				actions[i] = string(a)
			}
			out.printf("%s  %-20s %-10s %s\n", w.UUID, w.ResourceType, cmp.Or(strings.Join(actions, ","), "all"), w.URL)
		}
		out.printf("%s: %d webhooks\n", c.Tenant, len(there))
		return out.err
	})
}

// deleteWebhooks ends those of one address.
type deleteWebhooks struct {
	marketplaceFlags
	addressFlag
}

// Run leaves the webhooks of other addresses alone.
func (c deleteWebhooks) Run(ctx context.Context, s streams) error {
	return c.each(ctx, func(ctx context.Context, h *hooks, there []appdirect.Webhook) error {
		out, gone := &printer{w: s.out}, 0
		for _, w := range there {
			if string(w.URL) != c.URL {
				continue
			}
			if _, err := h.call(ctx, upstream.Call{Route: appdirect.DeleteWebhook, Params: map[string]string{"webhookUuid": string(w.UUID)}}); err != nil {
				return fmt.Errorf("%s: %w", w.ResourceType, err)
			}
			out.printf("deleted     %s\n", w.ResourceType)
			gone++
		}
		out.printf("%s: %d deleted, %d of other addresses left\n", c.Tenant, gone, len(there)-gone)
		return out.err
	})
}
