package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tlslab/scenarios/document"
	scenariorun "tlslab/scenarios/run"
)

// Exit codes.
const (
	exitDone        = 0   // failed replicates are data, not failure
	exitFailed      = 1   // could not be done
	exitUsage       = 2   // wrong command line or bad scenario
	exitDisagrees   = 3   // a gate was not met, or a run came out differently
	exitInterrupted = 130 // by SIGINT or SIGTERM; finished replicates are kept
)

// app is one invocation of the command.
type app struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	started        bool // the command line has no mistake
}

// errDisagrees is the error of a repeated run with other results.
var errDisagrees = errors.New("disagrees")

// usageError is a mistake of the user that is found after the command line was parsed.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// run executes the command line and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second signal ends the program at once
	return runContext(ctx, args, stdin, stdout, stderr)
}

// runContext is run with a context that ends with the first signal.
func runContext(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{args: args, stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(compareFlags(args))
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	verb, err := root.ExecuteContextC(ctx)
	if err != nil {
		fmt.Fprintln(stderr, a.message(verb, err))
	}
	return a.exitCode(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "tlslab",
		Short:         "Answer questions about TLS performance by experiment",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRun: func(*cobra.Command, []string) {
			a.started = true
		},
	}
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.runVerb(), a.scenariosVerb(), a.reportVerb(), a.exportVerb(), a.calibrateVerb(), a.serveVerb(), a.connectVerb(), a.rerunVerb(), a.compareVerb(), a.schemaVerb(), a.versionVerb())
	return root
}

// oneArgument returns the check of a verb that takes one argument.
func oneArgument(name string) cobra.PositionalArgs {
	return func(verb *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("%s: got %d arguments, want one: %s", verb.Name(), len(args), name)
		}
		return nil
	}
}

// wanted describes the values of a flag by their type.
var wanted = map[string]string{
	"int": "a whole number", "uint64": "a whole number, at least 0", "duration": "a duration such as 10s", "bool": "true or false",
}

// flagError describes a value that its flag cannot have.
func flagError(_ *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) || wanted[invalid.GetFlag().Value.Type()] == "" {
		return err
	}
	return fmt.Errorf("--%s %s: want %s", invalid.GetFlag().Name, invalid.GetValue(), wanted[invalid.GetFlag().Value.Type()])
}

// message is the text of an error. Mistakes in a scenario have file, line and column in place of
// the program's name.
func (a *app) message(verb *cobra.Command, err error) string {
	var mistakes document.Errors
	switch {
	case errors.Is(err, context.Canceled):
		return "tlslab: interrupted"
	case errors.As(err, &mistakes):
		return mistakes.Error()
	case !a.started:
		return "tlslab: " + err.Error() + "\nSee " + verb.CommandPath() + " --help."
	}
	return "tlslab: " + err.Error()
}

func (a *app) exitCode(err error) int {
	var mistakes document.Errors
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, scenariorun.ErrInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, errDisagrees), errors.Is(err, errGate):
		return exitDisagrees
	case !a.started, errors.As(err, &mistakes), errors.As(err, &usage), errors.Is(err, scenariorun.ErrScenario):
		return exitUsage
	}
	return exitFailed
}

// warn prints a line that is not data to standard error.
func (a *app) warn(format string, args ...any) { fmt.Fprintf(a.stderr, format+"\n", args...) }
