package linux

import (
	"flag"
	"testing"
)

// replicates of each cell in BenchmarkAllCells. The default is small, since CI runs each benchmark.
var replicates = flag.Int("replicates", 200, "connections of each cell in BenchmarkAllCells")

// BenchmarkAllCells simulates -replicates connections of each cell, on all cores.
func BenchmarkAllCells(b *testing.B) {
	const parts = 8 // of a cell, so that the cores end together
	f, cells := readFlights(b), measuredCells(b)
	for b.Loop() {
		onAllCores(len(cells)*parts, func(i int) {
			c, part := cells[i/parts], i%parts
			bed := newBed(b, c, f.exchange(b, c).recording(b), path{}, nil)
			for seed := *replicates * part / parts; seed < *replicates*(part+1)/parts; seed++ {
				bed.run(b, uint64(seed), 0)
			}
		})
	}
	b.ReportMetric(float64(*replicates*len(cells)), "connections/op")
}
