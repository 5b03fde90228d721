package record

import "tlslab/engine/secrets"

// A recordMAC computes the MAC of records without an AEAD, over sequence number, header and content
// (RFC 5246 §6.2.3.1). SSL 3.0 uses another MAC, without the version (RFC 6101 §5.2.3.1).
type recordMAC struct {
	*secrets.HMAC
	ssl30 bool
	extra [13]byte // see setAdditionalData
}

func newRecordMAC(version uint16, h *secrets.Hash, key []byte) recordMAC {
	m := recordMAC{HMAC: secrets.NewHMAC(h)}
	if version == versionSSL30 {
		m = recordMAC{HMAC: secrets.NewSSL30MAC(h), ssl30: true}
	}
	m.SetKey(key)
	return m
}

// begin starts the MAC of a record with length bytes of content, which the caller writes next.
func (m *recordMAC) begin(record []byte, sequence uint64, length int) {
	setAdditionalData(&m.extra, record, sequence, length)
	m.Begin()
	if m.ssl30 {
		m.Write(m.extra[:9])
		m.Write(m.extra[11:])
		return
	}
	m.Write(m.extra[:])
}
