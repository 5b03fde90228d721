package linux

import (
	"flag"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the tables and plots of docs/fidelity.md")

const document = "../../docs/fidelity.md"

// comparisons holds what the comparisons found, for the tests of limits and for the document.
var comparisons struct {
	zeroLoss      once[zeroLoss]
	singleDrops   once[singleDrop]
	trials        once[predicted]
	distributions once[compared]
}

// once makes a comparison once for all tests.
type once[Row any] struct {
	made sync.Once
	rows []Row
}

func (o *once[Row]) of(t testing.TB, compare func(testing.TB) []Row) []Row {
	t.Helper()
	o.made.Do(func() { o.rows = compare(t) })
	if o.rows == nil {
		t.Fatal("the comparison failed in another test")
	}
	return o.rows
}

// tables are the generated parts of the document by their names.
func tables(t testing.TB) map[string]string {
	t.Helper()
	zero := comparisons.zeroLoss.of(t, compareZeroLoss)
	single := comparisons.singleDrops.of(t, compareSingleDrops)
	trials := comparisons.trials.of(t, predictTrials)
	distributions := comparisons.distributions.of(t, compareDistributions)
	return map[string]string{
		"summary":       summaryTable(zero, single, trials, distributions),
		"zero-loss":     zeroLossTable(zero),
		"single-drops":  singleDropTable(single),
		"trials":        trialTable(trials),
		"distributions": distributionTable(distributions),
	}
}

// markdown is a table of Markdown.
type markdown struct{ strings.Builder }

func (m *markdown) row(cells ...any) {
	for _, c := range cells {
		fmt.Fprintf(m, "| %v ", c)
	}
	m.WriteString("|\n")
}

func (m *markdown) head(columns ...any) {
	m.row(columns...)
	rules := make([]any, len(columns))
	for i := range rules {
		rules[i] = "---"
	}
	m.row(rules...)
}

func percent(part, whole int) string {
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)) }

