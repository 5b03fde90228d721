package engine

import "slices"

// CompressionMethods (RFC 5246 §6.1, RFC 3749 §2). A resumed session keeps its method.
const (
	compressNull    = 0
	compressDeflate = 1
)

// appendCompressions appends the compression_methods of a ClientHello. A client that offers TLS
// 1.3 lists null only.
func (cfg *Config) appendCompressions(dst []byte) []byte {
	if cfg.offersCompression() {
		return append(dst, 2, compressDeflate, compressNull)
	}
	return append(dst, 1, compressNull)
}

func (cfg *Config) offersCompression() bool { return cfg.Compression && cfg.maxVersion() < TLS13 }

// chooseCompression chooses DEFLATE if both sides enable it, up to TLS 1.2. The client must list
// null, and in TLS 1.3 nothing else (RFC 9846 §4.2.2).
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

// compression returns the negotiated CompressionMethod.
func (i *Info) compression() byte {
	if i.Compressed {
		return compressDeflate
	}
	return compressNull
}
