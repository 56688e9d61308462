package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/marketgraph/marketgraph/cmd/gateway/schemadiff"
)

type changelogCommand struct {
	Dir string `arg:"" help:"Directory of releases: one schema each, named by its day, and notes.yaml." placeholder:"DIR"`
}

// changelogHead is what the document begins with.
const changelogHead = `# Schema changes

Made by ` + "`make changelog`" + ` from the schemas in [schema](schema): every element that
production gained, changed or lost, newest release first. What breaks clients has a
note. What is in preview is not listed. The policy is in [versioning.md](versioning.md).
`

// Run prints the changelog: this program's own schema against the last release,
// then each release against the one before.
func (c changelogCommand) Run(s streams) error {
	releases, err := filepath.Glob(filepath.Join(c.Dir, "*.graphqls"))
	if err != nil {
		return err
	}
	slices.Sort(releases)
	notes, err := readNotes(filepath.Join(c.Dir, "notes.yaml"))
	if err != nil {
		return err
	}
	out := &printer{w: s.out}
	out.printf("%s", changelogHead)
	releases = append(releases, "")
	for i := len(releases) - 1; i > 0; i-- {
		if err := section(out, releases[i-1], releases[i], notes); err != nil {
			return err
		}
	}
	if len(releases) > 1 {
		out.printf("\n## %s\n\nThe first.\n", release(releases[0]))
	}
	return out.err
}

// section prints what one release changed, in the order of the types.
func section(out *printer, before, path string, notes map[string]string) error {
	old, err := readSchema(before)
	if err != nil {
		return err
	}
	current, err := readSchema(path)
	if err != nil {
		return err
	}
	out.printf("\n## %s\n\n", release(path))
	all := schemadiff.Diff(old, current)
	if len(all) == 0 {
		out.printf("Nothing.\n")
	}
	for _, c := range all {
		line := "- `" + c.At + "` " + c.What
		if c.Breaking {
			line += ". **Breaking:** " + notes[c.String()]
		}
		out.printf("%s\n", line)
	}
	return nil
}

// release is the day that a file is named by.
func release(path string) string {
	if path == "" {
		return "Unreleased"
	}
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}
