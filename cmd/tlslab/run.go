package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tlslab/results/gobench"
	"tlslab/results/plot"
	"tlslab/results/report"
	"tlslab/results/summary"
	"tlslab/results/table"
	"tlslab/scenarios"
	"tlslab/scenarios/document"
	scenariorun "tlslab/scenarios/run"
)

// runFlags are the flags of run and rerun.
type runFlags struct {
	out        string
	sets       []string
	replicates string
	seed       uint64
	workers    int
	json       bool
	bench      string
	plots      []plot.Format
	dryRun     bool
}

func (a *app) runVerb() *cobra.Command {
	var f runFlags
	verb := &cobra.Command{
		Use:   "run SCENARIO",
		Short: "Run a scenario and report the results",
		Long: `Run a scenario and report what it found. SCENARIO is the name of a shipped scenario (see tlslab
scenarios), the path of a YAML file, or - for standard input. The answer goes to standard output, all
files to the output folder.`,
		Example: `  tlslab run full-vs-resumed
  tlslab run mine.yaml --set link.loss=2% --set tls.version=1.3 --replicates 200`,
		Args: oneArgument("SCENARIO"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return scenarios.Shipped(), cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			file, text, err := a.readScenario(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			o := scenarios.Options{Sets: f.sets}
			if cmd.Flags().Changed("replicates") {
				if err := setReplicates(&o, f.replicates); err != nil {
					return err
				}
			}
			if cmd.Flags().Changed("seed") {
				o.Seed = &f.seed
			}
			s, err := scenarios.Parse(cmd.Context(), file, text, o)
			if err != nil {
				return err
			}
			if f.dryRun {
				return a.dryRun(cmd, s, &f)
			}
			return a.execute(cmd, s, &f, nil)
		},
	}
	flags := verb.Flags()
	f.addTo(verb, "tlslab-out/SCENARIO")
	flags.StringArrayVar(&f.sets, "set", nil, "override a key of base, or narrow a factor to one level (`KEY=VALUE`; may be repeated)")
	flags.StringVar(&f.replicates, "replicates", "", "`number` of replicates of each cell, in place of the scenario's; or auto: as many as the scenario's target needs (p95 ±2% if it has none)")
	flags.Uint64Var(&f.seed, "seed", 0, "`number` from which all randomness follows, in place of the scenario's")
	flags.BoolVar(&f.dryRun, "dry-run", false, "estimate what the run needs (replicates, time, disk, memory), and write nothing")
	return verb
}

// readError is the error of reading a file or a folder, without the name of the system call.
func readError(what, path string, err error) error {
	var of *fs.PathError
	if errors.As(err, &of) && of.Path == path {
		err = of.Err
	}
	return fmt.Errorf("%s %s: %w", what, path, err)
}

// setReplicates reads the flag --replicates.
func setReplicates(o *scenarios.Options, text string) error {
	if text == "auto" {
		o.Auto = true
		return nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return usageError{fmt.Errorf("--replicates %s: write a whole number of at least 1, or auto", text)}
	case n < 1:
		return usageError{fmt.Errorf("--replicates %d: a cell is run at least once", n)}
	}
	o.Replicates = n
	return nil
}

// maxWorkers bounds -j, and with it the memory of the workers.
const maxWorkers = 1024

// addTo defines the flags that run and rerun share.
func (f *runFlags) addTo(verb *cobra.Command, out string) {
	verb.Flags().StringVar(&f.out, "out", "", "output `folder` (default "+out+")")
	verb.Flags().IntVarP(&f.workers, "jobs", "j", 0, "`number` of workers, from 1 to 1024 (default one for each CPU)")
	verb.Flags().BoolVar(&f.json, "json", false, "print the summary as JSON in place of the table")
	addBench(verb, &f.bench)
	addPlots(verb, &f.plots)
}

// addBench defines the flag for the number of replicates in bench.txt.
func addBench(verb *cobra.Command, to *string) {
	verb.Flags().StringVar(to, "bench", "first", fmt.Sprintf("replicates in bench.txt: `first` (at most %d of each cell, fewer in a run with many cells) or all", gobench.LinesPerCell(1)))
}

// allLines parses the flag of addBench.
func allLines(bench string) (bool, error) {
	switch bench {
	case "first":
		return false, nil
	case "all":
		return true, nil
	}
	return false, usageError{fmt.Errorf("--bench %s: want first or all", bench)}
}

// readScenario reads the text of a scenario: a shipped one by its name, a file, or standard input.
func (a *app) readScenario(ctx context.Context, name string) (file string, text []byte, err error) {
	if name == "-" {
		text, err = readBounded(ctx, a.stdin)
		return "<stdin>", text, err
	}
	looksLikePath := strings.ContainsRune(name, filepath.Separator) || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
	if !looksLikePath {
		text, err = scenarios.ShippedText(name)
		if err != nil {
			return "", nil, usageError{err}
		}
		return name + ".yaml", text, nil
	}
	text, err = readBounded(ctx, &fileReader{path: name})
	if err != nil && ctx.Err() == nil {
		err = usageError{readError("scenario", name, err)}
	}
	return name, text, err
}

// fileReader opens its file at the first Read: opening a named pipe waits for its writer.
type fileReader struct {
	path string
	file *os.File
}

func (r *fileReader) Read(p []byte) (n int, err error) {
	if r.file == nil {
		if r.file, err = os.Open(r.path); err != nil {
			return 0, err
		}
	}
	return r.file.Read(p)
}

// readBounded reads a scenario's text, at most a byte more than document.MaxBytes. It returns when
// the context ends, even if a Read does not.
func readBounded(ctx context.Context, r io.Reader) ([]byte, error) {
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := io.ReadAll(io.LimitReader(r, document.MaxBytes+1))
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// execute runs a scenario, with the cost tables given or else those that its names mean, and prints
// what it found.
func (a *app) execute(cmd *cobra.Command, s *scenarios.Scenario, f *runFlags, tables scenariorun.Tables) error {
	o, err := a.options(f, tables)
	if err != nil {
		return err
	}
	o.Out = f.outputFolder(s)
	bar := a.newProgress(s.String())
	o.Progress = bar.set
	done, err := scenariorun.Run(cmd.Context(), s, o)
	bar.close()
	if done == nil {
		return err
	}
	if err := a.printRun(s, done, o.Out, f.json); err != nil {
		return err
	}
	if errors.Is(err, scenariorun.ErrInterrupted) {
		return fmt.Errorf("%w after %s: run the same command again to resume", err, ofAll(done.Manifest.Observations, s))
	}
	return err
}

// options returns what the flags say about the run of a scenario, without the output folder.
func (a *app) options(f *runFlags, tables scenariorun.Tables) (scenariorun.Options, error) {
	o := scenariorun.Options{Version: version, Command: append([]string{"tlslab"}, a.args...), Workers: f.workers, Tables: tables, Plots: f.plots}
	if f.workers < 0 || f.workers > maxWorkers {
		return o, usageError{fmt.Errorf("-j %d: want 1 to %d, or 0 for one per CPU", f.workers, maxWorkers)}
	}
	var err error
	o.AllLines, err = allLines(f.bench)
	return o, err
}

// outputFolder is the folder of --out, or the default one.
func (f *runFlags) outputFolder(s *scenarios.Scenario) string {
	if f.out != "" {
		return f.out
	}
	return filepath.Join("tlslab-out", s.Name)
}

// printRun prints the answer to stdout, and where the files are to stderr.
func (a *app) printRun(s *scenarios.Scenario, r *scenariorun.Report, out string, asJSON bool) error {
	if r.Made == nil {
		return nil
	}
	if r.Before > 0 {
		a.warn("%s are from an earlier run", ofAll(r.Before, s))
	}
	for _, w := range r.Made.Warnings {
		a.warn("warning: %s", w)
	}
	if err := a.printSummary(r.Made.Summary, asJSON); err != nil {
		return err
	}
	a.warn("report: %s", filepath.Join(out, "report.html"))
	return nil
}

// ofAll says how many of a scenario's replicates there are. A scenario with a target has no number
// of all replicates.
func ofAll(n int, s *scenarios.Scenario) string {
	if s.Target != nil {
		return fmt.Sprintf("%d replicates", n)
	}
	return fmt.Sprintf("%d of %d replicates", n, len(s.Cells)*s.Replicates)
}

// printSummary prints the question, the answer and the headline metric's table, or the rows of
// summary.json. Text wraps at the width of the terminal.
func (a *app) printSummary(s *summary.Summary, asJSON bool) error {
	page := report.New(s, nil, nil)
	for _, w := range page.Warnings {
		a.warn("%s", strings.Join(table.Wrap("warning: "+w.Text, table.StyleOf(a.stderr).Width, "  "), "\n"))
	}
	if asJSON {
		return summary.WriteJSON(a.stdout, s)
	}
	style := table.StyleOf(a.stdout)
	paragraphs := [][]string{table.Wrap(page.Title, style.Width, ""), table.Wrap(page.Answer, style.Width, "")}
	var points []string
	for _, f := range page.Findings {
		text := " " + f.Text
		if strings.Contains(f.Text, "\n") {
			text = "\n" + f.Text
		}
		points = append(points, table.Wrap("- "+f.About+":"+text, style.Width, "  ")...)
	}
	if points != nil {
		paragraphs = append(paragraphs, points)
	}
	for _, lines := range paragraphs {
		if _, err := io.WriteString(a.stdout, strings.Join(lines, "\n")+"\n\n"); err != nil {
			return err
		}
	}
	return table.Headline(s).WriteText(a.stdout, style)
}
