package plot

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/results/internal/golden"
	"tlslab/results/table/tabletest"
)

// What figures say: their names, titles, captions, texts and the columns of their data. A change is
// read in the diff of the golden file.
func TestWhatFiguresSay(t *testing.T) {
	spread := func(rng *rand.Rand, cell map[string]string) float64 {
		return (1e6 + 1e5*float64(len(cell["stack"]))) * (1 + rng.ExpFloat64())
	}
	stacks := results.Factor{Name: "stack", Levels: []string{"x25519", "kyber", "hybrid", "mldsa", "slhdsa-sha2"}}
	for name, e := range map[string]*tabletest.Experiment{
		"handshakes": handshakes(),
		"stacks":     experiment(200, spread, stacks, quantities("rtt", "ms", 3), quantities("loss", "%", 2)),
		"one-factor": experiment(200, spread, stacks),
	} {
		var b strings.Builder
		figures, omitted := figuresOf(e)
		for _, f := range figures {
			fmt.Fprintf(&b, "%s\n%s\n%s\n", f.Name, f.Title, f.Caption)
			fmt.Fprintf(&b, "texts: %s\n", strings.Join(texts(t, svgOf(t, f)), " | "))
			data := f.Data()
			fmt.Fprintf(&b, "data: %s; %d rows, the first: %v\n\n", strings.Join(data.Columns, ", "), len(data.Rows), data.Rows[0])
		}
		for _, o := range omitted {
			fmt.Fprintf(&b, "without %s: %s\n", o.Figure, o.Why)
		}
		golden.Check(t, "testdata/"+name+".txt", []byte(b.String()))
	}
}
