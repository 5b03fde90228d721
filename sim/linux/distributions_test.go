package linux

import (
	"slices"
	"testing"
	"time"
)

// replicatesOf returns the number of replicates of a cell. A replicate of a 1 MB response takes a
// millisecond, so these cells have fewer.
func replicatesOf(c *cell) int {
	switch {
	case c.Response > 100_000:
		return 1000
	case c.Response > 1000:
		return 4000
	}
	return 10000
}

// simulate returns sorted times of a cell, without and with the noise of the machine.
func simulate(t testing.TB, f *flights, c *cell, p path, n int, trials []trial) (plain, noisy [metrics][]time.Duration) {
	x := f.exchange(t, c)
	rec := x.recording(t)
	exact, real := newBed(t, c, rec, path{}, nil), newBed(t, c, rec, p, nil)
	delays := measureNoise(t, c, rec, p, trials)
	d := draws{state: uint64(c.ID)}
	wakeUps := x.wakeUps()
	for m := range metrics {
		plain[m], noisy[m] = make([]time.Duration, n), make([]time.Duration, n)
	}
	for i := range n {
		at := times(exact.run(t, uint64(i), 0))
		for m := range metrics {
			plain[m][i] = at[m]
		}
		at = times(real.run(t, uint64(i), 0))
		d.convolve(delays, wakeUps, &at)
		for m := range metrics {
			noisy[m][i] = at[m]
		}
	}
	for m := range metrics {
		slices.Sort(plain[m])
		slices.Sort(noisy[m])
	}
	return plain, noisy
}

// compared is the distance of one time of a cell.
type compared struct {
	cell         *cell
	metric       metric
	n, m         int
	plain, noisy float64
}

func compareDistributions(t testing.TB) []compared {
	t.Helper()
	f, cells := readFlights(t), measuredCells(t)
	p := measuredPath(t)
	rows := make([]compared, len(cells)*int(metrics))
	onAllCores(len(cells), func(i int) {
		c := cells[i]
		trials := c.trials(t)
		n := replicatesOf(c)
		plain, noisy := simulate(t, f, c, p, n, trials)
		for m := range metrics {
			measured := column(trials, m)
			rows[i*int(metrics)+int(m)] = compared{c, m, len(measured), n, distance(measured, plain[m]), distance(measured, noisy[m])}
		}
	})
	return rows
}

// largest is the distance that no comparison may exceed, unless it is critical anyway.
const largest = 0.08

// limit is the largest distance that the row may have.
func (r *compared) limit() float64 { return max(largest, critical(r.n, r.m)) }

// knownDistances are the cells whose last byte is distributed otherwise than on Linux, with the
// reason.
var knownDistances = map[int]string{
	37: "a delayed ACK of 0 to 40 ms decides whether the last window leaves at once",
	49: "the last packet of the response is lost in the full queue, or not: one packet decides",
}

func TestTimesAreDistributedAsOnLinux(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	rows := comparisons.distributions.of(t, compareDistributions)
	plain, noisy := 0, 0
	for i := range rows {
		r := &rows[i]
		t.Logf("%-65v %-9v n %4d: D %.3f, with noise %.3f, critical %.3f", r.cell, r.metric, r.n, r.plain, r.noisy, critical(r.n, r.m))
		if r.plain <= critical(r.n, r.m) {
			plain++
		}
		if r.noisy <= critical(r.n, r.m) {
			noisy++
		}
		switch reason, known := knownDistances[r.cell.ID]; {
		case known && r.metric == lastByte:
			if r.noisy <= r.limit() {
				t.Errorf("%v: last byte has distance %.3f: take it out of the known differences (%s)", r.cell, r.noisy, reason)
			}
		case r.noisy > r.limit():
			t.Errorf("%v: %v has distance %.3f, want at most %.3f", r.cell, r.metric, r.noisy, r.limit())
		}
	}
	t.Logf("of %d, %d are within the critical distance without noise, %d with noise", len(rows), plain, noisy)
	if len(rows) < 240 || noisy*100 < 95*len(rows) {
		t.Errorf("%d of %d distributions cannot be told from Linux's, want 95 %% of 240", noisy, len(rows))
	}
}
