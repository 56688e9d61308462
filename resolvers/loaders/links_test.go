package loaders

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/graph/model"
)

// An attribute names an account that the table gives to another company: it
// must lead nowhere, whichever kind of account it is.
func TestTableAccountsCannotBeClaimed(t *testing.T) {
	t.Parallel()
	links := Links{
		Table: func() []Link {
			return []Link{{Company: "a", Kazoo: "k1", Twilio: "t1", Location: "l1"}, {Company: "b", Kazoo: "k2"}}
		},
		KazooAttribute: "phone", TwilioAttribute: "addons", LocationAttribute: "wallet",
	}
	attribute := func(name, value string) *model.CustomAttribute {
		return &model.CustomAttribute{Name: name, Value: &value}
	}
	for name, tc := range map[string]struct {
		attributes []*model.CustomAttribute
		want       Link
	}{
		"all of another's": {
			[]*model.CustomAttribute{attribute("phone", "k1"), attribute("addons", "t1"), attribute("wallet", "l1")},
			Link{Company: "c"},
		},
		"one of another's": {
			[]*model.CustomAttribute{attribute("phone", "k2"), attribute("addons", "t9")},
			Link{Company: "c", Twilio: "t9"},
		},
		"its own": {
			[]*model.CustomAttribute{attribute("phone", "k9"), attribute("other", "k1")},
			Link{Company: "c", Kazoo: "k9"},
		},
		"none": {nil, Link{Company: "c"}},
	} {
		company := &model.Company{ID: "c", CustomAttributes: tc.attributes}
		if diff := cmp.Diff(tc.want, links.table().free(links.attributes(company))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
