package timing

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"tlslab/engine"
)

// A Measurement is the result of one connection.
type Measurement struct {
	Connection int    // number in the report, from 1
	Peer       string // address and port
	Outcome    string // "ok", or the error that ended the connection
	Info       engine.Info
	Messages   []Entry  // those of its Timeline
	Metrics    []Metric // those that the connection reached
}

// A Metric has the name, meaning and unit of a simulated connection's metric. In nanoseconds since
// the client dialled or the server accepted: connect, handshake, ttfb, ttlb. In nanoseconds: tls,
// the duration of the TLS handshake, and revocation, the wait for an OCSP response. In bytes of TCP
// payload: bytes-up from client to server, and bytes-down.
type Metric struct {
	Name  string
	Value int64
}

// Duration returns a metric in nanoseconds.
func Duration(name string, d time.Duration) Metric { return Metric{name, int64(d)} }

// Outcome returns "ok" for nil and the error's text otherwise.
func Outcome(err error) string {
	if err != nil {
		return err.Error()
	}
	return "ok"
}

// A Parameter is one negotiated parameter of a connection, by its name in reports.
type Parameter struct{ Name, Value string }

// Negotiated lists the parameters of an Info that have a value; nil before the version is
// negotiated.
func Negotiated(info engine.Info) []Parameter {
	if info.Version == 0 {
		return nil
	}
	all := []Parameter{{"version", info.Version.String()}, {"suite", info.Suite.Name}, {"group", info.Group.String()}}
	if info.HelloRetry {
		all = append(all, Parameter{"hello-retry", "true"})
	}
	if info.Done {
		all = append(all, Parameter{"kind", info.Kind.String()})
		if info.Kind == engine.Resumed {
			all = append(all, Parameter{"resumption", info.Resumption.String()})
		}
	}
	if info.ServerName != "" {
		all = append(all, Parameter{"server-name", info.ServerName})
	}
	if info.ToleratedFaults != 0 {
		all = append(all, Parameter{"tolerated", info.ToleratedFaults.String()})
	}
	if info.Certificate != nil {
		all = append(all, Parameter{"certificate", info.Certificate.String()})
	}
	if info.ALPN != "" {
		all = append(all, Parameter{"alpn", info.ALPN})
	}
	if info.EarlyData != engine.EarlyNone {
		all = append(all, Parameter{"early-data", earlyData(info)})
	}
	if agreed := info.Records(); agreed != nil {
		all = append(all, Parameter{"records", strings.Join(agreed, ", ")})
	}
	if n := len(info.PeerChain); n > 0 {
		size := 0
		for _, c := range info.PeerChain {
			size += len(c.Raw)
		}
		all = append(all, Parameter{"chain", fmt.Sprintf("%d certificates, %d bytes", n, size)})
	}
	if info.Revocation != engine.RevocationNone {
		all = append(all, Parameter{"revocation", info.Revocation.String()})
	}
	return all
}

// earlyData returns whether early data was accepted, its bytes, and the reason of a rejection if
// this side knows it.
func earlyData(info engine.Info) string {
	text := info.EarlyData.String()
	if info.EarlyBytes > 0 {
		text += fmt.Sprintf(", %d bytes", info.EarlyBytes)
	}
	if info.EarlyRejection != "" {
		text += " (" + info.EarlyRejection + ")"
	}
	return text
}

// WriteJSON writes one line: an object with the keys connection, peer, outcome, negotiated,
// messages and metrics. Times are in nanoseconds.
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
	for _, p := range Negotiated(m.Info) {
		form.Negotiated[p.Name] = p.Value
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

// WriteText writes the measurement as text: the negotiated parameters, a line for each message with
// its time and length, and the metrics.
func (m *Measurement) WriteText(w io.Writer) error {
	line := fmt.Sprintf("connection %d, %s: %s", m.Connection, m.Peer, m.Outcome)
	for i, p := range Negotiated(m.Info) {
		separator := ", "
		if i == 0 {
			separator = "\n  "
		}
		line += separator + p.Name + " " + p.Value
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

// String returns the name, the value and its unit: "tls 1.368 ms", "bytes-up 436 B".
func (x Metric) String() string {
	if x.Name == "bytes-up" || x.Name == "bytes-down" {
		return fmt.Sprintf("%s %d B", x.Name, x.Value)
	}
	return fmt.Sprintf("%s %.3f ms", x.Name, milliseconds(x.Value))
}

func milliseconds(ns int64) float64 { return float64(ns) / float64(time.Millisecond) }
