package engine

import (
	"slices"

	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// maxFragments are the lengths in bytes of max_fragment_length's codes (RFC 6066 §4).
var maxFragments = []int{1: 512, 2: 1024, 3: 2048, 4: 4096}

// writeMaxFragmentLength requests a length, or grants the requested one.
func writeMaxFragmentLength(c *Conn, p place, dst []byte) ([]byte, bool) {
	n := c.sizes.fragment
	if p == inClientHello {
		n = c.cfg.MaxFragment
	}
	return append(dst, byte(slices.Index(maxFragments, n))), n != 0
}

// readMaxFragmentLength reads the client's request, or the server's answer, which must repeat it.
func readMaxFragmentLength(c *Conn, _ place, body []byte) error {
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

// sameMaxFragment reports whether the ClientHello requests the length of a session, which holds
// for every connection that resumes it (RFC 6066 §4).
func (r *recordSizes) sameMaxFragment(s *session.State) bool {
	return int(s.Fragment) < len(maxFragments) && maxFragments[s.Fragment] == r.fragment
}

// preferRecordSizeLimit ignores max_fragment_length if the client also sends record_size_limit
// (RFC 8449 §5).
func (r *recordSizes) preferRecordSizeLimit() {
	if r.limit[client] != 0 {
		r.fragment = 0
	}
}
