package linux

import (
	"testing"
	"time"
)

// dropPhases is the number of runs whose median is compared: each has other instants of the timer
// ticks.
const dropPhases = 4 * phases

// fewestTrials is the number of trials below which a measured median is not compared.
const fewestTrials = 30

// singleDrop is a row of single_drop.csv: medians of the trials that lost exactly this packet.
type singleDrop struct {
	cell     *cell
	lost     drops
	n        int
	measured [metrics]time.Duration
	exact    [metrics]time.Duration // simulated, links as they were set
	noisy    [metrics]time.Duration // simulated, over the measured path
}

// tolerance is the difference within which a simulated median agrees with the measured one t.
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
		if d.lost != "none" && d.n >= fewestTrials {
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

// medians returns the median of each time over dropPhases runs.
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

// TestOneLossCostsAsOnLinux: the simulated median of each row is within 4 ms or 1.5 % of the
// measured one.
func TestOneLossCostsAsOnLinux(t *testing.T) {
	rows := comparisons.singleDrops.of(t, compareSingleDrops)
	if len(rows) < 212 {
		t.Errorf("only %d single drops were compared", len(rows))
	}
	for i := range rows {
		d := &rows[i]
		if d.cell.Server == "openssl" && d.lost == "s0" {
			// The times have two modes, 100 ms apart. The later one has 22 of 36 trials, 66 of
			// 164 with Go's server, and 41 % of the simulated ones. The median of 36 trials may
			// fall into either mode.
			continue
		}
		if !d.within(&d.noisy) {
			t.Errorf("%v, %s lost: Linux %v of %d trials, simulated %v (%v without noise)", d.cell, d.lost, d.measured, d.n, d.noisy, d.exact)
		}
	}
}
