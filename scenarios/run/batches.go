package run

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"tlslab/results/samples"
	"tlslab/results/stopping"
)

// nextBatch decides which cells get another batch of replicates, and adds it. It returns false if
// no cell does. All parts of the batches before are written.
func nextBatch(ctx context.Context, to *samples.Writer, workers int) (more bool, err error) {
	undecided := to.Undecided()
	if len(undecided) == 0 {
		return false, nil
	}
	store, err := to.Store()
	if err != nil {
		return false, err
	}
	wide, err := wideCells(ctx, store, undecided, workers)
	if err != nil {
		return false, err
	}
	return len(wide) > 0, to.Continue(wide)
}

// wideCells returns the cells that get another batch, in rising order: those in whose group a cell
// has an interval that is wider than the target. Every cell of the store has replicates, so the
// indices are those of Header.Cells.
func wideCells(ctx context.Context, store *samples.Store, cells []int, workers int) ([]int, error) {
	continues := make([]bool, len(cells))
	var group errgroup.Group
	workers = min(workers, len(cells))
	for i := range workers {
		// Neighbouring cells share parts: a range of cells decodes most parts once.
		from, to := i*len(cells)/workers, (i+1)*len(cells)/workers
		group.Go(func() error { return decide(ctx, store, cells[from:to], continues[from:to]) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	h := store.Header()
	groupOf := func(cell int) string { return h.Combination(h.Cells[cell].Levels) }
	wide := map[string]bool{} // by group
	for i, cell := range cells {
		if continues[i] {
			wide[groupOf(cell)] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(cells), func(cell int) bool { return !wide[groupOf(cell)] }), nil
}

// decide sets for each cell whether it continues.
func decide(ctx context.Context, store *samples.Store, cells []int, continues []bool) error {
	target := store.Header().Target
	column := store.Column(store.Header().Metric(target.Metric))
	var values []float64
	for i, cell := range cells {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if values, err = column.Read(values[:0], cell); err != nil {
			return err
		}
		replicates := len(values)
		values = slices.DeleteFunc(values, func(v float64) bool { return v != v })
		slices.Sort(values)
		interval, err := stopping.Interval(target, values)
		if err != nil {
			return fmt.Errorf("header: %w", err)
		}
		continues[i] = stopping.Decide(target, replicates, interval) == stopping.Continue
	}
	return nil
}
