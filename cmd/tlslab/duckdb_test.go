package main

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// needsDuckDB skips the test where DuckDB's package for Node.js is not installed.
func needsDuckDB(t *testing.T) {
	t.Helper()
	if err := exec.Command("node", "-e", `require.resolve("@duckdb/node-api")`).Run(); err != nil {
		t.Skip("needs duckdb: node, and npm install @duckdb/node-api with its node_modules in NODE_PATH")
	}
}

// query runs a statement in DuckDB and returns the rows. Integers of 64 bits come as strings.
func query(t *testing.T, sql string) []map[string]any {
	t.Helper()
	const script = `
		const { DuckDBInstance } = require("@duckdb/node-api");
		(async () => {
			const connection = await (await DuckDBInstance.create(":memory:")).connect();
			const result = await connection.runAndReadAll(process.argv[1]);
			console.log(JSON.stringify(result.getRowObjectsJson()));
		})();`
	out, err := exec.Command("node", "-e", script, sql).Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", sql, err, err.(*exec.ExitError).Stderr)
	}
	var rows []map[string]any
	if err := json.Unmarshal(out, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// Counts, quantiles and nulls that DuckDB computes from the samples are those of the summary.
func TestDuckDBReadsARun(t *testing.T) {
	needsDuckDB(t)
	dir, _, _ := smallRun(t, "--set", "link.loss=20%", "--set", "timeout=2s", "--replicates", "500")
	var summary []struct {
		Cell    map[string]string
		Metric  string
		N       int
		Failed  int
		Reached int
		P95     struct{ Value float64 }
	}
	if err := json.Unmarshal(read(t, dir, "summary.json"), &summary); err != nil {
		t.Fatal(err)
	}
	rows := query(t, `SELECT "tls.version", "tls.kind", count(*) AS n, count(handshake) AS reached, quantile_cont(handshake, 0.95) AS p95,
		count_if(outcome <> 'ok') AS failed, count(DISTINCT replicate) AS replicates, typeof(any_value(hash)) AS hash
		FROM '`+dir+`/samples/*.parquet' GROUP BY ALL ORDER BY ALL`)
	if len(rows) != 4 {
		t.Fatalf("%d cells: %v", len(rows), rows)
	}
	failed := 0
	for _, want := range summary {
		if want.Metric != "handshake" {
			continue
		}
		failed += want.N - want.Reached
		for _, row := range rows {
			if row["tls.version"] != want.Cell["tls.version"] || row["tls.kind"] != want.Cell["tls.kind"] {
				continue
			}
			integers := map[string]int{"n": want.N, "reached": want.Reached, "failed": want.Failed, "replicates": want.N}
			for column, n := range integers {
				if row[column] != strconv.Itoa(n) {
					t.Errorf("%v: %s is %v, want %d", want.Cell, column, row[column], n)
				}
			}
			if p95 := row["p95"].(float64); math.Abs(p95-want.P95.Value) > 1e-6*p95 || row["hash"] != "UBIGINT" {
				t.Errorf("%v: p95 is %v, want %v; hash is %v", want.Cell, p95, want.P95.Value, row["hash"])
			}
		}
	}
	if failed == 0 {
		t.Error("no handshake failed: nothing is null")
	}
}

// The statement of docs/output.md works.
func TestTheDocumentedStatementReadsARun(t *testing.T) {
	needsDuckDB(t)
	page := string(read(t, "..", "..", "docs", "output.md"))
	sql := regexp.MustCompile("(?s)```sql\n(.*?);\n```").FindStringSubmatch(page)
	if sql == nil {
		t.Fatal("docs/output.md has no statement")
	}
	dir := filepath.Join(t.TempDir(), "out")
	if code, _, stderr := tlslab(t, "", "run", "full-vs-resumed", "--replicates", "3", "--out", dir); code != exitDone {
		t.Fatal(stderr)
	}
	rows := query(t, strings.ReplaceAll(sql[1], "tlslab-out/full-vs-resumed", dir))
	if len(rows) < 2 || rows[0]["n"] == nil {
		t.Errorf("got %v", rows)
	}
}

// An export to one file holds the same rows.
func TestDuckDBReadsAnExport(t *testing.T) {
	needsDuckDB(t)
	dir, _, _ := smallRun(t, "--replicates", "20000") // more than one part
	one := filepath.Join(t.TempDir(), "one.parquet")
	if code, _, stderr := tlslab(t, "", "export", dir, "--format", "parquet", "--out", one); code != exitDone {
		t.Fatal(stderr)
	}
	table := filepath.Join(t.TempDir(), "table.csv")
	if code, _, stderr := tlslab(t, "", "export", dir, "--format", "csv", "--out", table); code != exitDone {
		t.Fatal(stderr)
	}
	if _, err := os.Stat(one); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`SELECT count(*) AS n FROM (SELECT * FROM '` + dir + `/samples/*.parquet' EXCEPT ALL SELECT * FROM '` + one + `')`,
		`SELECT count(*) AS n FROM (SELECT * FROM '` + one + `' EXCEPT ALL SELECT * FROM '` + dir + `/samples/*.parquet')`,
		`SELECT count(*) - 80000 AS n FROM '` + one + `'`,
		`SELECT count(*) AS n FROM (SELECT replicate, outcome, handshake, ttlb, goodput FROM '` + one + `'
			EXCEPT ALL SELECT replicate, outcome, handshake, ttlb, goodput FROM '` + table + `')`,
	} {
		if rows := query(t, sql); len(rows) != 1 || rows[0]["n"] != "0" {
			t.Errorf("%s: %v, want 0", sql, rows)
		}
	}
}

