package scenarios

import (
	"slices"
	"strings"
	"testing"

	"tlslab/netem"
	"tlslab/results"
)

func TestALinkMayHaveTheNameOfAPreset(t *testing.T) {
	lte, _ := netem.PresetByName("lte")
	cable, _ := netem.PresetByName("cable")
	for text, want := range map[string]string{
		"link: lte":                                "up " + lte.Up.String() + ", down " + lte.Down.String(),
		"link.down: lte":                           "up , down " + lte.Down.String(),
		"{link.up: cable, link.down: lte}":         "up " + cable.Up.String() + ", down " + lte.Down.String(),
		"link: lte loss 1%":                        "up delay 10500us loss 1% rate 7600kbit limit 63, down delay 10500us loss 1% rate 29500kbit limit 246",
		"{link: lte, link.loss: 1%}":               "up delay 10500us loss 1% rate 7600kbit limit 63, down delay 10500us loss 1% rate 29500kbit limit 246",
		"{link: lte, link.down.rate: 5mbit}":       "up " + lte.Up.String() + ", down delay 10500us rate 5mbit limit 246",
		"link: {hops: [lte, delay 5ms]}":           "up " + lte.Up.String() + " | delay 5ms, down " + lte.Down.String() + " | delay 5ms",
		"link: {hops: [lte loss 2%, {up: cable}]}": "up delay 10500us loss 2% rate 7600kbit limit 63 | " + cable.Up.String() + ", down delay 10500us loss 2% rate 29500kbit limit 246 | ",
	} {
		if !strings.HasPrefix(text, "{") {
			text = "{" + text + "}"
		}
		s := parse(t, "name: a\nbase: "+text)
		if got := s.Cells[0].Config.Link.describe(); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", text, got, want)
		}
	}
	s := parse(t, "name: a\nbase: {tls.revocation: fetched, ca.link: geo}")
	if got, want := s.Cells[0].Config.CA.Link.RTT().Milliseconds(), int64(600); got != want {
		t.Errorf("the authority is %d ms away, want %d", got, want)
	}
}

func TestTheResultsNameThePresetAndItsFigures(t *testing.T) {
	s := parse(t, "name: a\nbase: {link: lte loss 1%}")
	if !slices.ContainsFunc(s.Constant, func(c results.Setting) bool {
		return c.Name == "link.down" && c.Value == "lte loss 1%: delay 10500us loss 1% rate 29500kbit limit 246"
	}) {
		t.Errorf("settings %v", s.Constant)
	}
	s = parse(t, "name: a\nbase: {link: lte}\nfactors: {link.loss: [0%, 1%]}")
	if !slices.ContainsFunc(s.Constant, func(c results.Setting) bool { return c.Name == "link" && c.Value == "lte" }) {
		t.Errorf("settings %v", s.Constant)
	}
	s = parse(t, "name: a\nfactors: {link: [lte, geo], link.loss: [0%, 1%]}")
	notes := s.Header("v").Notes
	if len(notes) != 1 || notes[0].Setting != "link" ||
		!strings.Contains(notes[0].Text, "lte is up delay 10500us rate 7600kbit limit 63, down delay 10500us rate 29500kbit limit 246; geo is up") {
		t.Errorf("notes %+v", notes)
	}
}

func TestAnUnknownPresetIsRefusedWithTheNearestOne(t *testing.T) {
	_, err := Parse(t.Context(), "mine.yaml", []byte("name: a\nbase: {link: ltem}"), Options{})
	if err == nil || !strings.Contains(err.Error(), `or a preset (did you mean "lte-m"?): fibre, cable,`) {
		t.Error(err)
	}
	if _, err := LinkPreset("starlink"); err == nil || !strings.Contains(err.Error(), "leo") {
		t.Error(err)
	}
}
