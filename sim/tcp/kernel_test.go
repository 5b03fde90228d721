package tcp

import (
	"testing"
	"time"
)

// TestKernelsOfferTheirReceiveWindows: window and scale on the SYN. Linux 6.18 as measured (64240,
// scale 10); 6 MiB need a scale of 7; before 4.20 the window is that of 20 segments.
func TestKernelsOfferTheirReceiveWindows(t *testing.T) {
	for _, c := range []struct {
		kernel string
		window int64
		scale  uint8
	}{
		{"linux-6.18", 64240, 10}, {"linux-6.12", 64240, 7}, {"linux-5.15", 64240, 7}, {"linux-4.19", 29200, 7},
	} {
		cfg, ok := KernelConfig(c.kernel)
		if !ok || cfg.Validate() != nil {
			t.Fatalf("%s: %v, %v", c.kernel, ok, cfg.Validate())
		}
		var e Endpoint
		e.Reset(&cfg)
		e.Connect(0, 0)
		if syn := e.Output()[0]; syn.Window != c.window || syn.WindowScale != c.scale {
			t.Errorf("%s: window %d, scale %d", c.kernel, syn.Window, syn.WindowScale)
		}
	}
	if _, ok := KernelConfig("linux-2.6"); ok {
		t.Error("a kernel that is not in the list is known")
	}
	if cfg, _ := KernelConfig(Kernels()[0]); cfg != DefaultConfig() {
		t.Errorf("the newest kernel is not the default")
	}
}

// TestKernelsRepeatTheSYN: since 6.5 after 1, 2, 3 and 4 s, before after 1, 3 and 7 s.
func TestKernelsRepeatTheSYN(t *testing.T) {
	for kernel, want := range map[string][]time.Duration{
		"linux-6.6": {0, time.Second, 2 * time.Second, 3 * time.Second, 4 * time.Second},
		"linux-6.1": {0, time.Second, 3 * time.Second, 7 * time.Second},
	} {
		cfg, _ := KernelConfig(kernel)
		cfg.HZ = 0
		p := newPipe(&cfg, 100*ms, nil)
		p.drop = func(int, int, *Segment) bool { return true }
		var at []time.Duration
		p.trace = func(p *pipe, _ int, _ *Segment, _ bool) { at = append(at, p.now) }
		p.run(time.Minute)
		for i := range want {
			if at[i] != want[i] {
				t.Errorf("%s: SYN %d leaves at %v, want %v", kernel, i, at[i], want[i])
			}
		}
	}
}

// TestTheShareOfTheBufferThatIsWindow: half of it before 6.6 (tcp_adv_win_scale 1); since then what
// full segments of 1448 bytes leave of their memory, 2304 bytes.
func TestTheShareOfTheBufferThatIsWindow(t *testing.T) {
	for kernel, want := range map[string]int64{"linux-6.1": 128, "linux-6.6": 1448 << 8 / 2304} {
		cfg, _ := KernelConfig(kernel)
		p := newPipe(&cfg, 10*ms, parseTurns(t, "C 256 | S 100000"))
		p.run(10 * time.Second)
		if got := p.end[client].wnd.scalingRatio; got != want {
			t.Errorf("%s: %d of 256 is window, want %d", kernel, got, want)
		}
	}
}

// TestTheBufferOfOldKernelsHoldsTheirInitialWindow: before 4.20 the buffer is 374400 bytes once the
// connection is established (tcp_fixup_rcvbuf: 2·20·2340 bytes, four times as much if it moderates
// itself), and half of it is window.
func TestTheBufferOfOldKernelsHoldsTheirInitialWindow(t *testing.T) {
	cfg, _ := KernelConfig("linux-4.19")
	p := newPipe(&cfg, 10*ms, nil)
	p.run(time.Second)
	if w := &p.end[client].wnd; w.buffer != 374400 || w.windowClamp != 187200 || w.rcvSSThresh != 29200 {
		t.Errorf("buffer %d, clamp %d, threshold %d", w.buffer, w.windowClamp, w.rcvSSThresh)
	}
}
