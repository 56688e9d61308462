package cache

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// bus is what replicas hear of each other by. It may lose what it carries, and be
// late: each announcement has a number and names the one before, so that who
// missed one finds out. It is safe for concurrent use.
type bus interface {
	// beat registers a replica for the term of a lease, and returns the number of
	// the last announcement.
	beat(ctx context.Context, id string) (seq uint64, err error)
	// leave ends the registration.
	leave(ctx context.Context, id string) error
	// announce numbers a text and sends it to all who listen. It returns the
	// other replicas whose registration was not over, and how long that lasts.
	announce(ctx context.Context, id, text string) (others map[string]time.Duration, err error)
	// reply sends a text to one replica.
	reply(ctx context.Context, id, text string) error
	// listen returns once everything that is sent from now on will be heard.
	listen(ctx context.Context, id string) (ear, error)
}

// ear hears what is sent to all and to one replica. It is for one goroutine.
type ear interface {
	// hear returns the next message. After an error it may have missed some.
	hear(ctx context.Context) (string, error)
	close() error
}

var errMessage = errors.New("a message that no replica sends")

// announcement is an eviction on its way to the other replicas.
type announcement struct {
	prev, seq uint64 // its number, and that of the one before
	origin    string // the replica that evicts
	number    uint64 // its own for the replies; 0 if it waits for none
	tags      []Tag
}

// text is what the origin sends; the bus puts the numbers before it. No part has a
// space in it: ids are base 32, and names are escaped.
func (a *announcement) text() string {
	parts := []string{a.origin, strconv.FormatUint(a.number, 10)}
	for _, tag := range a.tags {
		parts = append(parts, url.QueryEscape(tag.tenant), tag.text)
	}
	return strings.Join(parts, " ")
}

// parseAnnouncement reads a numbered announcement.
func parseAnnouncement(message string) (*announcement, error) {
	parts := strings.Split(message, " ")
	if len(parts) < 4 || len(parts)%2 != 0 {
		return nil, errMessage
	}
	a := &announcement{origin: parts[2]}
	var errs [3]error
	a.prev, errs[0] = strconv.ParseUint(parts[0], 10, 64)
	a.seq, errs[1] = strconv.ParseUint(parts[1], 10, 64)
	a.number, errs[2] = strconv.ParseUint(parts[3], 10, 64)
	for names := parts[4:]; len(names) > 0; names = names[2:] {
		tenant, err := url.QueryUnescape(names[0])
		if err != nil || tenant == "" || names[1] == "" {
			return nil, errMessage
		}
		a.tags = append(a.tags, Tag{tenant: tenant, text: names[1]})
	}
	if errors.Join(errs[:]...) != nil {
		return nil, errMessage
	}
	return a, nil
}

// ackMark begins a reply, as no announcement does.
const ackMark = "ack "

// ack is a reply: the replica from has applied the announcement of that number.
func ack(number uint64, from string) string {
	return ackMark + strconv.FormatUint(number, 10) + " " + from
}

// parseAck reads a reply. It reports false for what is none.
func parseAck(message string) (number uint64, from string, ok bool) {
	rest, ok := strings.CutPrefix(message, ackMark)
	if !ok {
		return 0, "", false
	}
	text, from, ok := strings.Cut(rest, " ")
	number, err := strconv.ParseUint(text, 10, 64)
	return number, from, ok && err == nil
}
