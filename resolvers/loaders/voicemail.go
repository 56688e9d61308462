package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// VoicemailBoxes lists the voicemail boxes of each of these accounts; positional.
func (l *Loaders) VoicemailBoxes(ctx context.Context, accountIDs []string, p Page) ([]*List[*model.VoicemailBox], []error) {
	return l.phones.boxes.load(ctx, listKeys(accountIDs, anyStatus, p))
}

// VoicemailOwners gives whose boxes these are, as [Loaders.DeviceOwners] does.
func (l *Loaders) VoicemailOwners(ctx context.Context, boxes []*model.VoicemailBox) ([]*model.TelephonyUser, []error) {
	return l.owners(ctx, len(boxes), func(i int) (string, string) { return boxes[i].AccountID, boxes[i].OwnerID })
}

// voicemailTrail is an account's boxes. An entry does not say whose account it is.
func (l *Loaders) voicemailTrail(accountID string) trail[*model.VoicemailBox] {
	return accountTrail(l, source[chunk[*model.VoicemailBox]]{kazoo.ListVoicemailBoxes, func(body []byte) (chunk[*model.VoicemailBox], error) {
		p, err := kazoo.DecodeVoicemailBoxes(body)
		return pageOf(p, func(w kazoo.VoicemailBoxEntry) *model.VoicemailBox { return toVoicemailBox(w, accountID) }), err
	}}, accountID)
}

func toVoicemailBox(w kazoo.VoicemailBoxEntry, accountID string) *model.VoicemailBox {
	return &model.VoicemailBox{
		ID: string(w.ID), Name: text(w.Name), Number: text(w.Mailbox), MessageCount: whole(w.Messages),
		AccountID: accountID, OwnerID: string(w.OwnerID),
	}
}
