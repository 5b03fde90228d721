// Package pagetest looks at HTML pages in Chromium.
package pagetest

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
)

// Browser opens a tab of Chromium, which all tests share, or skips the test where Chromium is not
// installed.
func Browser(t *testing.T) context.Context {
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

// Main runs the tests of a package that uses Browser, and then stops Chromium.
func Main(m *testing.M) {
	code := m.Run()
	stopChromium()
	os.Exit(code)
}

// Complaints collects what the page writes to the console, its uncaught exceptions, and requests
// that failed.
type Complaints struct {
	mutex sync.Mutex
	texts []string
}

// Check fails the test if there are any.
func (c *Complaints) Check(t *testing.T) {
	t.Helper()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.texts) > 0 {
		t.Errorf("the page complains: %s", strings.Join(c.texts, "\n"))
	}
}

// Listen collects from now on.

func (c *Complaints) Listen(t *testing.T, ctx context.Context) {
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
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.texts = append(c.texts, text)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Written is the address of a page in a file.
func Written(t *testing.T, html string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(html), 0o644); err != nil {
		t.Fatal(err)
	}
	return "file://" + file
}

// Run runs actions of the browser.
func Run(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// Call runs a command of the browser's protocol.
func Call[P, R any](t *testing.T, ctx context.Context, command cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		t.Fatal(err)
	}
}

// Evaluated is the value of a JavaScript expression.
func Evaluated[T any](t *testing.T, ctx context.Context, expression string) T {
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

// Fits unfolds a page and checks it in the light and in the dark theme, in windows of 400, 800 and
// 1600 pixels. Nothing is wider than the window, a frame that scrolls sideways has a cue, and the
// contrast of text is at least 4.5.
func Fits(t *testing.T, ctx context.Context, name, address string) {
	t.Helper()
	for _, theme := range []string{"light", "dark"} {
		Call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}})
		Run(t, ctx, chromedp.Navigate(address))
		Evaluated[int](t, ctx, `[...document.querySelectorAll("details")].map((d) => d.open = true).length`)
		for _, width := range []int64{400, 800, 1600} {
			Run(t, ctx, chromedp.EmulateViewport(width, 900), Rendered)
			where := fmt.Sprintf("%s, %s, %d pixels", name, theme, width)
			if over := Evaluated[[]string](t, ctx, wider); len(over) > 0 {
				t.Errorf("%s: wider than the window: %s", where, strings.Join(over, ", "))
			}
			if w := Evaluated[int64](t, ctx, `document.documentElement.scrollWidth`); w > width {
				t.Errorf("%s: the page is %d pixels wide", where, w)
			}
			if wrong := Evaluated[[]string](t, ctx, unannounced); len(wrong) > 0 {
				t.Errorf("%s: no cue, or a needless one, to scroll %s", where, strings.Join(wrong, ", "))
			}
		}
		if c := Evaluated[float64](t, ctx, contrast); c < 4.5 {
			t.Errorf("%s, %s: text has a contrast of %.2f, want 4.5", name, theme, c)
		}
	}
}

// Rendered waits until observers of sizes have seen the present layout.
var Rendered = chromedp.Evaluate[chromedp.Void](
	`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`,
	chromedp.EvalAwaitPromise)

// Column lists the texts of a column of the first table in the rows that are shown, in their
// order.
func Column(t *testing.T, ctx context.Context, name string) []string {
	t.Helper()
	return Evaluated[[]string](t, ctx, fmt.Sprintf(`(() => {
		const table = document.querySelector("table");
		const at = [...table.tHead.rows[0].cells].findIndex((h) => h.textContent.startsWith(%q));
		return [...table.tBodies[0].rows].filter((r) => r.getClientRects().length > 0).map((r) => r.cells[at].textContent);
	})()`, name))
}

// Press clicks the heading of a column of the first table.
func Press(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	Run(t, ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
		`[...document.querySelector("table").querySelectorAll("thead button")].find((b) => b.textContent.startsWith(%q)).click()`, name)))
}

// Choose selects a value in the first menu with a label, "" to show all.
func Choose(t *testing.T, ctx context.Context, label, value string) {
	t.Helper()
	Run(t, ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const label = [...document.querySelectorAll(".tools label")].find((l) => l.firstChild.textContent === %q);
		label.querySelector("select").value = %q;
		label.querySelector("select").dispatchEvent(new Event("change"));
	})()`, label, value)))
}
