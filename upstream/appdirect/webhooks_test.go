package appdirect_test

import (
	"testing"

	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

func TestTellsAll(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		actions string
		want    bool
	}{
		{`[]`, true},
		{`null`, true},
		{`["CHANGED", "REMOVED", "ADDED"]`, true},
		{`["ADDED", "CHANGED"]`, false},
		{`["CHANGED"]`, false},
	} {
		w, err := appdirect.DecodeWebhook([]byte(`{"uuid": "1", "resourceActions": ` + test.actions + `}`))
		if err != nil || w.TellsAll() != test.want {
			t.Errorf("%s: %t, %v; want %t", test.actions, w.TellsAll(), err, test.want)
		}
	}
}
