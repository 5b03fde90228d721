package engine

func writeExtendedMasterSecret(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p == inClientHello {
		return dst, c.cfg.minVersion() <= TLS12 && !c.cfg.NoExtendedMasterSecret
	}
	return dst, c.info.ExtendedMasterSecret
}

func readExtendedMasterSecret(_ *Conn, _ place, body []byte) error { return wantEmpty(body) }
