package export

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"tlslab/results"
	"tlslab/results/folder"
	"tlslab/results/plot"
)

// FigureFormats are the formats of a figure's data.
func FigureFormats() []string { return []string{"jsonl", "csv"} }

// UnknownFigure is the error of a name that no figure has.
type UnknownFigure struct {
	Name  string
	Known []string // the names of the run's figures
}

// Error implements error.
func (e *UnknownFigure) Error() string {
	return fmt.Sprintf("no figure is named %q: the figures of this run are %s", e.Name, strings.Join(e.Known, ", "))
}

// Figure writes the numbers that a figure shows, in a format of FigureFormats: every value of a
// distribution, even where the drawn curve has fewer points. name is the name of the figure's file
// without extension. The error is an UnknownFigure if there is no such figure.
func Figure(w io.Writer, src results.Source, name, format string) error {
	figures, err := folder.Figures(src)
	if err != nil {
		return err
	}
	unknown := &UnknownFigure{Name: name}
	for _, f := range figures {
		unknown.Known = append(unknown.Known, f.Name)
	}
	at := slices.Index(unknown.Known, name)
	if at < 0 {
		return unknown
	}
	write := map[string]func(plot.Data, io.Writer) error{"jsonl": plot.Data.WriteJSONL, "csv": plot.Data.WriteCSV}[format]
	if write == nil {
		return fmt.Errorf("a figure's data cannot be written as %s: want %s", format, strings.Join(FigureFormats(), " or "))
	}
	out := bufio.NewWriterSize(w, 1<<16)
	if err := write(figures[at].Data(), out); err != nil {
		return fmt.Errorf("figure %s: %w", name, err)
	}
	return out.Flush()
}
