package wire

import "errors"

// ErrDecode says that bytes do not follow the grammar of their message
// (decode_error, RFC 9846 §6.2).
var ErrDecode = errors.New("malformed message")

// A reader takes fields from the front of a body. Its first failure stays.
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

// number reads n bytes in network order.
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

// vector reads a vector whose length stands in prefix bytes and lies between
// low and high.
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

// end returns ErrDecode unless everything was read and nothing was missing.
func (r *reader) end() error {
	if r.failed || len(r.rest) > 0 {
		return ErrDecode
	}
	return nil
}

// Upper bounds of vectors by the size of their length prefix.
const (
	max8  = 1<<8 - 1
	max16 = 1<<16 - 1
	max24 = 1<<24 - 1
)
