package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

var listGroups = source[chunk[*model.TelephonyGroup]]{kazoo.ListGroups, func(body []byte) (chunk[*model.TelephonyGroup], error) {
	p, err := kazoo.DecodeGroups(body)
	return pageOf(p, toTelephonyGroup), err
}}

// TelephonyGroups lists the groups of each of these accounts; positional.
func (l *Loaders) TelephonyGroups(ctx context.Context, accountIDs []string, p Page) ([]*List[*model.TelephonyGroup], []error) {
	return l.phones.groups.load(ctx, listKeys(accountIDs, anyStatus, p))
}

func (l *Loaders) groupTrail(accountID string) trail[*model.TelephonyGroup] {
	return accountTrail(l, listGroups, accountID)
}

func toTelephonyGroup(w kazoo.GroupEntry) *model.TelephonyGroup {
	return &model.TelephonyGroup{ID: string(w.ID), Name: text(w.Name), MemberCount: whole(w.Endpoints)}
}
