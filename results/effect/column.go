package effect

import "math"

// Column is one side of a comparison: the values of one metric in one cell. It is prepared once and
// serves any number of comparisons, one at a time. Its buffers are reused by Set.
type Column struct {
	// values[i] is the value of replicate i, NaN if it did not reach the metric.
	values []float64
	// sorted holds the values in ascending order, without NaN. order[k] is the replicate of
	// sorted[k]; it is empty if the column has more than mostShared replicates.
	sorted []float64
	order  []uint32
	mean   float64
	// drawn holds the quantiles of each resample. They are computed at the first comparison.
	drawn     [quantiles]drawn
	drawnFrom *resamples // the resamples they come from
	search    search
	sorter    sorter
}

// Set sets the values of the column. values[i] is the value of replicate i, NaN if it did not reach
// the metric. The column keeps the slice until the next Set.
func (c *Column) Set(values []float64) {
	c.values, c.drawnFrom = values, nil
	c.sorted, c.order = c.sorted[:0], c.order[:0]
	if len(values) <= mostShared {
		c.sorter.ordered(&c.sorted, &c.order, values)
	} else {
		for _, v := range values {
			if v == v {
				c.sorted = append(c.sorted, v)
			}
		}
		c.sorter.sort(c.sorted)
	}
	c.mean = math.NaN()
	if n := len(c.sorted); n > 0 {
		c.mean = 0
		for _, v := range c.sorted {
			c.mean += v
		}
		c.mean /= float64(n)
	}
}

// Sorted returns the values in ascending order, without NaN. It is valid until the next Set.
func (c *Column) Sorted() []float64 { return c.sorted }

// constant reports whether all replicates that reached the metric gave the same value.
func (c *Column) constant() bool {
	return len(c.sorted) > 0 && c.sorted[0] == c.sorted[len(c.sorted)-1]
}

// negative reports whether a value is negative: then the column has no ratios.
func (c *Column) negative() bool { return len(c.sorted) > 0 && c.sorted[0] < 0 }
