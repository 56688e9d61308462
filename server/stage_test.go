package server

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

const inPreview = `{ partnerLeads(context: REFERRAL) { totalCount } }`

// Production neither runs nor lists what is in preview, and says where it is.
func TestProductionKnowsNoPreviews(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	refused := g.query(t, "", inPreview)
	wantRefused(t, refused, http.StatusOK, ValidationFailed, "It is in preview: /api/graphql/preview serves it.")
	wrong := g.query(t, "", `{ nowhere }`)
	wantRefused(t, wrong, http.StatusOK, ValidationFailed, `Cannot query field \"nowhere\"`)
	if strings.Contains(wrong.text, "preview") {
		t.Errorf("what is nowhere is said to be in preview: %s", wrong.text)
	}
	const list = `{ __schema { queryType { fields { name } } } __type(name: "PartnerLead") { name } }`
	for path, want := range map[string]bool{pathProduction: false, pathPreview: true} {
		got := g.send(t, http.MethodPost, path, `{"query":`+quote(t, list)+`}`, "Content-Type", typeJSON)
		if listed := strings.Contains(got.text, `"partnerLeads"`); listed != want || strings.Contains(got.text, `"PartnerLead"`) != want {
			t.Errorf("%s: listed %v, want %v", path, listed, want)
		}
	}
}

func TestPreviewServesEverything(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	body := `{"query":` + quote(t, inPreview) + `}`
	for name, got := range map[string]result{
		"its endpoint":    g.send(t, http.MethodPost, pathPreview, body, "Content-Type", typeJSON),
		"its media type":  g.send(t, http.MethodPost, pathProduction, body, "Content-Type", typeJSON, "Accept", typePreview),
		"both":            g.send(t, http.MethodPost, pathPreview, body, "Content-Type", typeJSON, "Accept", typePreview+", */*;q=0.1"),
		"after a refusal": g.afterRefusal(t, body),
	} {
		if codes := got.codes(); len(codes) != 1 || codes[0] != string(Unauthorized) {
			t.Errorf("%s: %s", name, got.text)
		}
	}
	got := g.send(t, http.MethodPost, pathProduction, body, "Content-Type", typeJSON, "Accept", typePreview)
	if mediaType := got.header.Get("Content-Type"); mediaType != typePreview+"; charset=utf-8" {
		t.Errorf("answered as %s", mediaType)
	}
	wantText(t, g.send(t, http.MethodPost, pathPreview, `{"query":"{ __typename }"}`, "Content-Type", typeJSON), answered)
}

// afterRefusal asks production first: the two keep their documents apart.
func (g *gateway) afterRefusal(t *testing.T, body string) result {
	t.Helper()
	wantRefused(t, g.send(t, http.MethodPost, pathProduction, body, "Content-Type", typeJSON), http.StatusOK, ValidationFailed, "in preview")
	return g.send(t, http.MethodPost, pathPreview, body, "Content-Type", typeJSON)
}

func TestSchemasOfTheStages(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	written, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	if got := g.send(t, http.MethodGet, "/schema.preview.graphqls", ""); got.text != string(written) {
		t.Errorf("preview: %d bytes, want %d", len(got.text), len(written))
	}
	got := g.send(t, http.MethodGet, "/schema.graphqls", "").text
	if strings.Contains(got, "partnerLeads") || !strings.Contains(got, "companies(") {
		t.Error("production lists what is in preview, or lacks what is not")
	}
}
