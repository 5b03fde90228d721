package engine

import (
	"fmt"
	"slices"

	"tlslab/engine/record"
	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// The extensions that bound the length of records: max_fragment_length (RFC
// 6066 §4), which a client asks for and which holds for all records of both
// directions, and record_size_limit (RFC 8449), by which each side says how much
// it accepts in a protected record.

// A sizes holds what was agreed on the length of records, in bytes of
// plaintext; zero is nothing.
type sizes struct {
	fragment  int    // max_fragment_length, for both directions
	announced [2]int // record_size_limit, by the side that receives
	settled   bool   // both hold: see settleSizes
}

// minRecordSizeLimit is RFC 8449 §4's.
const minRecordSizeLimit = 64

// maxFragments are the lengths in bytes that max_fragment_length's codes stand
// for (RFC 6066 §4).
var maxFragments = []int{1: 512, 2: 1024, 3: 2048, 4: 4096}

// makeMaxFragment asks for a length, or grants the one that was asked for.
func makeMaxFragment(c *Conn, p place, dst []byte) ([]byte, bool) {
	n := c.sizes.fragment
	if p == inClientHello {
		n = c.cfg.MaxFragment
	}
	return append(dst, byte(slices.Index(maxFragments, n))), n != 0
}

// takeMaxFragment reads what the client asks for, or the server's answer,
// which must be the same.
func takeMaxFragment(c *Conn, _ place, body []byte) error {
	if len(body) != 1 {
		return wire.ErrDecode
	}
	code := int(body[0])
	if code == 0 || code >= len(maxFragments) || c.side == client && maxFragments[code] != c.cfg.MaxFragment {
		return badExtension
	}
	c.sizes.fragment = maxFragments[code]
	return nil
}

// keepsFragment says whether a ClientHello asks for the length that a session has,
// which holds for all that resume it (RFC 6066 §4).
func (c *Conn) keepsFragment(s *session.State) bool {
	return int(s.Fragment) < len(maxFragments) && maxFragments[s.Fragment] == c.sizes.fragment
}

// longestRecord is the highest record_size_limit of a version. TLS 1.3's counts
// the content type, too.
func longestRecord(v Version) int {
	if v == TLS13 {
		return record.MaxPlaintext + 1
	}
	return record.MaxPlaintext
}

// makeRecordSizeLimit announces what this side accepts. A server answers every
// client that does, so that the client's limit holds (RFC 8449 §4).
func makeRecordSizeLimit(c *Conn, p place, dst []byte) ([]byte, bool) {
	limit := c.cfg.RecordSizeLimit
	if p != inClientHello {
		most := longestRecord(c.info.Version)
		if limit = min(limit, most); limit == 0 {
			limit = most
		}
	}
	c.sizes.announced[c.side] = limit
	return wire.AppendUint16(dst, uint16(limit)), limit != 0
}

// takeRecordSizeLimit reads the peer's limit. A client's may be higher than the
// protocol's, for the sake of extensions that the server does not know.
func takeRecordSizeLimit(c *Conn, _ place, body []byte) error {
	var x wire.Uint16
	if err := x.Parse(body); err != nil {
		return err
	}
	n := int(x.Value)
	if n < minRecordSizeLimit || c.side == client && n > longestRecord(c.info.Version) {
		return fmt.Errorf("%w: limit of %d bytes", badExtension, n)
	}
	c.sizes.announced[other(c.side)] = n
	return nil
}

// forgoFragment lets record_size_limit count where a client sends both
// extensions: a server must not answer the other one (RFC 8449 §5).
func (c *Conn) forgoFragment() {
	if c.sizes.announced[client] != 0 {
		c.sizes.fragment = 0
	}
}

// settleSizes is called when both sides' extensions are known. The records of
// both directions are held to what was agreed from there on.
func (c *Conn) settleSizes() error {
	s := &c.sizes
	s.settled = true
	if c.side == client && c.info.Kind == Resumed && s.fragment == 0 && s.announced[server] == 0 {
		s.fragment = c.resume.offer.session.MaxFragment // servers may leave it at what the session has
	}
	if s.announced[client] == 0 || s.announced[server] == 0 {
		s.announced = [2]int{}
	} else if s.fragment != 0 {
		return fmt.Errorf("%w: max_fragment_length beside record_size_limit", badExtension)
	}
	c.info.MaxFragment, c.info.ClientRecordLimit, c.info.ServerRecordLimit = s.fragment, s.announced[client], s.announced[server]
	// Early data keeps to what held when its ticket was given.
	if c.in.epoch != EpochEarly {
		c.restrict(c.in.half, other(c.side))
	}
	if c.out.epoch != EpochEarly {
		c.restrict(c.out.half, c.side)
	}
	return nil
}

// restrict holds the records of one direction to the sizes agreed.
// record_size_limit is one of protected records only, in TLS 1.3 with the
// content type.
func (c *Conn) restrict(h *record.Half, from side) {
	if !c.sizes.settled {
		return
	}
	most := h.Plaintext()
	if c.sizes.fragment != 0 {
		most = min(most, c.sizes.fragment)
	}
	if n := c.sizes.announced[other(from)]; n != 0 && h.Protected() {
		if c.info.Version == TLS13 {
			n--
		}
		most = min(most, n)
	}
	if most < h.Plaintext() {
		h.Restrict(most)
	}
}

// checkSizes finds settings of records' lengths that no record can have.
func (cfg *Config) checkSizes() error {
	limit, longest := cfg.RecordSizeLimit, longestRecord(cfg.maxVersion())
	switch {
	case cfg.RecordSize < 0 || cfg.RecordSize > record.MaxPlaintext:
		return fmt.Errorf("record size %d is not within 1 to %d", cfg.RecordSize, record.MaxPlaintext)
	case cfg.PadTo < 0 || cfg.PadTo > record.MaxPlaintext:
		return fmt.Errorf("padding to %d is not within 1 to %d", cfg.PadTo, record.MaxPlaintext)
	case cfg.MaxFragment != 0 && !slices.Contains(maxFragments[1:], cfg.MaxFragment):
		return fmt.Errorf("maximum fragment length %d is none of %v", cfg.MaxFragment, maxFragments[1:])
	case limit != 0 && (limit < minRecordSizeLimit || limit > longest):
		return fmt.Errorf("record size limit %d is not within %d to %d", limit, minRecordSizeLimit, longest)
	}
	return nil
}
