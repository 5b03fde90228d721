package results

// Source is where readers take observations from: the summary, the figures, bench.txt and the
// report know nothing of files. Its methods may be called at the same time; a Column may not.
type Source interface {
	// Header says what was varied and what was measured.
	Header() *Header
	// Cells lists the cells that have observations, in the order of Header.Cells. Other methods name
	// a cell by its index in this list.
	Cells() []Observed
	// Outcomes counts how the replicates of a cell ended, in no order.
	Outcomes(cell int) ([]Outcome, error)
	// Column reads one metric, named by its index in Header.Metrics.
	Column(metric int) Column
}

// Column reads one metric of a Source, cell by cell. Each cell is best read once.
type Column interface {
	// Read appends to dst the metric's value in each replicate of a cell, by rising replicate number:
	// NaN where the replicate did not reach the metric.
	Read(dst []float64, cell int) ([]float64, error)
}

// Observed is one cell and the replicates of it that there are.
type Observed struct {
	Cell
	// Replicates are the numbers of the replicates, in rising order, as ranges that do not touch.
	Replicates []Range
}

// N is the number of replicates that there are, failed ones included.
func (o *Observed) N() int {
	n := 0
	for _, r := range o.Replicates {
		n += r.Len()
	}
	return n
}

// Range is the integers from From up to, but not including, To.
type Range struct{ From, To int }

// Len is the number of integers in the range.
func (r Range) Len() int { return r.To - r.From }

// AddRange appends r to rising ranges, joined with the last one where the two touch.
func AddRange(ranges []Range, r Range) []Range {
	if n := len(ranges); n > 0 && ranges[n-1].To == r.From {
		ranges[n-1].To = r.To
		return ranges
	}
	return append(ranges, r)
}

// Outcome is a way in which replicates ended, and how many did.
type Outcome struct {
	Name string
	N    int
}

// OutcomeOK is the outcome of a replicate that did all it was to do. Every other outcome is a
// failure and says what ended the replicate.
const OutcomeOK = "ok"
