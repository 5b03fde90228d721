package wire

import "errors"

// ErrDecode is returned for bytes that do not follow the grammar of their message. Its alert is
// decode_error (RFC 9846 §6.2).
var ErrDecode = errors.New("malformed message")

// A reader reads fields from the start of a body. After a failure it stays failed.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) take(n int) []byte {
	if len(r.rest) < n {
		r.failed = true
		r.rest = nil
		return nil
	}
	out := r.rest[:n:n]
	r.rest = r.rest[n:]
	return out
}

// number reads a number of n bytes in network byte order.
func (r *reader) number(n int) int {
	v := 0
	for _, b := range r.take(n) {
		v = v<<8 | int(b)
	}
	return v
}

func (r *reader) u8() uint8   { return uint8(r.number(1)) }
func (r *reader) u16() uint16 { return uint16(r.number(2)) }
func (r *reader) u32() uint32 { return uint32(r.number(4)) }

// vector reads a vector with a length field of prefix bytes and a length from low to high.
func (r *reader) vector(prefix, low, high int) []byte {
	n := r.number(prefix)
	if n < low || n > high {
		r.failed = true
	}
	return r.take(n)
}

func (r *reader) check(ok bool) {
	if !ok {
		r.failed = true
	}
}

// end returns ErrDecode if a read or check has failed or bytes are left.
func (r *reader) end() error {
	if r.failed || len(r.rest) > 0 {
		return ErrDecode
	}
	return nil
}

// Maximum lengths of vectors with a length field of 1, 2 and 3 bytes.
const (
	max8  = 1<<8 - 1
	max16 = 1<<16 - 1
	max24 = 1<<24 - 1
)
