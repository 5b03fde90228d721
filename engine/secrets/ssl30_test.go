package secrets

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// The vectors were computed without Go from the formulas of RFC 6101 §6.1, §6.2.2, §5.6.9, §5.6.8
// and §5.2.3.1, as digests of concatenated bytes.
func TestSSL30Formulas(t *testing.T) {
	counted := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(i)
		}
		return b
	}
	client, server := bytes.Repeat([]byte{0xc1}, 32), bytes.Repeat([]byte{0x5e}, 32)
	c := NewLegacySSL30(nil)
	c.MasterSecret(counted(48), client, server)
	block := make([]byte, 104)
	c.KeyBlock(block, client, server)

	transcript := MD5SHA1.New()
	transcript.Write([]byte("all the handshake messages"))
	var finished [3][SSL30FinishedSize]byte
	for i, fill := range []func([]byte) error{
		func(dst []byte) error { return c.SSL30Finished(dst, ClientSide, transcript) },
		func(dst []byte) error { return c.SSL30Finished(dst, ServerSide, transcript) },
		func(dst []byte) error { return c.SSL30CertificateVerify(dst, transcript) },
	} {
		if err := fill(finished[i][:]); err != nil {
			t.Fatal(err)
		}
	}
	mac := func(h *Hash) []byte {
		m := NewSSL30MAC(h)
		m.SetKey(counted(h.Size))
		m.Begin()
		m.Write([]byte("\x00\x00\x00\x00\x00\x00\x00\x03" + "\x17" + "\x00\x05" + "hello"))
		return bytes.Clone(m.End())
	}
	for _, v := range []struct {
		name string
		got  []byte
		want string
	}{
		{"master secret", c.Master(), "a05f3ed2ae92fe140eff17db73c69c4ab203f50069d5eb18ae1fd3debdaa772fe72c06a24a46df08ec429c0d7c73c632"},
		{"key block", block, "79bdcc921301690956da5052895b463097a7db743f259ba97003876235410d70c13c69315b79bf4c7774d3cfca9edb00d773dacf26027bf6c3300f257597ca4ede7ce52f4e1149c7d95dbe2740665610b9cf0f0005c8c234891efa44ae155a82a097300789d73eaa"},
		{"client's Finished", finished[0][:], "e43407bd6e273061865b4c79556cad4f5b57921ac2a318227c991ebb4876a619e77ee49d"},
		{"server's Finished", finished[1][:], "10eeff14e63da6b4987fa19198368a1a0531d6abc7da20ffb7e58aabb4302b32390275b2"},
		{"CertificateVerify", finished[2][:], "af0d7835fd0eae20914506fd9a079d255f4c1c5be9bac98ba7f07e6220b5360c23b3bcd5"},
		{"MAC by SHA-1", mac(SHA1), "4f8626877e6dd027dffaadaeb95bc846b3e314e2"},
		{"MAC by MD5", mac(MD5), "075c6ea1e56e4fb0d3c622c2fb1124fb"},
	} {
		if got := hex.EncodeToString(v.got); got != v.want {
			t.Errorf("%s:\n got %s\nwant %s", v.name, got, v.want)
		}
	}
	if err := c.SSL30Finished(finished[0][:], ClientSide, SHA256.New()); err == nil {
		t.Error("SSL30Finished accepts a transcript by SHA-256")
	}
}
