package costs

import (
	"fmt"
	"io"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/record"
	"tlslab/sim/content"
)

// measureCompression prices DEFLATE (RFC 3749) on the records of one long stream of text, without
// encryption.
func measureCompression(m *meter) error {
	reader, err := content.New("text", 1)
	if err != nil {
		return err
	}
	data := make([]byte, 1<<20)
	if _, err := io.ReadFull(reader, data); err != nil {
		return err
	}
	var compress, decompress [2]time.Duration
	for i, size := range []int{small, large} {
		at := 0
		next := func() []byte {
			if at += size; at+size > len(data) {
				at = 0
			}
			return data[at : at+size]
		}
		buf := make([]byte, 0, record.MaxRecord)
		newHalf := func() *record.HalfConn {
			h := record.NewPlaintext(tls12)
			h.EnableDeflate()
			return h
		}
		sealer := newHalf()
		compress[i] = m.call(func() error { _, err := sealer.Seal(buf, record.ApplicationData, next()); return err })
		sealer = newHalf()
		opener := newHalf()
		both := m.call(func() error {
			sealed, err := sealer.Seal(buf, record.ApplicationData, next())
			if err != nil {
				return err
			}
			_, _, err = opener.Open(sealed)
			return err
		})
		decompress[i] = max(0, both-compress[i])
	}
	m.linear(op.Compress, "deflate", record.CompressionProvider, small, large, compress[0], compress[1])
	m.linear(op.Decompress, "deflate", record.CompressionProvider, small, large, decompress[0], decompress[1])
	if m.err != nil {
		return fmt.Errorf("deflate: %w", m.err)
	}
	return nil
}
