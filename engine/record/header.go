package record

// A Type is a record's content type (RFC 9846 §5.1).
type Type uint8

// The content types.
const (
	ChangeCipherSpec Type = 20
	Alert            Type = 21
	Handshake        Type = 22
	ApplicationData  Type = 23
)

// Sizes in bytes. A fragment may be longer than its plaintext: by 2048 bytes up to TLS 1.2 (RFC
// 5246 §6.2.3), by 256 in TLS 1.3 (RFC 9846 §5.2).
const (
	HeaderSize             = 5
	MaxPlaintext           = 1 << 14
	expansionLegacy        = 2048
	expansionTLS13         = 256
	MaxProtected           = MaxPlaintext + expansionTLS13               // fragment in TLS 1.3
	MaxRecord              = HeaderSize + MaxPlaintext + expansionLegacy // record in any version
	versionSSL30           = 0x0300
	versionTLS11           = 0x0302
	legacyVersion          = 0x0303
	maxSequence     uint64 = 1<<64 - 1
)

// A Header is the 5-byte header of a record (RFC 9846 §5.1).
type Header struct {
	Type    Type
	Version uint16 // legacy_record_version
	Length  int    // bytes of the fragment
}

// ParseHeader reads the header at the start of in; ok is false if in has fewer than HeaderSize
// bytes.
func ParseHeader(in []byte) (h Header, ok bool) {
	if len(in) < HeaderSize {
		return Header{}, false
	}
	return Header{
		Type:    Type(in[0]),
		Version: uint16(in[1])<<8 | uint16(in[2]),
		Length:  int(in[3])<<8 | int(in[4]),
	}, true
}

// put writes the header to dst.
func (h Header) put(dst []byte) {
	_ = dst[HeaderSize-1]
	dst[0] = byte(h.Type)
	dst[1], dst[2] = byte(h.Version>>8), byte(h.Version)
	dst[3], dst[4] = byte(h.Length>>8), byte(h.Length)
}
