package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/netconn"
	"tlslab/engine/netconn/internal/nettest"
	"tlslab/engine/netconn/server"
	"tlslab/engine/netconn/timing"
	"tlslab/engine/session"
)

// startWeb serves pages until the test ends.
func startWeb(t *testing.T, cfg *engine.Config, idle time.Duration) (addr string, web *server.Web) {
	t.Helper()
	web = server.NewWeb(idle)
	t.Cleanup(func() { web.Shutdown(t.Context()) })
	addr, _ = startServe(t, 100, func(_ context.Context, transport net.Conn) {
		c := netconn.Server(transport, cfg)
		if c.HandshakeEarly(t.Context()) == nil {
			if err := web.Handle(c); err != nil {
				t.Error(err)
			}
		}
		_ = c.Shutdown(time.Minute)
	}, func(err error) { t.Error(err) })
	return addr, web
}

func TestPagesHaveTheirStatusAndLength(t *testing.T) {
	addr, _ := startWeb(t, nettest.Config(t), time.Minute)
	transport := &http.Transport{TLSClientConfig: nettest.StdConfig(t)}
	defer transport.CloseIdleConnections()
	browser := &http.Client{Transport: transport, Timeout: time.Minute}
	for _, row := range []struct {
		path     string
		status   int
		length   int // -1: any
		contains string
	}{
		{"/", 200, -1, "version: 1.3\n"},
		{"/bytes/0", 200, 0, ""},
		{"/bytes/100000", 200, 100000, "\x00\x00"},
		{"/bytes/-1", 400, -1, "want"},
		{"/bytes/99999999999999999999", 400, -1, "want"},
		{"/nothing", 404, -1, ""},
	} {
		response, err := browser.Get("https://" + addr + row.path)
		if err != nil {
			t.Fatalf("%s: %v", row.path, err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != row.status || row.length >= 0 && len(body) != row.length || !strings.Contains(string(body), row.contains) {
			t.Errorf("%s: %s, %d bytes, %v", row.path, response.Status, len(body), err)
		}
	}
}

func TestIdleConnectionsEndWithCloseNotify(t *testing.T) {
	addr, _ := startWeb(t, nettest.Config(t), time.Millisecond)
	client := netconn.Client(nettest.Dial(t, addr), nettest.Config(t), nettest.ServerName)
	if _, err := client.Write([]byte("GET / HT")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(client); err != nil {
		t.Errorf("%v, want close_notify", err)
	}
}

func TestShutdownEndsIdleConnections(t *testing.T) {
	addr, web := startWeb(t, nettest.Config(t), time.Hour)
	client := netconn.Client(nettest.Dial(t, addr), nettest.Config(t), nettest.ServerName)
	if _, err := client.Write([]byte("GET /bytes/1 HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	status := make([]byte, 12)
	if _, err := io.ReadFull(client, status); err != nil || string(status) != "HTTP/1.1 200" {
		t.Fatalf("%q, %v", status, err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- web.Shutdown(t.Context()) }()
	if _, err := io.ReadAll(client); err != nil {
		t.Error(err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// The second connection sends its GET as early data, which the page and the measurement report.
func TestAPageIsRequestedInEarlyData(t *testing.T) {
	client, cfg := nettest.Config(t), nettest.Config(t)
	client.EarlyData = true
	cfg.MaxEarlyData, cfg.AntiReplay = 1000, session.ClientHelloRecording(10, time.Time{})
	addr, _ := startWeb(t, cfg, 10*time.Second)
	var response, text bytes.Buffer
	var m timing.Measurement
	for range 2 {
		response.Reset()
		x := timing.Exchange{Address: addr, ServerName: nettest.ServerName, Path: "/", Response: &response}
		var err error
		m, client.Session, err = x.Run(t.Context(), func(timeline *timing.Timeline) *engine.Config {
			own := *client
			own.Observe = timeline.Observe
			return &own
		})
		if err = errors.Join(err, m.WriteText(&text)); err != nil {
			t.Fatal(err)
		}
	}
	if m.Info.EarlyData != engine.EarlyAccepted {
		t.Errorf("early data %v", m.Info.EarlyData)
	}
	if !strings.Contains(response.String(), "early-data: accepted, ") {
		t.Errorf("page\n%s", &response)
	}
	if !strings.Contains(text.String(), "-> EndOfEarlyData") || !strings.Contains(text.String(), "early-data accepted, ") {
		t.Errorf("measurement\n%s", &text)
	}
}
