package summary

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tlslab/results/effect"
	"tlslab/results/stat"
)

// written is a table as CSV, read back: a map from column to field for each row.
func written(t *testing.T, s *Summary, name string) []map[string]string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteTable(&b, s, name); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&b).ReadAll() // refuses records of different lengths
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// tailed lets every fourth replicate of 12-rsa-cbc take ten times as long, and 13-rsa-gcm half.
func tailed() func(suite string, replicate int) float64 {
	return func(suite string, replicate int) float64 {
		switch {
		case suite == "12-rsa-cbc" && replicate%4 == 0:
			return 10
		case suite == "13-rsa-gcm":
			return 0.5
		}
		return 1
	}
}

func TestTheTableOfModesHasARowForEach(t *testing.T) {
	s := summarize(t, suites(), measured(tailed()))
	rows := written(t, s, "modes")
	modes := s.Row(1, s.Header.Metric("time")).Modes // of 12-rsa-cbc
	if len(modes) != 2 || len(rows) != len(modes) {
		t.Fatalf("%d rows, want one for each of the modes %+v", len(rows), modes)
	}
	for i, row := range rows {
		m := modes[i]
		want := map[string]string{"suite": "12-rsa-cbc", "rtt": "1ms", "metric": "time", "unit": "ns",
			"mode": fmt.Sprint(i + 1), "low": stat.Field(m.Lo), "high": stat.Field(m.Hi), "n": fmt.Sprint(m.N),
			"share": stat.Field(m.Share.Value), "share_low": stat.Field(m.Share.Lo), "share_high": stat.Field(m.Share.Hi)}
		for name, field := range want {
			if row[name] != field {
				t.Errorf("mode %d: %s is %q, want %q", i+1, name, row[name], field)
			}
		}
		if len(row) != len(want) {
			t.Errorf("%d columns, want %d", len(row), len(want))
		}
	}
}

// sameEffects checks the columns of a comparison, which are those of summary.csv.
func sameEffects(t *testing.T, row map[string]string, c *effect.Comparison) {
	t.Helper()
	for _, of := range effect.Statistics {
		e := c.At(of)
		for name, want := range map[string]string{"_ratio": stat.Field(e.Ratio.Value), "_diff_low": stat.Field(e.Diff.Lo),
			"_p_holm": stat.Field(e.PHolm), "_verdict": string(e.Verdict)} {
			if got := row[of.String()+name]; got != want {
				t.Errorf("%s: %s%s is %q, want %q", row["suite"], of, name, got, want)
			}
		}
	}
}

func TestTheTableOfContrastsNamesBothLevelsAndTheTrait(t *testing.T) {
	s := summarize(t, suites(), measured(tailed()))
	rows := written(t, s, "contrasts")
	if len(rows) != len(s.Contrasts) || len(rows) == 0 {
		t.Fatalf("%d rows of %d contrasts", len(rows), len(s.Contrasts))
	}
	var pairs []string
	for i, row := range rows {
		sameEffects(t, row, &s.Contrasts[i].Comparison)
		pairs = append(pairs, fmt.Sprintf("%s %s: %s against %s", row["metric"], row["trait"], row["suite"], row["against"]))
	}
	if want := "time version: 13-rsa-gcm against 12-rsa-gcm"; !slices.Contains(pairs, want) {
		t.Errorf("the contrasts are %q, want one to be %q", pairs, want)
	}
}

func TestTheTableOfRankingsHasEveryRankedCellOnceForEachStatistic(t *testing.T) {
	s := summarize(t, suites(), measured(tailed()))
	rows := written(t, s, "rankings")
	if want := 2 * len(s.Header.Factors[0].Levels); len(rows) != want {
		t.Fatalf("%d rows, want %d", len(rows), want)
	}
	next := 0
	for _, r := range s.Rankings {
		for i := range 1 + len(r.Others) {
			row := rows[next]
			next++
			if row["ranked_by"] != r.Of.String() || row["best"] != "13-rsa-gcm" || row["metric"] != "time" {
				t.Errorf("row %d is %v", next, row)
			}
			if i > 0 {
				sameEffects(t, row, &r.Others[i-1].Comparison)
			} else if row["suite"] != row["best"] || row["paired"] != "" || row["p50_ratio"] != "" {
				t.Errorf("the row of the best is %v", row)
			}
		}
	}
}

func TestATableWithoutRowsHasItsColumns(t *testing.T) {
	h := suites()
	h.Compare, h.Factors[0].Traits = nil, nil
	s := summarize(t, h, measured(func(string, int) float64 { return 1 }))
	for _, name := range []string{"contrasts", "rankings"} {
		if rows := written(t, s, name); len(rows) != 0 {
			t.Errorf("%s has the rows %v", name, rows)
		}
	}
	if err := WriteTable(&bytes.Buffer{}, s, "mode"); err == nil || !strings.Contains(err.Error(), "modes, contrasts, rankings") {
		t.Errorf("an unknown table gives the error %v", err)
	}
}

func TestTheJSONOfACellHasItsPlaceInTheRankings(t *testing.T) {
	s := summarize(t, suites(), measured(tailed()))
	var b bytes.Buffer
	if err := WriteJSON(&b, s); err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Cell     map[string]string
		Metric   string
		Rankings []struct {
			By      string `json:"ranked_by"`
			Best    string
			Against *string
			P95     *struct{ Verdict string }
		}
	}
	if err := json.Unmarshal(b.Bytes(), &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		want := 0
		if row.Metric == "time" {
			want = 2
		}
		if len(row.Rankings) != want {
			t.Errorf("%v, %s: %d rankings, want %d", row.Cell, row.Metric, len(row.Rankings), want)
		}
		for _, r := range row.Rankings {
			best := row.Cell["suite"] == r.Best
			if r.Best != "13-rsa-gcm" || (r.P95 == nil) != best || (r.Against == nil) != best ||
				!best && (*r.Against != r.Best || r.P95.Verdict != "different") {
				t.Errorf("%v: ranking %+v", row.Cell, r)
			}
		}
	}
}
