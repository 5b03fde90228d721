package run

import (
	"context"
	"sync"
	"sync/atomic"

	"tlslab/results"
	"tlslab/scenarios"
	"tlslab/sim"
)

// chunk is how many replicates of a cell a worker takes at a time: enough that handing them out costs nothing, few enough that an
// interrupted run loses little.
const chunk = 64

// A unit is some replicates of one cell: from ≤ r < to.
type unit struct {
	cell, from, to int
}

// A schedule divides what is left of a plan, after its first done observations, into units. They are computed, not kept: a long
// run needs no more memory than a short one.
type schedule struct {
	cells, replicates, done int
}

// begun is the cell in which an earlier run ended, from its first replicate that is missing.
func (s schedule) begun() unit {
	return unit{cell: s.done / s.replicates, from: s.done % s.replicates, to: s.replicates}
}

func (s schedule) count() int {
	first := s.begun()
	if first.cell >= s.cells {
		return 0
	}
	return chunks(first.to-first.from) + (s.cells-first.cell-1)*chunks(s.replicates)
}

func (s schedule) unit(i int) unit {
	u := s.begun()
	if here := chunks(u.to - u.from); i >= here {
		i -= here
		u.cell += 1 + i/chunks(s.replicates)
		u.from = 0
		i %= chunks(s.replicates)
	}
	u.from += i * chunk
	u.to = min(u.from+chunk, s.replicates)
	return u
}

func chunks(replicates int) int { return (replicates + chunk - 1) / chunk }

// A batch is the observations of one unit. Batches are used again and again.
type batch struct {
	unit         int // its place among all units
	observations []results.Observation
	result       sim.Result // of the replicate at hand
}

// newBatch has room for so many metrics of each observation.
func newBatch(n int) *batch {
	b := &batch{observations: make([]results.Observation, chunk)}
	values := make([]float64, chunk*n)
	for i := range b.observations {
		b.observations[i].Values = values[i*n : (i+1)*n]
	}
	return b
}

// A pool simulates the units of a plan on several workers.
//
// There is a fixed number of batches. A worker takes a batch first and a unit's number second, so the lowest unit that is not
// written always has a batch, and the pool cannot come to a stand.
type pool struct {
	plan     *plan
	metrics  []scenarios.Metric
	schedule schedule
	units    int          // of the schedule
	next     atomic.Int64 // the next unit to hand out
	free     chan *batch  // batches to fill
	full     chan *batch  // filled ones, in no order
}

// simulate runs all units on some workers and passes their observations to write in order. When the context is cancelled, a worker
// or write fails, it ends early with the cause; what was passed to write by then has no gaps.
func (p *plan) simulate(ctx context.Context, left schedule, workers int, write func([]results.Observation) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := &pool{plan: p, metrics: p.scenario.Metrics(), schedule: left, units: left.count(), free: make(chan *batch, 4*workers), full: make(chan *batch, 4*workers)}
	for range cap(w.free) {
		w.free <- newBatch(len(w.metrics))
	}
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			if err := w.work(ctx); err != nil {
				cancel(err)
			}
		})
	}
	go func() {
		running.Wait()
		close(w.full)
	}()
	failed := w.writeInOrder(func(o []results.Observation) error {
		err := write(o)
		if err != nil {
			cancel(err)
		}
		return err
	})
	if !failed {
		return nil
	}
	return context.Cause(ctx)
}

// writeInOrder writes batches in the order of their units and frees them, until no more come. It reports whether any unit is
// missing.
func (w *pool) writeInOrder(write func([]results.Observation) error) (missing bool) {
	waiting := map[int]*batch{}
	next := 0
	var err error
	for b := range w.full {
		waiting[b.unit] = b
		for waiting[next] != nil && err == nil {
			b := waiting[next]
			u := w.schedule.unit(next)
			if err = write(b.observations[:u.to-u.from]); err != nil {
				break
			}
			delete(waiting, next)
			next++
			w.free <- b
		}
	}
	return next < w.units
}

// work fills batches until there are no more units or the context is cancelled.
func (w *pool) work(ctx context.Context) error {
	var here world // of the cell at hand
	cell := -1
	for {
		var b *batch
		select {
		case <-ctx.Done():
			return nil
		case b = <-w.free:
		}
		b.unit = int(w.next.Add(1)) - 1
		if b.unit >= w.units {
			return nil
		}
		u := w.schedule.unit(b.unit)
		if u.cell != cell {
			var err error
			if here, err = w.plan.cells[u.cell].open(); err != nil {
				return err
			}
			cell = u.cell
		}
		if !w.fill(ctx, b, u, &w.plan.cells[u.cell], here) {
			return nil
		}
		w.full <- b
	}
}

// fill runs the replicates of a unit; false if the context was cancelled before the last.
func (w *pool) fill(ctx context.Context, b *batch, u unit, c *plannedCell, here world) bool {
	for r := u.from; r < u.to; r++ {
		if ctx.Err() != nil {
			return false
		}
		seed := c.network.Seed(r)
		b.result = here.Run(seed)
		w.observe(&b.observations[r-u.from], c, r, seed, &b.result)
	}
	return true
}

// observe writes a replicate's result as an observation.
func (w *pool) observe(o *results.Observation, c *plannedCell, replicate int, seed uint64, r *sim.Result) {
	o.Cell, o.Replicate, o.Seed, o.Hash, o.Outcome = c.levels, replicate, seed, r.Hash, r.Outcome
	for i := range w.metrics {
		o.Values[i] = w.metrics[i].Value(r, c.config)
	}
}
