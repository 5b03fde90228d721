package record

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// String returns the text form: the stages in order and the idle time, separated by commas, as in
//
//	16384
//	mss
//	mss until 1000000, 16384, idle 1s
//	1369 for 41, 4229 for 40, 16384, idle 1s
//	wire 1208 growing
//
// A stage is a size (bytes of plaintext, "wire" and bytes of the whole record, or "mss" for
// Segment), then "growing" if its records grow, and its end: "for" a number of records or "until" a
// number of bytes.
func (s *Sizing) String() string {
	var words []string
	for i := range s.Stages {
		words = append(words, s.Stages[i].String())
	}
	if s.Idle > 0 {
		words = append(words, "idle "+s.Idle.String())
	}
	return strings.Join(words, ", ")
}

// String returns the stage in the text form of a Sizing.
func (s *Stage) String() string {
	text := strconv.Itoa(s.Plain)
	switch {
	case s.Segment:
		text = "mss"
	case s.Wire > 0:
		text = "wire " + strconv.Itoa(s.Wire)
	}
	if s.Growing {
		text += " growing"
	}
	if s.Records > 0 {
		text += " for " + strconv.Itoa(s.Records)
	}
	if s.Bytes > 0 {
		text += " until " + strconv.FormatInt(s.Bytes, 10)
	}
	return text
}

// ParseSizing reads the text form and validates it.
func ParseSizing(text string) (*Sizing, error) {
	s := new(Sizing)
	parts := strings.Split(text, ",")
	for i, part := range parts {
		words := strings.Fields(part)
		if len(words) == 2 && words[0] == "idle" && i == len(parts)-1 {
			var err error
			if s.Idle, err = time.ParseDuration(words[1]); err != nil || s.Idle <= 0 {
				return nil, fmt.Errorf("record sizing %q: idle %q: want a duration above 0, such as 1s", text, words[1])
			}
			continue
		}
		stage, err := parseStage(words)
		if err != nil {
			return nil, fmt.Errorf("record sizing %q: %w", text, err)
		}
		s.Stages = append(s.Stages, stage)
	}
	return s, s.Validate()
}

func parseStage(words []string) (s Stage, err error) {
	whole := strings.Join(words, " ")
	take := func() (word string) {
		if len(words) > 0 {
			word, words = words[0], words[1:]
		}
		return word
	}
	count := func(word string) int {
		n, failed := strconv.Atoi(word)
		if (failed != nil || n < 1) && err == nil {
			err = fmt.Errorf("%q: %q is not a number above 0", whole, word)
		}
		return n
	}
	switch word := take(); word {
	case "mss":
		s.Segment = true
	case "wire":
		s.Wire = count(take())
	default:
		s.Plain = count(word)
	}
	for len(words) > 0 {
		switch word := take(); word {
		case "growing":
			s.Growing = true
		case "for":
			s.Records = count(take())
		case "until":
			s.Bytes = int64(count(take()))
		default:
			return s, fmt.Errorf("%q: %q is not growing, for or until", whole, word)
		}
	}
	return s, err
}

// Validate checks the ranges that Sizing and Stage give.
func (s *Sizing) Validate() error {
	if len(s.Stages) == 0 || s.Idle < 0 {
		return fmt.Errorf("record sizing %q: want at least one stage and no negative idle time", s)
	}
	var sent int64
	for i := range s.Stages {
		stage := &s.Stages[i]
		last := i == len(s.Stages)-1
		sizes := 0
		for _, given := range []bool{stage.Plain != 0, stage.Wire != 0, stage.Segment} {
			if given {
				sizes++
			}
		}
		switch {
		case sizes != 1:
			return fmt.Errorf("record sizing %q: stage %d: want exactly one size", s, i+1)
		case stage.Plain < 0 || stage.Plain > MaxPlaintext:
			return fmt.Errorf("record sizing %q: %d bytes: want 1 to %d", s, stage.Plain, MaxPlaintext)
		case stage.Wire < 0 || stage.Wire > MaxRecord:
			return fmt.Errorf("record sizing %q: records of %d bytes: want 1 to %d", s, stage.Wire, MaxRecord)
		case stage.Records < 0 || stage.Bytes < 0 || stage.Bytes > 0 && stage.Bytes <= sent:
			return fmt.Errorf("record sizing %q: stage %d ends before it begins", s, i+1)
		case last != (stage.Records == 0 && stage.Bytes == 0):
			return fmt.Errorf("record sizing %q: every stage but the last must have an end, and the last none", s)
		}
		sent = max(sent, stage.Bytes)
	}
	return nil
}
