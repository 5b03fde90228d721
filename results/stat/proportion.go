package stat

import "gonum.org/v1/gonum/stat/distuv"

// Proportion returns the share k/n of n independent trials of which k had some property, with the
// interval of C. J. Clopper and E. S. Pearson, "The Use of Confidence or Fiducial Limits
// Illustrated in the Case of the Binomial", Biometrika 26 (1934). The interval contains the true
// share with a probability of at least 95 %, for any n. It is None if n is 0.
func Proportion(k, n int) Interval {
	if n == 0 {
		return None
	}
	i := Interval{Value: float64(k) / float64(n), Lo: 0, Hi: 1}
	const beyond = (1 - Confidence) / 2
	if k > 0 {
		i.Lo = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(beyond)
	}
	if k < n { // the mirror image, which is accurate for small shares
		i.Hi = 1 - distuv.Beta{Alpha: float64(n - k), Beta: float64(k + 1)}.Quantile(beyond)
	}
	return i
}
