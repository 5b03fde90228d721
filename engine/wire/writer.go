package wire

// appendNumber appends the low n bytes of v in network order.
func appendNumber(dst []byte, n, v int) []byte {
	for n--; n >= 0; n-- {
		dst = append(dst, byte(v>>(8*n)))
	}
	return dst
}

// AppendUint16 appends v in network order.
func AppendUint16(dst []byte, v uint16) []byte { return append(dst, byte(v>>8), byte(v)) }

// appendVector appends v behind its length in prefix bytes.
func appendVector(dst []byte, prefix int, v []byte) []byte {
	return append(appendNumber(dst, prefix, len(v)), v...)
}

// Open leaves room for a length of prefix bytes. What is appended up to Close
// is the vector.
func Open(dst []byte, prefix int) []byte { return append(dst, make([]byte, prefix)...) }

// Close fills in the length that Open left room for at the given offset of
// dst.
func Close(dst []byte, offset, prefix int) []byte {
	n := len(dst) - offset - prefix
	for i := range prefix {
		dst[offset+i] = byte(n >> (8 * (prefix - 1 - i)))
	}
	return dst
}
