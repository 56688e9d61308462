package cache

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestAnnouncementsAreReadAsSent, whatever tenants and tags are called.
func TestAnnouncementsAreReadAsSent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sent := &announcement{
			prev: rapid.Uint64().Draw(t, "prev"), seq: rapid.Uint64().Draw(t, "seq"),
			origin: "ORIGIN", number: rapid.Uint64().Draw(t, "number"),
		}
		for range rapid.IntRange(0, 4).Draw(t, "tags") {
			sc := nastyScope().Draw(t, "scope")
			sc.tenant += "x"
			tag := sc.Tag(rapid.String().Draw(t, "part"), rapid.String().Draw(t, "part"))
			if rapid.Bool().Draw(t, "everything") {
				tag = everything(sc.tenant)
			}
			sent.tags = append(sent.tags, tag)
		}
		got, err := parseAnnouncement(fmt.Sprintf("%d %d %s", sent.prev, sent.seq, sent.text()))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(sent, got, cmp.AllowUnexported(announcement{}, Tag{})); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestRepliesAreReadAsSent(t *testing.T) {
	t.Parallel()
	if number, from, ok := parseAck(ack(7, "FROM")); number != 7 || from != "FROM" || !ok {
		t.Errorf("%d, %q, %v", number, from, ok)
	}
}

// FuzzMessages: nothing that comes over the bus panics, and what is read is whole.
func FuzzMessages(f *testing.F) {
	for _, message := range []string{
		"", " ", "1 2", "1 2 A 3", "1 2 A 3 acme :company:1", "1 2 A 3 acme", "1 2 A 3  :t", "1 2 A 3 acme ",
		"-1 2 A 3", "1 x A 3", "1 2 A x", "1 2 A 3 %zz :t", "ack 1 A", "ack x A", "ack 1", "ack ",
	} {
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message string) {
		if number, from, ok := parseAck(message); ok {
			if _, _, again := parseAck(ack(number, from)); !again {
				t.Errorf("%q is no reply when sent again", message)
			}
			return
		}
		a, err := parseAnnouncement(message)
		if err != nil {
			return
		}
		for _, tag := range a.tags {
			if tag.tenant == "" || tag.text == "" {
				t.Errorf("%q: a tag without a name", message)
			}
		}
	})
}
