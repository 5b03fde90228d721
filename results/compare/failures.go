package compare

import (
	"math"

	moremath "github.com/aclements/go-moremath/stats"

	"tlslab/results/effect"
	"tlslab/results/gate"
	"tlslab/results/stat"
)

// share is the share of replicates with a property, such as failure, on both sides: K of N.
type share struct {
	oldK, oldN, newK, newN int
	// With pairs, onlyOld and onlyNew of them count on one side alone.
	paired           bool
	onlyOld, onlyNew int
}

// failures is the share of failed replicates of a cell, on both sides. With pairs it is over the
// replicates that both sides have.
func (c *comparison) failures(r *matchedRun, cell int) (share, error) {
	old, err := c.runs[0].Source.Failed(cell)
	if err != nil {
		return share{}, err
	}
	new, err := r.Source.Failed(r.cells[cell])
	if err != nil {
		return share{}, err
	}
	oldN, newN := c.cells[cell].Replicates, r.replicates(cell)
	if !r.paired {
		return share{oldK: old.N(), oldN: oldN.N(), newK: new.N(), newN: newN.N()}, nil
	}
	pairs := oldN.Common(newN)
	old, new = old.Common(pairs), new.Common(pairs)
	s := share{oldK: old.N(), oldN: pairs.N(), newK: new.N(), newN: pairs.N(), paired: true}
	both := old.Common(new).N()
	s.onlyOld, s.onlyNew = s.oldK-both, s.newK-both
	return s, nil
}

// unreachedShare is the share of replicates that did not reach the metric, on both sides.
func (m *metricComparison) unreachedShare() share {
	s := share{oldK: m.old.n - m.old.reached, oldN: m.old.n, newK: m.new.n - m.new.reached, newN: m.new.n}
	if m.effects.Paired {
		s.paired, s.onlyOld, s.onlyNew = true, m.unreached.old, m.unreached.new
	}
	return s
}

// test returns the two-sided p-value of the null hypothesis that the shares are equal: McNemar's
// exact test with pairs, else Fisher's exact test.
func (s *share) test() float64 {
	if s.paired {
		return effect.McNemar(s.onlyOld, s.onlyNew)
	}
	return effect.Fisher(s.newK, s.newN-s.newK, s.oldK, s.oldN-s.oldK)
}

// change is the share of the new side minus that of the old side, with the interval of R. G.
// Newcombe, "Interval Estimation for the Difference Between Independent Proportions" and "Improved
// Confidence Intervals for the Difference Between Binomial Proportions Based on Paired Data",
// Statistics in Medicine 17 (1998), method 10 of both. Pairs that all have the same outcome have a
// difference of 0 without an interval: nothing changed.
func (s *share) change() stat.Interval {
	if s.oldN == 0 || s.newN == 0 {
		return stat.None
	}
	if s.paired && s.onlyOld+s.onlyNew == 0 {
		return stat.Point(0)
	}
	p, q := float64(s.newK)/float64(s.newN), float64(s.oldK)/float64(s.oldN)
	lowP, highP := wilson(s.newK, s.newN)
	lowQ, highQ := wilson(s.oldK, s.oldN)
	phi := 0.0
	if s.paired {
		phi = s.phi()
	}
	half := func(a, b float64) float64 { return math.Sqrt(max(0, a*a-2*phi*a*b+b*b)) }
	return stat.Interval{Value: p - q, Lo: p - q - half(p-lowP, highQ-q), Hi: p - q + half(highP-p, q-lowQ)}
}

// phi is the correlation of the outcomes within pairs. Newcombe's method 10 applies a continuity
// correction if the correlation is positive.
func (s *share) phi() float64 {
	both := s.newK - s.onlyNew
	neither := s.newN - both - s.onlyNew - s.onlyOld
	product := float64(s.newK) * float64(s.newN-s.newK) * float64(s.oldK) * float64(s.oldN-s.oldK)
	if product == 0 {
		return 0
	}
	above := float64(both)*float64(neither) - float64(s.onlyOld)*float64(s.onlyNew)
	if above > 0 {
		above = max(above-float64(s.newN)/2, 0)
	}
	return above / math.Sqrt(product)
}

// wilson is the score interval of a share (E. B. Wilson, "Probable Inference, the Law of
// Succession, and Statistical Inference", Journal of the American Statistical Association 22,
// 1927).
func wilson(k, n int) (low, high float64) {
	z := moremath.InvCDF(moremath.StdNormal)((1 + stat.Confidence) / 2)
	size, p := float64(n), float64(k)/float64(n)
	center := p + z*z/(2*size)
	half := z * math.Sqrt(p*(1-p)/size+z*z/(4*size*size))
	return max(0, (center-half)/(1+z*z/size)), min(1, (center+half)/(1+z*z/size))
}

// check sets the values, the change and the p-value of a gate's check.
func (s *share) check(check *gate.Check) {
	check.OldN, check.NewN = s.oldN, s.newN
	check.OldValue, check.NewValue = float64(s.oldK)/float64(s.oldN), float64(s.newK)/float64(s.newN)
	check.Change, check.P = s.change(), s.test()
}
