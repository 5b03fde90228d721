package results

// Source provides observations to the summary, the figures, bench.txt and the report. Its methods
// may be called concurrently.
type Source interface {
	// Header returns the description of the run.
	Header() *Header
	// Cells returns the cells that have observations, in the order of Header.Cells. The other
	// methods take the index of a cell in this slice.
	Cells() []Observed
	// Outcomes returns how often each outcome occurred in a cell, in no particular order.
	Outcomes(cell int) ([]Outcome, error)
	// Failed returns the numbers of the replicates of a cell whose outcome is not OutcomeOK.
	Failed(cell int) (Ranges, error)
	// Column returns a reader of one metric, given by its index in Header.Metrics.
	Column(metric int) Column
}

// Column reads one metric of a Source, cell by cell. It may not be used concurrently. Reading a
// cell a second time is correct but may read the disk again.
type Column interface {
	// Read appends to dst the metric's value of each replicate of a cell, in the order of the
	// replicates' numbers: NaN if the replicate did not reach the metric.
	Read(dst []float64, cell int) ([]float64, error)
	// ReadRows appends the part of what Read appends that rows selects by index, for a caller that
	// does not hold a whole cell. A caller that reads all rows of a cell in rising order reads the
	// disk once.
	ReadRows(dst []float64, cell int, rows Range) ([]float64, error)
}

// Observed is a cell and the numbers of the replicates that have been observed.
type Observed struct {
	Cell
	// Replicates holds the numbers of the replicates.
	Replicates Ranges
}

// N returns the number of observed replicates, including failed ones.
func (o *Observed) N() int { return o.Replicates.N() }

// Outcome is an outcome of replicates and how often it occurred.
type Outcome struct {
	Name string
	N    int
}

// OutcomeOK is the outcome of a replicate that completed. Every other outcome is a failure and
// names its cause: an alert, an error or a time-out.
const OutcomeOK = "ok"
