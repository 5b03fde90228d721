package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"github.com/parquet-go/parquet-go"

	"tlslab/results"
	"tlslab/results/samples"
)

// store holds two cells with three replicates each, with a level and an outcome that need quoting.
func store(t *testing.T) *samples.Store {
	t.Helper()
	h := results.Header{
		Scenario: "test", Seed: 1, Seeds: &results.SeedStream{1, 2, 3}, Replicates: 3,
		Factors: []results.Factor{{Name: "kind", Levels: []string{"full", `re"sumed", <é>`}}},
		Metrics: []results.Metric{{Name: "time", Unit: results.UnitNanoseconds},
			{Name: "rate", Unit: results.UnitBytesPerSecond}},
	}
	for _, level := range h.Factors[0].Levels {
		h.Cells = append(h.Cells,
			results.Cell{Levels: []string{level}})
	}
	dir := t.TempDir()
	w, err := samples.Begin(dir, h)
	if err != nil {
		t.Fatal(err)
	}
	b := w.NewBlock()
	if _, err := w.Load(b, 0); err != nil {
		t.Fatal(err)
	}
	rows := b.NewChunk(6)
	for i, values := range [][]float64{{5, 0.5}, {1 << 53, 1e-9}, {0, 1e300}, {7, math.NaN()},
		{math.NaN(), 2}, {math.NaN(), math.NaN()}} {
		outcome := results.OutcomeOK
		if i == 5 {
			outcome = "alert, fatal"
		}
		rows.Add(outcome, uint64(i)<<60, func(metric int) float64 { return values[metric] })
	}
	b.Put(0, rows)
	if err := w.Write(b, 6); err != nil {
		t.Fatal(err)
	}
	s, err := samples.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func written(t *testing.T, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, store(t), format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestJSONLinesHaveTheHeaderAndALineForEachReplicate(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(written(t, "jsonl"), "\n"), "\n")
	if len(lines) != 7 {
		t.Fatalf("%d lines", len(lines))
	}
	if _, err := results.ParseHeader([]byte(lines[0])); err != nil {
		t.Error(err)
	}
	stream := results.SeedStream{1, 2, 3}
	if stream.Seed(1) != 0x02d5915aa6dd6298 {
		t.Errorf("the seed of replicate 1 is %016x", stream.Seed(1))
	}
	want := `{"cell":{"kind":"full"},"replicate":1,"seed":"02d5915aa6dd6298","hash":"1000000000000000","outcome":"ok","metrics":{"time":9007199254740992,"rate":1e-09}}`
	if lines[2] != want {
		t.Errorf("got  %s\nwant %s", lines[2], want)
	}
	var last struct {
		Cell    map[string]string
		Outcome string
		Metrics map[string]float64
	}
	if err := json.Unmarshal([]byte(lines[6]), &last); err != nil {
		t.Fatal(err)
	}
	if last.Cell["kind"] != `re"sumed", <é>` || last.Outcome != "alert, fatal" || len(last.Metrics) != 0 {
		t.Errorf("a line is read as %+v", last)
	}
}

func TestCSVHasARowForEachReplicate(t *testing.T) {
	records, err := csv.NewReader(strings.NewReader(written(t, "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for row, want := range map[int][]string{
		0: {"kind", "replicate", "outcome", "time", "rate", "hash"},
		1: {"full", "0", "ok", "5", "0.5", "0000000000000000"},
		6: {`re"sumed", <é>`, "2", "alert, fatal", "", "", "5000000000000000"},
	} {
		if len(records) != 7 || !reflect.DeepEqual(records[row], want) {
			t.Errorf("row %d of %d is %q, want %q", row, len(records), records[row], want)
		}
	}
}

func TestParquetIsOneFile(t *testing.T) {
	text := written(t, "parquet")
	type row struct {
		Kind      string   `parquet:"kind"`
		Replicate int64    `parquet:"replicate"`
		Outcome   string   `parquet:"outcome"`
		Time      *int64   `parquet:"time"`
		Rate      *float64 `parquet:"rate"`
		Hash      uint64   `parquet:"hash"`
	}
	rows, err := parquet.Read[row](strings.NewReader(text), int64(len(text)))
	if err != nil || len(rows) != 6 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	if r := rows[3]; r.Kind != `re"sumed", <é>` || r.Replicate != 0 || *r.Time != 7 || r.Rate != nil || r.Hash != 3<<60 {
		t.Errorf("row 3 is %+v", r)
	}
}

func TestBenchHasALineForEachReplicateThatReachedAnything(t *testing.T) {
	if out := written(t, "bench"); strings.Count(out, "\nBenchmarkTest/kind=") != 5 {
		t.Errorf("got:\n%s", out)
	}
}

func TestTheErrorOfAnUnknownFormatNamesTheKnownOnes(t *testing.T) {
	err := Write(&bytes.Buffer{}, store(t), "xml")
	if err == nil || !strings.Contains(err.Error(), "jsonl, csv, parquet, bench") {
		t.Errorf("got %v", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestAFullDiskIsAnError(t *testing.T) {
	for _, format := range Formats() {
		if err := Write(fullDisk{}, store(t), format); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: got %v", format, err)
		}
	}
}
