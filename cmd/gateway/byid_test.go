package main

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// nounByID is a list and the root field that answers for one of its items.
type nounByID struct {
	list  string // the path of the list below a company, with its selection's fields
	path  []string
	field string // the root field's name
	owner string // its argument that names the owner
	id    string // its argument that names the item, and the item's field
	kind  string
	pick  string // what is asked of each
}

var nounsByID = []nounByID{
	{"devices(first: 2)", []string{"telephonyAccount", "devices"}, "device", "accountId", "id", "ID", "id name type macAddress userName isEnabled owner { id }"},
	{"users(first: 2)", []string{"telephonyAccount", "users"}, "telephonyUser", "accountId", "id", "ID", "id userName email firstName lastName privilegeLevel timezone"},
	{"phoneNumbers(first: 2)", []string{"telephonyAccount", "phoneNumbers"}, "phoneNumber", "accountId", "number", "String", "number state usedBy createdAt assignedAddOns { id }"},
	{"calls(first: 2)", []string{"telephonyAccount", "calls"}, "call", "accountId", "id", "ID", "id direction callerNumber callerName calleeNumber calleeName durationSeconds startedAt hangupCause"},
	{"addOnInstallations(first: 2)", []string{"addOnInstallations"}, "addOnInstallation", "companyId", "id", "ID", "id name uniqueName createdAt listing { id name } company { id }"},
	{"charges(first: 2)", []string{"wallet", "charges"}, "charge", "companyId", "id", "ID", "id amount currency description units pricePerUnit isRefunded createdAt"},
}

// TestByIDIsTheListsItem: whatever a list shows is found again by its id, and is
// the same, for whoever may see everything.
func TestByIDIsTheListsItem(t *testing.T) {
	t.Parallel()
	g := startBackends(t, 1).start(t, func(c *Config) { c.Limits.Calls = 2000 })
	for _, n := range nounsByID {
		t.Run(n.field, func(t *testing.T) {
			t.Parallel()
			compared := 0
			for _, company := range list(g.must(t, ask{as: "partner", doc: n.all()}), "companies", "nodes") {
				owner := text(company, "id")
				if n.owner == "accountId" {
					owner = text(company, "telephonyAccount", "id")
				}
				for _, want := range list(company, append(n.path, "nodes")...) {
					got := g.must(t, ask{as: "partner", doc: n.one(), vars: map[string]any{"owner": owner, "id": text(want, n.id)}})
					if diff := cmp.Diff(want, at(got, n.field)); diff != "" {
						t.Errorf("%s in %s (-list +by id):\n%s", text(want, n.id), owner, diff)
					}
					compared++
				}
			}
			if compared < 4 {
				t.Errorf("%d compared", compared)
			}
		})
	}
}

// all asks twenty companies for their lists.
func (n nounByID) all() string {
	inner := n.list + " { nodes { " + n.pick + " } }"
	if len(n.path) > 1 {
		inner = n.path[0] + " { " + inner + " }"
	}
	if n.owner == "accountId" {
		inner += " telephonyAccount { id }"
	}
	return "{ companies(first: 20) { nodes { id " + inner + " } } }"
}

// one asks for one of them.
func (n nounByID) one() string {
	return fmt.Sprintf("query($owner: ID!, $id: %s!) { %s(%s: $owner, %s: $id) { %s } }", n.kind, n.field, n.owner, n.id, n.pick)
}

// TestByIDIsNotFoundForOthers: one company's administrator finds nothing of
// another's, in the same words as for what does not exist, wherever they look.
func TestByIDIsNotFoundForOthers(t *testing.T) {
	t.Parallel()
	g := startBackends(t, 1).start(t, func(c *Config) { c.Limits.Calls = 2000 })
	mine := text(g.must(t, ask{as: "company-admin", doc: "{ me { currentMembership { account { id } } } }"}), "me", "currentMembership", "account", "id")
	for _, n := range nounsByID {
		t.Run(n.field, func(t *testing.T) {
			t.Parallel()
			asked := 0
			for _, company := range list(g.must(t, ask{as: "partner", doc: n.all()}), "companies", "nodes") {
				items := list(company, append(n.path, "nodes")...)
				if text(company, "id") == mine || len(items) == 0 {
					continue
				}
				owner := text(company, "id")
				if n.owner == "accountId" {
					owner = text(company, "telephonyAccount", "id")
				}
				theirs := g.query(t, ask{as: "company-admin", doc: n.one(), vars: map[string]any{"owner": owner, "id": text(items[0], n.id)}})
				absent := g.query(t, ask{as: "company-admin", doc: n.one(), vars: map[string]any{"owner": owner, "id": "nothing"}})
				for what, got := range map[string]reply{"theirs": theirs, "absent": absent} {
					if len(got.errors) != 1 || got.errors[0].code() != "NOT_FOUND" || at(got.data, n.field) != nil {
						t.Errorf("%s: %.300s", what, got.body)
					}
				}
				if theirs.errors[0].Message != absent.errors[0].Message {
					t.Errorf("%q, and for what is not there %q", theirs.errors[0].Message, absent.errors[0].Message)
				}
				asked++
			}
			if asked == 0 {
				t.Error("no other company has any")
			}
		})
	}
}
