package op_test

import (
	"testing"

	"tlslab/engine/op"
)

func TestTextFormRoundTrips(t *testing.T) {
	for text, want := range map[string]op.Op{
		"keygen x25519":          {Kind: op.KeyGen, Alg: "x25519"},
		"agree p384":             {Kind: op.Agree, Alg: "p384"},
		"sign rsa2048":           {Kind: op.Sign, Alg: "rsa2048"},
		"verify ecdsa-p256":      {Kind: op.Verify, Alg: "ecdsa-p256"},
		"encrypt rsa2048":        {Kind: op.Encrypt, Alg: "rsa2048"},
		"decrypt rsa2048":        {Kind: op.Decrypt, Alg: "rsa2048"},
		"seal aes-128-gcm 16384": {Kind: op.Seal, Alg: "aes-128-gcm", Size: 16384},
		"open aes-128-gcm 1":     {Kind: op.Open, Alg: "aes-128-gcm", Size: 1},
		"digest sha256 512":      {Kind: op.Digest, Alg: "sha256", Size: 512},
		"compress deflate 1200":  {Kind: op.Compress, Alg: "deflate", Size: 1200},
		"decompress deflate 9":   {Kind: op.Decompress, Alg: "deflate", Size: 9},
		"expand mldsa44":         {Kind: op.Expand, Alg: "mldsa44"},
		"kernel read 500":        {Kind: op.Kernel, Alg: "read", Size: 500},
		"derive sha384 48":       {Kind: op.Derive, Alg: "sha384", Size: 48},
	} {
		got, err := op.Parse(text)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", text, got, err, want)
		}
		if got := want.String(); got != text {
			t.Errorf("%+v prints as %q, want %q", want, got, text)
		}
	}
}

func TestMalformedTextIsRefused(t *testing.T) {
	for _, text := range []string{"", "sign", "sing rsa2048", "seal aes-128-gcm many", "seal aes-128-gcm -1", "seal aes-128-gcm 1 2", "kind0 x"} {
		if got, err := op.Parse(text); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", text, got)
		}
	}
}

func TestCountingAllocatesNothing(t *testing.T) {
	var n int
	count := op.Counter(func(o op.Op) { n += o.Size })
	if allocs := testing.AllocsPerRun(100, func() { count.Count(op.Op{Kind: op.Seal, Alg: "aes-128-gcm", Size: 1}) }); allocs != 0 {
		t.Errorf("reporting an operation makes %v allocations", allocs)
	}
	if n == 0 {
		t.Error("the counter was not called")
	}
	op.Counter(nil).Count(op.Op{Kind: op.Sign, Alg: "rsa2048"})
}
