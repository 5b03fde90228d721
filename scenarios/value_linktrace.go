package scenarios

import (
	"strings"
	"sync"

	"tlslab/netem"
	"tlslab/scenarios/document"
)

// linkTrace is the name of a trace's file. It replaces a rate. linkFiles reads the file later,
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

// placeholderTable stands for a table that has not been read, in checks of a link's other settings.
var placeholderTable = sync.OnceValue(func() *netem.DistributionTable {
	table, err := netem.ReadTable("", strings.NewReader("0"))
	if err != nil {
		panic("scenarios: " + err.Error()) // the text is constant
	}
	return table
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
