package container

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5" //nolint:gosec // what the format has
	"crypto/rc4" //nolint:gosec // likewise
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"io"
	"math/big"
)

// pdfCrypt undoes the encryption of a PDF that opens without a password: of most that are encrypted, only printing and
// the like are forbidden (ISO 32000-2, 7.6.4).
type pdfCrypt struct {
	key     []byte // nothing where a password is needed, or the method is not known
	streams pdfCipher
	files   pdfCipher // streams of files inside
	strings pdfCipher
}

type pdfCipher int

const (
	pdfPlain pdfCipher = iota
	pdfRC4
	pdfAES128
	pdfAES256
	pdfUnknown
)

// pdfPad is what a password is filled up with; all there is of an empty one.
const pdfPad = "\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08\x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe\x64\x53\x69\x7a"

// unlock tries the empty password.
func (p *pdfFile) unlock() *pdfCrypt {
	c := &pdfCrypt{streams: pdfUnknown, files: pdfUnknown, strings: pdfUnknown}
	d, _ := p.resolve(p.trailer["Encrypt"]).(pdfDict)
	number := func(d pdfDict, key pdfName) int {
		n, _ := p.resolve(d[key]).(float64)
		return int(max(min(n, 1<<31), -1<<31))
	}
	text := func(key pdfName) string {
		s, _ := p.resolve(d[key]).(pdfString)
		return string(s)
	}
	if p.resolve(d["Filter"]) != pdfName("Standard") {
		return c
	}
	version, revision, length := number(d, "V"), number(d, "R"), number(d, "Length")/8
	switch version {
	case 1:
		length = 5
		c.streams, c.files, c.strings = pdfRC4, pdfRC4, pdfRC4
	case 2:
		c.streams, c.files, c.strings = pdfRC4, pdfRC4, pdfRC4
	case 4, 5:
		length = 16
		c.streams, c.strings = p.cipherOf(d, "StmF"), p.cipherOf(d, "StrF")
		if c.files = c.streams; d["EFF"] != nil {
			c.files = p.cipherOf(d, "EFF")
		}
	}
	if length < 5 || length > 16 {
		length = 5
	}
	if version == 5 {
		c.key = pdfKey256(text("U"), text("UE"), revision)
		return c
	}
	ids, _ := p.resolve(p.trailer["ID"]).(pdfArray)
	id := ""
	if len(ids) > 0 {
		s, _ := p.resolve(ids[0]).(pdfString)
		id = string(s)
	}
	open, known := p.resolve(d["EncryptMetadata"]).(bool)
	c.key = pdfKey(text("O"), text("U"), id, uint32(int32(number(d, "P"))), revision, length, known && !open) //nolint:gosec // 32 bits
	return c
}

// cipherOf returns what a crypt filter does.
func (p *pdfFile) cipherOf(d pdfDict, use pdfName) pdfCipher {
	name, _ := p.resolve(d[use]).(pdfName)
	if name == "" || name == "Identity" {
		return pdfPlain
	}
	filters, _ := p.resolve(d["CF"]).(pdfDict)
	filter, _ := p.resolve(filters[name]).(pdfDict)
	switch p.resolve(filter["CFM"]) {
	case pdfName("None"):
		return pdfPlain
	case pdfName("V2"):
		return pdfRC4
	case pdfName("AESV2"):
		return pdfAES128
	case pdfName("AESV3"):
		return pdfAES256
	}
	return pdfUnknown
}

// pdfKey computes the key of the empty password, and returns it if it is right (algorithms 2, 4 and 5).
func pdfKey(owner, user, id string, permissions uint32, revision, length int, bare bool) []byte {
	h := md5.New() //nolint:gosec // what the format has
	io.WriteString(h, pdfPad)
	io.WriteString(h, owner[:min(len(owner), 32)])
	h.Write(binary.LittleEndian.AppendUint32(nil, permissions))
	io.WriteString(h, id)
	if revision >= 4 && bare {
		h.Write([]byte{0xff, 0xff, 0xff, 0xff})
	}
	key := h.Sum(nil)[:length]
	if revision < 3 {
		if string(rc4ed(key, []byte(pdfPad))) != user {
			return nil
		}
		return key
	}
	for range 50 {
		sum := md5.Sum(key) //nolint:gosec // likewise
		key = append(key[:0], sum[:length]...)
	}
	sum := md5.Sum([]byte(pdfPad + id)) //nolint:gosec // likewise
	proof := sum[:]
	for i := range byte(20) {
		other := bytes.Clone(key)
		for j := range other {
			other[j] ^= i
		}
		proof = rc4ed(other, proof)
	}
	if len(user) < 16 || string(proof) != user[:16] {
		return nil
	}
	return key
}

