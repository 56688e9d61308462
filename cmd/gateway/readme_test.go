package main

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/sandbox"
)

// The first query of the README, as its curl line sends it, and what it says that the answer is.
var (
	readmeQuery  = regexp.MustCompile(`(?s)-d '(\{"query":.*?\})'`)
	readmeAnswer = regexp.MustCompile("(?s)The answer.*?```json\n(.*?)```")
)

// TestReadmeAnswers: who pastes what the README has gets what the README shows, whatever day it is.
func TestReadmeAnswers(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var sent struct{ Query string }
	var want struct{ Data map[string]any }
	for part, target := range map[*regexp.Regexp]any{readmeQuery: &sent, readmeAnswer: &want} {
		found := part.FindSubmatch(page)
		if found == nil {
			t.Fatalf("the README has no %s", part)
		}
		decoder := json.NewDecoder(bytes.NewReader(found[1]))
		decoder.UseNumber() // as answers are read
		if err := decoder.Decode(target); err != nil {
			t.Fatal(err)
		}
	}
	for _, day := range []time.Time{demoDay, time.Now(), time.Now().AddDate(0, 5, 17)} {
		b := backendsOf(t, sandbox.Options{Seed: 1, Today: day})
		if diff := cmp.Diff(want.Data, b.start(t).must(t, ask{as: "admin", doc: sent.Query})); diff != "" {
			t.Errorf("on %s (-README +answer):\n%s", day.Format(time.DateOnly), diff)
		}
	}
}
