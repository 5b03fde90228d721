package summary

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"syscall"
	"testing"

	"tlslab/results"
	"tlslab/results/internal/golden"
	"tlslab/results/internal/sourcetest"
	"tlslab/results/stat"
)

const samples = "../testdata/samples.jsonl"

func TestJSONGolden(t *testing.T) {
	var b bytes.Buffer
	s := summaryOf(t, sourcetest.Read(t, samples))
	if err := WriteJSON(&b, s); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/summary.json", b.Bytes())
	var rows []struct {
		Cell   map[string]string
		Metric string
		N      int
		P50    struct{ Value, Low, High *float64 }
		Vs     *struct{ P95 struct{ Verdict string } } `json:"comparison"`
	}
	if err := json.Unmarshal(b.Bytes(), &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(s.Rows) || len(rows) != 4*5 {
		t.Fatalf("%d rows of 4 cells and 5 metrics", len(rows))
	}
	last := rows[len(rows)-5]
	if last.Cell["tls.kind"] != "resumed" || last.Cell["rtt"] != "50ms" ||
		last.Metric != "handshake" || last.N != 8 || *last.P50.Value != s.Rows[15].P50.Value ||
		last.Vs == nil || last.Vs.P95.Verdict == "" {
		t.Errorf("a row was read back as %+v", last)
	}
}

func TestCSVGolden(t *testing.T) {
	var b bytes.Buffer
	s := summaryOf(t, sourcetest.Read(t, samples))
	if err := WriteCSV(&b, s); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/summary.csv", b.Bytes())
	records, err := csv.NewReader(&b).ReadAll() // refuses records of different lengths
	if err != nil || len(records) != 1+len(s.Rows) {
		t.Errorf("%d records of %d rows: %v", len(records), len(s.Rows), err)
	}
}

func TestNumbersOfTheCSV(t *testing.T) {
	for _, test := range []struct {
		interval stat.Interval
		want     string
	}{
		{stat.Interval{Value: 63512345, Lo: 0.5, Hi: 1e-9}, "63512345,0.5,1e-09"},
		{stat.QuantileInterval([]float64{5, 7}, 0.5), "6,-Inf,Inf"},
		{stat.None, ",,"},
	} {
		if got := strings.Join(intervalFields(test.interval), ","); got != test.want {
			t.Errorf("%+v is written as %s, want %s", test.interval, got, test.want)
		}
	}
}

func TestASummaryWithoutRowsIsAnEmptyArray(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSON(&b, &Summary{Header: &results.Header{}}); err != nil {
		t.Fatal(err)
	}
	var rows []any
	if err := json.Unmarshal(b.Bytes(), &rows); err != nil || rows == nil || len(rows) != 0 {
		t.Errorf("%q: %v", b.String(), err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestAFullDiskIsAnError(t *testing.T) {
	s := summaryOf(t, sourcetest.Read(t, samples))
	if err := WriteJSON(fullDisk{}, s); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("json: %v", err)
	}
	if err := WriteCSV(fullDisk{}, s); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("csv: %v", err)
	}
}
