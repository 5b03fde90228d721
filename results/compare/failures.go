package compare

import (
	"math"

	moremath "github.com/aclements/go-moremath/stats"

	"tlslab/results"
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

// failures is the share of failed replicates of a cell, on both sides. The samples count outcomes
// by cell and not by replicate. So pairs are known only if, on both sides, as many replicates miss
// some metric as fail: these are then taken as the failed ones.
func (c *comparison) failures(partner, cell int) (share, error) {
	p := c.partners[partner]
	old, err := failed(c.runs[0].Source, cell)
	if err != nil {
		return share{}, err
	}
	new, err := failed(p.Source, p.cells[cell])
	if err != nil {
		return share{}, err
	}
	s := share{oldK: old, oldN: c.cells[cell].N(), newK: new, newN: p.Source.Cells()[p.cells[cell]].N()}
	for metric := range c.found {
		f := c.found[metric][partner][cell]
		if f == nil || !f.comparison.Paired || f.compared != s.oldN || f.compared != s.newN {
			continue
		}
		if f.unreached.old+f.unreached.both == old && f.unreached.new+f.unreached.both == new {
			s.paired, s.onlyOld, s.onlyNew = true, f.unreached.old, f.unreached.new
			break
		}
	}
	return s, nil
}

// failed is the number of replicates of a cell whose outcome is not ok.
func failed(src results.Source, cell int) (int, error) {
	outcomes, err := src.Outcomes(cell)
	n := 0
	for _, o := range outcomes {
		if o.Name != results.OutcomeOK {
			n += o.N
		}
	}
	return n, err
}

// unreachedShare is the share of replicates that did not reach the metric, on both sides.
func (f *found) unreachedShare() share {
	s := share{oldK: f.old.n - f.old.reached, oldN: f.old.n, newK: f.new.n - f.new.reached, newN: f.new.n}
	if f.comparison.Paired {
		s.paired, s.onlyOld, s.onlyNew = true, f.unreached.old, f.unreached.new
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
