package summary

import (
	"fmt"
	"math"
	"testing"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/internal/sourcetest"
)

// ranked is the text of the rankings by a statistic: "12-rsa-cbc; 12-rsa-gcm different, …".
func ranked(s *Summary, of effect.Statistic) []string {
	var all []string
	for _, r := range s.Rankings {
		if r.Of != of {
			continue
		}
		text := s.Cells[r.Best].Levels[0]
		for i := range r.Others {
			o := &r.Others[i]
			text += fmt.Sprintf(", %s %s", s.Cells[o.Cell].Levels[0], o.At(of).Verdict)
		}
		all = append(all, text)
	}
	return all
}

// measured has 100 replicates of each suite at rtt 1ms. scale multiplies the time of a replicate.
func measured(scale func(suite string, replicate int) float64) []sourcetest.Observation {
	h := suites()
	var all []sourcetest.Observation
	for _, level := range h.Factors[0].Levels {
		for i := range 100 {
			all = append(all, sourcetest.Observation{Cell: []string{level, "1ms"}, Replicate: i,
				Outcome: results.OutcomeOK, Values: []float64{(1000 + float64(i*37%100)) * scale(level, i), 1, 1}})
		}
	}
	return all
}

func TestEveryLevelIsComparedWithTheBestOfItsCombination(t *testing.T) {
	all := measured(func(suite string, replicate int) float64 {
		switch suite {
		case "12-rsa-cbc":
			return 0.5
		case "13-rsa-gcm":
			return 0.502
		case "13-ecdsa-cbc": // half of the replicates are as fast as the best, the others slower
			return 0.5 + 0.2*float64(replicate%2)
		}
		return 1
	})
	s := summarize(t, suites(), all)
	want := "[12-rsa-cbc, 12-rsa-gcm different, 12-ecdsa-gcm different, 13-rsa-gcm same, 13-ecdsa-cbc different]"
	if got := fmt.Sprint(ranked(s, effect.P95)); got != want {
		t.Errorf("p95: got  %s\nwant %s", got, want)
	}
	if len(ranked(s, effect.P50)) != 1 {
		t.Errorf("%d combinations have a ranking of the medians, want 1", len(ranked(s, effect.P50)))
	}
}

func TestALevelWhoseIntervalIncludesTheMarginIsUndecidedInTheRanking(t *testing.T) {
	all := measured(func(suite string, replicate int) float64 {
		if suite == "12-rsa-cbc" { // a median 3 % lower, of differences from −40 % to +40 %
			return 0.97 * (0.6 + 0.8*float64(replicate*61%100)/100)
		}
		return 1
	})
	s := summarize(t, suites(), all)
	want := "[12-rsa-cbc, 12-rsa-gcm undecided, 12-ecdsa-gcm undecided, 13-rsa-gcm undecided, 13-ecdsa-cbc undecided]"
	if got := fmt.Sprint(ranked(s, effect.P50)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestALevelThatNoReplicateReachedIsNotRanked(t *testing.T) {
	all := measured(func(suite string, _ int) float64 {
		if suite == "13-rsa-gcm" {
			return math.NaN()
		}
		return map[string]float64{"12-rsa-gcm": 0.5}[suite] + 0.5
	})
	want := "[12-rsa-cbc, 12-rsa-gcm different, 12-ecdsa-gcm same, 13-ecdsa-cbc same]"
	if got := fmt.Sprint(ranked(summarize(t, suites(), all), effect.P50)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
