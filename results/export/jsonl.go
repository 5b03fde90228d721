package export

import (
	"io"
	"math"
	"strconv"

	"tlslab/results/samples"
)

// writeJSONL writes the header as the first line, and then a line for each replicate:
//
//	{"cell":{"tls.kind":"full"},"replicate":17,"seed":"9f0123456789abcd","hash":"00f3a1c2d4e5b697","outcome":"ok","metrics":{"handshake":63512345}}
//
// A metric that was not reached is absent.
func writeJSONL(w io.Writer, s *samples.Store) error {
	h := s.Header()
	header, err := h.Text()
	if err != nil {
		return err
	}
	if _, err := w.Write(append(header, '\n')); err != nil {
		return err
	}
	metrics := make([][]byte, len(h.Metrics))
	for i, m := range h.Metrics {
		metrics[i] = append(appendString(nil, m.Name), ':')
	}
	var line, prefix []byte
	last := -1
	return s.Each(func(b *samples.Block) error {
		for row := range b.Rows {
			cell, replicate := b.Place(row)
			if cell != last {
				last = cell
				prefix = append(prefix[:0], `{"cell":{`...)
				for i, level := range h.Cells[cell].Levels {
					if i > 0 {
						prefix = append(prefix, ',')
					}
					prefix = append(appendString(prefix, h.Factors[i].Name), ':')
					prefix = appendString(prefix, level)
				}
				prefix = append(prefix, `},"replicate":`...)
			}
			line = strconv.AppendInt(append(line[:0], prefix...), int64(replicate), 10)
			line = appendHex(append(line, `,"seed":`...), h.Cells[cell].Seeds.Seed(replicate))
			line = appendHex(append(line, `,"hash":`...), b.Hash[row])
			line = appendString(append(line, `,"outcome":`...), b.Outcome[row])
			line = append(line, `,"metrics":{`...)
			line = appendMetrics(line, metrics, b, row)
			if _, err := w.Write(append(line, "}}\n"...)); err != nil {
				return err
			}
		}
		return nil
	})
}

// appendMetrics appends the members of the object of metrics.
func appendMetrics(line []byte, names [][]byte, b *samples.Block, row int) []byte {
	first := true
	for i := range names {
		v := b.Values[i][row]
		if math.IsNaN(v) {
			continue
		}
		if !first {
			line = append(line, ',')
		}
		first = false
		line = appendFloat(append(line, names[i]...), v)
	}
	return line
}
