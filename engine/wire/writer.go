package wire

// appendNumber appends the low n bytes of v in network byte order.
func appendNumber(dst []byte, n, v int) []byte {
	for n--; n >= 0; n-- {
		dst = append(dst, byte(v>>(8*n)))
	}
	return dst
}

// AppendUint16 appends v in network byte order.
func AppendUint16(dst []byte, v uint16) []byte { return append(dst, byte(v>>8), byte(v)) }

// appendVector appends the length of v in prefix bytes, and v.
func appendVector(dst []byte, prefix int, v []byte) []byte {
	return append(appendNumber(dst, prefix, len(v)), v...)
}

// OpenVector appends room for a length field of prefix bytes. The bytes appended until CloseVector
// are the vector.
func OpenVector(dst []byte, prefix int) []byte { return append(dst, make([]byte, prefix)...) }

// CloseVector writes the length field for which OpenVector left room at offset.
func CloseVector(dst []byte, offset, prefix int) []byte {
	n := len(dst) - offset - prefix
	for i := range prefix {
		dst[offset+i] = byte(n >> (8 * (prefix - 1 - i)))
	}
	return dst
}
