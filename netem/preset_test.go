package netem

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestEveryPresetIsALinkWithTheSourcesOfItsFigures(t *testing.T) {
	if len(Presets()) < 11 {
		t.Fatalf("%d presets", len(Presets()))
	}
	for _, p := range Presets() {
		found, ok := PresetByName(p.Name)
		if !ok || found.Title != p.Title || strings.ContainsAny(p.Name, " \t") || tcOptions[p.Name] != nil {
			t.Errorf("%s: %+v, %v", p.Name, found, ok)
		}
		for way, c := range map[string]Config{"up": p.Up, "down": p.Down} {
			if err := c.Validate(); err != nil || !c.HasRate() || c.Delay == 0 {
				t.Errorf("%s %s: %v: %v", p.Name, way, c, err)
			}
		}
		seen := map[string]bool{}
		for _, f := range p.Figures {
			if f.Value == "" || len(f.Source) < 20 || seen[f.Of] {
				t.Errorf("%s: figure %+v", p.Name, f)
			}
			seen[f.Of] = true
		}
	}
	if _, ok := PresetByName("lte2"); ok {
		t.Error("there is no preset lte2")
	}
}

// The figures say what the links are.
func TestFiguresOfPresetsAreThoseOfTheirLinks(t *testing.T) {
	rate := func(bits int64) string {
		for _, u := range []struct {
			name  string
			scale float64
		}{{"Gbit/s", 1e9}, {"Mbit/s", 1e6}} {
			if v := float64(bits) / u.scale; v >= 1 {
				return fmt.Sprintf("%g %s", v, u.name)
			}
		}
		return fmt.Sprintf("%g kbit/s", float64(bits)/1e3)
	}
	for _, p := range Presets() {
		want := map[string]string{
			"round-trip time": fmt.Sprintf("%g ms", float64(p.RTT())/float64(time.Millisecond)),
			"rate down":       rate(p.Down.Rate),
			"rate up":         rate(p.Up.Rate),
			"loss":            "none",
			"jitter":          "none",
			"queues":          fmt.Sprintf("%d packets down, %d up", p.Down.Limit, p.Up.Limit),
			"queue down":      fmt.Sprintf("%d packets", p.Down.Limit),
			"queue up":        p.Up.Queue.String(),
		}
		if p.Down.Loss != 0 {
			want["loss"] = formatPercent(p.Down.Loss)
		}
		if p.Up.Loss != p.Down.Loss || p.Up.Jitter != 0 || p.Down.Jitter != 0 {
			t.Errorf("%s: a figure for both directions says too little: %v, %v", p.Name, p.Up, p.Down)
		}
		for _, f := range p.Figures {
			if got, ok := want[f.Of]; !ok || got != f.Value {
				t.Errorf("%s: %s is %s, its figure says %s", p.Name, f.Of, got, f.Value)
			}
		}
	}
}

func TestOptionsRefineAPreset(t *testing.T) {
	p, _ := PresetByName("lte")
	c := p.Down
	if err := c.Set("loss 1% rate 5mbit for 1s, 1mbit"); err != nil {
		t.Fatal(err)
	}
	if got, want := c.String(), "delay 10500us loss 1% rate 5mbit for 1s, 1mbit limit 246"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if again, _ := PresetByName("lte"); again.Down.Loss != 0 {
		t.Error("the preset has changed")
	}
}
