package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

var listCallflows = source[chunk[*model.Callflow]]{kazoo.ListCallflows, func(body []byte) (chunk[*model.Callflow], error) {
	p, err := kazoo.DecodeCallflows(body)
	return pageOf(p, toCallflow), err
}}

// Callflows lists the callflows of each of these accounts; positional.
func (l *Loaders) Callflows(ctx context.Context, accountIDs []string, p Page) ([]*List[*model.Callflow], []error) {
	return l.phones.callflows.load(ctx, listKeys(accountIDs, anyStatus, p))
}

func (l *Loaders) callflowTrail(accountID string) trail[*model.Callflow] {
	return accountTrail(l, listCallflows, accountID)
}

func toCallflow(w kazoo.CallflowEntry) *model.Callflow {
	return &model.Callflow{ID: string(w.ID), Name: text(w.Name), Numbers: texts(w.Numbers), Modules: texts(w.Modules)}
}
