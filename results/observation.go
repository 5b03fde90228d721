package results

// Outcome of a replicate that did what it was to do. Every other outcome is a failure and says what ended it.
const OutcomeOK = "ok"

// Observation is one replicate: its place in the grid, where its randomness came from, how it ended and what was
// measured.
type Observation struct {
	// Cell holds a level of each factor, in the order of Header.Factors.
	Cell      []string
	Replicate int
	// Seed is the replicate's own seed. Two replicates with the same number and the same seed met the same randomness
	// and are compared as a pair.
	Seed uint64
	// Hash is the hash over the replicate's events.
	Hash uint64
	// Outcome is OutcomeOK, or what ended the replicate. A failed replicate is an observation like any other.
	Outcome string
	// Values are in the order of Header.Metrics: finite, or NaN where the replicate did not reach the metric.
	Values []float64
}

// Sample is all observations of one cell, column by column and ordered by replicate number. Index i of every column is
// the same replicate.
type Sample struct {
	Cell       []string
	Replicates []int
	Seeds      []uint64
	Outcomes   []string
	// Values holds a column for each of Header.Metrics; NaN where the replicate did not reach the metric.
	Values [][]float64

	lines []int // where each observation stands in the file
}

// N is the number of replicates, failed ones included.
func (s *Sample) N() int { return len(s.Replicates) }

// Failed is the number of replicates whose outcome is not OutcomeOK.
func (s *Sample) Failed() int {
	failed := 0
	for _, o := range s.Outcomes {
		if o != OutcomeOK {
			failed++
		}
	}
	return failed
}

// Reached appends to dst the values of a metric over the replicates that reached it, in replicate order.
func (s *Sample) Reached(dst []float64, metric int) []float64 {
	for _, v := range s.Values[metric] {
		if v == v {
			dst = append(dst, v)
		}
	}
	return dst
}
