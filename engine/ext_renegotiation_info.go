package engine

import "tlslab/engine/wire"

// renegotiationSCSV is TLS_EMPTY_RENEGOTIATION_INFO_SCSV. It stands for an empty
// renegotiation_info (RFC 5746 §3.3).
const renegotiationSCSV = 0x00ff

func writeRenegotiationInfo(c *Conn, p place, dst []byte) ([]byte, bool) {
	return append(dst, 0), p != inClientHello || c.cfg.minVersion() <= TLS12
}

func readRenegotiationInfo(_ *Conn, _ place, body []byte) error {
	var x wire.RenegotiationInfo
	if err := x.Parse(body); err != nil {
		return err
	}
	if len(x.Verified) > 0 {
		return badRenegotiation
	}
	return nil
}
