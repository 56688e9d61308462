package loaders

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/auth"
)

// TestLinksAgree draws tables and attributes, each of which names accounts at
// will: a company's link is the same whether it is asked for alone or among all;
// the table wins; and no account that the table gives to one company is another's.
func TestLinksAgree(t *testing.T) {
	t.Parallel()
	m, v := newLinkedMarket(t), service(t)
	rapid.Check(t, func(rt *rapid.T) {
		account := rapid.SampledFrom([]string{"", "A", "B", "C", "D"})
		m.companies, m.links = nil, Links{KazooAttribute: "kazoo", TwilioAttribute: "twilio", LocationAttribute: "location"}
		var ids []string
		var table []Link
		inTable := map[string]Link{}
		for i := range rapid.IntRange(1, 5).Draw(rt, "companies") {
			id := fmt.Sprintf("c%d", i)
			ids = append(ids, id)
			m.companies = append(m.companies, doc{"uuid": id, "customAttributes": []doc{
				attribute("kazoo", account.Draw(rt, "kazoo")), attribute("twilio", account.Draw(rt, "twilio")), attribute("location", account.Draw(rt, "location")),
			}})
			if rapid.Bool().Draw(rt, "in the table") {
				link := Link{Company: id, Kazoo: account.Draw(rt, "kazoo of the table"), Twilio: account.Draw(rt, "twilio of the table")}
				table, inTable[id] = append(table, link), link
			}
		}
		if rapid.Bool().Draw(rt, "with a table") {
			m.links.Table = func() []Link { return table }
		} else {
			clear(inTable)
		}
		checkLinks(rt, m.tenant(t), v, ids, inTable)
	})
}

func attribute(name, value string) doc {
	return doc{"attributeType": "TEXT", "name": name, "value": value}
}

func checkLinks(rt *rapid.T, tenant *Tenant, v *auth.Viewer, ids []string, table map[string]Link) {
	ctx := context.Background()
	l := New(tenant, v)
	alone, errs := l.linksOf(ctx, ids)
	all, err := New(tenant, v).allLinks(ctx)
	if err != nil {
		rt.Fatal(err)
	}
	among := map[string]Link{}
	for _, link := range all {
		among[link.Company] = link
	}
	given := map[string]bool{}
	for _, link := range table {
		given[link.Kazoo], given[link.Twilio], given[link.Location] = true, true, true
	}
	delete(given, "")
	for i, id := range ids {
		if errs[i] != nil {
			rt.Fatal(errs[i])
		}
		want, listed := among[id]
		if !listed {
			want = Link{Company: id} // of which there is nothing to say
		}
		if diff := cmp.Diff(want, alone[i]); diff != "" {
			rt.Fatalf("%s (-among all +alone):\n%s", id, diff)
		}
		if mine, ok := table[id]; ok && mine != alone[i] {
			rt.Fatalf("%s is %+v, the table says %+v", id, alone[i], mine)
		}
		if _, ok := table[id]; !ok && (given[alone[i].Kazoo] || given[alone[i].Twilio] || given[alone[i].Location]) {
			rt.Fatalf("%s got an account that the table gives to another: %+v", id, alone[i])
		}
	}
}
