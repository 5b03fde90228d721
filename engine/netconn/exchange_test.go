package netconn

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/engine"
)

// stdEcho answers with crypto/tls.
func stdEcho(t *testing.T, cfg *tls.Config) string {
	addr, _ := serving(t, 10, func(_ context.Context, c net.Conn) { _ = echo(tls.Server(c, cfg)) }, func(err error) { t.Error(err) })
	return addr
}

func metric(m Measurement, name string) int64 {
	i := slices.IndexFunc(m.Metrics, func(x Metric) bool { return x.Name == name })
	if i < 0 {
		return -1
	}
	return m.Metrics[i].Value
}

func TestAnExchangeIsMeasured(t *testing.T) {
	addr := stdEcho(t, stdConfig(t))
	cfg := ourConfig(t)
	var response, keys bytes.Buffer
	log := NewKeyLog(&keys)
	x := Exchange{Address: addr, ServerName: serverName, Request: strings.NewReader("hello"), Response: &response}
	m, session, err := x.Run(t.Context(), func(timeline *Timeline) *engine.Config {
		cfg.Observe = func(n engine.Notice) { timeline.Observe(n); log.Observe(n) }
		return cfg
	})
	if err != nil || m.Outcome != "ok" || response.String() != "hello" || session == nil {
		t.Fatalf("%v, %q, session %v, response %q", err, m.Outcome, session, &response)
	}
	order := []string{"connect", "handshake", "ttfb", "ttlb"}
	for i, name := range order {
		if metric(m, name) <= 0 || i > 0 && metric(m, name) < metric(m, order[i-1]) {
			t.Errorf("%s is %d: metrics %v", name, metric(m, name), m.Metrics)
		}
	}
	if metric(m, "tls") != metric(m, "handshake")-metric(m, "connect") || metric(m, "bytes-up") < 300 || metric(m, "bytes-down") < 1000 {
		t.Errorf("metrics %v", m.Metrics)
	}
	var said []string
	for i, e := range m.Messages {
		if alert := e.Message == "alert"; alert && e.String() != "alert close_notify (warning)" || !alert && e.String() != e.Message {
			t.Errorf("%s is told as %v", e.Message, e)
		}
		said = append(said, e.Message)
		if i > 0 && e.At < m.Messages[i-1].At {
			t.Errorf("%s came before what it follows", e.Message)
		}
	}
	if got := strings.Join(said, " "); !strings.HasPrefix(got, "ClientHello ServerHello EncryptedExtensions Certificate CertificateVerify Finished Finished") ||
		strings.Count(got, "alert") != 2 {
		t.Errorf("messages %s", got)
	}
	checkForms(t, m)
	if got := strings.Count(keys.String(), "\n"); got < 4 || !strings.Contains(keys.String(), "SERVER_TRAFFIC_SECRET_0 ") {
		t.Errorf("key log of %d lines:\n%s", got, &keys)
	}
}

// checkForms reads both forms of a measurement.
func checkForms(t *testing.T, m Measurement) {
	t.Helper()
	var text, line bytes.Buffer
	if err := m.WriteText(&text); err != nil {
		t.Error(err)
	}
	for _, want := range []string{": ok\n  version 1.3, suite TLS_AES_128_GCM_SHA256", " B  -> ClientHello\n", " B  <- ServerHello\n", "\n  connect "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in\n%s", want, &text)
		}
	}
	if err := m.WriteJSON(&line); err != nil || strings.Count(line.String(), "\n") != 1 {
		t.Errorf("%v: %s", err, &line)
	}
	var form struct {
		Outcome    string
		Negotiated map[string]string
		Messages   []struct {
			At, Length    int64
			From, Message string
		}
		Metrics map[string]int64
	}
	if err := json.Unmarshal(line.Bytes(), &form); err != nil {
		t.Fatal(err)
	}
	if form.Outcome != "ok" || form.Negotiated["group"] == "" || len(form.Messages) != len(m.Messages) || form.Messages[1].From != "peer" ||
		form.Metrics["handshake"] != metric(m, "handshake") {
		t.Errorf("JSON %+v", form)
	}
}

// What crypto/tls writes into a key log for the same connection is what ours
// does.
func TestTheKeyLogIsAsCryptoTLSWritesIt(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		var ours, theirs bytes.Buffer
		std := stdConfig(t)
		std.MaxVersion, std.KeyLogWriter = version, &theirs
		addr := stdEcho(t, std)
		log := NewKeyLog(&ours)
		x := Exchange{Address: addr, ServerName: serverName, Request: strings.NewReader("x")}
		_, _, err := x.Run(t.Context(), func(*Timeline) *engine.Config {
			cfg := ourConfig(t)
			cfg.Observe = log.Observe
			return cfg
		})
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(theirs.String()) {
			if !strings.Contains(ours.String(), line) {
				t.Errorf("not in our log: %s", line)
			}
		}
		if theirs.Len() == 0 {
			t.Error("crypto/tls wrote nothing")
		}
	}
}

func TestWhatFailedIsMeasuredAsFarAsItCame(t *testing.T) {
	silent, _ := serving(t, 1, func(_ context.Context, c net.Conn) { _, _ = io.Copy(io.Discard, c) }, func(err error) { t.Error(err) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	x := Exchange{Address: silent, ServerName: serverName}
	m, _, err := x.Run(ctx, func(timeline *Timeline) *engine.Config {
		cfg := ourConfig(t)
		cfg.Observe = timeline.Observe
		return cfg
	})
	if err == nil || m.Outcome != err.Error() || metric(m, "connect") < 0 || metric(m, "handshake") >= 0 || metric(m, "bytes-up") == 0 || len(m.Messages) == 0 || m.Messages[0].Message != "ClientHello" {
		t.Errorf("%v: %+v", err, m)
	}
	x.Address = "127.0.0.1:0"
	if m, _, err := x.Run(t.Context(), nil); err == nil || len(m.Metrics) != 0 {
		t.Errorf("nobody there: %v, metrics %v", err, m.Metrics)
	}
}

func TestATimelineIsBounded(t *testing.T) {
	timeline := NewTimeline(time.Now())
	for range 10 * maxEntries {
		timeline.Observe(engine.Notice{Kind: engine.MessageReceived, Message: engine.KeyUpdate})
	}
	if n := len(timeline.Entries()); n != maxEntries {
		t.Errorf("%d entries", n)
	}
}
