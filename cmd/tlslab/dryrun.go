package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tlslab/results"
	"tlslab/results/table/number"
	"tlslab/scenarios"
	scenariorun "tlslab/scenarios/run"
)

// dryRun prints what the run of a scenario needs. It writes no file.
func (a *app) dryRun(cmd *cobra.Command, s *scenarios.Scenario, f *runFlags) error {
	o, err := a.options(f, nil)
	if err != nil {
		return err
	}
	o.Out = f.outputFolder(s)
	e, err := scenariorun.DryRun(cmd.Context(), s, o)
	if err != nil {
		return err
	}
	if f.json {
		return a.printJSON(estimateJSON{
			Scenario: s.Name, Cells: e.Cells, Workers: e.Workers, Least: needOf(&e.Least), Most: needOf(&e.Most), Kept: e.Kept,
			Measured: measuredJSON{Cells: e.MeasuredCells, Replicates: e.MeasuredReplicates},
		})
	}
	_, err = fmt.Fprint(a.stdout, estimateText(s, e))
	return err
}

// estimateJSON is what --dry-run --json prints. Least and Most are equal if every cell has the same
// number of replicates.
type estimateJSON struct {
	Scenario string       `json:"scenario"`
	Cells    int          `json:"cells"`
	Workers  int          `json:"workers"`
	Least    needJSON     `json:"least"`
	Most     needJSON     `json:"most"`
	Kept     int          `json:"kept"`
	Measured measuredJSON `json:"measured"`
}

type needJSON struct {
	Replicates   int     `json:"replicates"` // of each cell
	Observations int     `json:"observations"`
	Simulation   float64 `json:"simulation_seconds"`
	Report       float64 `json:"report_seconds"`
	Disk         int64   `json:"disk_bytes"`
	Memory       int64   `json:"memory_bytes"`
}

type measuredJSON struct {
	Cells      int `json:"cells"`
	Replicates int `json:"replicates"`
}

func needOf(n *scenariorun.Need) needJSON {
	return needJSON{n.Replicates, n.Observations, n.Simulation.Seconds(), n.Report.Seconds(), n.Disk, n.Memory}
}

// estimateText is the estimate for a reader.
func estimateText(s *scenarios.Scenario, e *scenariorun.Estimate) string {
	var b strings.Builder
	replicates := counted(e.Least.Replicates, "replicate")
	if t := s.Target; t != nil {
		replicates = fmt.Sprintf("%s to %s", number.Count(e.Least.Replicates), counted(e.Most.Replicates, "replicate"))
	}
	fmt.Fprintf(&b, "%s: %s × %s\n", s.Name, counted(e.Cells, "cell"), replicates)
	if t := s.Target; t != nil {
		fmt.Fprintf(&b, "Each cell ends once the interval of its %s of %s is within ±%s.\n", t.Statistic, t.Metric, number.Percent(t.Relative))
	}
	both := func(of func(n *scenariorun.Need) string) string {
		least, most := of(&e.Least), of(&e.Most)
		if least == most {
			return least
		}
		return least + " to " + most
	}
	bytes := func(n int64) string { return number.Value(rounded(float64(n)), results.UnitBytes) }
	for _, line := range []struct {
		what string
		of   func(n *scenariorun.Need) string
	}{
		{"replicates", func(n *scenariorun.Need) string { return number.Count(n.Observations) }},
		{"time", func(n *scenariorun.Need) string {
			return fmt.Sprintf("%s (simulation %s, report %s)", duration(n.Time()), duration(n.Simulation), duration(n.Report))
		}},
		{"disk", func(n *scenariorun.Need) string { return bytes(n.Disk) }},
		{"memory", func(n *scenariorun.Need) string { return bytes(n.Memory) }},
	} {
		fmt.Fprintf(&b, "  %-11s %s\n", line.what, both(line.of))
	}
	if e.Kept > 0 {
		fmt.Fprintf(&b, "The output folder holds %s of an interrupted run, which are not simulated again.\n", counted(e.Kept, "replicate"))
	}
	fmt.Fprintf(&b, "Estimated for -j %d from %s of %s on this machine, within a factor of about two. Nothing was written.\n",
		e.Workers, counted(e.MeasuredReplicates, "replicate"), counted(e.MeasuredCells, "cell"))
	return b.String()
}

// counted writes a number with its noun: "1 cell", "2 cells".
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return number.Count(n) + " " + noun
}

// rounded rounds to two significant digits.
func rounded(v float64) float64 {
	unit := 1.0
	for v/unit >= 100 {
		unit *= 10
	}
	return float64(int64(v/unit+0.5)) * unit
}

// duration is a time in words, rounded as an estimate is.
func duration(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
	return fmt.Sprintf("%.0f days", d.Hours()/24)
}
