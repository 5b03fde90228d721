package report

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"tlslab/results/table/tabletest"
)

// browser opens a tab of Chromium, which all tests share, or skips the test where Chromium is not
// installed.
func browser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("the quick tier talks to no other program")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("needs chromium")
	}
	tab, stop := chromedp.NewContext(chromium())
	t.Cleanup(stop)
	return tab
}

// stopChromium ends the process that chromium started, if any.
var stopChromium = func() {}

// chromium starts the browser at the first call.
var chromium = sync.OnceValue(func() context.Context {
	allocator, stopProcess := chromedp.NewExecAllocator(context.Background(),
		append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
			chromedp.ExecPath("chromium"), chromedp.NoSandbox)...)
	window, stopWindow := chromedp.NewContext(allocator)
	stopChromium = func() { stopWindow(); stopProcess() }
	if err := chromedp.Do(window); err != nil {
		panic(err) // without the browser no test of this file means anything
	}
	return window
})

func TestMain(m *testing.M) {
	code := m.Run()
	stopChromium()
	os.Exit(code)
}

// complaints collects what the page writes to the console, its uncaught exceptions, and requests
// that failed.
type complaints struct {
	sync.Mutex
	texts []string
}

func (c *complaints) listen(t *testing.T, ctx context.Context) {
	t.Helper()
	err := chromedp.Listen(ctx, func(event any) {
		text := ""
		switch event := event.(type) {
		case *runtime.EventConsoleAPICalled:
			text = "console." + string(event.Type)
		case *runtime.EventExceptionThrown:
			text = event.ExceptionDetails.Text
		case *log.EventEntryAdded:
			text = event.Entry.Text
		default:
			return
		}
		c.Lock()
		defer c.Unlock()
		c.texts = append(c.texts, text)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// written is the address of an experiment's page in a file.
func written(t *testing.T, e *tabletest.Experiment) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(htmlOf(t, documentOf(e))), 0o644); err != nil {
		t.Fatal(err)
	}
	return "file://" + file
}

// run runs actions of the browser.
func run(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// call runs a command of the browser's protocol.
func call[P, R any](t *testing.T, ctx context.Context, command cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		t.Fatal(err)
	}
}

// evaluated is the value of a JavaScript expression.
func evaluated[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// wider lists the elements that reach beyond the window and are not in a frame that scrolls.
const wider = `[...document.querySelectorAll("body *")].filter((e) =>
	!e.closest(".scroll > *") && e.getClientRects().length > 0 &&
	(e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)
).map((e) => e.tagName + "." + (e.className.baseVal ?? e.className))`

// unannounced lists the frames that scroll sideways without a cue, or have a cue and do not scroll.
const unannounced = `[...document.querySelectorAll(".wide")].filter((f) => {
	const inner = f.querySelector(".scroll"), more = inner.scrollWidth > inner.clientWidth + 1;
	const cue = f.parentElement.querySelector(".cue");
	return more !== !cue.hidden || more !== f.classList.contains("more-right");
}).map((f) => f.closest("[id]").id)`

// contrast is the lowest contrast of text with its background (WCAG 2.2, 1.4.3), for text outside
// of figures that is not hidden on purpose.
const contrast = `(() => {
	const luminance = (c) => {
		const [r, g, b] = c.match(/[\d.]+/g).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ground = (e) => {
		for (; e; e = e.parentElement) {
			const c = getComputedStyle(e).backgroundColor;
			if (c !== "rgba(0, 0, 0, 0)") return c;
		}
		return "rgb(255, 255, 255)";
	};
	let least = 21;
	for (const e of document.querySelectorAll("p, h1, h2, dt, dd, th, td, figcaption, button")) {
		const c = getComputedStyle(e).color;
		if (c.startsWith("rgba") || e.closest("svg")) continue;
		const [a, b] = [luminance(c), luminance(ground(e))];
		least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
	}
	return least;
})()`

func TestThePageFitsEveryWindowInBothThemes(t *testing.T) {
	ctx := browser(t)
	var said complaints
	said.listen(t, ctx)
	for name, e := range map[string]*tabletest.Experiment{
		"handshakes": handshakes(), "suites": suites(), "one cell": tabletest.Product(50, 1e6),
	} {
		page := written(t, e)
		for _, theme := range []string{"light", "dark"} {
			call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}})
			run(t, ctx, chromedp.Navigate(page))
			evaluated[int](t, ctx, `[...document.querySelectorAll("details")].map((d) => d.open = true).length`)
			for _, width := range []int64{400, 800, 1600} {
				run(t, ctx, chromedp.EmulateViewport(width, 900), rendered)
				where := fmt.Sprintf("%s, %s, %d pixels", name, theme, width)
				if over := evaluated[[]string](t, ctx, wider); len(over) > 0 {
					t.Errorf("%s: wider than the window: %s", where, strings.Join(over, ", "))
				}
				if w := evaluated[int64](t, ctx, `document.documentElement.scrollWidth`); w > width {
					t.Errorf("%s: the page is %d pixels wide", where, w)
				}
				if wrong := evaluated[[]string](t, ctx, unannounced); len(wrong) > 0 {
					t.Errorf("%s: no cue, or a needless one, to scroll %s", where, strings.Join(wrong, ", "))
				}
			}
			if c := evaluated[float64](t, ctx, contrast); c < 4.5 {
				t.Errorf("%s, %s: text has a contrast of %.2f, want 4.5", name, theme, c)
			}
		}
	}
	if len(said.texts) > 0 {
		t.Errorf("the page complains: %s", strings.Join(said.texts, "\n"))
	}
}

