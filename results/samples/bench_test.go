package samples

import (
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"tlslab/results"
)

// likeShipped is a block of a run like full-vs-resumed: 30 metrics, most of them constant in a
// cell, the others with a few values each, which depend on one another.
func likeShipped(replicates int) (*results.Header, *Block) {
	h := header(replicates)
	h.Metrics = nil
	for i := range 30 {
		h.Metrics = append(h.Metrics, results.Metric{Name: fmt.Sprint("metric", i), Unit: results.UnitNanoseconds})
	}
	b := newBlock(&h)
	b.assign(new(layoutOf(&h, [][]int{allCells(&h)})), 0)
	rng := rand.New(rand.NewPCG(1, 2))
	rows := b.NewChunk(1)
	for row := range b.Rows {
		lost := 0 // packets
		for rng.IntN(4) == 0 {
			lost++
		}
		rows.Add(results.OutcomeOK, uint64(lost), func(metric int) float64 {
			if metric%2 == 0 {
				return float64(1000 * metric)
			}
			return float64(1000*metric + lost)
		})
		b.Put(row, rows)
	}
	return &h, b
}

// Encoding and decoding a part, in ns a row of 30 metrics.
func BenchmarkPart(b *testing.B) {
	h, block := likeShipped(5000)
	perRow := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(block.Rows), "ns/row")
	}
	b.Run("op=encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := encode(io.Discard, h, "", block, block.Rows); err != nil {
				b.Fatal(err)
			}
		}
		perRow(b)
	})
	dir := b.TempDir()
	w, err := Begin(dir, *h)
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Write(block, block.Rows); err != nil {
		b.Fatal(err)
	}
	s, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("op=decode", func(b *testing.B) {
		b.ReportAllocs()
		var values []float64
		for b.Loop() {
			for metric := range h.Metrics {
				column := s.Column(metric)
				for cell := range s.Cells() {
					if values, err = column.Read(values[:0], cell); err != nil {
						b.Fatal(err)
					}
				}
			}
		}
		perRow(b)
	})
}
