package netem

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// String returns the configuration as a line for ParseTC, which reads all of it but a trace. The
// zero Config is the empty line.
func (c Config) String() string {
	var words []string
	add := func(w ...string) { words = append(words, w...) }
	if c.Delay != 0 || c.Jitter != 0 {
		add("delay", formatTime(c.Delay))
	}
	if c.Jitter != 0 {
		add(formatTime(c.Jitter))
		if c.DelayCorrelation != 0 {
			add(formatPercent(c.DelayCorrelation))
		}
		if c.Distribution != Uniform {
			add("distribution", c.Distribution.String())
		}
		if c.Table != nil {
			add("distribution", c.Table.String())
		}
	}
	if c.Ordered {
		add("ordered")
	}
	addChance := func(option string, chance Chance) {
		if chance.P != 0 {
			add(option, formatPercent(chance.P))
			if chance.Correlation != 0 {
				add(formatPercent(chance.Correlation))
			}
		}
	}
	addChance("reorder", c.Reorder.Chance)
	if c.Reorder.Gap != 0 {
		add("gap", strconv.Itoa(c.Reorder.Gap))
	}
	addChance("loss", Chance{c.Loss, c.LossCorrelation})
	if g := c.Gemodel; g.enabled() {
		add("loss gemodel", formatPercent(g.P), formatPercent(g.R))
		if g.Bad != 1 || g.Good != 0 {
			add(formatPercent(g.Bad), formatPercent(g.Good))
		}
	}
	if s := c.LossState; s.enabled() {
		add("loss state")
		all := []float64{s.P13, s.P31, s.P32, s.P23, s.P14}
		byDefault := []float64{s.P13, 1 - s.P13, 0, 1, 0}
		for len(all) > 1 && all[len(all)-1] == byDefault[len(all)-1] {
			all = all[:len(all)-1]
		}
		for _, p := range all {
			add(formatPercent(p))
		}
	}
	if g := c.Gilbert; g.enabled() {
		add("loss gilbert", formatTime(g.GoodFor), formatTime(g.BadFor))
		if g.Bad != 1 || g.Good != 0 {
			add(formatPercent(g.Bad), formatPercent(g.Good))
		}
	}
	if c.Outage.enabled() {
		add("outage", c.Outage.String())
	}
	if c.ECN {
		add("ecn")
	}
	addChance("duplicate", c.Duplicate)
	addChance("corrupt", c.Corrupt)
	if c.Rate != 0 {
		add("rate", formatQuantity(c.Rate, rateUnits))
	}
	if f := c.Overhead; f != (Overhead{}) {
		if c.Rate == 0 {
			add("overhead")
		}
		add(strconv.Itoa(f.Packet))
		if f.Cell != 0 || f.CellHeader != 0 {
			add(strconv.Itoa(f.Cell))
		}
		if f.CellHeader != 0 {
			add(strconv.Itoa(f.CellHeader))
		}
	}
	if c.RateSchedule.enabled() {
		add("rate", c.RateSchedule.String())
	}
	if c.Trace != nil {
		add("trace", c.Trace.String())
	}
	if c.Start.Fixed && c.Varies() {
		add("start", c.Start.String())
	}
	if c.Slot.enabled() {
		add("slot", c.Slot.String())
	}
	if c.MSS != 0 {
		add("mss", strconv.Itoa(c.MSS))
	}
	if c.Semantics != Router {
		add("semantics", c.Semantics.String())
	}
	if c.LossUnit != LossUnitDefault {
		add("loss_unit", c.LossUnit.String())
	}
	if c.Limit != 0 {
		add("limit", strconv.Itoa(c.Limit))
	}
	if len(c.Drops) > 0 {
		add("drops", strings.ReplaceAll(strings.Trim(fmt.Sprint(c.Drops), "[]"), " ", ","))
	}
	if x := c.CrossTraffic.String(); x != "" {
		add("cross_traffic", x)
	}
	if q := c.Queue.String(); q != "" {
		add("queue", q)
	}
	return strings.Join(words, " ")
}

func formatTime(d time.Duration) string {
	if d == 0 {
		return "0ms"
	}
	return formatQuantity(int64(d), timeUnits)
}

// formatQuantity writes v in the first of the units in which it is a whole number.
func formatQuantity(v int64, units []unit) string {
	for _, u := range units {
		if v%int64(u.scale) == 0 {
			return strconv.FormatInt(v/int64(u.scale), 10) + u.name
		}
	}
	return strconv.FormatInt(v, 10)
}

// formatPercent writes a fraction as the shortest percentage that is parsed to the same fraction.
// It moves the decimal point, because a multiplication by 100 would round.
func formatPercent(p float64) string {
	if math.IsNaN(p) || math.IsInf(p, 0) {
		return fmt.Sprint(p)
	}
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(p), 'f', -1, 64), ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	whole = strings.TrimLeft(whole+fraction[:2], "0")
	if whole == "" {
		whole = "0"
	}
	if fraction = fraction[2:]; fraction != "" {
		fraction = "." + fraction
	}
	if p < 0 {
		whole = "-" + whole
	}
	return whole + fraction + "%"
}
