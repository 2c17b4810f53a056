package data

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// sampleTokenizer has all bytes, a few letters, and merges of them.
func sampleTokenizer(t testing.TB, merges ...string) *Tokenizer {
	t.Helper()
	pieces := []Piece{{"<unk>", UnknownPiece, 0}, {"<s>", ControlPiece, 0}, {"</s>", ControlPiece, 0}}
	for b := range 256 {
		pieces = append(pieces, Piece{fmt.Sprintf("<0x%02X>", b), BytePiece, 0})
	}
	for i, m := range slices.Concat(merges, strings.Split("a b c d e h l o t w r", " "), []string{" ", "é"}) {
		pieces = append(pieces, Piece{m, NormalPiece, i})
	}
	tok, err := NewTokenizer(pieces, true, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

var sampleMerges = []string{" t", "he", " the", "lo", "hello", "el", "hel", "éa", "aa", " a", "aaaa"}

// pieces are tokens as texts.
func pieces(t *Tokenizer, tokens []int) string {
	var texts []string
	for _, token := range tokens {
		texts = append(texts, t.Pieces[token].Text)
	}
	return strings.Join(texts, "|")
}

// Merges of the lowest rank come first, and the leftmost of equal ones.
func TestTokenizer(t *testing.T) {
	tok := sampleTokenizer(t, sampleMerges...)
	for text, want := range map[string]string{
		"":        "",
		"the":     " the",
		"hello":   " |hello",
		"aaa":     " |aa|a",
		"aaaaa":   " |aaaa|a",
		"éa":      " |éa",
		"x":       " |<0x78>",
		"<0x41>":  " |<0x3C>|<0x30>|<0x78>|<0x34>|<0x31>|<0x3E>",
		"ü":       " |<0xC3>|<0xBC>",
		"\xffé":   " |<0xFF>|é",
		"  the":   " | | the",
		"a\u2581": " a|<0xE2>|<0x96>|<0x81>",
	} {
		tokens := tok.Encode(text)
		if got := pieces(tok, tokens); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
		if got := tok.Decode(tokens); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	}
	if got := tok.Decode([]int{1, tok.normal[" a"], 2, 0}); got != "a\uFFFD" {
		t.Errorf("control and unknown pieces are %q", got)
	}
}

// slowEncode is the definition: it looks for the best merge again and again.
func slowEncode(t *Tokenizer, text string) []int {
	var symbols []string
	if text != "" {
		text = " " + text
	}
	for len(text) > 0 {
		_, size := utf8.DecodeRuneInString(text)
		symbols, text = append(symbols, text[:size]), text[size:]
	}
	for {
		best := -1
		for i := 1; i < len(symbols); i++ {
			piece, ok := t.normal[symbols[i-1]+symbols[i]]
			if ok && (best < 0 || t.Pieces[piece].Rank < t.Pieces[t.normal[symbols[best-1]+symbols[best]]].Rank) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		symbols = slices.Replace(symbols, best-1, best+1, symbols[best-1]+symbols[best])
	}
	var tokens []int
	for _, s := range symbols {
		tokens = t.append(tokens, s)
	}
	return tokens
}

// The heap of merges gives what the definition gives.
func FuzzTokenizer(f *testing.F) {
	tok := sampleTokenizer(f, sampleMerges...)
	for _, text := range []string{"hello the aaaaa", "éaéa\x80", "  aa  ", "\xe2\x96"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 300 {
			return
		}
		tokens := tok.Encode(text)
		if want := slowEncode(tok, text); !slices.Equal(tokens, want) {
			t.Errorf("%q is %s, want %s", text, pieces(tok, tokens), pieces(tok, want))
		}
		if got := tok.Decode(tokens); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	})
}

func TestTokenizerMany(t *testing.T) {
	tok := sampleTokenizer(t, sampleMerges...)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var text strings.Builder
		for range rng.IntN(30) {
			text.WriteString([]string{"a", "h", "e", "l", "o", " ", "t", "é", "z"}[rng.IntN(9)])
		}
		if got, want := tok.Encode(text.String()), slowEncode(tok, text.String()); !slices.Equal(got, want) {
			t.Fatalf("%q is %s, want %s", text.String(), pieces(tok, got), pieces(tok, want))
		}
	}
}

// Pieces of the user are split off first, the longest one everywhere before shorter ones, and
// text between them is split as if it were alone.
func TestUserPieces(t *testing.T) {
	plain := sampleTokenizer(t, sampleMerges...)
	tok, err := NewTokenizer(slices.Concat(plain.Pieces, []Piece{{"th", UserPiece, 0}, {"hel", UserPiece, 0}, {" a", UserPiece, 0}, {"lohe", UserPiece, 0}}), true, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"the":     "th| |e",
		"hello":   "hel| |lo",
		"helohe":  " |he|lohe", // the longer one, though it begins later
		"ththlo":  "th|th| |lo",
		"a a":     " a| a", // a normal piece, and one of the user
		"x":       " |<0x78>",
		"lo hel ": " |lo| |hel| | ",
	} {
		tokens := tok.Encode(text)
		if got := pieces(tok, tokens); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
	if got := tok.Decode(tok.Encode(" a")); got != " a" {
		t.Errorf("a piece of the user comes back as %q", got)
	}
	tok.Prefix = false
	for _, text := range []string{"the helohe a a", " a", "hellohel", ""} {
		if got := tok.Decode(tok.Encode(text)); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	}
	text, err := tok.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var back Tokenizer
	if err := back.UnmarshalText(text); err != nil || !slices.Equal(back.Encode("the helohe"), tok.Encode("the helohe")) {
		t.Errorf("another tokenizer comes back: %v", err)
	}
}

// A tokenizer comes back from its text; a damaged text is an error.
func TestTokenizerStored(t *testing.T) {
	tok := sampleTokenizer(t, sampleMerges...)
	text, err := tok.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var back Tokenizer
	if err := back.UnmarshalText(text); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(back.Pieces, tok.Pieces) || back.BOS != 1 || back.EOS != 2 || !back.Prefix || !slices.Equal(back.Encode("hello the"), tok.Encode("hello the")) {
		t.Error("another tokenizer comes back")
	}
	for _, damaged := range []string{"", "{", `{"pieces":["a"]}`, `{"pieces":["a"],"kinds":[1],"ranks":[0],"bos":-1,"eos":-1}`} {
		if err := back.UnmarshalText([]byte(damaged)); err == nil {
			t.Errorf("%s is read", damaged)
		}
	}
}

func TestTokenizerErrors(t *testing.T) {
	unknown := Piece{"?", UnknownPiece, 0}
	for want, pieces := range map[string][]Piece{
		"none for unknown":     {{"a", NormalPiece, 0}},
		"piece 1: \"a\"":       {{"a", NormalPiece, 0}, {"a", NormalPiece, 1}, unknown},
		"piece 0: \"\"":        {{"", NormalPiece, 0}, unknown},
		"not UTF-8":            {{"\xff", NormalPiece, 0}, unknown},
		"kind 5":               {{"a", 5, 0}, unknown},
		"piece 1: \"b\"":       {{"b", UserPiece, 0}, {"b", UserPiece, 0}, unknown},
		"want a byte":          {{"<0x1>", BytePiece, 0}, unknown},
		"<0xFF>, each once":    {{"<0xaB>", BytePiece, 0}, unknown},
		"token 9 of 1 for":     {unknown},
		"each once":            {{"<0x01>", BytePiece, 0}, {"<0x01>", BytePiece, 0}, unknown},
		"piece 0: \"<0x01>x\"": {{"<0x01>x", BytePiece, 0}, unknown},
	} {
		if _, err := NewTokenizer(pieces, true, 9, -1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
