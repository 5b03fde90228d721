package engine

// The extension that puts a block cipher's MAC behind the encryption.

// writeEncryptThenMAC asks for MACs over the ciphertext, and agrees where the
// suite is a block cipher's (RFC 7366 §2).
func writeEncryptThenMAC(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p == inClientHello {
		return dst, c.cfg.EncryptThenMAC && c.cfg.minVersion() <= TLS12
	}
	c.info.EncryptThenMAC = c.cfg.EncryptThenMAC && c.cipher.Block > 0
	return dst, c.info.EncryptThenMAC
}

func readEncryptThenMAC(c *Conn, _ place, body []byte) error {
	if c.side == client {
		if c.cipher.Block == 0 {
			return badExtension // RFC 7366 §3: not with stream ciphers and AEADs
		}
		c.info.EncryptThenMAC = true
	}
	return wantEmpty(body)
}
