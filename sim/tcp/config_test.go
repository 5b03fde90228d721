package tcp

import (
	"strings"
	"testing"
	"time"
)

func TestErrorsNameTheInvalidSetting(t *testing.T) {
	cfg := DefaultConfig()
	if err := cfg.Validate(); err != nil {
		t.Fatalf("the default settings: %v", err)
	}
	for want, spoil := range map[string]func(*Config){
		"MTU 20":             func(c *Config) { c.MTU = 20 },
		"InitialWindow 0":    func(c *Config) { c.InitialWindow = 0 },
		"MinRTO 0s":          func(c *Config) { c.MinRTO = 0 },
		"MaxRTO 100ms":       func(c *Config) { c.MaxRTO = 100 * time.Millisecond },
		"HZ -1":              func(c *Config) { c.HZ = -1 },
		"ClockOffset -1ns":   func(c *Config) { c.ClockOffset = -1 },
		"MaxReceiveBuffer":   func(c *Config) { c.MaxReceiveBuffer = c.ReceiveBuffer - 1 },
		`control "vegas"`:    func(c *Config) { c.CongestionControl = "vegas" },
		"SYNRetries 1000":    func(c *Config) { c.SYNRetries = 1000 },
		"Reordering 0: want": func(c *Config) { c.Reordering = 0 },
	} {
		c := DefaultConfig()
		spoil(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// TestSegmentSizesAreThoseOfLinux: the size of the IP packet is that of Linux.
func TestSegmentSizesAreThoseOfLinux(t *testing.T) {
	for _, c := range []struct {
		what string
		seg  Segment
		want int
	}{
		{"SYN with all options", Segment{Flags: SYN, Options: OptMSS | OptSACKPermitted | OptTimestamps | OptWindowScale}, 60},
		{"SYN without timestamps", Segment{Flags: SYN, Options: OptMSS | OptSACKPermitted | OptWindowScale}, 52},
		{"SYN with the MSS only", Segment{Flags: SYN, Options: OptMSS}, 44},
		{"ACK", Segment{Flags: ACK, Options: OptTimestamps}, 52},
		{"ACK without timestamps", Segment{Flags: ACK}, 40},
		{"full segment", Segment{Flags: ACK, Options: OptTimestamps, Len: 1448}, 1500},
		{"ACK with one SACK block", Segment{Flags: ACK, Options: OptTimestamps, Blocks: 1}, 64},
		{"ACK with three", Segment{Flags: ACK, Options: OptTimestamps, Blocks: 3}, 80},
		{"RST", Segment{Flags: RST}, 40},
	} {
		if got := c.seg.Size(); got != c.want {
			t.Errorf("%s: %d bytes, want %d", c.what, got, c.want)
		}
	}
}
