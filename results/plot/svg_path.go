package plot

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	pathData    = regexp.MustCompile(` d="[^"]*"`)
	pathCommand = regexp.MustCompile(`([MLQCZ])([^MLQCZ]*)`)
)

// withShortPaths rewrites the paths of an SVG document that vgsvg wrote in fewer bytes: coordinates
// are rounded to 0.01 points, and horizontal and vertical lines have one coordinate.
func withShortPaths(svg string) string {
	return pathData.ReplaceAllStringFunc(svg, func(attribute string) string {
		data := strings.TrimSuffix(strings.TrimPrefix(attribute, ` d="`), `"`)
		if strings.ContainsAny(data, "Aa") {
			return attribute // arcs have flags among their numbers
		}
		return ` d="` + shortPath(data) + `"`
	})
}

// shortPath rewrites the data of a path of absolute moves, lines and curves.
func shortPath(data string) string {
	var b strings.Builder
	var x, y string // where the path is
	for _, c := range pathCommand.FindAllStringSubmatch(data, -1) {
		command := c[1]
		var numbers []string
		for _, n := range strings.FieldsFunc(c[2], func(r rune) bool { return r == ',' || r == ' ' }) {
			numbers = append(numbers, hundredths(n))
		}
		if len(numbers) < 2 { // Z
			b.WriteString(command)
			continue
		}
		nextX, nextY := numbers[len(numbers)-2], numbers[len(numbers)-1]
		switch {
		case command == "L" && nextX == x && nextY == y:
		case command == "L" && nextY == y:
			b.WriteString("H" + nextX)
		case command == "L" && nextX == x:
			b.WriteString("V" + nextY)
		default:
			b.WriteString(command + strings.Join(numbers, " "))
		}
		x, y = nextX, nextY
	}
	return b.String()
}

// hundredths rounds a number to two decimals.
func hundredths(number string) string {
	v, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return number
	}
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}