// The statements of docs/analysis.md agree with the summary, and with each other.
func TestTheAnalysisWithDuckDBAgreesWithTheSummary(t *testing.T) {
	needsDuckDB(t)
	dir := filepath.Join(t.TempDir(), "full-vs-resumed")
	if code, _, stderr := tlslab(t, "", "run", "full-vs-resumed", "--replicates", "120", "--out", dir); code != exitDone {
		t.Fatal(stderr)
	}
	quantiles := filepath.Join(t.TempDir(), "quantiles.csv")
	if code, _, stderr := tlslab(t, "", "export", dir, "--figure", "quantiles-handshake", "--format", "csv", "--out", quantiles); code != exitDone {
		t.Fatal(stderr)
	}
	modes := filepath.Join(t.TempDir(), "modes.csv")
	if code, _, stderr := tlslab(t, "", "export", dir, "--table", "modes", "--out", modes); code != exitDone {
		t.Fatal(stderr)
	}
	page := string(read(t, "..", "..", "docs", "analysis.md"))
	var answers [][]map[string]any
	for _, block := range regexp.MustCompile("(?s)```sql\n(.*?);\n```").FindAllStringSubmatch(page, -1) {
		sql := strings.ReplaceAll(block[1], "tlslab-out/full-vs-resumed", dir)
		sql = strings.NewReplacer("quantiles.csv", quantiles, "modes.csv", modes).Replace(sql)
		answers = append(answers, query(t, sql))
	}
	if len(answers) != 4 || len(answers[0]) != 10 || len(answers[1]) != 5 || len(answers[2]) != 20 {
		t.Fatalf("the statements give %v", answers)
	}
	number := func(v any) float64 {
		if text, is := v.(string); is {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		return v.(float64)
	}
	p95 := map[string]float64{} // of a cell, from the samples
	for i, row := range answers[0] {
		p95[row["rtt"].(string)+row["tls.kind"].(string)] = number(row["p95_ms"])
		if want := []string{"20us", "200us", "2ms", "20ms", "200ms"}[i/2]; row["rtt"] != want {
			t.Errorf("row %d has rtt %v, want %s", i, row["rtt"], want)
		}
		if row["10 µs to 3 s, logarithmic"] == "" || number(row["n"]) != 120 {
			t.Errorf("row %d: %v", i, row)
		}
	}
	for _, row := range answers[1] {
		rtt := row["rtt"].(string)
		if got, want := number(row["p95_ratio"]), p95[rtt+"resumed"]/p95[rtt+"full"]; math.Abs(got-want) > 1e-9 {
			t.Errorf("rtt %s: the ratio of the p95s is %v, and %v from both p95s", rtt, got, want)
		}
	}
	for _, row := range answers[2] {
		cell := row["rtt"].(string) + row["tls.kind"].(string)
		if got := number(row["ms"]); row["statistic"] == "p95" && math.Abs(got-p95[cell]) > 1e-6*got {
			t.Errorf("%s: p95 is %v in the figure's data, and %v in the samples", cell, got, p95[cell])
		}
	}
	var summary []struct {
		Cell   map[string]string
		Metric string
		Modes  []struct{ Low, High float64 }
	}
	if err := json.Unmarshal(read(t, dir, "summary.json"), &summary); err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, want := range summary {
		if want.Metric != "handshake" || want.Cell["tls.version"] != "1.3" {
			continue
		}
		known += len(want.Modes)
		for _, row := range answers[3] {
			if row["rtt"] != want.Cell["rtt"] || row["link.loss"] != want.Cell["link.loss"] || row["tls.kind"] != want.Cell["tls.kind"] {
				continue
			}
			mode := want.Modes[int(number(row["mode"]))-1]
			if low, high := number(row["low"]), number(row["high"]); math.Abs(1e6*low-mode.Low) > 1 || math.Abs(1e6*high-mode.High) > 1 {
				t.Errorf("%v: a mode from %v to %v ms, want %+v ns", want.Cell, low, high, mode)
			}
		}
	}
	if known == 0 || len(answers[3]) != known {
		t.Errorf("%d modes of the %d in the summary", len(answers[3]), known)
	}
}
