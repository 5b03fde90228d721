package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A progress shows on a terminal how far a run is. On anything else it shows nothing.
type progress struct {
	title string
	to    io.Writer
	bar   *progressbar.ProgressBar
}

func (a *app) newProgress(title string) *progress {
	if f, ok := a.stderr.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	return &progress{title: title, to: a.stderr}
}

// set is told how much is done of how much.
func (p *progress) set(done, total int) {
	if p.to == nil {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.to), progressbar.OptionSetDescription(p.title), progressbar.OptionShowCount(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(true),
			progressbar.OptionEnableColorCodes(false), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
	}
	p.bar.Set(done) // a bar that cannot be drawn is no reason to stop
}

// close removes the bar.
func (p *progress) close() {
	if p.bar != nil {
		p.bar.Clear()
	}
}
