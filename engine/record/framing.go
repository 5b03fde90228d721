package record

// Framing is how long a record becomes for its plaintext, in bytes, compression
// aside. The plaintext and a tail (content type, MAC, the least padding) are
// rounded up to whole blocks, and a fixed part comes on top (header, nonce or IV,
// tag or the MAC of encrypt-then-MAC).
type Framing struct {
	Fixed int
	Tail  int
	Block int // 0 and 1: nothing is rounded
	Cap   int // what rounding does not go beyond; 0: no bound
	Most  int // plaintext of a record at most

	// Split gives the first byte of each write a record of its own, where a write
	// has more than one: see engine.Config.SplitRecords.
	Split bool
}

// Length returns the length of a record with so much plaintext.
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

// Fit returns the most plaintext of one write whose records are not longer than
// length bytes together. Where not even a byte's are that short, it is the most
// that needs no more than this byte does.
func (f *Framing) Fit(length int) int {
	if !f.Split {
		return f.fit(length)
	}
	if rest := length - f.Length(1); rest >= f.Length(1) {
		return min(1+f.fit(rest), f.Most)
	}
	return 1
}

// fit is Fit for one record.
func (f *Framing) fit(length int) int {
	n := max(length, f.Length(1)) - f.Fixed
	if f.Cap > 0 && n >= f.Cap {
		return f.Most
	}
	if f.Block > 1 {
		n -= n % f.Block
	}
	return min(n-f.Tail, f.Most)
}
