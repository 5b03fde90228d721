package op_test

import (
	"testing"

	"tlslab/engine/op"
)

// The text of a parsed Op parses to the same Op.
func FuzzParse(f *testing.F) {
	f.Add("seal aes-128-gcm 16384")
	f.Add(" sign\trsa2048 ")
	f.Add("digest sha256 +0")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := op.Parse(text)
		if err != nil {
			return
		}
		if again, err := op.Parse(o.String()); err != nil || again != o {
			t.Errorf("%q is %+v, and %q is %+v, %v", text, o, o.String(), again, err)
		}
	})
}
