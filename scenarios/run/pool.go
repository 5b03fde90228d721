package run

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tlslab/results/samples"
	"tlslab/scenarios"
	"tlslab/sim"
)

// chunk is the number of replicates that a worker takes at a time: large enough that taking them
// costs nothing, small enough that an interrupted run loses little.
const chunk = 64

// checkpoint is the interval at which the pool writes unfinished parts. A run that is killed loses
// no more than this.
const checkpoint = 30 * time.Second

// A store keeps the parts of a run. It is a samples.Writer.
type store interface {
	Parts() int
	NewBlock() *samples.Block
	Load(b *samples.Block, part int) (rows int, err error)
	Write(b *samples.Block, rows int) error
}

// An openPart is a part that is being simulated.
type openPart struct {
	block *samples.Block
	seeds []uint64 // of the block's replicates, which all its cells share
	next  int      // the first row that no worker has taken; guarded by pool.taking

	mu       sync.Mutex // held while the part is written
	done     []bool     // by index of the chunk in the part
	left     int        // number of chunks that are not done
	written  int        // number of rows on disk
	finished bool
}

// prefix returns the number of rows before the first chunk that is not done. The caller holds mu.
func (p *openPart) prefix() int {
	for i, done := range p.done {
		if !done {
			return i * chunk
		}
	}
	return p.block.Rows
}

// A pool simulates the parts of a plan on several workers.
//
// The workers take the chunks of one part after another. The worker that finishes the last chunk of
// a part writes the part, while the others simulate the next part in another block.
type pool struct {
	plan     *plan
	metrics  []scenarios.Metric
	store    store
	progress func(rows int)
	free     chan *samples.Block // blocks that no part uses; nil for one that is not allocated yet

	taking  sync.Mutex // guards part, current and openPart.next
	part    int        // the next part to open
	current *openPart  // the part whose chunks the workers take

	reporting sync.Mutex // serialises progress

	opening sync.Mutex         // guards open
	open    map[*openPart]bool // the parts that are being simulated
}

// A task is a chunk of a part: from ≤ row < to.
type task struct {
	part     *openPart
	from, to int
}

// newPool returns a pool with blocks for a number of workers. It calls progress with the number of
// rows of each finished chunk, one call at a time.
func newPool(p *plan, to store, workers int, progress func(rows int)) *pool {
	w := &pool{plan: p, metrics: p.scenario.Metrics(), store: to, progress: progress, open: map[*openPart]bool{}}
	blocks := 2 + workers/8
	w.free = make(chan *samples.Block, blocks)
	for range blocks {
		w.free <- nil
	}
	return w
}

