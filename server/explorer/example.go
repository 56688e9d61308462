package explorer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Example is a document of the menu.
type Example struct {
	// Name is its file's, without the ending.
	Name string `json:"name"`
	// Domain is the heading that it stands under.
	Domain string `json:"domain"`
	// Title is what the menu calls it.
	Title string `json:"title"`
	// Description says what it shows; may be empty.
	Description string `json:"description"`
	// Query is the GraphQL document, its comment included.
	Query string `json:"query"`
	// Variables are a JSON object, or "" for none.
	Variables string `json:"variables,omitempty"`
}

// ReadExamples reads the *.graphql files of a folder, ordered by name. The first
// line of each is "# Domain: Title"; comment lines that follow describe it.
// Variables stand in a file of the same name that ends with .json. All faults
// are told at once.
func ReadExamples(files fs.FS) ([]Example, error) {
	names, err := fs.Glob(files, "*.graphql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var examples []Example
	var faults []error
	for _, name := range names {
		e, err := readExample(files, name)
		if err != nil {
			faults = append(faults, fmt.Errorf("example %s: %w", name, err))
			continue
		}
		examples = append(examples, e)
	}
	return examples, errors.Join(faults...)
}

func readExample(files fs.FS, name string) (Example, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return Example{}, err
	}
	e := Example{Name: strings.TrimSuffix(path.Base(name), ".graphql"), Query: string(text)}
	heading, rest, _ := strings.Cut(e.Query, "\n")
	heading, isComment := strings.CutPrefix(heading, "#")
	domain, title, ok := strings.Cut(heading, ":")
	e.Domain, e.Title = strings.TrimSpace(domain), strings.TrimSpace(title)
	if !isComment || !ok || e.Domain == "" || e.Title == "" {
		return Example{}, errors.New(`the first line is not "# Domain: Title"`)
	}
	e.Description = description(rest)
	e.Variables, err = readVariables(files, strings.TrimSuffix(name, ".graphql")+".json")
	return e, err
}

// description joins the comment lines at the beginning.
func description(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimSpace(comment))
	}
	return strings.Join(lines, " ")
}

func readVariables(files fs.FS, name string) (string, error) {
	text, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var object map[string]any
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return "", fmt.Errorf("%s is no JSON object", name)
	}
	return strings.TrimSpace(string(text)), nil
}
