package linux

import (
	"testing"
	"time"
)

// dropPhases is the number of placements of the timer ticks over which a single drop is measured.
const dropPhases = 4 * phases

// few is the number of trials below which a measured median is not compared.
const few = 30

// singleDrop is a row of single_drop.csv: medians of the trials that lost exactly this packet.
type singleDrop struct {
	cell     *cell
	lost     drops
	n        int
	measured [metrics]time.Duration
	exact    [metrics]time.Duration // simulated, links as they were set
	noisy    [metrics]time.Duration // simulated, over the measured path
}

// tolerance of a median.
func tolerance(t time.Duration) time.Duration { return max(4*time.Millisecond, t*15/1000) }

func compareSingleDrops(t testing.TB) (rows []singleDrop) {
	t.Helper()
	f := readFlights(t)
	for _, r := range readCSV(t, "testdata/single_drop.csv") {
		d := singleDrop{
			cell: &cell{
				Variant: r["variant"], Chain: r["chain"], Server: r["server"], CC: r["cc"], Response: int(r.number(t, "resp")),
				FixedRecords: r["rec_fixed"] == "True", RTT: r.milliseconds(t, "rtt_ms"),
			},
			lost: drops(r["dropped"]), n: int(r.number(t, "n")),
			measured: [metrics]time.Duration{r.milliseconds(t, "conn_p50_ms"), r.milliseconds(t, "hs_cum_p50_ms"), r.milliseconds(t, "last_cum_p50_ms")},
		}
		if d.n >= few {
			rows = append(rows, d)
		}
	}
	p := measuredPath(t)
	onAllCores(len(rows), func(i int) {
		d := &rows[i]
		rec := f.exchange(t, d.cell).recording(t)
		d.exact = medians(t, newBed(t, d.cell, rec, path{}, &d.lost))
		d.noisy = medians(t, newBed(t, d.cell, rec, p, &d.lost))
	})
	return rows
}

// medians are those over all placements of the timer ticks.
func medians(t testing.TB, b *bed) (at [metrics]time.Duration) {
	var all []trial
	for k := range dropPhases {
		all = append(all, trial{times: times(b.run(t, uint64(k/phases), time.Duration(k%phases)*phaseStep))})
	}
	for m := range metrics {
		at[m] = quantile(column(all, m), 0.5)
	}
	return at
}

func (d *singleDrop) within(simulated *[metrics]time.Duration) bool {
	for m := range metrics {
		if (simulated[m] - d.measured[m]).Abs() > tolerance(d.measured[m]) {
			return false
		}
	}
	return true
}

// TestOneLossCostsAsOnLinux: the simulated median of each row is within 4 ms or 1.5 % of the measured
// one.
func TestOneLossCostsAsOnLinux(t *testing.T) {
	rows := comparisons.singleDrops.of(t, compareSingleDrops)
	if len(rows) < 229 {
		t.Errorf("only %d single drops were compared", len(rows))
	}
	for i := range rows {
		d := &rows[i]
		if d.cell.Server == "openssl" && d.lost == "s0" {
			// Two modes 100 ms apart: 22 of 36 trials are in the later one, 66 of 164 with Go's
			// server, 41 % of simulated ones. The median of so few falls into either.
			continue
		}
		if !d.within(&d.noisy) {
			t.Errorf("%v, %s lost: Linux %v of %d trials, simulated %v (%v without noise)", d.cell, d.lost, d.measured, d.n, d.noisy, d.exact)
		}
	}
}
