package run

import (
	"bytes"
	"context"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tlslab/results"
	"tlslab/results/folder"
	"tlslab/results/gobench"
	"tlslab/results/samples"
	"tlslab/results/summary"
	"tlslab/scenarios"
	"tlslab/sim/costs"
)

// Estimate is what a run will need on this machine. It is rough: within a factor of two.
type Estimate struct {
	Cells   int
	Workers int
	// Least and Most are equal if every cell has the same number of replicates. With a target they
	// are for a run that ends after the first batch, and for one whose cells all have the most
	// replicates.
	Least, Most Need
	// Kept is the number of replicates that an interrupted run has left in the output folder. The
	// simulation time does not contain them, all other figures do.
	Kept int
	// MeasuredCells is the number of cells that were run for the estimate, MeasuredReplicates the
	// number of replicates of all of them.
	MeasuredCells, MeasuredReplicates int
}

// Need is what a run needs for a number of replicates.
type Need struct {
	Replicates   int           // of each cell
	Observations int           // of all cells
	Simulation   time.Duration // of the replicates, on all workers
	Report       time.Duration // of the summary, tables and figures
	Disk         int64         // bytes
	Memory       int64         // bytes, at the largest
}

// Time is the whole time of the run.
func (n *Need) Time() time.Duration { return n.Simulation + n.Report }

// The limits of what DryRun measures.
const (
	maxTrialCells      = 256
	maxTrialReplicates = 256             // replicates of each cell
	trialTime          = 2 * time.Second // time of all cells together
)

// DryRun checks a scenario as Run does, runs a few replicates of some cells in memory with the
// Workers of o, and estimates what the whole run will need. It writes nothing.
func DryRun(ctx context.Context, s *scenarios.Scenario, o Options) (*Estimate, error) {
	tables := o.Tables
	if tables == nil {
		tables = costs.Load
	}
	if _, err := newManifest(s, o.Version, tables); err != nil {
		return nil, err
	}
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.NumCPU()
	}
	started := time.Now()
	p, err := newPlan(ctx, s, tables)
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	planning := time.Since(started)
	t, err := p.runTrial(ctx, s.Header(o.Version), workers)
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	e := &Estimate{Cells: len(s.Cells), Workers: workers, MeasuredCells: len(t.cells), MeasuredReplicates: len(t.cells) * t.repeat}
	if o.Out != "" {
		t.kept = keptReplicates(o.Out, &t.header)
		e.Kept = t.kept
	}
	files := folder.Options{AllLines: o.AllLines, Plots: o.Plots}
	c, err := t.measureFiles(files)
	if err != nil {
		return nil, err
	}
	batches := t.header.Batches()
	for to, replicates := range map[*Need]int{&e.Least: batches[0].To, &e.Most: t.header.Replicates} {
		*to = t.need(c, replicates, files)
		to.Simulation += planning
	}
	return e, nil
}

// keptReplicates returns the number of replicates of a run that an output folder holds: 0 if there
// is no run, or another one.
func keptReplicates(dir string, h *results.Header) int {
	store, m, err := Load(dir)
	if err != nil || m == nil {
		return 0
	}
	a, errA := store.Header().Text()
	b, errB := h.Text()
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		return 0
	}
	return store.Observations()
}

// trial is the result of the replicates that were run for the estimate.
type trial struct {
	plan    *plan
	header  results.Header // of the whole run
	workers int

	cells  []int // indices in plan.cells
	repeat int   // replicates of each
	block  *samples.MemoryRun

	kept     int           // replicates that need not be run
	opening  time.Duration // mean time of making a world
	running  time.Duration // mean time of a replicate
	liveHeap uint64        // bytes, at one moment of the trial
}

// runTrial runs the first replicates of some cells, several cells at a time.
func (p *plan) runTrial(ctx context.Context, h results.Header, workers int) (*trial, error) {
	t := &trial{plan: p, header: h, workers: workers}
	cold, err := t.chooseCells(ctx)
	if err != nil {
		return nil, err
	}
	budget := float64(trialTime) * float64(workers) / max(1, float64(cold))
	t.repeat = max(1, min(maxTrialReplicates, h.Replicates, samples.MaxMemoryRun/len(t.cells), int(budget)))
	if t.block, err = samples.NewMemoryRun(smaller(h, t.cells, t.repeat)); err != nil {
		return nil, err
	}
	metrics := p.scenario.Metrics()
	var mu sync.Mutex // guards opening and running
	err = t.eachCell(ctx, func(i int, c *plannedCell) error {
		began := time.Now()
		w, err := c.open()
		if err != nil {
			return err
		}
		opened := time.Now()
		rows := t.block.NewChunk(t.repeat)
		for replicate := range t.repeat {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			result := w.Run(p.seeds.Seed(replicate))
			rows.Add(result.Outcome, result.Hash, func(metric int) float64 { return metrics[metric].Value(&result, c.config) })
		}
		ran := time.Now()
		mu.Lock()
		defer mu.Unlock()
		t.block.Put(i*t.repeat, rows)
		t.opening += opened.Sub(began)
		t.running += ran.Sub(opened)
		if i == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			t.liveHeap = m.HeapAlloc
		}
		return nil
	})
	t.opening /= time.Duration(len(t.cells))
	t.running /= time.Duration(len(t.cells) * t.repeat)
	return t, err
}

