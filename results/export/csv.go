package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"tlslab/results/samples"
)

// writeCSV writes the columns of the samples as a table. A field is empty if the replicate did not
// reach the metric. A hash is 16 hexadecimal digits.
func writeCSV(w io.Writer, s *samples.Store) error {
	out := csv.NewWriter(w)
	h := s.Header()
	out.Write(h.Columns()) // a csv.Writer keeps its first error for Error
	var record []string
	err := s.Each(func(b *samples.Block) error {
		for row := range b.Rows {
			cell, replicate := b.Place(row)
			record = append(record[:0], h.Cells[cell].Levels...)
			record = append(record, strconv.Itoa(replicate), b.Outcome[row])
			for i := range h.Metrics {
				field := ""
				if v := b.Values[i][row]; !math.IsNaN(v) {
					field = string(appendNumber(nil, v))
				}
				record = append(record, field)
			}
			out.Write(append(record, fmt.Sprintf("%016x", b.Hash[row])))
		}
		return out.Error()
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}
