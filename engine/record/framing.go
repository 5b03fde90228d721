package record

// A Framing gives the length of a record from the length of its plaintext, in bytes and without
// compression:
//
//	Fixed + min(Cap, plaintext + Tail rounded up to a multiple of Block)
type Framing struct {
	Fixed        int // header, explicit nonce or IV, tag, MAC of encrypt-then-MAC
	Tail         int // content type, MAC, least padding
	Block        int // 0 and 1: no rounding
	Cap          int // 0: no bound
	MaxPlaintext int // of one record

	// Split: the first byte of each write with more than one byte gets its own record (see
	// engine.Config.SplitRecords).
	Split bool
}

// Length returns the length in bytes of a record with plain bytes of plaintext.
func (f *Framing) Length(plain int) int {
	n := plain + f.Tail
	if f.Block > 1 {
		n = (n + f.Block - 1) / f.Block * f.Block
		if f.Cap > 0 {
			n = min(n, f.Cap)
		}
	}
	return f.Fixed + n
}

// Fit returns the greatest number of plaintext bytes in one write whose records have at most length
// bytes together. If the records of a single byte are longer, it returns the greatest number of
// bytes that needs no more than they do.
func (f *Framing) Fit(length int) int {
	if !f.Split {
		return f.fit(length)
	}
	if rest := length - f.Length(1); rest >= f.Length(1) {
		return min(1+f.fit(rest), f.MaxPlaintext)
	}
	return 1
}

// fit is Fit for a write of one record.
func (f *Framing) fit(length int) int {
	n := max(length, f.Length(1)) - f.Fixed
	if f.Cap > 0 && n >= f.Cap {
		return f.MaxPlaintext
	}
	if f.Block > 1 {
		n -= n % f.Block
	}
	return min(n-f.Tail, f.MaxPlaintext)
}
