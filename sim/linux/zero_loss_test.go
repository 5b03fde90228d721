package linux

import (
	"math"
	"testing"
	"time"
)

// zeroLossReplicates of a cell without loss: only timers and noise vary.
const zeroLossReplicates = 400

// zeroLoss compares medians of a time of a cell without loss.
type zeroLoss struct {
	cell                     *cell
	metric                   metric
	measured, plain, noisy   time.Duration
	measuredTrips, plainTrip int // whole round trips in the time
}

// near reports whether a simulated median is within 1 % or 1 ms of the measured one.
func (z *zeroLoss) near(simulated time.Duration) bool {
	return (simulated - z.measured).Abs() <= max(time.Millisecond, z.measured/100)
}

func compareZeroLoss(t testing.TB) (rows []zeroLoss) {
	t.Helper()
	f := readFlights(t)
	p := measuredPath(t)
	for _, c := range measuredCells(t) {
		if c.Loss > 0 || c.Jitter > 0 {
			continue
		}
		trials := c.trials(t)
		n := zeroLossReplicates
		if c.Response > 100_000 {
			n /= 10
		}
		plain, noisy := simulate(t, f, c, p, n, trials)
		for m := range metrics {
			z := zeroLoss{cell: c, metric: m, measured: quantile(column(trials, m), 0.5)}
			z.plain, z.noisy = quantile(plain[m], 0.5), quantile(noisy[m], 0.5)
			z.measuredTrips, z.plainTrip = int(z.measured/c.RTT), int(z.plain/c.RTT)
			rows = append(rows, z)
		}
	}
	return rows
}

// TestTimesWithoutLossAreThoseOfLinux: the medians of cells without loss are within 1 % or 1 ms,
// and on links without a rate each takes as many round trips as on Linux.
func TestTimesWithoutLossAreThoseOfLinux(t *testing.T) {
	rows := comparisons.zeroLoss.of(t, compareZeroLoss)
	if len(rows) < 100 {
		t.Errorf("only %d medians were compared", len(rows))
	}
	for i := range rows {
		z := &rows[i]
		if reason, ok := knownZeroLoss[z.cell.ID]; ok && z.metric == lastByte {
			if z.near(z.noisy) {
				t.Errorf("%v: %v %v is near Linux's %v: take it out of the known differences (%s)", z.cell, z.metric, z.noisy, z.measured, reason)
			}
			continue
		}
		if !z.near(z.noisy) {
			t.Errorf("%v: %v %v (%v without noise), on Linux %v", z.cell, z.metric, z.noisy, z.plain, z.measured)
		}
		if z.cell.Rate == 0 && z.measuredTrips != z.plainTrip {
			t.Errorf("%v: %v takes %d round trips, on Linux %d", z.cell, z.metric, z.plainTrip, z.measuredTrips)
		}
	}
}

// knownZeroLoss are the cells whose median of the last byte differs from Linux's, with the reason.
var knownZeroLoss = map[int]string{
	25: "the processing of 68 records, which was not measured",
	49: "the last packet of the response is lost in the full queue, or not: one packet decides",
}

// TestHyStartLeavesSlowStartAsOnLinux: 1 MB over 10 Mbit/s with a queue of 100 packets. On Linux
// HyStart ends CUBIC's slow start before the queue overflows by more than some packets; NewReno's
// slow start overflows it by more than a hundred.
func TestHyStartLeavesSlowStartAsOnLinux(t *testing.T) {
	f := readFlights(t)
	compared := 0
	for _, r := range readCSV(t, "testdata/cells.csv") {
		if r["rate_mbps"] != "10" || r["resp"] != "1000000" {
			continue
		}
		compared++
		c := cellOf(t, r)
		drops := r.number(t, "qdrop_s_mean")
		if got := newBed(t, c, f.exchange(t, c).recording(t), path{}, nil).run(t, 1, 0); math.Abs(float64(got.Retransmits)-drops) > 5 {
			t.Errorf("%v: %d packets are lost and sent again, on Linux %.1f", c, got.Retransmits, drops)
		}
	}
	if compared != 2 {
		t.Errorf("%d cells were compared, want CUBIC's and NewReno's", compared)
	}
}
