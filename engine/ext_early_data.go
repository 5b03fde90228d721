package engine

import "tlslab/engine/wire"

// writeEarlyData writes an empty body, or max_early_data_size in a NewSessionTicket (RFC 9846
// §4.3.10).
func writeEarlyData(c *Conn, p place, dst []byte) ([]byte, bool) {
	switch p {
	case inNewSessionTicket:
		x := wire.Uint32{Value: c.cfg.MaxEarlyData}
		return x.Append(dst), c.cfg.MaxEarlyData > 0
	case inEncryptedExtensions:
		return dst, c.info.EarlyData == EarlyAccepted
	}
	return dst, c.info.EarlyData == EarlyOffered
}

func readEarlyData(_ *Conn, p place, body []byte) error {
	if p == inNewSessionTicket {
		var x wire.Uint32
		return x.Parse(body)
	}
	return wantEmpty(body)
}

// maxEarlyDataSize returns the max_early_data_size of a ticket; 0 if it has no early_data.
func maxEarlyDataSize(list wire.Extensions) uint32 {
	var x wire.Uint32
	if body := findExtension(list, extEarlyData); body != nil && x.Parse(body) == nil {
		return x.Value
	}
	return 0
}
