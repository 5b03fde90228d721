package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"tlslab/netem"
	"tlslab/scenarios/document"
)

// linkTrace is the name of a trace's file. It replaces a rate. traceFiles reads the file later,
// once for all links that name it.
type linkTrace struct{ to *netem.Config }

func (l linkTrace) read(n *document.Node) error {
	name := ""
	if err := (text{to: &name, max: maxPath}).read(n); err != nil {
		return err
	}
	l.to.Rate, l.to.RateSchedule, l.to.Trace = 0, netem.RateSchedule{}, netem.NamedTrace(name)
	return nil
}

// maxPath is the length of the longest path of Linux (PATH_MAX, with its end).
const maxPath = 4095

func (linkTrace) schema() object { return object{"type": "string"} }
func (l linkTrace) isZero() bool { return l.to.Trace == nil }
func (l linkTrace) shown() any   { return l.to.Trace.String() }

// placeholderTrace stands for a trace that has not been read, in checks of a link's other settings.
var placeholderTrace = sync.OnceValue(func() *netem.Trace {
	trace, err := netem.ParseTrace("", []byte("1\n"))
	if err != nil {
		panic("scenarios: " + err.Error()) // the text is constant
	}
	return trace
})

// withPlaceholders returns the link with placeholders for a trace and a table that have not been
// read.
func withPlaceholders(hop netem.Config) *netem.Config {
	if hop.Trace != nil && hop.Trace.Hash() == "" {
		hop.Trace = placeholderTrace()
	}
	if hop.Table != nil && hop.Table.Hash() == "" {
		hop.Table = placeholderTable()
	}
	return &hop
}

// traceLinks returns the links of a configuration by direction, with the keys that may name a
// trace.
func (c *Config) traceLinks() []linkHops { return c.linksWith("trace") }

// linksWith returns the links of a configuration by direction, with the names of the keys that may
// set this key of a link, the most particular name first.
func (c *Config) linksWith(key string) []linkHops {
	return []linkHops{
		{c.Link.Up, blameLink(key, "link.up", "link")},
		{c.Link.Down, blameLink(key, "link.down", "link")},
		{c.CA.Link.Up, blameLink(key, "ca.link")},
		{c.CA.Link.Down, blameLink(key, "ca.link")},
	}
}

// linkHops are the links of one direction, and the keys that a conflict blames.
type linkHops struct {
	hops []netem.Config
	keys []string
}

// Traces are the traces of all links, each once.
func (c *Config) Traces() (all []*netem.Trace) {
	seen := map[*netem.Trace]bool{}
	for _, way := range c.traceLinks() {
		for i := range way.hops {
			if t := way.hops[i].Trace; t != nil && !seen[t] {
				seen[t] = true
				all = append(all, t)
			}
		}
	}
	return all
}

// traceFiles reads the traces of a scenario, each file once.
type traceFiles struct {
	open func(name string) (*netem.Trace, error)
	read map[string]readTrace // by name
}

// A readTrace is the result of reading a trace.
type readTrace struct {
	trace *netem.Trace
	err   error
}

func newTraceFiles(open func(string) (*netem.Trace, error)) *traceFiles {
	return &traceFiles{open: open, read: map[string]readTrace{}}
}

// load reads the traces of all links. A trace with a conflict stays as it is.
func (f *traceFiles) load(c *Config) (conflicts []conflict) {
	for _, way := range c.traceLinks() {
		for i := range way.hops {
			hop := &way.hops[i]
			if hop.Trace == nil || hop.Trace.Hash() != "" {
				continue
			}
			read, err := f.trace(hop.Trace.Name())
			if err != nil {
				conflicts = append(conflicts, conflict{way.keys, strings.TrimPrefix(err.Error(), "netem: ")})
				continue
			}
			hop.Trace = read
		}
	}
	return conflicts
}

// trace returns the trace of a name.
func (f *traceFiles) trace(name string) (*netem.Trace, error) {
	known, there := f.read[name]
	if !there {
		known.trace, known.err = f.open(name)
		f.read[name] = known
	}
	return known.trace, known.err
}

// tracesBeside reads the traces of a scenario from their files. A relative path starts at the
// folder of the scenario's file.
func tracesBeside(file string) func(string) (*netem.Trace, error) {
	return func(name string) (*netem.Trace, error) {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(file), path)
		}
		f, err := openRegular(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		trace, err := netem.ReadTrace(name, f)
		var wrong *netem.TraceError
		if errors.As(err, &wrong) {
			wrong.Name = path
		}
		return trace, err
	}
}

// openRegular opens a file, and neither a folder nor a device.
func openRegular(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", path)
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s", path)
	}
	return f, err
}
