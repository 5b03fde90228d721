package engine

// encrypt_then_mac: a block cipher's MAC is computed over the ciphertext (RFC 7366), up to TLS
// 1.2.

// writeEncryptThenMAC requests encrypt_then_mac, or grants it if the suite has a block cipher (RFC
// 7366 §2).
func writeEncryptThenMAC(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p == inClientHello {
		return dst, c.cfg.EncryptThenMAC && c.cfg.minVersion() <= TLS12
	}
	c.info.EncryptThenMAC = c.cfg.EncryptThenMAC && c.cipher.BlockSize > 0
	return dst, c.info.EncryptThenMAC
}

func readEncryptThenMAC(c *Conn, _ place, body []byte) error {
	if c.side == client {
		if c.cipher.BlockSize == 0 {
			return badExtension // not with a stream cipher or an AEAD: RFC 7366 §3
		}
		c.info.EncryptThenMAC = true
	}
	return wantEmpty(body)
}
