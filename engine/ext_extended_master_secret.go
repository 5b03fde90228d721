package engine

// extended_master_secret: up to TLS 1.2 the master secret covers the handshake's messages (RFC 7627
// §4).

func writeExtendedMasterSecret(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p == inClientHello {
		return dst, c.cfg.minVersion() <= TLS12 && !c.cfg.NoExtendedMasterSecret
	}
	return dst, c.info.ExtendedMasterSecret
}

func readExtendedMasterSecret(_ *Conn, _ place, body []byte) error { return wantEmpty(body) }
