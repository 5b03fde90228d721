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

// Sizes of records in bytes. The ciphertext may exceed the plaintext by the
// expansion of its protocol (RFC 5246 §6.2.3, RFC 9846 §5.2).
const (
	HeaderSize              = 5
	MaxPlaintext            = 1 << 14
	expansionClassic        = 2048
	expansionTLS13          = 256
	MaxProtected            = MaxPlaintext + expansionTLS13                // the longest fragment of TLS 1.3
	MaxRecord               = HeaderSize + MaxPlaintext + expansionClassic // the longest record of any protocol
	versionSSL30            = 0x0300
	versionTLS11            = 0x0302
	legacyVersion           = 0x0303
	maxSequence      uint64 = 1<<64 - 1
)

// A Header is the five bytes in front of a record's fragment.
type Header struct {
	Type    Type
	Version uint16
	Length  int // bytes of the fragment
}

// ParseHeader reads a header from the start of in; ok is false while there are
// fewer than HeaderSize bytes.
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