// simulate simulates the replicates that are missing in the store. If ctx is cancelled, it writes
// the rows that are done and returns the error of ctx. If a worker fails, it returns the worker's
// error.
func (w *pool) simulate(ctx context.Context, workers int) error {
	all, working := errgroup.WithContext(ctx)
	over := make(chan struct{})
	var running sync.WaitGroup
	for range workers {
		running.Add(1)
		all.Go(func() error {
			defer running.Done()
			return w.work(working)
		})
	}
	all.Go(func() error { return w.checkpoints(over) })
	running.Wait()
	close(over)
	if err := all.Wait(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		if err := w.writeOpen(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// take returns the next chunk. It returns false if none is left or ctx is cancelled.
func (w *pool) take(ctx context.Context) (task, bool, error) {
	w.taking.Lock()
	defer w.taking.Unlock()
	for {
		if p := w.current; p != nil && p.next < p.block.Rows {
			t := task{part: p, from: p.next, to: min(p.next-p.next%chunk+chunk, p.block.Rows)}
			p.next = t.to
			return t, true, nil
		}
		if w.part == w.store.Parts() {
			return task{}, false, nil
		}
		if more, err := w.openNext(ctx); err != nil || !more {
			return task{}, false, err
		}
	}
}

// openNext waits for a free block and opens the next part. The caller holds taking.
func (w *pool) openNext(ctx context.Context) (more bool, err error) {
	var block *samples.Block
	select {
	case <-ctx.Done():
		return false, nil
	case block = <-w.free:
	}
	if block == nil {
		block = w.store.NewBlock()
	}
	rows, err := w.store.Load(block, w.part)
	if err != nil {
		return false, err
	}
	w.part++
	chunks := (block.Rows + chunk - 1) / chunk
	p := &openPart{block: block, next: rows, written: rows, done: make([]bool, chunks), left: chunks}
	if rows < block.Rows {
		p.seeds = w.plan.seeds.Seeds(block.Replicates())
	}
	for i := 0; (i+1)*chunk <= rows || i < chunks && rows == block.Rows; i++ {
		p.done[i] = true
		p.left--
	}
	if p.left == 0 {
		w.free <- block
		return true, nil
	}
	w.current = p
	w.opening.Lock()
	defer w.opening.Unlock()
	w.open[p] = true
	return true, nil
}

// finish marks a chunk as done, and writes the part if the chunk was its last.
func (w *pool) finish(t task) error {
	w.reporting.Lock()
	w.progress(t.to - t.from)
	w.reporting.Unlock()
	p := t.part
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done[t.from/chunk] = true
	if p.left--; p.left > 0 {
		return nil
	}
	if err := w.store.Write(p.block, p.block.Rows); err != nil {
		return err
	}
	p.finished = true
	w.opening.Lock()
	defer w.opening.Unlock()
	delete(w.open, p)
	w.free <- p.block
	return nil
}

// checkpoints writes the open parts at every checkpoint, until over is closed.
func (w *pool) checkpoints(over chan struct{}) error {
	ticker := time.NewTicker(checkpoint)
	defer ticker.Stop()
	for {
		select {
		case <-over:
			return nil
		case <-ticker.C:
			if err := w.writeOpen(); err != nil {
				return err
			}
		}
	}
}

// writeOpen writes the rows of each open part up to the first chunk that is not done.
func (w *pool) writeOpen() error {
	w.opening.Lock()
	open := slices.Collect(maps.Keys(w.open))
	w.opening.Unlock()
	for _, p := range open {
		if err := w.writeUnfinished(p); err != nil {
			return err
		}
	}
	return nil
}

func (w *pool) writeUnfinished(p *openPart) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	rows := p.prefix()
	if p.finished || rows <= p.written {
		return nil
	}
	p.written = rows
	return w.store.Write(p.block, rows)
}

// work simulates chunks until none is left or ctx is cancelled.
func (w *pool) work(ctx context.Context) error {
	here := worker{cell: -1, metrics: w.metrics}
	for {
		t, more, err := w.take(ctx)
		if err != nil || !more {
			return err
		}
		done, err := here.simulate(ctx, w.plan, t)
		if err != nil || !done {
			return err
		}
		if err := w.finish(t); err != nil {
			return err
		}
	}
}

// A worker simulates one chunk after another.
type worker struct {
	metrics []scenarios.Metric
	world   world // of the current cell
	cell    int
	rows    *samples.Chunk
	result  sim.Result // of the current replicate
}

// simulate simulates the replicates of a chunk. It returns false if ctx is cancelled before the
// last.
func (h *worker) simulate(ctx context.Context, p *plan, t task) (done bool, err error) {
	if h.rows == nil {
		h.rows = t.part.block.NewChunk(chunk)
	}
	replicates := t.part.block.Replicates()
	for row := t.from; row < t.to; row++ {
		if ctx.Err() != nil {
			return false, nil
		}
		cell, replicate := t.part.block.Place(row)
		c := &p.cells[cell]
		if cell != h.cell {
			if h.world, err = c.open(); err != nil {
				return false, err
			}
			h.cell = cell
		}
		h.result = h.world.Run(t.part.seeds[replicate-replicates.From])
		h.rows.Add(h.result.Outcome, h.result.Hash, func(metric int) float64 {
			return h.metrics[metric].Value(&h.result, c.config)
		})
	}
	t.part.block.Put(t.from, h.rows)
	return true, nil
}
