package linux

import "testing"

// BenchmarkAllCells simulates 20,000 connections of each cell, on all cores.
func BenchmarkAllCells(b *testing.B) {
	const replicates, parts = 20_000, 8
	f, cells := readFlights(b), measuredCells(b)
	for b.Loop() {
		// Parts of cells, so that the cores end together.
		onAllCores(len(cells)*parts, func(i int) {
			c := cells[i/parts]
			bed := newBed(b, c, f.exchange(b, c).recording(b), path{}, nil)
			for k := range uint64(replicates / parts) {
				bed.run(b, uint64(i%parts)*replicates/parts+k, 0)
			}
		})
	}
	b.ReportMetric(float64(replicates*len(cells)), "connections/op")
}
