package sandbox

import (
	"fmt"
	"time"
)

// recordingSpec is what a recording's document is made of.
type recordingSpec struct {
	sid, account, status string
	seconds              int
	created              time.Time
	conference           bool // of a conference; else of a call alone
	encrypted            bool
}

// path is the recording's address in the older API, without suffix.
func (r *recordingSpec) path() string { return accountPath(r.account) + "/Recordings/" + r.sid }

// store files the recording.
func (r *recordingSpec) store(m *maker, w *twilioWorld) {
	var conference, encryption any
	source := "RecordVerb"
	if r.conference {
		conference, source = "CF"+r.sid[2:], "StartConferenceRecordingAPI"
	}
	if r.encrypted {
		encryption = Document{"encryption_public_key_sid": "CR" + r.sid[2:], "encryption_cek": r.sid[2:18], "encryption_iv": r.sid[18:]}
	}
	date := r.created.Format(twilioDate)
	m.put(w.recordings, twilioRecord(r.sid, r.sid, r.account, Document{
		"sid": r.sid, "account_sid": r.account, "api_version": "2010-04-01", "call_sid": "CA" + r.sid[2:], "conference_sid": conference,
		"channels": 1, "date_created": date, "date_updated": r.created.Add(time.Duration(r.seconds) * time.Second).Format(twilioDate),
		"start_time": date, "price": fmt.Sprintf("-%.5f", 0.0025*float64(1+r.seconds/60)), "price_unit": "USD", "duration": fmt.Sprint(r.seconds),
		"source": source, "status": r.status, "error_code": nil, "encryption_details": encryption, "uri": r.path() + ".json",
		"media_url":        href("/api" + r.path()),
		"subresource_uris": Document{"add_on_results": r.path() + "/AddOnResults.json", "transcriptions": r.path() + "/Transcriptions.json"},
	}, map[string]any{"created": millis(r.created), "call": "CA" + r.sid[2:], "conference": conference, "deleted": r.status == "deleted"}))
}

// resultSpec is what an add-on made of a recording.
type resultSpec struct {
	sid, status  string
	recording    *recordingSpec
	installation *installationSpec
	completed    time.Time // zero until it is
}

// store files the result.
func (r *resultSpec) store(m *maker, w *twilioWorld) {
	var completed any
	if !r.completed.IsZero() {
		completed = r.completed.Format(twilioDate)
	}
	created := r.recording.created.Format(twilioDate)
	m.put(w.results, twilioRecord(r.sid, r.sid, r.recording.sid, Document{
		"sid": r.sid, "account_sid": r.recording.account, "reference_sid": r.recording.sid, "status": r.status,
		"add_on_sid": r.installation.listing.sid, "add_on_configuration_sid": r.installation.sid, "date_created": created,
		"date_updated": created, "date_completed": completed,
		"subresource_uris": Document{"payloads": r.path() + "/Payloads.json"},
	}, nil))
}

// path is the result's address in the older API, without suffix.
func (r *resultSpec) path() string { return r.recording.path() + "/AddOnResults/" + r.sid }

// payload files one payload of the result, with the data that its address leads
// to.
func (r *resultSpec) payload(m *maker, w *twilioWorld, sid, data string) {
	created := r.recording.created.Format(twilioDate)
	m.put(w.payloads, twilioRecord(sid, sid, r.sid, Document{
		"sid": sid, "account_sid": r.recording.account, "reference_sid": r.recording.sid, "add_on_result_sid": r.sid,
		"add_on_sid": r.installation.listing.sid, "add_on_configuration_sid": r.installation.sid, "label": sid,
		"content_type": "application/json", "date_created": created, "date_updated": created,
		"subresource_uris": Document{"data": r.path() + "/Payloads/" + sid + "/Data.json"},
	}, map[string]any{"data": data}))
}
