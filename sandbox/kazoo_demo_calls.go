package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// callDays is how far back calls go: further than one list may span.
const callDays = 50

// hangupCauses of the demo, the usual one the most likely.
var hangupCauses = []string{"NORMAL_CLEARING", "NORMAL_CLEARING", "NORMAL_CLEARING", "ORIGINATOR_CANCEL", "NO_ANSWER", "USER_BUSY"}

// callSpec is one call.
type callSpec struct {
	id, callID, cause, direction                 string
	caller, callerName, callee, calleeName       string
	owner, device, account, realm, rate, surplus string
	duration, ringing                            int // seconds
	at                                           time.Time
}

// makeCalls makes calls to and from an account's devices, the newest first as
// lists show them, and lets some go on.
func (k *kazooMaker) makeCalls(s *kazooSpec, below *kazooAccount) {
	devices := slices.DeleteFunc(below.devices.all(), func(r *Record) bool { return r.text("owner") == "" })
	if len(devices) == 0 {
		return
	}
	var calls []*callSpec
	for range s.size.calls {
		calls = append(calls, k.drawCall(s, below, pick(k.maker, devices)))
	}
	slices.SortStableFunc(calls, func(a, b *callSpec) int { return b.at.Compare(a.at) })
	for _, c := range calls {
		k.put(below.cdrs, c.record())
	}
	for _, d := range devices[:min(k.rng.IntN(3), len(devices))] {
		below.channels = append(below.channels, k.channel(s, d))
	}
}

// drawCall makes up a call of a device.
func (k *kazooMaker) drawCall(s *kazooSpec, below *kazooAccount, device *Record) *callSpec {
	at := k.daysAgo(0, callDays)
	other := fmt.Sprintf("+1%s555%04d", pick(k.maker, areaCodes), k.rng.IntN(10_000))
	own := "1000"
	if numbers := below.numbers.all(); len(numbers) > 0 {
		own = pick(k.maker, numbers).ID
	}
	owner := below.users.Get(device.text("owner"))
	name := factText(owner.Body["first_name"]) + " " + factText(owner.Body["last_name"])
	c := &callSpec{
		id: at.Format("200601-") + k.hex(32), callID: fmt.Sprintf("%d@203.0.113.%d", k.rng.IntN(1_000_000), k.rng.IntN(250)), at: at,
		direction: "inbound", caller: other, callerName: pick(k.maker, lastNames), callee: own, calleeName: name, owner: owner.ID, device: device.ID,
		account: s.id, realm: s.realm, cause: pick(k.maker, hangupCauses), ringing: 1 + k.rng.IntN(20), surplus: k.hex(8),
		rate: "0.0",
	}
	if k.chance(45) {
		c.direction, c.caller, c.callee, c.callerName, c.calleeName = "outbound", own, other, name, c.callerName
		c.rate = "0.02"
	}
	if c.cause == "NORMAL_CLEARING" {
		c.duration = 5 + k.rng.IntN(1800)
	}
	return c
}

// interaction is the id that the legs of a call share.
func (c *callSpec) interaction() string { return fmt.Sprintf("%d-%s", gregorian(c.at), c.surplus) }

// record makes the call's document, with numbers, and its summary, in which
// everything is a text.
func (c *callSpec) record() *Record {
	at := gregorian(c.at)
	total := c.duration + c.ringing
	return &Record{ID: c.id, Body: Document{
		"id": c.id, "call_id": c.callID, "caller_id_number": c.caller, "caller_id_name": c.callerName, "callee_id_number": c.callee,
		"callee_id_name": c.calleeName, "duration_seconds": total, "billing_seconds": c.duration, "ringing_seconds": c.ringing, "timestamp": at,
		"hangup_cause": c.cause, "call_direction": c.direction, "to": c.callee + "@" + c.realm, "from": c.caller + "@" + c.realm,
		"request": c.callee + "@" + c.realm, "interaction_id": c.interaction(), "custom_channel_vars": Document{
			"account_id": c.account, "owner_id": c.owner, "authorizing_id": c.device, "authorizing_type": "device",
		},
	}, Facts: map[string]any{"created": at, "summary": c.summary(at, total)}}
}

// summary is the call as lists show it.
func (c *callSpec) summary(at int64, total int) Document {
	utc := c.at.UTC()
	return Document{
		"id": c.id, "call_id": c.callID, "caller_id_number": c.caller, "caller_id_name": c.callerName, "callee_id_number": c.callee,
		"callee_id_name": c.calleeName, "duration_seconds": strconv.Itoa(total), "billing_seconds": strconv.Itoa(c.duration),
		"timestamp": strconv.FormatInt(at, 10), "hangup_cause": c.cause, "other_leg_call_id": "", "owner_id": c.owner,
		"to": c.callee + "@" + c.realm, "from": c.caller + "@" + c.realm, "direction": c.direction, "request": c.callee + "@" + c.realm,
		"authorizing_id": c.device, "cost": "0", "dialed_number": c.callee, "calling_from": c.caller, "datetime": utc.Format(time.DateTime),
		"unix_timestamp": strconv.FormatInt(c.at.Unix(), 10), "rfc_1036": utc.Format("Mon, 02 Jan 2006 15:04:05 GMT"),
		"iso_8601": utc.Format(time.DateOnly), "iso_8601_combined": utc.Format("2006-01-02T15:04:05"), "call_type": "", "rate": c.rate,
		"rate_name": "", "bridge_id": c.callID, "recording_url": "", "media_recordings": "", "media_server": "fs1." + c.realm,
		"call_priority": "", "interaction_id": c.interaction(),
	}
}

// channel is a call going on.
func (k *kazooMaker) channel(s *kazooSpec, device *Record) Document {
	user := "user_" + device.ID[:6]
	return Document{
		"answered": k.chance(80), "authorizing_id": device.ID, "authorizing_type": "device",
		"destination": fmt.Sprintf("+1%s555%04d", pick(k.maker, areaCodes), k.rng.IntN(10_000)), "direction": "outbound",
		"other_leg": k.hex(32), "owner_id": device.text("owner"), "presence_id": user + "@" + s.realm,
		"timestamp": gregorian(k.today()) - int64(k.rng.IntN(1800)), "username": user, "uuid": k.hex(32),
	}
}
