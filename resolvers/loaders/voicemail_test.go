package loaders

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/graph/model"
)

// TestVoicemailAndGroups: what entries become, and whose boxes they are, which
// is the account's users whole and not a user for each box.
func TestVoicemailAndGroups(t *testing.T) {
	t.Parallel()
	s := newSwitchboard(t)
	s.populate(1, 1)
	s.people("k0")
	s.parts["k0/groups"] = []doc{{"id": "g", "name": "Sales", "endpoints": 3}, {"id": "empty"}}
	s.parts["k0/vmboxes"] = []doc{
		{"id": "v0", "name": "Ann's", "mailbox": "3000", "owner_id": "k0-ann", "messages": 4},
		{"id": "v1", "mailbox": "3001", "owner_id": "k0-bob"},
		{"id": "v2", "name": "Lobby"},
		{"id": "v3", "owner_id": "gone"},
	}
	l := New(s.tenant(t), service(t))
	groups, errs1 := l.TelephonyGroups(t.Context(), []string{"k0"}, Page{first: 5})
	boxes, errs2 := l.VoicemailBoxes(t.Context(), []string{"k0"}, Page{first: 5})
	if err := errors.Join(append(errs1, errs2...)...); err != nil {
		t.Fatal(err)
	}
	text, count := func(s string) *string { return &s }, func(n int32) *int32 { return &n }
	if diff := cmp.Diff([]*model.TelephonyGroup{{ID: "g", Name: text("Sales"), MemberCount: count(3)}, {ID: "empty"}}, groups[0].Items); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	wantBox := &model.VoicemailBox{ID: "v0", Name: text("Ann's"), Number: text("3000"), MessageCount: count(4), AccountID: "k0", OwnerID: "k0-ann"}
	if diff := cmp.Diff(wantBox, boxes[0].Items[0]); diff != "" {
		t.Errorf("box (-want +got):\n%s", diff)
	}
	s.counts()
	owners, errs := l.VoicemailOwners(t.Context(), boxes[0].Items)
	if err := errors.Join(errs...); err != nil || *owners[0].UserName != "ann" || *owners[1].UserName != "bob" || owners[2] != nil || owners[3] != nil {
		t.Errorf("owners %v, %v", owners, err)
	}
	if diff := cmp.Diff(map[string]int{"phoneUsers": 1}, s.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}
