package engine

import (
	"slices"

	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// maxFragments are the lengths in bytes that max_fragment_length's codes stand
// for (RFC 6066 §4).
var maxFragments = []int{1: 512, 2: 1024, 3: 2048, 4: 4096}

// writeMaxFragmentLength asks for a length, or grants the one that was asked for.
func writeMaxFragmentLength(c *Conn, p place, dst []byte) ([]byte, bool) {
	n := c.sizes.fragment
	if p == inClientHello {
		n = c.cfg.MaxFragment
	}
	return append(dst, byte(slices.Index(maxFragments, n))), n != 0
}

// readMaxFragmentLength reads what the client asks for, or the server's answer,
// which must be the same.
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

// sameMaxFragment says whether a ClientHello asks for the length that a session has,
// which holds for all that resume it (RFC 6066 §4).
func (c *Conn) sameMaxFragment(s *session.State) bool {
	return int(s.Fragment) < len(maxFragments) && maxFragments[s.Fragment] == c.sizes.fragment
}

// preferRecordSizeLimit lets record_size_limit count where a client sends both
// extensions: a server must not answer the other one (RFC 8449 §5).
func (c *Conn) preferRecordSizeLimit() {
	if c.sizes.announced[client] != 0 {
		c.sizes.fragment = 0
	}
}