func rc4ed(key, b []byte) []byte {
	out := make([]byte, len(b))
	if c, err := rc4.NewCipher(key); err == nil { //nolint:gosec // likewise
		c.XORKeyStream(out, b)
	}
	return out
}

// pdfKey256 unwraps the key of version 5 with the empty password, if that is right (algorithms 2.A and 2.B).
func pdfKey256(user, wrapped string, revision int) []byte {
	if len(user) < 48 || len(wrapped) < 32 {
		return nil
	}
	if string(pdfHash([]byte(user[32:40]), revision)) != user[:32] {
		return nil
	}
	block, err := aes.NewCipher(pdfHash([]byte(user[40:48]), revision))
	if err != nil {
		return nil
	}
	key := make([]byte, 32)
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(key, []byte(wrapped[:32]))
	return key
}

// pdfHash is the hash of the empty password with a salt.
func pdfHash(salt []byte, revision int) []byte {
	first := sha256.Sum256(salt)
	k := first[:]
	if revision < 6 {
		return k
	}
	for i := 0; ; i++ {
		round := bytes.Repeat(k, 64)
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		cipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(round, round)
		switch new(big.Int).Mod(new(big.Int).SetBytes(round[:16]), big.NewInt(3)).Int64() {
		case 0:
			sum := sha256.Sum256(round)
			k = sum[:]
		case 1:
			sum := sha512.Sum384(round)
			k = sum[:]
		default:
			sum := sha512.Sum512(round)
			k = sum[:]
		}
		if i >= 63 && int(round[len(round)-1]) <= i-31 {
			return k[:32]
		}
	}
}

// decrypt returns the plain bytes of an object's stream or string, or the reason why there are none.
func (c *pdfCrypt) decrypt(r io.Reader, ref pdfRef, how pdfCipher) (io.Reader, string) {
	if how == pdfPlain {
		return r, ""
	}
	if c.key == nil || how == pdfUnknown {
		return nil, ReasonEncrypted
	}
	key := c.key
	if how != pdfAES256 {
		b := append(bytes.Clone(key), byte(ref.number), byte(ref.number>>8), byte(ref.number>>16), byte(ref.generation), byte(ref.generation>>8)) //nolint:gosec // these bits
		if how == pdfAES128 {
			b = append(b, "sAlT"...)
		}
		sum := md5.Sum(b) //nolint:gosec // what the format has
		key = sum[:min(len(c.key)+5, 16)]
	}
	if how == pdfRC4 {
		stream, err := rc4.NewCipher(key) //nolint:gosec // likewise
		if err != nil {
			return nil, ReasonEncrypted
		}
		return &cipher.StreamReader{S: stream, R: r}, ""
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, ReasonEncrypted
	}
	return &pdfBlocks{r: r, block: block}, ""
}

// pdfBlocks decrypts AES in CBC; the first block is the initial one, the last is filled up.
type pdfBlocks struct {
	r     io.Reader
	block cipher.Block
	mode  cipher.BlockMode
	ahead []byte // decrypted, and not known to be the last
	out   []byte
	err   error
}

// Read implements io.Reader.
func (b *pdfBlocks) Read(p []byte) (int, error) {
	for len(b.out) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		b.fill()
	}
	n := copy(p, b.out)
	b.out = b.out[n:]
	return n, nil
}

func (b *pdfBlocks) fill() {
	if b.mode == nil {
		first := make([]byte, aes.BlockSize)
		if _, b.err = io.ReadFull(b.r, first); b.err != nil {
			b.err = io.EOF // an empty one
			return
		}
		b.mode = cipher.NewCBCDecrypter(b.block, first)
	}
	next := make([]byte, 16<<10)
	n, err := io.ReadFull(b.r, next)
	next = next[:n-n%aes.BlockSize]
	b.mode.CryptBlocks(next, next)
	b.out, b.ahead = b.ahead, next
	if err != nil {
		last := append(bytes.Clone(b.out), next...)
		if len(last) > 0 {
			if pad := int(last[len(last)-1]); pad >= 1 && pad <= aes.BlockSize && pad <= len(last) {
				last = last[:len(last)-pad]
			}
		}
		b.out, b.err = last, io.EOF
	}
}
