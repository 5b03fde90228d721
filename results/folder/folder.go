// Package folder writes an output folder's files from a run's samples.
//
//	samples ─► summary.json, summary.csv
//	        ├► bench.txt
//	        ├► plots/*.svg, plots/*.png, plots/*.pdf
//	        └► report.md, report.html
//
// It reads nothing else, so a report can be made again at any time, on any machine, by a later
// version. Each file is written under a temporary name and renamed once it is complete, so a folder
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

// Made describes the files that Write has written.
type Made struct {
	// Hashes maps the name of each file, relative to the folder and with slashes, to its SHA-256 in
	// hexadecimal digits.
	Hashes map[string]string
	// Summary holds the numbers of the files.
	Summary *summary.Summary
	// Warnings are sentences for the user that are not in the report.
	Warnings []string
}

// Files returns the names of the files, sorted.
func (m *Made) Files() []string { return slices.Sorted(maps.Keys(m.Hashes)) }

// Options select what Write writes.
type Options struct {
	// AllLines puts every replicate into bench.txt. Without it, bench.txt has at most
	// gobench.LinesPerCell replicates of a cell.
	AllLines bool
	// Plots are the formats of the figures' files. Without any, they are SVG and PNG.
	Plots []plot.Format
}

// figures computes the summary of src, and the set of its figures, which create makes.
func figures(src results.Source, create func(*summary.Summary) *plot.Set) (*plot.Set, *summary.Summary, error) {
	s, err := summary.New(src)
	if err != nil {
		return nil, nil, err
	}
	set := create(s)
	err = s.Fill(src, func(cell, metric int, sorted []float64) {
		if metric == set.Metric() {
			set.Add(cell, sorted)
		}
	})
	return set, s, err
}

// Figures returns the figures of src. Unlike those of Write, their data contain every value of the
// distributions.
func Figures(src results.Source) ([]plot.Figure, error) {
	set, _, err := figures(src, plot.NewWhole)
	if err != nil {
		return nil, err
	}
	all, _ := set.Figures()
	return all, nil
}

// Write writes every file that derives from src into the folder dir. An error names the file that
// could not be written. Files that were written before the error stay; the others are unchanged.
func Write(dir string, src results.Source, o Options) (*Made, error) {
	out := &output{dir: dir, hashes: map[string]string{}}
	s, err := makeFiles(out, src, o)
	if err != nil {
		return nil, err
	}
	return &Made{Hashes: out.hashes, Summary: s}, nil
}

// Sizes makes the files that Write writes, and writes none of them. It returns the size of each in
// bytes, by its name.
func Sizes(src results.Source, o Options) (map[string]int64, error) {
	out := &counter{sizes: map[string]int64{}}
	_, err := makeFiles(out, src, o)
	return out.sizes, err
}

// files is where the files of a folder go.
type files interface {
	// write makes a file. The name is relative to the folder and has slashes.
	write(name string, content func(io.Writer) error) error
}

// makeFiles makes every file that derives from src. It returns the summary with their numbers.
func makeFiles(out files, src results.Source, o Options) (*summary.Summary, error) {
	firsts := results.NewFirstReplicates(src, gobench.LinesPerCell(len(src.Header().Cells)))
	set, s, err := figures(firsts, plot.New)
	if err != nil {
		return nil, err
	}
	lines := firsts.Kept()
	if o.AllLines {
		lines = src
	}
	var group errgroup.Group
	group.Go(func() error {
		return out.write("bench.txt", func(w io.Writer) error { return gobench.Write(w, lines, s) })
	})
	group.Go(func() error { return writePages(out, set, s, o.Plots) })
	group.Go(func() error {
		if err := out.write("summary.json", func(w io.Writer) error { return summary.WriteJSON(w, s) }); err != nil {
			return err
		}
		return out.write("summary.csv", func(w io.Writer) error { return summary.WriteCSV(w, s) })
	})
	return s, group.Wait()
}

// writePages draws the figures in these formats and writes the reports that show them.
func writePages(out files, set *plot.Set, s *summary.Summary, formats []plot.Format) error {
	if len(formats) == 0 {
		formats = []plot.Format{"svg", "png"}
	}
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
		for _, as := range formats {
			group.Go(func() error {
				return out.write("plots/"+figure.Name+"."+string(as), func(w io.Writer) error {
					return figure.Write(w, as)
				})
			})
		}
	}
	return group.Wait()
}

// mostDrawn is the largest number of figures that are drawn concurrently. Each takes about 25 MB.
const mostDrawn = 4
