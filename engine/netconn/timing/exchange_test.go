package timing_test

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
	"tlslab/engine/netconn/internal/nettest"
	"tlslab/engine/netconn/timing"
)

// startServer accepts one connection and serves it.
func startServer(t *testing.T, serve func(net.Conn)) (addr string) {
	t.Helper()
	l := nettest.Listen(t)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if c, err := l.Accept(); err == nil {
			serve(c)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return l.Addr().String()
}

func metric(m timing.Measurement, name string) int64 {
	i := slices.IndexFunc(m.Metrics, func(x timing.Metric) bool { return x.Name == name })
	if i < 0 {
		return -1
	}
	return m.Metrics[i].Value
}

func TestAnExchangeIsMeasured(t *testing.T) {
	addr := startServer(t, func(c net.Conn) { _ = nettest.Echo(tls.Server(c, nettest.StdConfig(t))) })
	var response bytes.Buffer
	x := timing.Exchange{Address: addr, ServerName: nettest.ServerName, Request: strings.NewReader("hello"), Response: &response}
	m, session, err := x.Run(t.Context(), func(timeline *timing.Timeline) *engine.Config {
		cfg := nettest.Config(t)
		cfg.Observe = timeline.Observe
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
	checkMessages(t, m.Messages)
	checkForms(t, m)
}

func checkMessages(t *testing.T, entries []timing.Entry) {
	t.Helper()
	var names []string
	for i, e := range entries {
		if alert := e.Message == "alert"; alert && e.String() != "alert close_notify (warning)" || !alert && e.String() != e.Message {
			t.Errorf("%s has the text %v", e.Message, e)
		}
		names = append(names, e.Message)
		if i > 0 && e.At < entries[i-1].At {
			t.Errorf("%s is earlier than the message before it", e.Message)
		}
	}
	if got := strings.Join(names, " "); !strings.HasPrefix(got, "ClientHello ServerHello EncryptedExtensions Certificate CertificateVerify Finished Finished") ||
		strings.Count(got, "alert") != 2 {
		t.Errorf("messages %s", got)
	}
}

// checkForms checks the text and the JSON of a measurement.
func checkForms(t *testing.T, m timing.Measurement) {
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

func TestAFailedExchangeHasTheMetricsItReached(t *testing.T) {
	silent := startServer(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	x := timing.Exchange{Address: silent, ServerName: nettest.ServerName}
	m, _, err := x.Run(ctx, func(timeline *timing.Timeline) *engine.Config {
		cfg := nettest.Config(t)
		cfg.Observe = timeline.Observe
		return cfg
	})
	if err == nil || m.Outcome != err.Error() || metric(m, "connect") < 0 || metric(m, "handshake") >= 0 || metric(m, "bytes-up") == 0 || len(m.Messages) == 0 || m.Messages[0].Message != "ClientHello" {
		t.Errorf("%v: %+v", err, m)
	}
	x.Address = "127.0.0.1:0"
	if m, _, err := x.Run(t.Context(), nil); err == nil || len(m.Metrics) != 0 {
		t.Errorf("no server: %v, metrics %v", err, m.Metrics)
	}
}

func TestATimelineIsBounded(t *testing.T) {
	timeline := timing.NewTimeline(time.Now())
	for range 2000 {
		timeline.Observe(engine.Notice{Kind: engine.MessageReceived, Message: engine.KeyUpdate})
	}
	if n := len(timeline.Entries()); n != 256 {
		t.Errorf("%d entries, want 256", n)
	}
}