// chooseCells chooses the cells of the trial: all if there are few and they are fast. It runs one
// replicate of each, and returns the sum of the times.
func (t *trial) chooseCells(ctx context.Context) (total time.Duration, err error) {
	order := t.plan.scatteredCells()
	t.cells = order
	deadline := time.Now().Add(trialTime)
	var mu sync.Mutex
	tried := map[int]bool{}
	err = t.eachCell(ctx, func(i int, c *plannedCell) error {
		began := time.Now()
		if i > 0 && began.After(deadline) {
			return nil
		}
		w, err := c.open()
		if err != nil {
			return err
		}
		w.Run(t.plan.seeds.Seed(0))
		mu.Lock()
		defer mu.Unlock()
		tried[order[i]] = true
		total += time.Since(began)
		return nil
	})
	t.cells = slices.DeleteFunc(slices.Clone(order), func(cell int) bool { return !tried[cell] })
	slices.Sort(t.cells)
	return total, err
}

// eachCell calls visit with each chosen cell, on all workers.
func (t *trial) eachCell(ctx context.Context, visit func(i int, c *plannedCell) error) error {
	var group errgroup.Group
	group.SetLimit(t.workers)
	for i, cell := range t.cells {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return visit(i, &t.plan.cells[cell])
		})
	}
	return group.Wait()
}

// scatteredCells returns up to maxTrialCells cells, each followed by the cell that it is compared
// with. Multiples of the golden ratio, modulo 1, scatter them over all levels of all factors.
func (p *plan) scatteredCells() (order []int) {
	baselines := p.baselines()
	taken := make([]bool, len(p.cells))
	add := func(cell int) {
		if cell >= 0 && !taken[cell] {
			taken[cell] = true
			order = append(order, cell)
		}
	}
	for i := 0; len(order) < min(maxTrialCells-1, len(p.cells)); i++ {
		cell := i // the last resort: every cell in order
		if i < 4*maxTrialCells {
			_, fraction := math.Modf(float64(i) * (math.Phi - 1))
			cell = int(fraction * float64(len(p.cells)))
		} else {
			cell -= 4 * maxTrialCells
		}
		add(cell)
		add(baselines[cell])
	}
	return order
}

// baselines returns the cell with which each cell is compared, -1 without one.
func (p *plan) baselines() []int {
	var levels [][]string
	for i := range p.cells {
		levels = append(levels, p.cells[i].levels)
	}
	h := p.scenario.Header("")
	return h.Baselines(levels)
}

// smaller returns a header with some of the cells and a number of replicates.
func smaller(h results.Header, cells []int, replicates int) results.Header {
	small := h
	small.Target, small.Replicates, small.Notes, small.Cells = nil, replicates, nil, nil
	for _, cell := range cells {
		small.Cells = append(small.Cells, h.Cells[cell])
	}
	return small
}

// fileCosts are times and sizes of a run's files, as the trial measured them.
type fileCosts struct {
	fixedTime time.Duration // of the report, whatever the number of replicates
	rowTime   float64       // ns of the report for each further row
	encoding  float64       // ns of encoding a row

	rowBytes, partBytes float64 // of the samples
	lineBytes           float64 // of a line of bench.txt
	cellBytes           float64 // of the summary, for each cell
	fixedBytes          float64 // of the other files
	varying             int     // metrics that are not constant in every cell
}

// measureFiles makes the files of the trial in memory.
func (t *trial) measureFiles(o folder.Options) (*fileCosts, error) {
	c := &fileCosts{}
	began := time.Now()
	store, size, err := t.block.Store()
	if err != nil {
		return nil, err
	}
	rows := float64(t.block.Rows)
	c.encoding = float64(time.Since(began)) / rows
	half, err := t.part(t.cells, max(1, t.repeat/2))
	if err != nil {
		return nil, err
	}
	_, halfSize, err := half.Store()
	if err != nil {
		return nil, err
	}
	if half.Rows < t.block.Rows {
		c.rowBytes = float64(size-halfSize) / (rows - float64(half.Rows))
	}
	c.partBytes = max(0, float64(size)-c.rowBytes*rows)

	began = time.Now()
	sizes, err := folder.Sizes(store, o)
	if err != nil {
		return nil, err
	}
	c.fixedTime = time.Since(began)
	for name, n := range sizes {
		switch {
		case name == "bench.txt":
			c.lineBytes = float64(n) / rows
		case strings.HasPrefix(name, "summary."):
			c.cellBytes += float64(n) / float64(len(t.cells))
		default:
			c.fixedBytes += float64(n)
		}
	}
	for metric := range t.header.Metrics {
		for cell := range t.cells {
			column := t.block.Values[metric][cell*t.repeat : (cell+1)*t.repeat]
			if slices.ContainsFunc(column, func(v float64) bool { return v != column[0] }) {
				c.varying++
				break
			}
		}
	}
	c.rowTime, err = t.summaryTime()
	return c, err
}

