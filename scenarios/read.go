package scenarios

import (
	"context"
	"math"
	"strconv"
	"strings"
	"unicode"

	"tlslab/netem"
	"tlslab/scenarios/document"
	"tlslab/sim/costs"
)

// A reader is the state of reading one scenario.
type reader struct {
	ctx      context.Context
	found    document.Collector
	layers   layers
	excludes []exclusion
	target   *document.Node // where the metric of the target stands, or nil

	costs  func(string) (*costs.Table, error)
	tables map[string]error // the result of loading each cost table

	conflicts map[document.Error]bool // found in an earlier cell
	effects   map[string]*effect      // by key
}

func newReader(ctx context.Context, source *document.Source, load func(string) (*costs.Table, error)) *reader {
	if load == nil {
		load = costs.Load
	}
	return &reader{
		ctx: ctx, layers: layers{source: source, traces: newLinkFiles(traceKey, filesBeside(source.Name, netem.ReadTrace)), distributions: newLinkFiles(tableKey, filesBeside(source.Name, netem.ReadTable))}, costs: load, tables: map[string]error{},
		conflicts: map[document.Error]bool{}, effects: map[string]*effect{},
	}
}

// stopped reports whether reading ends here: the context has ended, or no more mistakes are
// collected.
func (r *reader) stopped() bool { return r.found.Full() || r.ctx.Err() != nil }

// err is the context's error, or the mistakes.
func (r *reader) err() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	return r.found.Err()
}

func (r *reader) addf(n *document.Node, format string, args ...any) {
	r.found.Add(n.Errorf(format, args...))
}

// addError adds an error of a value, with its key.
func (r *reader) addError(key string, err error) {
	if e, ok := err.(*document.Error); ok {
		err = e.Prefix(key + ": ")
	}
	r.found.Add(err)
}

// documentKeys are the top-level keys of a scenario.
var documentKeys []documentKey

type documentKey struct {
	name, doc string
	schema    func() object
	read      func(*reader, *Scenario, *document.Node)
}

func init() {
	documentKeys = []documentKey{
		{"name", "name of the scenario and of its output folder: at most 100 letters, digits, hyphens, dots and underscores; it must not end in a hyphen and digits, which Go's benchmark format takes for a number of processors",
			func() object {
				return object{"type": "string", "pattern": "^[A-Za-z0-9._-]+$", "maxLength": maxName}
			}, (*reader).readName},
		{"title", "the question that the scenario asks; the report's title",
			func() object { return object{"type": "string"} }, (*reader).readTitle},
		{"seed", "root of all randomness; 1 by default",
			func() object { return object{"type": "integer", "minimum": 0} }, (*reader).readSeed},
		{"replicates", "runs of each cell: a count, 1000 by default, at most 100,000,000,000 in all cells together; or auto, or a target (see below)",
			replicatesSchema, (*reader).readReplicates},
		{"base", "the configuration that all cells share: the keys below, nested or dotted as one likes",
			func() object { return groupSchema("") }, (*reader).readBase},
		{"factors", "what is varied: a list of values of one dotted key, or named patches of several keys",
			factorsSchema, (*reader).readFactors},
		{"exclude", "combinations of levels that are not run", excludeSchema, (*reader).readExclude},
		{"compare", "the factor whose levels are compared, its baseline, the margin and the headline metric",
			compareSchema, (*reader).readCompare},
	}
}

func documentNames() []string {
	names := make([]string, len(documentKeys))
	for i, k := range documentKeys {
		names[i] = k.name
	}
	return names
}

// read reads the keys in the order of documentKeys: exclude and compare need the factors.
func (r *reader) read(s *Scenario, body *document.Node) {
	if body.Kind != document.Mapping {
		r.addf(body, "a scenario is a mapping with the keys %s", strings.Join(documentNames(), ", "))
		return
	}
	values := r.mapping(body, documentNames())
	for _, k := range documentKeys {
		if v, ok := values[k.name]; ok && !r.stopped() {
			k.read(r, s, v)
		}
	}
	if _, ok := values["name"]; !ok {
		r.addf(body, "the scenario has no name")
	}
}

// mapping returns the values of a mapping whose keys are among names.
func (r *reader) mapping(n *document.Node, names []string) map[string]*document.Node {
	if n.Kind != document.Mapping {
		r.addf(n, "wants a mapping with the keys %s", strings.Join(names, ", "))
	}
	known := map[string]bool{}
	for _, w := range names {
		known[w] = true
	}
	values := map[string]*document.Node{}
	for _, p := range n.Pairs {
		switch {
		case r.stopped():
			return values
		case !known[p.Name]:
			r.addf(p.Key, "unknown key %q%s: %s", p.Name, didYouMean(p.Name, names), strings.Join(names, ", "))
		case values[p.Name] != nil:
			r.addf(p.Key, "%s is set twice", p.Name)
		default:
			values[p.Name] = p.Value
		}
	}
	return values
}

func (r *reader) readName(s *Scenario, n *document.Node) {
	text, err := n.Scalar()
	if err == nil {
		err = checkName(n, text)
	}
	if err != nil {
		r.addError("name", err)
	}
	s.Name = text
}

// maxName is the length of a name, so that folders and files can have it in theirs.
const maxName = 100

// checkName accepts names that can be part of a path and of a benchmark's name.
func checkName(n *document.Node, name string) error {
	odd := strings.ContainsFunc(name, func(c rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._", c)
	})
	switch {
	case len(name) > maxName:
		return n.Errorf("a name of %d characters: at most %d, since files and folders have it in their names", len(name), maxName)
	case odd || strings.Trim(name, ".-_") == "":
		return n.Errorf("%q: a name is made of letters, digits, hyphens, dots and underscores", name)
	case endsInDigits(name):
		return n.Errorf("%q ends in a hyphen and digits, which Go's benchmark format takes for a number of processors", name)
	}
	return nil
}

// endsInDigits reports whether a name ends in "-" and digits, which Go's benchmark format reads as
// a number of processors.
func endsInDigits(name string) bool {
	i := strings.LastIndexByte(name, '-')
	return i >= 0 && i+1 < len(name) && strings.Trim(name[i+1:], "0123456789") == ""
}

func (r *reader) readTitle(s *Scenario, n *document.Node) {
	text, err := n.Scalar()
	if err == nil && hasControl(text) {
		err = n.Errorf("has a control character")
	}
	if err != nil {
		r.addError("title", err)
	}
	s.Title = strings.Join(strings.Fields(text), " ")
}

// hasControl reports whether a text has control characters beside white space. Printed as it is, it
// could command a terminal.
func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) && !unicode.IsSpace(c) })
}

func (r *reader) readSeed(s *Scenario, n *document.Node) {
	text, err := n.Scalar()
	if err == nil {
		if s.Seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			err = n.Errorf("%q is not a seed: write a whole number from 0 to %d", text, uint64(math.MaxUint64))
		}
	}
	if err != nil {
		r.addError("seed", err)
	}
}

func (r *reader) readBase(_ *Scenario, n *document.Node) {
	if n.Kind != document.Mapping {
		r.addf(n, "base is a mapping with the keys %s", strings.Join(siblings(""), ", "))
		return
	}
	r.layers.base = inTableOrder(r.checked(flatten("", n)))
}

// checked reports the errors of settings, those of their values too, and returns the settings.
func (r *reader) checked(settings []setting, errs []error) []setting {
	for _, err := range errs {
		r.found.Add(err)
	}
	for _, s := range settings {
		if r.stopped() {
			break
		}
		if err := s.apply(newConfig()); err != nil {
			r.addError(s.key.Name, err)
		}
	}
	return settings
}
