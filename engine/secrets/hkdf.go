package secrets

import "tlslab/engine/op"

// An hkdf is HKDF (RFC 5869) with TLS 1.3's HkdfLabel (RFC 9846 §7.1).
type hkdf struct {
	hash  *Hash
	mac   *HMAC
	count op.Counter
	info  []byte
}

func newHKDF(h *Hash, count op.Counter) *hkdf {
	const typicalInfo = 2 + 1 + len("tls13 c hs traffic") + 1 + maxSize + 1
	return &hkdf{hash: h, mac: NewHMAC(h), count: count, info: make([]byte, 0, typicalInfo)}
}

// extract fills dst with HKDF-Extract(salt, input) (RFC 5869 §2.2). dst may be salt or input.
func (k *hkdf) extract(dst, salt, input []byte) { k.sum(dst, salt, input) }

// sum fills dst with the HMAC of a message. dst may be key or message.
func (k *hkdf) sum(dst, key, message []byte) {
	k.count.Count(op.Op{Kind: op.Derive, Alg: k.hash.Name, Size: len(dst)})
	k.mac.SetKey(key)
	k.mac.Begin()
	k.mac.Write(message)
	copy(dst, k.mac.End())
}

// maxLabel is the length in bytes of the longest label in an HkdfLabel after "tls13 ".
const maxLabel = 255 - len("tls13 ")

// expandLabel fills dst with HKDF-Expand-Label(secret, label, context, len(dst))
// (RFC 9846 §7.1). dst may be secret. label has at most maxLabel bytes, and context at most 255.
func (k *hkdf) expandLabel(dst, secret []byte, label string, context []byte) {
	k.count.Count(op.Op{Kind: op.Derive, Alg: k.hash.Name, Size: len(dst)})
	const prefix = "tls13 "
	info := append(k.info[:0], byte(len(dst)>>8), byte(len(dst)))
	info = append(info, byte(len(prefix)+len(label)))
	info = append(info, prefix...)
	info = append(info, label...)
	info = append(info, byte(len(context)))
	info = append(info, context...)
	k.info = append(info, 0)

	k.mac.SetKey(secret)
	var previous []byte
	for i := byte(1); len(dst) > 0; i++ {
		k.mac.Begin()
		k.mac.Write(previous)
		k.info[len(k.info)-1] = i
		k.mac.Write(k.info)
		previous = k.mac.End()
		dst = dst[copy(dst, previous):]
	}
}
