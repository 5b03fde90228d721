package netconn

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"tlslab/engine"
)

// A Measurement is what one connection came to.
type Measurement struct {
	Connection int    // a number for people, from 1
	Peer       string // address and port
	Outcome    string // "ok", or the error that ended it
	Info       engine.Info
	Messages   []Entry
	Metrics    []Metric // those that were reached
}

// A Metric has the name and the meaning of a simulated connection's: connect,
// handshake, tls, ttfb, ttlb in nanoseconds since the client dialled or the
// server accepted (revocation: for so long), bytes-up and bytes-down in bytes of TCP payload.
type Metric struct {
	Name  string
	Value int64
}

// Duration makes a metric of a time.
func Duration(name string, d time.Duration) Metric { return Metric{name, int64(d)} }

// Outcome is "ok" without an error.
func Outcome(err error) string {
	if err != nil {
		return err.Error()
	}
	return "ok"
}

// A fact is one thing that was negotiated.
type fact struct{ name, value string }

// negotiated lists the facts of an Info that say something.
func negotiated(info engine.Info) []fact {
	if info.Version == 0 {
		return nil
	}
	facts := []fact{{"version", info.Version.String()}, {"suite", info.Suite.Name}, {"group", info.Group.String()}}
	if info.HelloRetry {
		facts = append(facts, fact{"hello-retry", "true"})
	}
	if info.Done {
		facts = append(facts, fact{"kind", info.Kind.String()})
		if info.Kind == engine.Resumed {
			facts = append(facts, fact{"resumption", info.Resumption.String()})
		}
	}
	if info.ServerName != "" {
		facts = append(facts, fact{"server-name", info.ServerName})
	}
	if info.ToleratedFaults != 0 {
		facts = append(facts, fact{"tolerated", info.ToleratedFaults.String()})
	}
	if info.Certificate != nil {
		facts = append(facts, fact{"certificate", info.Certificate.String()})
	}
	if info.ALPN != "" {
		facts = append(facts, fact{"alpn", info.ALPN})
	}
	if info.EarlyData != engine.EarlyNone {
		facts = append(facts, fact{"early-data", earlyData(info)})
	}
	if agreed := info.Records(); agreed != nil {
		facts = append(facts, fact{"records", strings.Join(agreed, ", ")})
	}
	if n := len(info.PeerChain); n > 0 {
		size := 0
		for _, c := range info.PeerChain {
			size += len(c.Raw)
		}
		facts = append(facts, fact{"chain", fmt.Sprintf("%d certificates, %d bytes", n, size)})
	}
	if info.Revocation != engine.RevocationNone {
		facts = append(facts, fact{"revocation", info.Revocation.String()})
	}
	return facts
}

// earlyData says what became of early data, how much of it there was, and if this
// side knows why it was rejected.
func earlyData(info engine.Info) string {
	text := info.EarlyData.String()
	if info.EarlyBytes > 0 {
		text += fmt.Sprintf(", %d bytes", info.EarlyBytes)
	}
	if info.EarlyRefusal != "" {
		text += " (" + info.EarlyRefusal + ")"
	}
	return text
}

// WriteJSON writes one line: an object of connection, peer, outcome,
// negotiated, messages (at in nanoseconds) and metrics.
func (m *Measurement) WriteJSON(w io.Writer) error {
	type message struct {
		At      int64  `json:"at"`
		From    string `json:"from"`
		Message string `json:"message"`
		Level   string `json:"level,omitempty"`
		Alert   string `json:"alert,omitempty"`
		Length  int    `json:"length"`
	}
	form := struct {
		Connection int               `json:"connection"`
		Peer       string            `json:"peer"`
		Outcome    string            `json:"outcome"`
		Negotiated map[string]string `json:"negotiated"`
		Messages   []message         `json:"messages"`
		Metrics    map[string]int64  `json:"metrics"`
	}{m.Connection, m.Peer, m.Outcome, map[string]string{}, []message{}, map[string]int64{}}
	for _, f := range negotiated(m.Info) {
		form.Negotiated[f.name] = f.value
	}
	for _, e := range m.Messages {
		form.Messages = append(form.Messages, message{int64(e.At), from(e), e.Message, e.Level, e.Alert, e.Length})
	}
	for _, x := range m.Metrics {
		form.Metrics[x.Name] = x.Value
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(form)
}

func from(e Entry) string {
	if e.Sent {
		return "us"
	}
	return "peer"
}

// WriteText writes a few lines for people: what was negotiated, and message by
// message how long it is and when it was.
func (m *Measurement) WriteText(w io.Writer) error {
	line := fmt.Sprintf("connection %d, %s: %s", m.Connection, m.Peer, m.Outcome)
	for i, f := range negotiated(m.Info) {
		separator := ", "
		if i == 0 {
			separator = "\n  "
		}
		line += separator + f.name + " " + f.value
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, line)
	for _, e := range m.Messages {
		arrow := "<-"
		if e.Sent {
			arrow = "->"
		}
		fmt.Fprintf(t, "  %.3f ms\t%d B\t  %s %s\n", milliseconds(int64(e.At)), e.Length, arrow, e)
	}
	metrics := make([]string, len(m.Metrics))
	for i, x := range m.Metrics {
		metrics[i] = x.String()
	}
	fmt.Fprintf(t, "  %s\n", strings.Join(metrics, ", "))
	return t.Flush()
}

// String is name and value with its unit.
func (x Metric) String() string {
	if x.Name == "bytes-up" || x.Name == "bytes-down" {
		return fmt.Sprintf("%s %d B", x.Name, x.Value)
	}
	return fmt.Sprintf("%s %.3f ms", x.Name, milliseconds(x.Value))
}

func milliseconds(ns int64) float64 { return float64(ns) / float64(time.Millisecond) }