func summaryTable(zero []zeroLoss, single []singleDrop, trials []predicted, distributions []compared) string {
	var m markdown
	m.head("comparison", "wanted", "compared", "without noise", "with noise")
	plain, noisy := 0, 0
	for i := range zero {
		z := &zero[i]
		plain, noisy = plain+count(z.near(z.plain)), noisy+count(z.near(z.noisy))
	}
	m.row("no loss: median within 1 % or 1 ms", "all", fmt.Sprintf("%d medians", len(zero)), percent(plain, len(zero)), percent(noisy, len(zero)))
	plain, noisy = 0, 0
	for i := range single {
		d := &single[i]
		plain, noisy = plain+count(d.within(&d.exact)), noisy+count(d.within(&d.noisy))
	}
	m.row("one packet lost: medians within 4 ms or 1.5 %", "all", fmt.Sprintf("%d lost packets", len(single)), percent(plain, len(single)), percent(noisy, len(single)))
	for _, r := range []struct {
		response int
		wanted   string
	}{{1000, "98 %"}, {100_000, "95 %"}} {
		n, plain, noisy := shares(trials, r.response)
		for _, at := range []metric{handshake, lastByte} {
			m.row(fmt.Sprintf("trial by trial, %d kB: %v in the range of its losses", r.response/1000, at), r.wanted, fmt.Sprintf("%d trials", n),
				fmt.Sprintf("%.1f %%", 100*plain[at]), fmt.Sprintf("%.1f %%", 100*noisy[at]))
		}
	}
	plain, noisy = 0, 0
	abovePlain, aboveNoisy := 0, 0
	for i := range distributions {
		r := &distributions[i]
		limit := critical(r.n, r.m)
		plain, noisy = plain+count(r.plain <= limit), noisy+count(r.noisy <= limit)
		abovePlain, aboveNoisy = abovePlain+count(r.plain > r.limit()), aboveNoisy+count(r.noisy > r.limit())
	}
	m.row("distributions: distance at most critical", "95 %", fmt.Sprintf("%d cell × time", len(distributions)), percent(plain, len(distributions)), percent(noisy, len(distributions)))
	m.row("distributions: distance above 0.08 and critical", "none", fmt.Sprintf("%d cell × time", len(distributions)), abovePlain, aboveNoisy)
	return m.String()
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// conditions are the columns that name a cell.
func (c *cell) conditions() []any {
	rate := "–"
	if c.Rate > 0 {
		rate = fmt.Sprintf("%d Mbit/s", c.Rate/1e6)
	}
	loss := "–"
	if c.Loss > 0 {
		loss = fmt.Sprintf("%g %%", c.Loss*100)
	}
	response := fmt.Sprintf("%d kB", c.Response/1000)
	if c.FixedRecords {
		response += ", 16 kB records"
	}
	if c.CC != "cubic" {
		response += ", NewReno"
	}
	if c.Jitter > 0 {
		response += fmt.Sprintf(", jitter %v", c.Jitter)
	}
	return []any{c.ID, c.Variant + " " + c.Chain, c.Server, fmt.Sprintf("%v", c.RTT), loss, rate, response}
}

var conditionColumns = []any{"cell", "handshake", "server", "RTT", "loss", "rate", "response"}

func zeroLossTable(rows []zeroLoss) string {
	var m markdown
	m.head(append(conditionColumns, "handshake: Linux, ms", "without noise", "with noise", "last byte: Linux, ms", "without noise", "with noise")...)
	for i := 0; i+int(metrics) <= len(rows); i += int(metrics) {
		h, l := &rows[i+int(handshake)], &rows[i+int(lastByte)]
		m.row(append(h.cell.conditions(), ms(h.measured), ms(h.plain), ms(h.noisy), ms(l.measured), ms(l.plain), ms(l.noisy))...)
	}
	return m.String()
}

func singleDropTable(rows []singleDrop) string {
	type sum struct {
		n, plain, noisy int
		largest         time.Duration
	}
	sums := map[string]*sum{}
	var order []string
	for i := range rows {
		d := &rows[i]
		name := fmt.Sprintf("%s %s | %s | %v | %s", d.cell.Variant, d.cell.Chain, d.cell.Server, d.cell.RTT, d.cell.CC)
		s := sums[name]
		if s == nil {
			s = new(sum)
			sums[name] = s
			order = append(order, name)
		}
		s.n++
		s.plain += count(d.within(&d.exact))
		s.noisy += count(d.within(&d.noisy))
		for at := range metrics {
			s.largest = max(s.largest, (d.noisy[at] - d.measured[at]).Abs())
		}
	}
	var m markdown
	m.head("handshake", "server", "RTT", "congestion control", "lost packets", "within, without noise", "with noise", "largest difference, ms")
	for _, name := range order {
		s := sums[name]
		m.row(name, s.n, s.plain, s.noisy, ms(s.largest))
	}
	return m.String()
}

func trialTable(rows []predicted) string {
	var m markdown
	m.head(append(conditionColumns, "trials", "handshake, without noise", "with noise", "last byte, without noise", "with noise")...)
	for _, r := range rows {
		if r.cell.Loss > 0 {
			m.row(append(r.cell.conditions(), r.n, percent(r.plain[handshake], r.n), percent(r.noisy[handshake], r.n),
				percent(r.plain[lastByte], r.n), percent(r.noisy[lastByte], r.n))...)
		}
	}
	return m.String()
}

func distributionTable(rows []compared) string {
	var m markdown
	m.head(append(conditionColumns, "trials", "critical", "connect, without noise", "with noise", "handshake, without noise", "with noise",
		"last byte, without noise", "with noise")...)
	for i := 0; i+int(metrics) <= len(rows); i += int(metrics) {
		line := append(rows[i].cell.conditions(), rows[i].n, fmt.Sprintf("%.3f", critical(rows[i].n, rows[i].m)))
		for _, r := range rows[i : i+int(metrics)] {
			line = append(line, fmt.Sprintf("%.3f", r.plain), bold(r.noisy, critical(r.n, r.m)))
		}
		m.row(line...)
	}
	return m.String()
}

// bold marks a distance above a limit.
func bold(d, limit float64) string {
	if d > limit {
		return fmt.Sprintf("**%.3f**", d)
	}
	return fmt.Sprintf("%.3f", d)
}

// generated matches a generated part of the document.
var generated = regexp.MustCompile(`(?s)<!-- ([a-z-]+): written by go test ./sim/linux -update -->\n.*?<!-- end -->`)

// replaceTables returns the document with new tables.
func replaceTables(t testing.TB, page string, parts map[string]string) string {
	t.Helper()
	used := 0
	page = generated.ReplaceAllStringFunc(page, func(old string) string {
		name := generated.FindStringSubmatch(old)[1]
		part, ok := parts[name]
		if !ok {
			return old
		}
		used++
		return fmt.Sprintf("<!-- %s: written by go test ./sim/linux -update -->\n\n%s\n<!-- end -->", name, part)
	})
	if used != len(parts) {
		t.Fatalf("%s has %d of %d generated parts", document, used, len(parts))
	}
	return page
}

// writeParts writes new tables into the document.
func writeParts(t testing.TB, parts map[string]string) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(document, []byte(replaceTables(t, string(text), parts)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTheDocumentHasTheFigures: the tables of docs/fidelity.md are those of the comparisons. A
// figure may differ by 2 of 100 or by 0.03: other packages may change which way a close case falls
// without an edit of the document.
func TestTheDocumentHasTheFigures(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	parts := tables(t)
	if *update {
		writeParts(t, parts)
		writePlots(t)
		return
	}
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	page := replaceTables(t, string(text), parts)
	old, current := strings.Split(string(text), "\n"), strings.Split(page, "\n")
	if len(old) != len(current) {
		t.Fatalf("%s has %d lines, want %d: write it again by -update", document, len(old), len(current))
	}
	for i := range old {
		if !sameFigures(old[i], current[i]) {
			t.Errorf("%s:%d: write the tables again by -update:\n%s\n%s", document, i+1, old[i], current[i])
		}
	}
}

var figure = regexp.MustCompile(`\d+(?:\.\d+)?`)

// sameFigures reports whether two lines have the same words, and figures that hardly differ.
func sameFigures(a, b string) bool {
	bare := func(line string) string { return strings.ReplaceAll(figure.ReplaceAllString(line, "0"), "*", "") }
	if bare(a) != bare(b) {
		return false
	}
	of, to := figure.FindAllString(a, -1), figure.FindAllString(b, -1)
	for i := range of {
		x, _ := strconv.ParseFloat(of[i], 64)
		y, _ := strconv.ParseFloat(to[i], 64)
		if math.Abs(x-y) > max(0.03, 0.02*math.Abs(y)) {
			return false
		}
	}
	return true
}
