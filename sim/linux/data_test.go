package linux

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// cell is a row of cells.csv: the conditions of its trials.
type cell struct {
	ID             int
	Phase          string // z no loss, l loss, v… checks of the test bed
	Variant, Chain string
	Server         string        // go or openssl
	RTT            time.Duration // of the link, without serialisation
	Loss           float64       // probability, each packet and direction
	Rate           int64         // bit/s; 0: none set
	QueuePackets   int
	Jitter         time.Duration // uniform, each direction
	Reorder        bool          // jitter reorders packets
	Response       int           // bytes of plaintext
	CC             string        // congestion control of the server
	FixedRecords   bool          // 16 kB records; else Go's dynamic ones
	N              int           // trials
}

func (c *cell) String() string {
	text := fmt.Sprintf("cell %d: %s %s, %s, RTT %v, %d B", c.ID, c.Variant, c.Chain, c.Server, c.RTT, c.Response)
	if c.Loss > 0 {
		text += fmt.Sprintf(", loss %g %%", c.Loss*100)
	}
	if c.Rate > 0 {
		text += fmt.Sprintf(", %d Mbit/s", c.Rate/1e6)
	}
	if c.Jitter > 0 {
		text += fmt.Sprintf(", jitter %v", c.Jitter)
	}
	if c.CC != "cubic" {
		text += ", " + c.CC
	}
	if c.FixedRecords {
		text += ", 16 kB records"
	}
	return text
}

// row is a line of a CSV file by the names of its columns.
type row map[string]string

func (r row) number(t testing.TB, column string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(r[column], 64)
	if err != nil {
		t.Fatalf("column %s: %v", column, err)
	}
	return x
}

func (r row) milliseconds(t testing.TB, column string) time.Duration {
	t.Helper()
	return time.Duration(r.number(t, column) * float64(time.Millisecond))
}

func (r row) microseconds(t testing.TB, column string) time.Duration {
	t.Helper()
	return time.Duration(r.number(t, column)) * time.Microsecond
}

// readCSV reads a CSV file, also a compressed one.
func readCSV(t testing.TB, name string) []row {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reader := csv.NewReader(f)
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		reader = csv.NewReader(z)
	}
	lines, err := reader.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	rows := make([]row, 0, len(lines)-1)
	for _, line := range lines[1:] {
		r := row{}
		for k, column := range lines[0] {
			r[column] = line[k]
		}
		rows = append(rows, r)
	}
	return rows
}

// measuredCells are the cells of the test bed, without the checks of the test bed itself.
func measuredCells(t testing.TB) (cells []*cell) {
	t.Helper()
	for _, r := range readCSV(t, "testdata/cells.csv") {
		if c := cellOf(t, r); !strings.HasPrefix(c.Phase, "v") {
			cells = append(cells, c)
		}
	}
	return cells
}

func cellOf(t testing.TB, r row) *cell {
	t.Helper()
	return &cell{
		ID: int(r.number(t, "id")), Phase: r["phase"], Variant: r["variant"], Chain: r["chain"], Server: r["server"],
		RTT: r.milliseconds(t, "rtt_ms"), Loss: r.number(t, "loss"), Rate: int64(r.number(t, "rate_mbps") * 1e6),
		QueuePackets: int(r.number(t, "qpkts")), Jitter: r.microseconds(t, "jitter_us"), Reorder: r["jmode"] == "reorder",
		Response: int(r.number(t, "resp")), CC: r["cc"], FixedRecords: r["rec_fixed"] == "True", N: int(r.number(t, "n")),
	}
}

// metric is a time of the client since it began to connect.
type metric int

const (
	connect metric = iota
	handshake
	lastByte
	metrics
)

func (m metric) String() string { return [metrics]string{"connect", "handshake", "last byte"}[m] }

// trial is one measured connection.
type trial struct {
	times [metrics]time.Duration
	drops drops
}

// drops names the packets that a trial lost, in the words of the measurement: c5 is the client's
// packet 5, s0 the server's first one.
type drops string

// of returns the ordinals of a side's lost packets, from 1.
func (d drops) of(side byte) (ordinals []int) {
	for name := range strings.FieldsSeq(string(d)) {
		if n, err := strconv.Atoi(name[1:]); err == nil && name[0] == side {
			ordinals = append(ordinals, n+1)
		}
	}
	return ordinals
}

// trials are the measured connections of a cell.
func (c *cell) trials(t testing.TB) (all []trial) {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("testdata/raw/cell_%03d*.csv.gz", c.ID))
	if err != nil || len(files) == 0 {
		t.Fatalf("cell %d: no raw data: %v", c.ID, err)
	}
	for _, name := range files {
		for _, r := range readCSV(t, name) {
			if r["err"] != "" {
				t.Fatalf("%s: a trial failed: %s", name, r["err"])
			}
			all = append(all, trial{
				times: [metrics]time.Duration{r.microseconds(t, "conn_us"), r.microseconds(t, "hs_us"), r.microseconds(t, "last_us")},
				drops: drops(r["drops"]),
			})
		}
	}
	return all
}

// column returns one metric of trials, sorted.
func column(trials []trial, m metric) []time.Duration {
	times := make([]time.Duration, len(trials))
	for i := range trials {
		times[i] = trials[i].times[m]
	}
	slices.Sort(times)
	return times
}

// flights is flights.json: what each side writes, and how long it computes before.
type flights struct {
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

func readFlights(t testing.TB) *flights {
	t.Helper()
	text, err := os.ReadFile("testdata/flights.json")
	if err != nil {
		t.Fatal(err)
	}
	f := new(flights)
	if err := json.Unmarshal(text, f); err != nil {
		t.Fatal(err)
	}
	return f
}
