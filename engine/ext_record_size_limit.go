package engine

import (
	"fmt"

	"tlslab/engine/record"
	"tlslab/engine/wire"
)

// max_fragment_length (RFC 6066 §4) is requested by a client and holds for the records of both
// directions. With record_size_limit (RFC 8449) each side states the largest plaintext that it
// accepts in a protected record.

// recordSizes are the negotiated lengths of records, in bytes of plaintext; 0 is none.
type recordSizes struct {
	fragment int    // max_fragment_length, for both directions
	limit    [2]int // record_size_limit, by the side that sent it
	agreed   bool   // see agreeRecordSizes
}

// minRecordSizeLimit is the least record_size_limit in bytes (RFC 8449 §4).
const minRecordSizeLimit = 64

// longestRecord returns a version's highest record_size_limit in bytes. In TLS 1.3 it includes the
// content type.
func longestRecord(v Version) int {
	if v == TLS13 {
		return record.MaxPlaintext + 1
	}
	return record.MaxPlaintext
}

// writeRecordSizeLimit writes the limit of this side. A server answers every client that sends a
// limit: without the answer the client's limit does not apply (RFC 8449 §4).
func writeRecordSizeLimit(c *Conn, p place, dst []byte) ([]byte, bool) {
	limit := c.cfg.RecordSizeLimit
	if p != inClientHello {
		most := longestRecord(c.info.Version)
		if limit = min(limit, most); limit == 0 {
			limit = most
		}
	}
	c.sizes.limit[c.side] = limit
	return wire.AppendUint16(dst, uint16(limit)), limit != 0
}

// readRecordSizeLimit reads the peer's limit. A client may send a higher limit than the version's
// maximum: it may offer an extension that allows longer records and that the server does not know
// (RFC 8449 §4).
func readRecordSizeLimit(c *Conn, _ place, body []byte) error {
	var x wire.Uint16
	if err := x.Parse(body); err != nil {
		return err
	}
	n := int(x.Value)
	if n < minRecordSizeLimit || c.side == client && n > longestRecord(c.info.Version) {
		return fmt.Errorf("%w: limit of %d bytes", badExtension, n)
	}
	c.sizes.limit[other(c.side)] = n
	return nil
}

// agreeRecordSizes is called when the extensions of both sides are known. From then on the records
// of both directions keep to the negotiated lengths.
func (c *Conn) agreeRecordSizes() error {
	s := &c.sizes
	s.agreed = true
	if c.side == client && c.info.Kind == Resumed && s.fragment == 0 && s.limit[server] == 0 {
		s.fragment = c.resume.offer.session.MaxFragment // a server need not repeat the extension
	}
	if s.limit[client] == 0 || s.limit[server] == 0 {
		s.limit = [2]int{}
	} else if s.fragment != 0 {
		return fmt.Errorf("%w: max_fragment_length beside record_size_limit", badExtension)
	}
	c.info.MaxFragment, c.info.ClientRecordLimit, c.info.ServerRecordLimit = s.fragment, s.limit[client], s.limit[server]
	// Early data keeps to the lengths that held when its ticket was issued.
	if c.in.epoch != EpochEarly {
		c.restrictRecords(c.in.half, other(c.side))
	}
	if c.out.epoch != EpochEarly {
		c.restrictRecords(c.out.half, c.side)
	}
	return nil
}

// restrictRecords limits the records of one direction to the negotiated lengths. record_size_limit
// holds for protected records only; in TLS 1.3 it includes the content type.
func (c *Conn) restrictRecords(h *record.HalfConn, from side) {
	if !c.sizes.agreed {
		return
	}
	most := h.MaxPlaintext()
	if c.sizes.fragment != 0 {
		most = min(most, c.sizes.fragment)
	}
	if n := c.sizes.limit[other(from)]; n != 0 && h.Protected() {
		if c.info.Version == TLS13 {
			n--
		}
		most = min(most, n)
	}
	if most < h.MaxPlaintext() {
		h.LimitPlaintext(most)
	}
}
