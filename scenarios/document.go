package scenarios

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"tlslab/sim/costs"
)

// A reader holds what is known of a scenario while it is read.
type reader struct {
	mistakes
	file     *source
	base     []setting
	over     []setting // of --set
	excludes []exclusion

	costs  func(string) (*costs.Table, error)
	tables map[string]error // what came of each cost table
}

// parse is YAML's part: text to the one mapping of the document.
func (r *reader) parse(text []byte) ast.Node {
	parsed, err := parser.ParseBytes(text, 0)
	if err != nil {
		var syntax yaml.Error
		if errors.As(err, &syntax) {
			r.add(r.file.at(syntax.GetToken(), "not YAML: "+syntax.GetMessage()))
		} else {
			r.add(r.file.at(nil, "not YAML: "+err.Error()))
		}
		return nil
	}
	switch {
	case len(parsed.Docs) == 0 || parsed.Docs[0].Body == nil:
		r.add(r.file.at(nil, "is empty: a scenario has at least a name"))
		return nil
	case len(parsed.Docs) > 1:
		r.addf(r.file, parsed.Docs[1].Body, "a second document: a file holds one scenario")
		return nil
	}
	body := parsed.Docs[0].Body
	if _, ok := mapping(body); !ok {
		r.addf(r.file, body, "a scenario is a mapping with the keys %s", strings.Join(documentWords(), ", "))
		return nil
	}
	return body
}

// documentKeys are the keys of a scenario, with what reads each.
var documentKeys = []struct {
	name, doc string
	read      func(*reader, *Scenario, ast.Node)
}{
	{"name", "name of the scenario and of its output folder: letters, digits, hyphens; not ending in -digits", (*reader).readName},
	{"title", "the question that the scenario asks", (*reader).readTitle},
	{"seed", "root of all randomness. Default: 1", (*reader).readSeed},
	{"replicates", "runs of each cell. Default: 1000", (*reader).readReplicates},
	{"base", "the configuration that all cells share", (*reader).readBase},
	{"factors", "what is varied: a list of values of one dotted key, or named patches of several keys", (*reader).readFactors},
	{"exclude", "combinations of levels that are not run", (*reader).readExclude},
	{"compare", "factor and baseline of the comparison, its margin and headline metric", (*reader).readCompare},
}

func documentWords() []string {
	words := make([]string, len(documentKeys))
	for i, k := range documentKeys {
		words[i] = k.name
	}
	return words
}

// document reads the keys in the order of documentKeys, since compare speaks of factors.
func (r *reader) document(s *Scenario, body ast.Node) {
	values := r.fields(body, documentWords())
	for _, k := range documentKeys {
		if v, ok := values[k.name]; ok {
			k.read(r, s, v)
		}
	}
	if _, ok := values["name"]; !ok {
		r.addf(r.file, body, "the scenario has no name")
	}
}

// fields returns the values of a mapping that may have certain keys only.
func (r *reader) fields(n ast.Node, words []string) map[string]ast.Node {
	pairs, ok := mapping(n)
	if !ok {
		r.addf(r.file, n, "wants a mapping with the keys %s", strings.Join(words, ", "))
	}
	values := map[string]ast.Node{}
	for _, p := range pairs {
		switch {
		case !slices.Contains(words, p.name):
			r.addf(r.file, p.key, "unknown key %q%s: %s", p.name, didYouMean(p.name, words), strings.Join(words, ", "))
		case values[p.name] != nil:
			r.addf(r.file, p.key, "%s is set twice", p.name)
		default:
			values[p.name] = p.value
		}
	}
	return values
}

func (r *reader) readName(s *Scenario, n ast.Node) {
	text, err := scalar(n)
	if err == nil {
		err = checkName(n, text)
	}
	if err != nil {
		r.addError(r.file, n, "name", err)
	}
	s.Name = text
}

// checkName holds a name to what can be part of a path and of a benchmark's name.
func checkName(n ast.Node, name string) error {
	odd := strings.ContainsFunc(name, func(c rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._", c)
	})
	switch {
	case odd || strings.Trim(name, ".-_") == "":
		return wrong(n, "%q: a name is made of letters, digits, hyphens, dots and underscores", name)
	case endsInDigits(name):
		return wrong(n, "%q ends in a hyphen and digits, which Go's benchmark format takes for a number of processors", name)
	}
	return nil
}

func (r *reader) readTitle(s *Scenario, n ast.Node) {
	text, err := scalar(n)
	if err == nil && commandsTerminals(text) {
		err = wrong(n, "has a control character")
	}
	if err != nil {
		r.addError(r.file, n, "title", err)
	}
	s.Title = strings.Join(strings.Fields(text), " ")
}

// commandsTerminals reports whether a text that is printed as it is has control characters beside white space.
func commandsTerminals(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) && !unicode.IsSpace(c) })
}

func (r *reader) readSeed(s *Scenario, n ast.Node) {
	text, err := scalar(n)
	if err == nil {
		if s.Seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			err = wrong(n, "%q is not a seed: write a whole number from 0 to %d", text, uint64(math.MaxUint64))
		}
	}
	if err != nil {
		r.addError(r.file, n, "seed", err)
	}
}

func (r *reader) readReplicates(s *Scenario, n ast.Node) {
	var c Count
	err := c.UnmarshalYAML(n)
	if err == nil && c == 0 {
		err = wrong(n, "0: a cell is run at least once")
	}
	if err != nil {
		r.addError(r.file, n, "replicates", err)
	}
	s.Replicates = int(c)
}

func (r *reader) readBase(_ *Scenario, n ast.Node) {
	if _, ok := mapping(n); !ok {
		r.addf(r.file, n, "base is a mapping with the keys %s", strings.Join(siblings(""), ", "))
		return
	}
	settings, errs := flatten("", n)
	r.base = r.checked(r.file, settings, errs)
}

// checked reports the errors of settings, those of their values too, and returns the settings with their source.
func (r *reader) checked(from *source, settings []setting, errs []error) []setting {
	for _, err := range errs {
		r.addError(from, nil, "", err)
	}
	for i := range settings {
		settings[i].from = from
		if err := settings[i].apply(newConfig()); err != nil {
			r.addError(from, settings[i].node, settings[i].key.Name, err)
		}
	}
	return settings
}
