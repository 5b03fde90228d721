package netem

import "math/bits"

// ln2 is the natural logarithm of 2 in units of 2⁻³².
const ln2 = 2977044472

// lnTable has −ln(1 − i/1024) in units of 2⁻³².
var lnTable = func() (table [513]uint64) {
	for i := range table {
		table[i] = minusLn(uint64(1024-i) << 54)
	}
	return table
}()

// minusLn is −ln(u/2⁶⁴) in units of 2⁻³², for u from 2⁶³ on; 0 stands for 2⁶⁴. Each squaring of u
// gives one bit of its logarithm to base 2: integers only, so every machine gets the same.
func minusLn(u uint64) uint64 {
	if u == 0 {
		return 0
	}
	log := uint64(0) // −log2(u/2⁶⁴) in units of 2⁻⁴⁰
	for bit := uint64(1) << 39; bit > 0; bit >>= 1 {
		u, _ = bits.Mul64(u, u)
		if u>>63 == 0 {
			u <<= 1
			log |= bit
		}
	}
	return mulDiv(log, ln2, 1<<40)
}

// exponential maps a draw of 64 uniform bits to an exponential number of mean 1, in units of 2⁻³²:
// −ln of a uniform number. Between two entries of its table it is linear, which adds less than
// 5·10⁻⁷ to the mean.
func exponential(draw uint64) uint64 {
	draw |= 1
	zeros := bits.LeadingZeros64(draw)
	rest := -(draw << zeros) // 2⁶⁴ times what the leading part is below 1, from 0 to 1/2
	i, f := rest>>54, rest<<10>>32
	a := lnTable[i]
	if f > 0 {
		a += (lnTable[i+1] - a) * f >> 32
	}
	return uint64(zeros)*ln2 + a
}
