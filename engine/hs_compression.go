package engine

import "slices"

// The compression methods (RFC 5246 §6.1, RFC 3749 §2). A session keeps its own
// when it is resumed.
const (
	compressNull    = 0
	compressDeflate = 1
)

// appendCompressions writes a ClientHello's compression methods. TLS 1.3 knows
// null alone, and wants to see nothing else.
func (cfg *Config) appendCompressions(dst []byte) []byte {
	if cfg.offersCompression() {
		return append(dst, 2, compressDeflate, compressNull)
	}
	return append(dst, 1, compressNull)
}

func (cfg *Config) offersCompression() bool { return cfg.Compression && cfg.maxVersion() < TLS13 }

// chooseCompression wants null alone in TLS 1.3, and null among others before
// (RFC 9846 §4.2.2). There DEFLATE is chosen if both sides are set to it.
func (c *Conn) chooseCompression() error {
	list := c.hs.hello.Compression
	if c.info.Version == TLS13 && len(list) != 1 || !slices.Contains(list, compressNull) {
		return badCompression
	}
	c.info.Compressed = c.cfg.Compression && slices.Contains(list, compressDeflate)
	return nil
}

// readCompression reads the server's choice.
func (c *Conn) readCompression(method uint8) error {
	switch {
	case method == compressNull:
		c.info.Compressed = false
	case method == compressDeflate && c.cfg.offersCompression() && c.info.Version < TLS13:
		c.info.Compressed = true
	default:
		return badCompression
	}
	return nil
}

// compression is the method that was chosen.
func (i *Info) compression() byte {
	if i.Compressed {
		return compressDeflate
	}
	return compressNull
}
