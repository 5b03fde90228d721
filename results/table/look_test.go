package table

import (
	"os"
	"testing"

	"tlslab/results/table/tabletest"
)

func TestLook(t *testing.T) {
	s := tabletest.Handshakes(1000, []string{"100us", "25ms"}, []string{"0%", "5%"}).Summary()
	Headline(s).WriteText(os.Stdout, Style{Width: 100})
	Headline(s).WriteText(os.Stdout, Style{Colour: true, Width: 140})
	Overview(s).WriteText(os.Stdout, Style{Width: 100})
}
