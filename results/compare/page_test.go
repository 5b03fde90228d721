package compare

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tlslab/results/internal/page/pagetest"
)

func TestMain(m *testing.M) { pagetest.Main(m) }

// changedRuns has changes for the worse and for the better, of several sizes.
func changedRuns(t *testing.T) *Document {
	return mustCompare(t, usual(), changedBy(func(rtt, kind string, replicate int, v []float64) {
		switch {
		case rtt == "2ms" && kind == "full":
			v[0] *= 3
		case rtt == "20ms":
			v[0] *= 0.5
		}
	}), "p50(handshake)>+3%")
}

// address is the address of a document's page in a file.
func address(t *testing.T, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return pagetest.Written(t, b.String())
}

func TestThePageFitsEveryWindowInBothThemes(t *testing.T) {
	ctx := pagetest.Browser(t)
	var said pagetest.Complaints
	said.Listen(t, ctx)
	pagetest.Fits(t, ctx, "runs", address(t, changedRuns(t)))
	long := changedRuns(t)
	for _, of := range []*string{&long.Inputs[0], &long.Inputs[1], &long.Tables[0].Rows[0].Name, &long.Tables[0].Metric} {
		*of = strings.Repeat("a-long-name", 12)
	}
	pagetest.Fits(t, ctx, "long names", address(t, long))
	said.Check(t)
}

// first keeps the first table of a section and removes the others, so that it is the page's first.
func first(t *testing.T, d *Document, section string) chromedp.Action[chromedp.Void] {
	t.Helper()
	return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`for (const table of [...document.querySelectorAll(".table")])
		if (table.closest("section, details").querySelector("h2").textContent !== %q) table.remove()`, section))
}

func TestChangesAreSortedBySizeAndFilteredByStatistic(t *testing.T) {
	ctx := pagetest.Browser(t)
	d := changedRuns(t)
	pagetest.Run(t, ctx, chromedp.Navigate(address(t, d)), first(t, d, "Each significant change"))
	const change = "change [95"
	original := pagetest.Column(t, ctx, change)
	if len(original) < 8 {
		t.Fatalf("the changes are %q", original)
	}
	pagetest.Press(t, ctx, change)
	rising := pagetest.Column(t, ctx, change)
	falls := 0
	for _, text := range rising {
		if strings.HasPrefix(text, "−") {
			falls++
		}
	}
	if falls == 0 || falls == len(rising) || slices.ContainsFunc(rising[:falls], func(s string) bool { return !strings.HasPrefix(s, "−") }) {
		t.Errorf("sorted, the changes are %q", rising)
	}
	pagetest.Press(t, ctx, change)
	falling := pagetest.Column(t, ctx, change)
	if slices.Reverse(falling); slices.Equal(rising, original) || !slices.Equal(slices.Sorted(slices.Values(falling)), slices.Sorted(slices.Values(rising))) {
		t.Errorf("falling, the changes are %q", falling)
	}
	pagetest.Choose(t, ctx, "statistic", "p95")
	if got := pagetest.Column(t, ctx, "statistic"); len(got) == 0 || len(got) == len(original) ||
		slices.ContainsFunc(got, func(s string) bool { return s != "p95" }) {
		t.Errorf("filtered by p95, the statistics are %q", got)
	}
	pagetest.Choose(t, ctx, "statistic", "")
	if got := pagetest.Column(t, ctx, "statistic"); len(got) != len(original) {
		t.Errorf("without a filter there are %d rows of %d", len(got), len(original))
	}
}

func TestEveryRowOfThePageHasItsOwnAddress(t *testing.T) {
	var b bytes.Buffer
	if err := changedRuns(t).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, part := range strings.Split(b.String(), ` id="`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		if seen[id] {
			t.Errorf("two elements have the id %q", id)
		}
		seen[id] = true
	}
	if !seen["Each-significant-change/metric=handshake/statistic=p50/cell=rtt-2ms-kind-full"] {
		t.Errorf("the ids are %v", seen)
	}
}

func TestThePageIsCompleteWithoutScript(t *testing.T) {
	ctx := pagetest.Browser(t)
	pagetest.Call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	d := changedRuns(t)
	pagetest.Run(t, ctx, chromedp.Navigate(address(t, d)))
	text, err := chromedp.Run(ctx, chromedp.Text("body"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{d.headline(), "Gate: failed", "rtt=2ms kind=full", "+200 %"} {
		if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), want) {
			t.Errorf("without script the page does not say %q", want)
		}
	}
	if strings.Contains(text, "Show all") {
		t.Error("without script the page offers what only a script can do")
	}
}
