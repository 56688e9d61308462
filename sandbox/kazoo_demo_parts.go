package sandbox

import (
	"fmt"
	"slices"
)

// deviceTypes of the demo and whether such a device registers by itself.
var deviceTypes = []struct {
	name      string
	registers bool
}{{"sip_device", true}, {"sip_device", true}, {"softphone", true}, {"cellphone", false}}

// makeDevices spreads devices unevenly over users; some are nobody's.
func (k *kazooMaker) makeDevices(s *kazooSpec, below *kazooAccount, people []*phoneUser) {
	for i := range s.size.devices {
		owner := &phoneUser{}
		if !k.chance(15) {
			owner = people[min(k.rng.IntN(len(people)), k.rng.IntN(len(people)))]
		}
		kind := deviceTypes[k.rng.IntN(len(deviceTypes))]
		id, secret := k.hex(32), k.hex(12)
		name, mac := fmt.Sprintf("Lobby %d", i+1), ""
		if owner.id != "" {
			name = fmt.Sprintf("%s's phone %d", owner.first, i+1)
		}
		if kind.name == "sip_device" {
			mac = fmt.Sprintf("00:11:22:%02x:%02x:%02x", k.rng.IntN(256), k.rng.IntN(256), i%256)
		}
		body := Document{
			"id": id, "name": name, "device_type": kind.name, "enabled": !k.chance(6), "call_restriction": Document{}, "caller_id": Document{},
			"contact_list": Document{}, "dial_plan": Document{}, "exclude_from_queues": false, "media": kazooMedia(),
			"music_on_hold": Document{}, "mwi_unsolicited_updates": true, "register_overwrite_notify": false, "ringtones": Document{},
			"suppress_unregister_notifications": false, "sip": Document{
				"invite_format": "username", "method": "password", "registration_expiration": 300, "username": "user_" + id[:6], "password": secret,
			},
		}
		short := Document{
			"id": id, "name": name, "device_type": kind.name, "enabled": body["enabled"], "username": "user_" + id[:6], "features": []any{}, "flags": []any{},
		}
		for member, value := range map[string]string{"owner_id": owner.id, "mac_address": mac} {
			if value != "" {
				body[member], short[member] = value, value
			}
		}
		k.put(below.devices, &Record{ID: id, Body: body, Facts: map[string]any{
			"summary": short, "owner": owner.id, "mac": mac, "created": gregorian(s.created),
		}})
		below.registrations = append(below.registrations, k.registration(id, kind.registers))
	}
}

// registration is a device's state: only one that registers at all can be
// registered.
func (k *kazooMaker) registration(device string, registers bool) Document {
	out := Document{"device_id": device, "registrable": registers}
	if registers {
		out["registered"] = k.chance(75)
	}
	return out
}

// makeCallflows gives each user an extension and a mailbox, and each number that
// is used a way to a user.
func (k *kazooMaker) makeCallflows(s *kazooSpec, below *kazooAccount, people []*phoneUser) {
	if len(people) == 0 {
		return
	}
	used := slices.DeleteFunc(below.numbers.all(), func(r *Record) bool { return r.text("used") == "" })
	for i, u := range people {
		box := k.makeMailbox(below, u, fmt.Sprint(1000+i))
		numbers := []string{fmt.Sprint(1000 + i)}
		for j := i; j < len(used); j += len(people) {
			numbers = append(numbers, used[j].ID)
		}
		k.put(below.callflows, k.callflow(s, u, box, numbers))
	}
	k.put(below.callflows, k.featureCode(s))
}

// featureCode lets a user call their mailbox by a code. Its callflow has a
// pattern instead of numbers, and nobody owns it.
func (k *kazooMaker) featureCode(s *kazooSpec) *Record {
	id := k.hex(32)
	code := Document{"name": "voicemail[action=check]", "number": "97"}
	return &Record{ID: id, Body: Document{
		"id": id, "numbers": []any{}, "patterns": texts(`^\*97$`), "featurecode": code, "metadata": Document{},
		"flow": Document{"module": "voicemail", "data": Document{"action": "check"}, "children": Document{}},
	}, Facts: map[string]any{"created": gregorian(s.created), "summary": Document{
		"id": id, "flags": []any{}, "featurecode": code, "modules": texts("voicemail"), "numbers": []any{}, "patterns": texts(`^\*97$`), "type": "main",
	}}}
}

