// Package folder makes an output folder's files from a run's samples.
//
//	samples ─► summary.json, summary.csv
//	        ├► bench.txt
//	        ├► plots/*.svg, plots/*.png
//	        └► report.md, report.html
//
// Nothing else is read, so a report can be made again at any time, on any machine, by the version of
// the day. Each file is written beside its place and renamed into it when it is whole: a folder
// never holds half a report. docs/output.md describes every file.
package folder

import (
	"io"
	"maps"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"tlslab/results"
	"tlslab/results/gobench"
	"tlslab/results/plot"
	"tlslab/results/report"
	"tlslab/results/summary"
)

// Made is what Write has made.
type Made struct {
	// Hashes are the SHA-256 of all files written, in hexadecimal digits, by their names, which are
	// relative to the folder and have slashes.
	Hashes map[string]string
	// Summary is what the files say.
	Summary *summary.Summary
	// Warnings are what a reader of the files should know and the report cannot.
	Warnings []string
}

// Files are the names of the files written, sorted.
func (m *Made) Files() []string { return slices.Sorted(maps.Keys(m.Hashes)) }

// Options say what to make.
type Options struct {
	// AllLines puts every replicate into bench.txt. Otherwise it has at most gobench.Lines of a cell.
	AllLines bool
}

// Write makes every file that derives from the samples of src in the folder dir. An error names the
// file it is about; files that were made before it stay, the others are as they were.
func Write(dir string, src results.Source, o Options) (*Made, error) {
	heads := results.NewHeads(src, gobench.Lines)
	s, err := summary.New(heads)
	if err != nil {
		return nil, err
	}
	figures := plot.New(s)
	err = s.Fill(heads, func(cell, metric int, sorted []float64) {
		if metric == figures.Metric() {
			figures.Add(cell, sorted)
		}
	})
	if err != nil {
		return nil, err
	}
	out := &output{dir: dir, hashes: map[string]string{}}
	lines := heads.Remembered()
	if o.AllLines {
		lines = src
	}
	var group errgroup.Group
	group.Go(func() error {
		return out.write("bench.txt", func(w io.Writer) error { return gobench.Write(w, lines, s) })
	})
	group.Go(func() error { return writePages(out, figures, s) })
	group.Go(func() error {
		if err := out.write("summary.json", func(w io.Writer) error { return summary.WriteJSON(w, s) }); err != nil {
			return err
		}
		return out.write("summary.csv", func(w io.Writer) error { return summary.WriteCSV(w, s) })
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return &Made{Hashes: out.hashes, Summary: s}, nil
}

// writePages draws the figures and writes the reports that show them.
func writePages(out *output, set *plot.Set, s *summary.Summary) error {
	figures, omitted := set.Figures()
	var group errgroup.Group
	group.SetLimit(min(runtime.GOMAXPROCS(0), mostDrawn))
	group.Go(func() error {
		page := report.New(s, figures, omitted)
		if err := out.write("report.md", page.WriteMarkdown); err != nil {
			return err
		}
		return out.write("report.html", page.WriteHTML)
	})
	for _, figure := range figures {
		group.Go(func() error { return out.write("plots/"+figure.Name+".png", figure.WritePNG) })
		group.Go(func() error { return out.write("plots/"+figure.Name+".svg", figure.WriteSVG) })
	}
	return group.Wait()
}

// mostDrawn is how many figures are drawn at the same time at most: each takes about 25 MB while it is.
const mostDrawn = 4
