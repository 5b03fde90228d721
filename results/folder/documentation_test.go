package folder

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// compared are the ends of the names of a comparison's columns, which exist for four statistics.
var compared = []string{"ratio", "diff", "p", "p_holm", "verdict"}

// docs/output.md names every key and every column of the files that are made here.
func TestEveryFieldIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/output.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	dir := t.TempDir()
	made := write(t, dir)
	files := content(t, dir)
	documented := map[string]bool{}
	for _, f := range made.Summary.Header.Factors {
		documented[f.Name] = true // a name that the user chose
	}
	for _, m := range made.Summary.Header.Metrics {
		documented[m.Name] = true
	}
	mention := func(file, name string) {
		if documented[name] {
			return
		}
		if !strings.Contains(page, "`"+name+"`") && !strings.Contains(page, "`."+name+"`") {
			t.Errorf("docs/output.md does not name %s of %s", name, file)
		}
		documented[name] = true
	}
	header, err := made.Summary.Header.Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range made.Summary.Header.Columns() {
		mention("the samples", name)
	}
	for name, text := range map[string]string{"the samples' header": string(header), "summary.json": files["summary.json"]} {
		dec := json.NewDecoder(strings.NewReader(text))
		for dec.More() {
			var v any
			if err := dec.Decode(&v); err != nil {
				t.Fatal(err)
			}
			eachKey(v, func(key string) { mention(name, key) })
		}
	}
	columns, err := csv.NewReader(bytes.NewReader([]byte(files["summary.csv"]))).Read()
	if err != nil {
		t.Fatal(err)
	}
	for _, column := range columns {
		statistic := strings.TrimSuffix(strings.TrimSuffix(column, "_low"), "_high")
		if documented[statistic] {
			continue // as p50 is
		}
		if name, of, _ := strings.Cut(statistic, "_"); documented[name] && slices.Contains(compared, of) {
			column = "p50_" + of // the columns of the other statistics have the same names
			if name != "p50" && documented[column] {
				continue
			}
			statistic = column
		}
		mention("summary.csv", column)
	}
}

// eachKey visits the keys of all objects in a JSON value.
func eachKey(v any, visit func(string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			visit(key)
			eachKey(value, visit)
		}
	case []any:
		for _, value := range v {
			eachKey(value, visit)
		}
	}
}
