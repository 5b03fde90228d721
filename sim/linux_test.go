package sim

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tlslab/netem"
	"tlslab/sim/recording"
)

// The tests of this file compare whole connections with connections measured on Linux TCP over the
// same kind of link; testdata/linux/README.md says how. The simulation gets the sizes on the wire
// and the times of the cryptography. No parameter is fitted to the measured times.

// measuredCell is a row of cells.csv.
type measuredCell map[string]string

func (c measuredCell) number(t testing.TB, column string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(c[column], 64)
	if err != nil {
		t.Fatalf("cell %s, %s: %v", c["id"], column, err)
	}
	return x
}

func (c measuredCell) milliseconds(t testing.TB, column string) time.Duration {
	t.Helper()
	return time.Duration(c.number(t, column) * float64(time.Millisecond))
}

func measuredCells(t testing.TB) []measuredCell {
	t.Helper()
	f, err := os.Open("testdata/linux/cells.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cells := make([]measuredCell, len(rows)-1)
	for i, row := range rows[1:] {
		cells[i] = measuredCell{}
		for k, name := range rows[0] {
			cells[i][name] = row[k]
		}
	}
	return cells
}

// measuredFlights is flights.json: what each side wrote, and how long it
// computed before.
type measuredFlights struct {
	Responses []struct {
		Resp     int
		RecFixed bool
		Writes   []int
	} `json:"response_writes"`
	Variants []struct {
		Variant, Chain string
		Writes         []string           // "C 256", "S 2014" …, the last one a response
		StagesUs       map[string]float64 // by "0C", "1S" …
	} `json:"variants"`
}

func readFlights(t testing.TB) *measuredFlights {
	t.Helper()
	text, err := os.ReadFile("testdata/linux/flights.json")
	if err != nil {
		t.Fatal(err)
	}
	f := new(measuredFlights)
	if err := json.Unmarshal(text, f); err != nil {
		t.Fatal(err)
	}
	return f
}

// recording is the exchange of a cell as a recording; false where the flights
// of its variant were not measured.
func (f *measuredFlights) recording(t testing.TB, cell measuredCell) (*recording.Recording, bool) {
	t.Helper()
	for _, v := range f.Variants {
		if v.Variant != cell["variant"] || v.Chain != cell["chain"] {
			continue
		}
		for _, r := range f.Responses {
			if strconv.Itoa(r.Resp) == cell["resp"] && strconv.FormatBool(r.RecFixed) == strings.ToLower(cell["rec_fixed"]) {
				return flightsToRecording(t, v.Writes[:len(v.Writes)-1], v.StagesUs, r.Writes), true
			}
		}
	}
	return nil, false
}

func flightsToRecording(t testing.TB, writes []string, stages map[string]float64, response []int) *recording.Recording {
	t.Helper()
	var steps [2][]recording.Step
	var written [2]int64
	add := func(s side, items ...recording.Item) {
		k := len(steps[s]) - 1
		steps[s][k].Items = append(steps[s][k].Items, items...)
	}
	begin := func(s side) {
		steps[s] = append(steps[s], recording.Step{At: written[1-s]})
	}
	write := func(s side, n int) {
		add(s, recording.Item{Action: recording.Write, Bytes: n})
		written[s] += int64(n)
	}
	sides := map[string]side{"C": client, "S": server}
	request := len(writes) - 1 // the client's last write but its close
	for !strings.HasPrefix(writes[request], "C") {
		request--
	}
	stage, last := 0, ""
	for i, w := range writes {
		who, size, _ := strings.Cut(w, " ")
		s := sides[who]
		if who != last {
			begin(s)
			took := stages[fmt.Sprint(stage, who)]
			add(s, recording.Item{Action: recording.Work, Work: time.Duration(took * float64(time.Microsecond))})
			stage, last = stage+1, who
		}
		if i == request {
			add(client, recording.Item{Action: recording.Mark, Moment: recording.Handshake})
		}
		n, err := strconv.Atoi(size)
		if err != nil {
			t.Fatal(err)
		}
		write(s, n)
	}
	begin(server)
	for _, n := range response {
		write(server, n)
	}
	if n := int64(response[0]); len(response) > 1 {
		steps[client] = append(steps[client], recording.Step{At: written[server] - sum(response) + n})
		add(client, recording.Item{Action: recording.Mark, Moment: recording.FirstByte})
		begin(client)
	} else {
		begin(client)
		add(client, recording.Item{Action: recording.Mark, Moment: recording.FirstByte})
	}
	add(client, recording.Item{Action: recording.Mark, Moment: recording.LastByte})
	write(client, 24) // close_notify
	add(client, recording.Item{Action: recording.CloseWrite})
	begin(server)
	add(server, recording.Item{Action: recording.CloseWrite})
	r := &recording.Recording{Branches: []recording.Branch{{Outcome: recording.Full, Client: steps[client], Server: steps[server]}}}
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	return r
}

func sum(sizes []int) (n int64) {
	for _, s := range sizes {
		n += int64(s)
	}
	return n
}

// worldOf is the world of a measured cell.
func worldOf(t testing.TB, f *measuredFlights, cell measuredCell) (*Replicator, bool) {
	t.Helper()
	rec, ok := f.recording(t, cell)
	if !ok {
		return nil, false
	}
	link := netem.Config{
		Delay: cell.milliseconds(t, "rtt_ms") / 2,
		Loss:  cell.number(t, "loss"),
		Rate:  int64(cell.number(t, "rate_mbps") * 1e6),
		Limit: int(cell.number(t, "qpkts")),
	}
	cfg := wire(t, link, link)
	cfg.Server.TCP.CongestionControl = cell["cc"]
	return mustReplicator(t, cfg, rec), true
}

// comparable reports whether a cell was measured under conditions that the simulation has: Go's
// server, and no jitter.
func (c measuredCell) comparable() bool {
	return c["server"] == "go" && c["jitter_us"] == "0" && c["rtt_ms"] != "0" && !strings.HasPrefix(c["phase"], "v")
}

func TestConnectionsWithoutLossTakeTheTimeMeasuredOnLinux(t *testing.T) {
	flights := readFlights(t)
	compared := 0
	for _, cell := range measuredCells(t) {
		if !cell.comparable() || cell.number(t, "loss") != 0 {
			continue
		}
		if cell["rec_fixed"] == "True" && cell["resp"] == "100000" {
			// Its last window is exactly full: a delayed ACK of 0 to 40 ms decides, as the README
			// says.
			continue
		}
		if overflows(cell) {
			continue
		}
		w, ok := worldOf(t, flights, cell)
		if !ok {
			continue
		}
		compared++
		r := w.Run(1)
		for _, m := range []struct {
			name string
			got  time.Duration
			want time.Duration
		}{
			{"connect", r.Connect, cell.milliseconds(t, "conn_p50_ms")},
			{"handshake", r.Handshake, cell.milliseconds(t, "hs_cum_p50_ms")},
			{"first byte", r.TTFB, cell.milliseconds(t, "first_cum_p50_ms")},
			{"last byte", r.TTLB, cell.milliseconds(t, "last_cum_p50_ms")},
		} {
			// Linux adds its own work and its wake-ups, which are not modelled:
			// about 0.2 ms for each time that a process is woken. Its links without a rate
			// have 2 Gbit/s, which costs 1 MB at a time of 10 ms about 3 ms.
			most := 2 * ms
			if cell["rate_mbps"] == "0" && cell["resp"] == "1000000" {
				most = 4 * ms
			}
			if less := m.want - m.got; less < -1500*time.Microsecond || less > most {
				t.Errorf("cell %s (%s %s, rtt %s ms, rate %s Mbit/s, response %s): %s %v, on Linux %v",
					cell["id"], cell["variant"], cell["chain"], cell["rtt_ms"], cell["rate_mbps"], cell["resp"], m.name, m.got, m.want)
			}
		}
	}
	if compared < 20 {
		t.Errorf("only %d cells were compared", compared)
	}
}

// overflows reports whether NewReno's slow start overflows the queue of a cell: which packets are
// dropped, and so the time, depends on a delayed ACK.
func overflows(cell measuredCell) bool {
	return cell["cc"] == "reno" && cell["rate_mbps"] == "10" && cell["resp"] == "1000000"
}

// TestHyStartLeavesSlowStartAsOnLinux: 1 MB over 10 Mbit/s with a queue of 100 packets. On Linux
// HyStart ends CUBIC's slow start before the queue overflows by more than some packets; NewReno's
// slow start overflows it by more than a hundred.
func TestHyStartLeavesSlowStartAsOnLinux(t *testing.T) {
	flights := readFlights(t)
	compared := 0
	for _, cell := range measuredCells(t) {
		if cell["rate_mbps"] != "10" || cell["resp"] != "1000000" {
			continue
		}
		compared++
		w, _ := worldOf(t, flights, cell)
		drops := cell.number(t, "qdrop_s_mean")
		if r := w.Run(1); math.Abs(float64(r.Retransmits)-drops) > 5 {
			t.Errorf("%s: %d packets are lost and sent again, on Linux %.1f", cell["cc"], r.Retransmits, drops)
		}
	}
	if compared != 2 {
		t.Errorf("%d cells were compared, want CUBIC's and NewReno's", compared)
	}
}

func TestConnectionsWithLossAreSpreadAsOnLinux(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	const (
		replicates = 4000
		shift      = 0.03 // of a distribution function: the measured cells hold 2000 to 7000 trials
		late       = 12 * ms
	)
	flights := readFlights(t)
	compared := 0
	for _, cell := range measuredCells(t) {
		if !cell.comparable() || cell.number(t, "loss") == 0 || cell.number(t, "resp") > 1000 {
			continue
		}
		if cell["chain"] == "ec_f16k" {
			// The last packet of its flight holds only a ticket: no handshake waits for it.
			continue
		}
		w, ok := worldOf(t, flights, cell)
		if !ok {
			continue
		}
		compared++
		var handshake, last []time.Duration
		for seed := range uint64(replicates) {
			if r := w.Run(seed); r.TTLB >= 0 {
				handshake, last = append(handshake, r.Handshake), append(last, r.TTLB)
			}
		}
		slices.Sort(handshake)
		slices.Sort(last)
		for _, m := range []struct {
			name   string
			sorted []time.Duration
		}{{"hs_cum", handshake}, {"last_cum", last}} {
			for _, p := range []int{5, 25, 50, 75, 90, 95} {
				want := cell.milliseconds(t, fmt.Sprintf("%s_p%d_ms", m.name, p))
				lo, hi := quantile(m.sorted, float64(p)/100-shift), quantile(m.sorted, float64(p)/100+shift)
				if want < lo-late || want > hi+late {
					t.Errorf("cell %s (%s %s, rtt %s ms, loss %s): p%d of %s is %v to %v, on Linux %v",
						cell["id"], cell["variant"], cell["chain"], cell["rtt_ms"], cell["loss"], p, m.name, lo, hi, want)
				}
			}
		}
	}
	if compared < 20 {
		t.Errorf("only %d cells were compared", compared)
	}
}

func quantile(sorted []time.Duration, p float64) time.Duration {
	return sorted[min(max(int(p*float64(len(sorted))), 0), len(sorted)-1)]
}
