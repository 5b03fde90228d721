package scenarios

import (
	"errors"
	"fmt"
	"strings"

	"tlslab/netem"
	"tlslab/scenarios/document"
)

// A way is a direction of a link.
type way int

const (
	upwards way = iota
	downwards
)

// linkLine is a whole link in one direction: in the words of tc netem, or the name of a preset with
// words of tc netem that refine it.
type linkLine struct {
	to *netem.Config
	of way
}

func (l linkLine) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	parsed, err := parseLink(text, l.of)
	if err != nil {
		return n.Errorf("%s", strings.TrimPrefix(err.Error(), "netem: "))
	}
	*l.to = parsed
	return nil
}

// parseLink returns one direction of a link.
func parseLink(text string, of way) (netem.Config, error) {
	name, refinement := cutPreset(text)
	preset, known := netem.PresetByName(name)
	if !known {
		c, err := netem.ParseTC(text)
		var wrong *netem.SyntaxError
		if errors.As(err, &wrong) && wrong.Word == name {
			return c, errors.New(notALink(name, wrong.Reason))
		}
		return c, err
	}
	c := preset.Up
	if of == downwards {
		c = preset.Down
	}
	if err := c.Set(refinement); err != nil {
		return netem.Config{}, err
	}
	return c, c.Validate()
}

// cutPreset cuts a line behind its first word.
func cutPreset(text string) (name, rest string) {
	text = strings.TrimSpace(text)
	if i := strings.IndexAny(text, " \t\n"); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

// presets are the presets that a setting names.
func (s setting) presets() (names []string) {
	if _, isLine := s.key.fields(newConfig())[0].(linkLine); !isLine && s.key.Name != "link.hops" {
		return nil
	}
	for _, item := range s.node.List() {
		name, _ := cutPreset(item.Text)
		if _, known := netem.PresetByName(name); known {
			names = append(names, name)
		}
	}
	return names
}

// LinkPreset returns the preset of a name, or an error with the name that is nearest.
func LinkPreset(name string) (netem.Preset, error) {
	p, known := netem.PresetByName(name)
	if !known {
		names := netem.PresetNames()
		return p, fmt.Errorf("%q is not a preset of a link%s: %s", name, didYouMean(name, names), strings.Join(names, ", "))
	}
	return p, nil
}

// notALink says what a line of a link may begin with.
func notALink(word, reason string) string {
	names := netem.PresetNames()
	return `"` + word + `": ` + reason + "; or a preset" + didYouMean(word, names) + ": " + strings.Join(names, ", ")
}

func (linkLine) schema() object {
	return object{"type": "string", "examples": append([]string{"delay 25ms 2ms loss 1% rate 20mbit"}, netem.PresetNames()...)}
}
func (l linkLine) isZero() bool { return l.to.String() == "" }
func (l linkLine) shown() any   { return l.to.String() }
