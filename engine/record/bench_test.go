package record

import (
	"fmt"
	"testing"
)

func BenchmarkRecord(b *testing.B) {
	for _, p := range protocols(b) {
		for _, size := range []int{256, 16384} {
			b.Run(fmt.Sprintf("op=seal/cipher=%s/size=%dB", p.name, size), func(b *testing.B) {
				sealer, _ := p.ends(nil)
				buf := make([]byte, MaxRecord)
				place := buf[sealer.Prefix():][:size]
				b.SetBytes(int64(size))
				for b.Loop() {
					sealer.Seal(buf[:0], ApplicationData, place)
				}
			})
			sealer, opener := p.ends(nil)
			if _, carriesOn := opener.protection.(*stream); carriesOn {
				continue // no record opens twice
			}
			b.Run(fmt.Sprintf("op=open/cipher=%s/size=%dB", p.name, size), func(b *testing.B) {
				record, _ := sealer.Seal(nil, ApplicationData, make([]byte, size))
				buf := make([]byte, len(record))
				b.SetBytes(int64(size))
				for b.Loop() {
					copy(buf, record)
					opener.sequence = 0
					if _, _, err := opener.Open(buf); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	for _, name := range []string{"aes-128-gcm", "aes-256-gcm", "chacha20-poly1305"} {
		c := ByName(name)
		aead, _ := c.AEAD(make([]byte, c.KeySize))
		buf, nonce, extra := make([]byte, 16384+16), make([]byte, NonceSize), make([]byte, 13)
		b.Run("op=seal/cipher=bare/"+name+"/size=16384B", func(b *testing.B) {
			b.SetBytes(16384)
			for b.Loop() {
				aead.Seal(buf[:0], nonce, buf[:16384], extra)
			}
		})
		b.Run("op=open/cipher=bare/"+name+"/size=16384B", func(b *testing.B) {
			sealed := aead.Seal(nil, nonce, make([]byte, 16384), extra)
			b.SetBytes(16384)
			for b.Loop() {
				copy(buf, sealed)
				if _, err := aead.Open(buf[:0], nonce, buf, extra); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
