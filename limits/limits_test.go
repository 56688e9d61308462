package limits_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/limits"
)

func TestDefaultLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	v := reflect.ValueOf(limits.Default())
	for i := range v.NumField() {
		if v.Field(i).Int() <= 0 {
			t.Errorf("%s has no default; a limit of 0 would be none", v.Type().Field(i).Name)
		}
	}
}

func TestWithDefaultsFillsOnlyWhatIsZero(t *testing.T) {
	t.Parallel()
	zero, err := limits.Config{}.WithDefaults()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(limits.Default(), zero); diff != "" {
		t.Errorf("the zero value is not the defaults (-want +got):\n%s", diff)
	}
	var set limits.Config
	v := reflect.ValueOf(&set).Elem()
	for i := range v.NumField() {
		v.Field(i).SetInt(int64(i) + 1)
	}
	got, err := set.WithDefaults()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(set, got); diff != "" {
		t.Errorf("what was set was changed (-want +got):\n%s", diff)
	}
}

// TestWithDefaultsNamesEveryFault goes over the fields by reflection, so that a
// new limit cannot be left out of the check.
func TestWithDefaultsNamesEveryFault(t *testing.T) {
	t.Parallel()
	var all limits.Config
	v := reflect.ValueOf(&all).Elem()
	for i := range v.NumField() {
		v.Field(i).SetInt(-1)
	}
	_, err := all.WithDefaults()
	if err == nil {
		t.Fatal("limits below zero were accepted")
	}
	for i := range v.NumField() {
		name := docName(v.Type().Field(i).Name)
		if want := fmt.Sprintf("limits: %s must be positive", name); !strings.Contains(err.Error(), want) {
			t.Errorf("error %q lacks %q", err, want)
		}
	}
}

// TestEveryLimitIsDocumented compares docs/limits.md with the configuration: a row for each
// field, with the default in force, and no row for what does not exist.
func TestEveryLimitIsDocumented(t *testing.T) {
	t.Parallel()
	rows := documented(t)
	v := reflect.ValueOf(limits.Default())
	for i := range v.NumField() {
		name := docName(v.Type().Field(i).Name)
		row, ok := rows[name]
		if !ok {
			t.Errorf("docs/limits.md has no row for `%s`", name)
			continue
		}
		delete(rows, name)
		want := fmt.Sprint(v.Field(i).Interface())
		if got := strings.ReplaceAll(row[2], " ", ""); got != want {
			t.Errorf("docs/limits.md says that the default of `%s` is %s, it is %s", name, got, want)
		}
		for n, cell := range row {
			if cell == "" {
				t.Errorf("docs/limits.md: cell %d of `%s` is empty", n+1, name)
			}
		}
	}
	for name := range rows {
		t.Errorf("docs/limits.md has a row for `%s`, which is no limit", name)
	}
}

// documented are the rows of the table by name: name, unit, default, where, refusal, code.
func documented(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		for i, cell := range cells {
			cells[i] = strings.TrimSpace(cell)
		}
		if len(cells) != 6 {
			t.Fatalf("docs/limits.md: %d cells instead of 6 in %q", len(cells), line)
		}
		rows[strings.Trim(cells[0], "`")] = cells
	}
	return rows
}

// docName is a field's name as configuration and documents write it.
func docName(field string) string {
	return string(unicode.ToLower(rune(field[0]))) + field[1:]
}
