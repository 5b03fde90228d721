package record

import "tlslab/engine/secrets"

// A recordMAC authenticates records that are not an AEAD's, over their sequence
// number and header and some bytes (RFC 5246 §6.2.3.1). SSL 3.0 has a MAC of its
// own and leaves the version out (RFC 6101 §5.2.3.1).
type recordMAC struct {
	*secrets.HMAC
	ssl   bool
	extra [13]byte
}

func newRecordMAC(version uint16, h *secrets.Hash, key []byte) recordMAC {
	m := recordMAC{HMAC: secrets.NewHMAC(h)}
	if version == versionSSL30 {
		m = recordMAC{HMAC: secrets.NewSSL30MAC(h), ssl: true}
	}
	m.SetKey(key)
	return m
}

// begin starts the MAC of a record of so many bytes, which are to be written next.
func (m *recordMAC) begin(record []byte, sequence uint64, length int) {
	setPseudoHeader(&m.extra, record, sequence, length)
	m.Begin()
	if m.ssl {
		m.Write(m.extra[:9])
		m.Write(m.extra[11:])
		return
	}
	m.Write(m.extra[:])
}