// summaryTime returns the time in ns that the summary takes for a row. It summarizes a few cells
// that repeat the trial's replicates, with many rows and with a fourth of them.
func (t *trial) summaryTime() (float64, error) {
	cells := t.plan.scatteredCells()[:min(4, len(t.cells))]
	slices.Sort(cells)
	if slices.ContainsFunc(cells, func(c int) bool { return !slices.Contains(t.cells, c) }) {
		cells = t.cells[:len(cells)]
	}
	most := min(t.header.Replicates, samples.MaxMemoryRun/len(cells))
	if most <= t.repeat {
		return 0, nil
	}
	var times, rows [2]float64
	for i, n := range []int{max(1, most/4), most} {
		part, err := t.part(cells, n)
		if err != nil {
			return 0, err
		}
		store, _, err := part.Store()
		if err != nil {
			return 0, err
		}
		began := time.Now()
		if _, err := summary.Summarize(store); err != nil {
			return 0, err
		}
		times[i], rows[i] = float64(time.Since(began)), float64(part.Rows)
	}
	if rows[1] == rows[0] {
		return 0, nil
	}
	return max(0, (times[1]-times[0])/(rows[1]-rows[0])), nil
}

// part returns a trial of some of the cells with n replicates of each. Replicates that were not run
// repeat those that were. In a column whose values differ they are changed a little, since equal
// values are sorted faster.
func (t *trial) part(cells []int, n int) (*samples.MemoryRun, error) {
	b, err := samples.NewMemoryRun(smaller(t.header, cells, n))
	if err != nil {
		return nil, err
	}
	for i, cell := range cells {
		first := slices.Index(t.cells, cell) * t.repeat
		for replicate := range n {
			from, to := first+replicate%t.repeat, i*n+replicate
			b.Outcome[to], b.Hash[to] = t.block.Outcome[from], t.block.Hash[from]+uint64(replicate/t.repeat)
		}
		for metric, all := range t.block.Values {
			column := all[first : first+t.repeat]
			distinct := map[float64]bool{}
			for _, v := range column {
				distinct[v] = true
			}
			step := 0.0
			if len(distinct) > t.repeat/2 {
				step = 1
			}
			for replicate := range n {
				b.Values[metric][i*n+replicate] = column[replicate%t.repeat] + step*float64(replicate/t.repeat)
			}
		}
	}
	return b, nil
}

// need estimates what a run with a number of replicates of each cell needs.
func (t *trial) need(c *fileCosts, replicates int, o folder.Options) Need {
	n := Need{Replicates: replicates, Observations: len(t.plan.cells) * replicates}
	cells, rows := float64(len(t.plan.cells)), float64(n.Observations)
	workers := float64(t.workers)

	opening := cells * float64(t.opening) / workers
	missing := max(0, rows-float64(t.kept))
	n.Simulation = time.Duration(opening + missing*(float64(t.running)+c.encoding)/workers)
	larger := cells / float64(len(t.cells))
	further := max(0, rows-larger*float64(t.block.Rows))
	n.Report = time.Duration(larger*float64(c.fixedTime) + further*c.rowTime)

	lines := replicates
	if !o.AllLines {
		lines = min(lines, gobench.LinesPerCell(len(t.plan.cells)))
	}
	parts := math.Ceil(rows / samples.MaxMemoryRun)
	n.Disk = int64(parts*c.partBytes + rows*c.rowBytes + cells*float64(lines)*c.lineBytes + cells*c.cellBytes + c.fixedBytes)
	n.Memory = t.memory(c, replicates)
	return n
}

// The memory of a run, in bytes.
const (
	programMemory = 45 << 20 // code and what every run needs
	figureMemory  = 25 << 20 // a figure that is being drawn
	rowMemory     = 1 << 10  // a row of the summary, and its share of tables and figures
)

// memory estimates the largest memory of a run, in bytes. Blocks of rows fill it while replicates
// are simulated, columns and figures while the report is made.
func (t *trial) memory(c *fileCosts, replicates int) int64 {
	rows := min(samples.MaxMemoryRun, len(t.plan.cells)*replicates)
	blocks := (2 + t.workers/8) * rows * (24 + 8*len(t.header.Metrics))
	columns := summary.ValuesInMemory(&t.header, replicates) * 8
	kept := len(t.plan.cells) * c.varying * min(replicates, gobench.LinesPerCell(len(t.plan.cells))) * 8
	figures := min(runtime.GOMAXPROCS(0), 4) * figureMemory
	table := len(t.plan.cells) * len(t.header.Metrics) * rowMemory
	return programMemory + int64(t.liveHeap) + int64(max(blocks, columns+kept+figures+table))
}