// callflow rings a user and then their mailbox.
func (k *kazooMaker) callflow(s *kazooSpec, u *phoneUser, box string, numbers []string) *Record {
	id, name := k.hex(32), u.name()+" Callflow"
	voicemail := Document{"module": "voicemail", "data": Document{"id": box}, "children": Document{}}
	return &Record{ID: id, Body: Document{
		"id": id, "name": name, "numbers": texts(numbers...), "patterns": []any{}, "owner_id": u.id, "metadata": Document{},
		"flow": Document{
			"module": "user", "data": Document{"id": u.id, "timeout": 20, "can_call_self": false}, "children": Document{"_": voicemail},
		},
	}, Facts: map[string]any{"created": gregorian(s.created), "summary": Document{
		"id": id, "name": name, "flags": []any{}, "featurecode": false, "modules": texts("user", "voicemail"),
		"numbers": texts(numbers...), "patterns": []any{}, "owner_id": u.id, "type": "main",
	}}}
}

// makeMailbox makes a user's voicemail box and says which.
func (k *kazooMaker) makeMailbox(below *kazooAccount, u *phoneUser, extension string) string {
	id, name := k.hex(32), u.name()+"'s VMBox"
	k.put(below.vmboxes, &Record{ID: id, Body: Document{
		"id": id, "name": name, "mailbox": extension, "owner_id": u.id, "timezone": u.zone, "pin": fmt.Sprintf("%04d", k.rng.IntN(10_000)),
		"require_pin": true, "is_setup": k.chance(80), "check_if_owner": true, "delete_after_notify": false, "not_configurable": false,
		"notify_email_addresses": []any{}, "save_after_notify": false, "skip_greeting": false, "skip_instructions": false, "media": Document{},
	}, Facts: map[string]any{"created": gregorian(u.created), "summary": Document{
		"id": id, "name": name, "mailbox": extension, "owner_id": u.id, "messages": k.rng.IntN(9), "flags": []any{},
	}}})
	return id
}

// makeGroupsAndRooms makes ring groups of several users and devices, and a
// conference room for some users.
func (k *kazooMaker) makeGroupsAndRooms(below *kazooAccount, people []*phoneUser) {
	for i := range len(people) / 4 {
		endpoints := Document{}
		for j, u := range people[i*4 : i*4+3] {
			endpoints[u.id] = Document{"type": "user", "weight": j + 1}
		}
		for j, d := range below.devices.all()[:min(2, below.devices.Len())] {
			endpoints[d.ID] = Document{"type": "device", "weight": 4 + j}
		}
		id, name := k.hex(32), fmt.Sprintf("Ring group %d", i+1)
		k.put(below.groups, &Record{ID: id, Body: Document{
			"id": id, "name": name, "music_on_hold": Document{}, "endpoints": endpoints, "ui_metadata": Document{"ui": "monster-ui"},
		}, Facts: map[string]any{"summary": Document{"id": id, "name": name, "features": []any{}, "endpoints": len(endpoints), "flags": []any{}}}})
	}
	for i, u := range people {
		if i%3 == 0 {
			k.put(below.conferences, k.conference(u))
		}
	}
}

// conference is a user's room.
func (k *kazooMaker) conference(u *phoneUser) *Record {
	id := k.hex(32)
	body := Document{
		"id": id, "name": u.first + "'s room", "owner_id": u.id, "conference_numbers": []any{},
		"member":    Document{"join_muted": false, "join_deaf": false, "numbers": []any{}, "pins": texts(fmt.Sprintf("%04d", k.rng.IntN(10_000)))},
		"moderator": Document{"join_muted": false, "join_deaf": false, "numbers": []any{}, "pins": []any{}},
	}
	state := Document{"members": 0, "admins": 0, "duration": 0, "is_locked": false}
	full := body.with(Document{
		"play_entry_tone": true, "play_exit_tone": true, "play_name": false, "_read_only": state.with(Document{"participants": []any{}}),
	})
	return &Record{ID: id, Body: full, Facts: map[string]any{"summary": body.with(state).with(Document{"flags": []any{}})}}
}