// rendered waits until observers of sizes have seen the present layout.
var rendered = chromedp.Evaluate[chromedp.Void](
	`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`,
	chromedp.EvalAwaitPromise)

// column lists the texts of a column of the headline table in the rows that are shown, in their
// order.
func column(t *testing.T, ctx context.Context, name string) []string {
	t.Helper()
	return evaluated[[]string](t, ctx, fmt.Sprintf(`(() => {
		const table = document.querySelector("table");
		const at = [...table.tHead.rows[0].cells].findIndex((h) => h.textContent.startsWith(%q));
		return [...table.tBodies[0].rows].filter((r) => r.getClientRects().length > 0).map((r) => r.cells[at].textContent);
	})()`, name))
}

// press clicks the heading of a column of the headline table.
func press(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	run(t, ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
		`[...document.querySelector("table").querySelectorAll("thead button")].find((b) => b.textContent.startsWith(%q)).click()`, name)))
}

func TestRowsAreSortedByTheirValues(t *testing.T) {
	e := tabletest.Product(40, 1e6, tabletest.Factor{Name: "kind", Levels: []string{"a", "b"}, Effects: []float64{1, 2}},
		tabletest.Factor{Name: "path", Levels: []string{"2ms", "20us", "300ns"}, Effects: []float64{999, 1, 0.0009}})
	ctx := browser(t)
	run(t, ctx, chromedp.Navigate(written(t, e)))
	original := column(t, ctx, "p50")
	press(t, ctx, "p50")
	rising := column(t, ctx, "p50")
	var units []string
	for _, text := range rising {
		units = append(units, text[strings.LastIndex(text, " ")+1:])
	}
	if want := []string{"ns", "µs", "ms", "ms", "s", "s"}; !slices.Equal(units, want) {
		t.Errorf("sorted, the values are %q", rising)
	}
	if got := column(t, ctx, "path"); !slices.Equal(got, []string{"300ns", "300ns", "20us", "20us", "2ms", "2ms"}) {
		t.Errorf("sorted by p50, the paths are %q", got)
	}
	if n := evaluated[int](t, ctx, `[...document.querySelector("table").querySelectorAll(".again")].filter(
		(c) => getComputedStyle(c).color === "rgba(0, 0, 0, 0)").length`); n > 0 {
		t.Errorf("%d repeated keys are hidden in a sorted table", n)
	}
	press(t, ctx, "p50")
	falling := column(t, ctx, "p50")
	if slices.Reverse(falling); !slices.Equal(falling, rising) {
		t.Errorf("falling, the values are %q", falling)
	}
	press(t, ctx, "p50")
	if got := column(t, ctx, "p50"); !slices.Equal(got, original) {
		t.Errorf("after three clicks the values are %q, want %q", got, original)
	}
}

func TestRowsAreFilteredByLevel(t *testing.T) {
	ctx := browser(t)
	run(t, ctx, chromedp.Navigate(written(t, handshakes())))
	choose := func(label, value string) {
		run(t, ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
			const label = [...document.querySelectorAll(".tools label")].find((l) => l.firstChild.textContent === %q);
			label.querySelector("select").value = %q;
			label.querySelector("select").dispatchEvent(new Event("change"));
		})()`, label, value)))
	}
	choose("rtt", "50ms")
	choose("kind", "resumed")
	if got := column(t, ctx, "rtt"); !slices.Equal(got, []string{"50ms", "50ms", "50ms", "50ms"}) {
		t.Errorf("filtered by rtt and kind, the rtts are %q", got)
	}
	if said := evaluated[string](t, ctx, `document.querySelector(".tools output").textContent`); said != "4 of 16 rows" {
		t.Errorf("the page says %q", said)
	}
	run(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector(".tools button").click()`))
	if got := column(t, ctx, "rtt"); len(got) != 16 {
		t.Errorf("after a reset there are %d rows", len(got))
	}
}

func TestAnAddressNamesACellOfTheTable(t *testing.T) {
	ctx := browser(t)
	page := written(t, handshakes())
	run(t, ctx, chromedp.Navigate(page))
	address := evaluated[string](t, ctx, `(() => {
		const at = [...document.querySelectorAll("table th[scope=col]")].findIndex((h) => h.textContent.startsWith("p95"));
		document.querySelector("tbody tr:nth-child(6)").cells[at].click();
		return location.hash;
	})()`)
	if want := "#handshake/TLS=1.2/rtt=50ms/loss=0pct/kind=resumed:p95"; address != want {
		t.Errorf("the address of the cell is %q, want %q", address, want)
	}
	run(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(page+address))
	type mark struct {
		Text, Title string
		Visible     bool
	}
	got := evaluated[mark](t, ctx, `(() => {
		const cell = document.querySelector("td.here"), box = cell.getBoundingClientRect();
		return { text: cell.textContent, title: cell.title, visible: box.top >= 0 && box.bottom <= innerHeight };
	})()`)
	if got.Text != "100.2 [100.2, 100.2] ms" || !strings.HasPrefix(got.Title, "1001") || !got.Visible {
		t.Errorf("the address leads to %+v", got)
	}
}

func TestHeadingAndKeysStayInSight(t *testing.T) {
	ctx := browser(t)
	run(t, ctx, chromedp.Navigate(written(t, handshakes())), chromedp.EmulateViewport(800, 300), rendered)
	type box struct{ Head, Key, Frame, Left float64 }
	got := evaluated[box](t, ctx, `(() => {
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
	ctx := browser(t)
	call(t, ctx, emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true})
	run(t, ctx, chromedp.Navigate(written(t, handshakes())))
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
