package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/results/internal/sourcetest"
)

// The data of a distribution contain each value once, with the share of replicates up to it. The
// drawn curve has fewer points.
func TestTheDataOfADistributionAreComplete(t *testing.T) {
	const n = 5000 // more than a curve has points
	h := results.Header{Scenario: "distinct", Replicates: n,
		Metrics: []results.Metric{{Name: "time", Unit: results.UnitNanoseconds}}}
	var all []sourcetest.Observation
	for i := range n {
		all = append(all, sourcetest.Observation{Replicate: i, Outcome: results.OutcomeOK,
			Values: []float64{float64(n - i)}})
	}
	source := sourcetest.New(t, h, all)
	var b bytes.Buffer
	if err := Figure(&b, source, "distribution-time", "csv"); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(line []string, name string) string { return line[slices.Index(lines[0], name)] }
	next, bands := 1, 0
	for _, line := range lines[1:] {
		if column(line, "kind") == "band" {
			bands++
			continue
		}
		if column(line, "value") != strconv.Itoa(next) || column(line, "replicates") != strconv.Itoa(next) {
			t.Fatalf("line %v, want value %d of as many replicates", line, next)
		}
		next++
	}
	if next != n+1 || bands == 0 {
		t.Errorf("%d values and %d steps of the band, want %d values", next-1, bands, n)
	}
}

func TestTheDataOfFiguresAreJSONOnEachLine(t *testing.T) {
	source := sourcetest.Read(t, "../testdata/samples.jsonl")
	unknown := &UnknownFigure{}
	if err := Figure(&bytes.Buffer{}, source, "none", "csv"); !errors.As(err, &unknown) || len(unknown.Known) == 0 {
		t.Fatalf("%v: want the names of the figures", err)
	}
	for _, name := range unknown.Known {
		var jsonl, table bytes.Buffer
		if err := errors.Join(Figure(&jsonl, source, name, "jsonl"), Figure(&table, source, name, "csv")); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(jsonl.String(), "\n"), "\n")
		rows, err := csv.NewReader(&table).ReadAll()
		if err != nil || len(rows) != len(lines)+1 {
			t.Fatalf("%s: %d objects and %d lines of CSV, %v", name, len(lines), len(rows), err)
		}
		for i, line := range lines {
			var object map[string]any
			if err := json.Unmarshal([]byte(line), &object); err != nil {
				t.Fatalf("%s: %v: %s", name, err, line)
			}
			for j, column := range rows[0] {
				if text, is := object[column].(string); is && text != rows[i+1][j] {
					t.Errorf("%s: %s is %q, and %q in CSV", name, column, text, rows[i+1][j])
				}
				if v, is := object[column].(float64); is {
					if w, err := strconv.ParseFloat(rows[i+1][j], 64); err != nil || v != w {
						t.Errorf("%s: %s is %v, and %q in CSV", name, column, v, rows[i+1][j])
					}
				}
			}
		}
	}
	if err := Figure(&bytes.Buffer{}, source, unknown.Known[0], "bench"); err == nil {
		t.Error("a figure's data are written as bench")
	}
}
