// Package folder makes an output folder's files from its samples.jsonl.
//
//	samples.jsonl ─► summary.json, summary.csv
//	              ├► bench.txt
//	              ├► plots/*.svg, plots/*.png
//	              └► report.md, report.html
//
// Nothing else is read, so a report can be made again at any time, on any machine, by the version of the day. Each file
// is written beside its place and renamed into it when it is whole: a folder never holds half a report, and
// samples.jsonl is only ever read. docs/output.md describes every file.
package folder

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"tlslab/results"
	"tlslab/results/gobench"
	"tlslab/results/plot"
	"tlslab/results/report"
	"tlslab/results/summary"
)

// Samples is the name of the file from which all others are made.
const Samples = "samples.jsonl"

// Made is what Write has made.
type Made struct {
	// Files are the names of all files written, relative to the folder, with slashes, sorted.
	Files []string
	// Summary is what they say.
	Summary *summary.Summary
	// Warnings are what a reader of the files should know of the samples and the report cannot know: a torn last line.
	Warnings []string
}

// Write makes every file that derives from dir/samples.jsonl. An error names the file it is about; files that were made
// before it stay, the others are as they were.
func Write(dir string) (*Made, error) {
	f, err := results.Open(filepath.Join(dir, Samples))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := summary.Summarize(f)
	if err != nil {
		return nil, err
	}
	out := &output{dir: dir}
	var group errgroup.Group
	group.Go(func() error { return writeBench(out, s) })
	group.Go(func() error { return writePages(out, f, s) })
	group.Go(func() error {
		if err := out.write("summary.json", func(w io.Writer) error { return summary.WriteJSON(w, s) }); err != nil {
			return err
		}
		return out.write("summary.csv", func(w io.Writer) error { return summary.WriteCSV(w, s) })
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	slices.Sort(out.files)
	return &Made{Files: out.files, Summary: s, Warnings: warnings(f)}, nil
}

// writeBench writes bench.txt, through a reading of the samples of its own: the pages are made at the same time.
func writeBench(out *output, s *summary.Summary) error {
	f, err := results.Open(filepath.Join(out.dir, Samples))
	if err != nil {
		return err
	}
	defer f.Close()
	return out.write("bench.txt", func(w io.Writer) error { return gobench.Write(w, f, s) })
}

// writePages draws the figures and writes the reports that show them.
func writePages(out *output, f *results.File, s *summary.Summary) error {
	set := plot.New(s)
	var sample results.Sample
	var values []float64
	for i := range f.Cells {
		if err := f.Sample(i, &sample); err != nil {
			return err
		}
		values = sample.Reached(values[:0], set.Metric())
		slices.Sort(values)
		set.Add(i, values)
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
		group.Go(func() error { return out.write("plots/"+figure.Name+".png", figure.WritePNG) })
		group.Go(func() error { return out.write("plots/"+figure.Name+".svg", figure.WriteSVG) })
	}
	return group.Wait()
}

// mostDrawn is how many figures are drawn at the same time at most: each takes about 25 MB while it is.
const mostDrawn = 4

// warnings says what is wrong with the samples' file.
func warnings(f *results.File) []string {
	var all []string
	if f.Torn() {
		all = append(all, fmt.Sprintf("%s: the last line was cut off after %d of %d bytes and is left out: run the scenario again to complete it", Samples, f.Whole, f.Size))
	}
	return all
}
