package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A progress is a progress bar on a terminal, and nothing elsewhere.
type progress struct {
	title string
	to    io.Writer
	bar   *progressbar.ProgressBar
	total int // of bar
}

func (a *app) newProgress(title string) *progress {
	if f, ok := a.stderr.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	return &progress{title: title, to: a.stderr}
}

// set shows that so many of all replicates are done. With each batch of a run with a target the
// total grows. Then the bar is replaced, since a bar that was full stays as it is.
func (p *progress) set(done, total int) {
	if p.to == nil {
		return
	}
	if p.bar == nil || total != p.total {
		p.close()
		p.total = total
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.to), progressbar.OptionSetDescription(p.title), progressbar.OptionShowCount(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(true),
			progressbar.OptionEnableColorCodes(false), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
	}
	p.bar.Set(done) // an error of drawing does not end the run
}

// close removes the bar.
func (p *progress) close() {
	if p.bar != nil {
		p.bar.Clear()
	}
}
