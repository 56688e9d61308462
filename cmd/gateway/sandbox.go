package main

import (
	"context"
	"fmt"
	"io"

	"github.com/marketgraph/marketgraph/sandbox"
)

// sandboxCommand serves the demo backends without a gateway, for tests of
// whatever talks to them.
type sandboxCommand struct {
	Listen string `help:"Address of the sandbox backends." default:"127.0.0.1:8090" placeholder:"ADDR"`
	Seed   uint64 `help:"Seed of the demo data." default:"1"`
	Links  bool   `help:"Print the links of companies to their accounts, as a configuration has them."`
	logFlags
}

// Run serves until the context ends.
func (c sandboxCommand) Run(ctx context.Context, s streams) error {
	check := &checker{}
	if check.address("--listen", c.Listen); len(check.faults) > 0 {
		return &usageError{check.faults}
	}
	listener, err := listen("--listen", c.Listen)
	if err != nil {
		return err
	}
	backends, err := sandbox.New(sandbox.Options{Seed: c.Seed, Logger: c.logger(s)})
	if err == nil {
		err = c.describe(s.out, backends, listener.Addr().String())
	}
	if err != nil {
		_ = listener.Close()
		return err
	}
	return serveAll(ctx, nil, 0, site{listener, backends.Handler()})
}

// describe prints what a client needs: addresses, ways in, links. The secrets of
// demo data guard nothing.
func (c sandboxCommand) describe(w io.Writer, backends *sandbox.Sandbox, address string) error {
	out := &printer{w: w}
	out.printf("demo backends, nothing here is real; steer them at http://%s/_sandbox\n", address)
	for _, t := range sandbox.Tenants() {
		at := func(backend string) string { return backends.BackendURL(address, t.Name, backend) }
		app := t.Gateway()
		out.printf("\n%s\n", t.Name)
		out.printf("  appdirect      %s/api\n", at(sandbox.BackendAppDirect))
		out.printf("                 client %s, secret %s, tokens at %s/oauth2/token\n", app.ID, app.Secret, at(sandbox.BackendAppDirect))
		out.printf("  kazoo          %s/v2\n", at(sandbox.BackendKazoo))
		out.printf("                 account %q, user %s, password %s; or API key %s\n", t.Kazoo.AccountName, t.Kazoo.User, t.Kazoo.Password, t.Kazoo.APIKey)
		out.printf("  twilio         %[1]s/api, %[1]s/marketplace\n", at(sandbox.BackendTwilio))
		out.printf("                 account %s, token %s\n", t.Twilio.AccountSID, t.Twilio.AuthToken)
		out.printf("  leadconnector  %s\n", at(sandbox.BackendLeadConnector))
		out.printf("                 agency %s, token %s\n", t.LeadConnector.CompanyID, t.LeadConnector.AgencyToken)
		c.links(out, backends.Links(t.Name))
	}
	return out.err
}

// links says how many companies the table has, and which if that was asked for.
func (c sandboxCommand) links(out *printer, table []sandbox.Link) {
	if !c.Links {
		out.printf("  links          %d companies in the table (--links prints it), others in custom attributes\n", len(table))
		return
	}
	out.printf("  links:\n    table:\n")
	for _, l := range table {
		out.printf("      - company: %s\n", l.Company)
		for _, account := range [][2]string{
			{"kazooAccount", l.KazooAccount}, {"twilioAccount", l.TwilioAccount}, {"leadConnectorLocation", l.LeadConnectorLocation},
		} {
			if account[1] != "" {
				out.printf("        %s: %s\n", account[0], account[1])
			}
		}
	}
	out.printf("    attributes:\n      kazooAccount: %s\n      twilioAccount: %s\n      leadConnectorLocation: %s\n",
		sandbox.AttributeKazooAccount, sandbox.AttributeTwilioAccount, sandbox.AttributeLeadConnectorLocation)
}

// printer writes lines and remembers the first failure.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}
