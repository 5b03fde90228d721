package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tlslab/results/internal/page/pagetest"
	"tlslab/results/table/tabletest"
)

func TestMain(m *testing.M) { pagetest.Main(m) }

// written is the address of an experiment's page in a file.
func written(t *testing.T, e *tabletest.Experiment) string {
	t.Helper()
	return pagetest.Written(t, htmlOf(t, documentOf(e)))
}

func TestThePageFitsEveryWindowInBothThemes(t *testing.T) {
	ctx := pagetest.Browser(t)
	var said pagetest.Complaints
	said.Listen(t, ctx)
	for name, e := range map[string]*tabletest.Experiment{
		"handshakes": handshakes(), "suites": suites(), "one cell": tabletest.Product(50, 1e6),
	} {
		pagetest.Fits(t, ctx, name, written(t, e))
	}
	said.Check(t)
}

func TestRowsAreSortedByTheirValues(t *testing.T) {
	e := tabletest.Product(40, 1e6, tabletest.Factor{Name: "kind", Levels: []string{"a", "b"}, Effects: []float64{1, 2}},
		tabletest.Factor{Name: "path", Levels: []string{"2ms", "20us", "300ns"}, Effects: []float64{999, 1, 0.0009}})
	ctx := pagetest.Browser(t)
	pagetest.Run(t, ctx, chromedp.Navigate(written(t, e)))
	original := pagetest.Column(t, ctx, "p50")
	pagetest.Press(t, ctx, "p50")
	rising := pagetest.Column(t, ctx, "p50")
	var units []string
	for _, text := range rising {
		units = append(units, text[strings.LastIndex(text, " ")+1:])
	}
	if want := []string{"ns", "µs", "ms", "ms", "s", "s"}; !slices.Equal(units, want) {
		t.Errorf("sorted, the values are %q", rising)
	}
	if got := pagetest.Column(t, ctx, "path"); !slices.Equal(got, []string{"300ns", "300ns", "20us", "20us", "2ms", "2ms"}) {
		t.Errorf("sorted by p50, the paths are %q", got)
	}
	if n := pagetest.Evaluated[int](t, ctx, `[...document.querySelector("table").querySelectorAll(".again")].filter(
		(c) => getComputedStyle(c).color === "rgba(0, 0, 0, 0)").length`); n > 0 {
		t.Errorf("%d repeated keys are hidden in a sorted table", n)
	}
	pagetest.Press(t, ctx, "p50")
	falling := pagetest.Column(t, ctx, "p50")
	if slices.Reverse(falling); !slices.Equal(falling, rising) {
		t.Errorf("falling, the values are %q", falling)
	}
	pagetest.Press(t, ctx, "p50")
	if got := pagetest.Column(t, ctx, "p50"); !slices.Equal(got, original) {
		t.Errorf("after three clicks the values are %q, want %q", got, original)
	}
}

func TestRowsAreFilteredByLevel(t *testing.T) {
	ctx := pagetest.Browser(t)
	pagetest.Run(t, ctx, chromedp.Navigate(written(t, handshakes())))
	pagetest.Choose(t, ctx, "rtt", "50ms")
	pagetest.Choose(t, ctx, "kind", "resumed")
	if got := pagetest.Column(t, ctx, "rtt"); !slices.Equal(got, []string{"50ms", "50ms", "50ms", "50ms"}) {
		t.Errorf("filtered by rtt and kind, the rtts are %q", got)
	}
	if said := pagetest.Evaluated[string](t, ctx, `document.querySelector(".tools output").textContent`); said != "4 of 16 rows" {
		t.Errorf("the page says %q", said)
	}
	pagetest.Run(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector(".tools button").click()`))
	if got := pagetest.Column(t, ctx, "rtt"); len(got) != 16 {
		t.Errorf("after a reset there are %d rows", len(got))
	}
}

func TestAnAddressNamesACellOfTheTable(t *testing.T) {
	ctx := pagetest.Browser(t)
	page := written(t, handshakes())
	pagetest.Run(t, ctx, chromedp.Navigate(page))
	address := pagetest.Evaluated[string](t, ctx, `(() => {
		const at = [...document.querySelectorAll("table th[scope=col]")].findIndex((h) => h.textContent.startsWith("p95"));
		document.querySelector("tbody tr:nth-child(6)").cells[at].click();
		return location.hash;
	})()`)
	if want := "#handshake/TLS=1.2/rtt=50ms/loss=0pct/kind=resumed:p95"; address != want {
		t.Errorf("the address of the cell is %q, want %q", address, want)
	}
	pagetest.Run(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(page+address))
	type mark struct {
		Text, Title string
		Visible     bool
	}
	got := pagetest.Evaluated[mark](t, ctx, `(() => {
		const cell = document.querySelector("td.here"), box = cell.getBoundingClientRect();
		return { text: cell.textContent, title: cell.title, visible: box.top >= 0 && box.bottom <= innerHeight };
	})()`)
	if got.Text != "100.2 [100.2, 100.2] ms" || !strings.HasPrefix(got.Title, "1001") || !got.Visible {
		t.Errorf("the address leads to %+v", got)
	}
}

func TestHeadingAndKeysStayInSight(t *testing.T) {
	ctx := pagetest.Browser(t)
	pagetest.Run(t, ctx, chromedp.Navigate(written(t, handshakes())), chromedp.EmulateViewport(800, 300), pagetest.Rendered)
	type box struct{ Head, Key, Frame, Left float64 }
	got := pagetest.Evaluated[box](t, ctx, `(() => {
		const frame = document.querySelector(".table .scroll");
		frame.scrollTo(200, 200);
		const at = (e) => frame.querySelector(e).getBoundingClientRect(), inner = frame.getBoundingClientRect();
		return { head: at("thead th").top, key: at("tbody tr:last-child th").left, frame: inner.top, left: inner.left };
	})()`)
	if got.Head-got.Frame > 2 || got.Key-got.Left > 2 {
		t.Errorf("scrolled, the heading and the first column are at %+v", got)
	}
}

// Every text of the document is in the page without the script, and nothing is hidden.
func TestThePageIsCompleteWithoutScript(t *testing.T) {
	ctx := pagetest.Browser(t)
	pagetest.Call(t, ctx, emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true})
	pagetest.Run(t, ctx, chromedp.Navigate(written(t, handshakes())))
	text, err := chromedp.Run(ctx, chromedp.Text("body"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"How much does a resumed handshake save?", "984.2 [982.3, 986.0] µs", "Held constant"} {
		if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), want) {
			t.Errorf("without script the page does not say %q", want)
		}
	}
	if strings.Contains(text, "Show all") {
		t.Error("without script the page offers what only a script can do")
	}
}
