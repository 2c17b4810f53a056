package data

import (
	"container/heap"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// A PieceKind is the kind of a Piece, numbered as in SentencePiece and GGUF.
type PieceKind int8

// The kinds of pieces.
const (
	NormalPiece  PieceKind = 1 // its text
	UnknownPiece PieceKind = 2 // text that no other piece stands for
	ControlPiece PieceKind = 3 // no text: the beginning or the end
	UserPiece    PieceKind = 4 // its text, which is split off before anything is merged
	BytePiece    PieceKind = 6 // a byte, whose text is "<0x00>" to "<0xFF>"
)

// A Piece is a token of a Tokenizer.
type Piece struct {
	Text string // UTF-8
	Kind PieceKind
	Rank int // of a normal piece: pieces of lower rank are merged first
}

// A Tokenizer splits text into tokens by byte-pair merges, as SentencePiece does, and joins
// tokens to text. If all 256 bytes are pieces, every text is restored exactly, unless it contains
// a UserPiece and Prefix inserts a space after that.
type Tokenizer struct {
	Pieces []Piece
	Prefix bool // whether Encode puts a space before the text, which Decode removes, and after a UserPiece
	BOS    int  // the token before a text, -1 for none
	EOS    int  // the token after it, -1 for none

	normal  map[string]int
	user    []int    // pieces, the longest first
	bytes   [256]int // -1: no piece
	unknown int
}

// NewTokenizer returns the tokenizer of pieces, whose slice it keeps. It returns an error if two
// normal pieces, or two of the user, have the same text, if one is empty or not UTF-8, if a kind is
// unknown, if BOS or EOS is neither a piece nor -1, or if the pieces include neither all bytes nor
// an unknown one.
func NewTokenizer(pieces []Piece, prefix bool, bos, eos int) (*Tokenizer, error) {
	t := &Tokenizer{Pieces: pieces, Prefix: prefix, BOS: bos, EOS: eos, normal: make(map[string]int), unknown: -1}
	for i := range t.bytes {
		t.bytes[i] = -1
	}
	known, users := 0, map[string]int{}
	for i, p := range pieces {
		if !utf8.ValidString(p.Text) {
			return nil, fmt.Errorf("data: piece %d: %q is not UTF-8", i, p.Text)
		}
		switch p.Kind {
		case NormalPiece:
			if other, ok := t.normal[p.Text]; ok || p.Text == "" {
				return nil, fmt.Errorf("data: piece %d: %q is empty or piece %d, too", i, p.Text, other)
			}
			t.normal[p.Text] = i
		case UserPiece:
			if other, ok := users[p.Text]; ok || p.Text == "" {
				return nil, fmt.Errorf("data: piece %d: %q is empty or piece %d, too", i, p.Text, other)
			}
			users[p.Text] = i
			t.user = append(t.user, i)
		case BytePiece:
			var b byte
			if n, err := fmt.Sscanf(p.Text, "<0x%02X>", &b); n != 1 || err != nil || p.Text != fmt.Sprintf("<0x%02X>", b) || t.bytes[b] >= 0 {
				return nil, fmt.Errorf("data: piece %d: %q, want a byte from <0x00> to <0xFF>, each once", i, p.Text)
			}
			t.bytes[b] = i
			known++
		case UnknownPiece:
			t.unknown = i
		case ControlPiece:
		default:
			return nil, fmt.Errorf("data: piece %d: kind %d, want %d, %d, %d, %d or %d", i, p.Kind, NormalPiece, UnknownPiece, ControlPiece, UserPiece, BytePiece)
		}
	}
	slices.SortStableFunc(t.user, func(a, b int) int { return len(pieces[b].Text) - len(pieces[a].Text) })
	if known < len(t.bytes) && t.unknown < 0 {
		return nil, fmt.Errorf("data: %d pieces of bytes and none for unknown text, want all %d or one", known, len(t.bytes))
	}
	for _, token := range []int{bos, eos} {
		if token < -1 || token >= len(pieces) {
			return nil, fmt.Errorf("data: token %d of %d for the beginning or the end", token, len(pieces))
		}
	}
	return t, nil
}

// A symbol is a part of the text while it is split.
type symbol struct {
	at, end        int
	previous, next int // symbols, -1 at the ends
}

// A merge is two neighbours that form a piece.
type merge struct {
	rank, left int // symbol
	length     int // of the piece: others are of symbols that were merged before
}

// merges is a heap by rank, and by position where ranks are equal.
type merges []merge

func (m merges) Len() int { return len(m) }
func (m merges) Less(i, j int) bool {
	return m[i].rank < m[j].rank || m[i].rank == m[j].rank && m[i].left < m[j].left
}
func (m merges) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m *merges) Push(x any)   { *m = append(*m, x.(merge)) }
func (m *merges) Pop() any {
	last := len(*m) - 1
	x := (*m)[last]
	*m = (*m)[:last]
	return x
}

// Encode returns the tokens of a text, without BOS and EOS. It first splits off the user's
// pieces, all occurrences of the longest, then of the next, as llama.cpp does. In the rest it
// merges neighbours that form a piece, the lowest rank first; a character without a piece
// becomes its bytes or the unknown piece. A byte that is not UTF-8 counts as a character.
// Encode panics if the text has 2^30 bytes or more.
func (t *Tokenizer) Encode(text string) []int {
	if len(text) >= 1<<30 {
		panic(fmt.Sprintf("data: text of %d bytes, want less than 2^30", len(text)))
	}
	return t.split(nil, text, t.user)
}

// split appends the tokens of a text in which pieces of the user are looked for.
func (t *Tokenizer) split(tokens []int, text string, user []int) []int {
	for i, piece := range user {
		if !strings.Contains(text, t.Pieces[piece].Text) {
			continue
		}
		for {
			before, after, found := strings.Cut(text, t.Pieces[piece].Text)
			tokens = t.split(tokens, before, user[i+1:])
			if !found {
				return tokens
			}
			tokens, text = append(tokens, piece), after
		}
	}
	return t.merge(tokens, text)
}

// merge appends the tokens of a text that has no pieces of the user.
func (t *Tokenizer) merge(tokens []int, text string) []int {
	if t.Prefix && text != "" {
		text = " " + text
	}
	var symbols []symbol
	for at := 0; at < len(text); {
		_, size := utf8.DecodeRuneInString(text[at:])
		symbols = append(symbols, symbol{at, at + size, len(symbols) - 1, len(symbols) + 1})
		at += size
	}
	if len(symbols) == 0 {
		return tokens
	}
	symbols[len(symbols)-1].next = -1
	var queue merges
	add := func(left int) {
		if left < 0 || symbols[left].next < 0 {
			return
		}
		joined := text[symbols[left].at:symbols[symbols[left].next].end]
		if piece, ok := t.normal[joined]; ok {
			heap.Push(&queue, merge{t.Pieces[piece].Rank, left, len(joined)})
		}
	}
	for i := range symbols {
		add(i)
	}
	for len(queue) > 0 {
		m := heap.Pop(&queue).(merge)
		left := &symbols[m.left]
		if left.end == left.at || left.next < 0 || symbols[left.next].end-left.at != m.length {
			continue
		}
		right := &symbols[left.next]
		left.end, left.next = right.end, right.next
		right.end = right.at // gone
		if left.next >= 0 {
			symbols[left.next].previous = m.left
		}
		add(left.previous)
		add(m.left)
	}
	for i := 0; i >= 0; i = symbols[i].next {
		tokens = t.append(tokens, text[symbols[i].at:symbols[i].end])
	}
	return tokens
}

// append appends the tokens of a symbol.
func (t *Tokenizer) append(tokens []int, s string) []int {
	if piece, ok := t.normal[s]; ok {
		return append(tokens, piece)
	}
	for i := range len(s) {
		if t.bytes[s[i]] < 0 {
			return append(tokens, t.unknown)
		}
	}
	for i := range len(s) {
		tokens = append(tokens, t.bytes[s[i]])
	}
	return tokens
}

// Text returns the text of a token: empty for a control piece, U+FFFD for the unknown one. It
// panics if token is out of range.
func (t *Tokenizer) Text(token int) string {
	switch p := t.Pieces[token]; p.Kind {
	case NormalPiece, UserPiece:
		return p.Text
	case BytePiece:
		for b, piece := range t.bytes {
			if piece == token {
				return string([]byte{byte(b)})
			}
		}
	case UnknownPiece:
		return "\uFFFD"
	}
	return ""
}

// Decode returns the text of tokens, without the space that Encode puts before it. It panics if
// a token is out of range.
func (t *Tokenizer) Decode(tokens []int) string {
	var text []byte
	for _, token := range tokens {
		text = append(text, t.Text(token)...)
	}
	if t.Prefix && len(text) > 0 && text[0] == ' ' && t.Pieces[tokens[0]].Kind != UserPiece {
		text = text[1:]
	}
	return string(text)
}

// storedTokenizer is a Tokenizer as JSON.
type storedTokenizer struct {
	Pieces []string    `json:"pieces"`
	Kinds  []PieceKind `json:"kinds"`
	Ranks  []int32     `json:"ranks"`
	Prefix bool        `json:"prefix"`
	BOS    int         `json:"bos"`
	EOS    int         `json:"eos"`
}

// MarshalText returns the tokenizer as JSON, for the metadata of a model's file.
func (t *Tokenizer) MarshalText() ([]byte, error) {
	s := storedTokenizer{Prefix: t.Prefix, BOS: t.BOS, EOS: t.EOS}
	for i, p := range t.Pieces {
		if p.Rank < 0 || p.Rank > math.MaxInt32 {
			return nil, fmt.Errorf("data: piece %d: rank %d, want 0 to %d", i, p.Rank, math.MaxInt32)
		}
		s.Pieces, s.Kinds, s.Ranks = append(s.Pieces, p.Text), append(s.Kinds, p.Kind), append(s.Ranks, int32(p.Rank))
	}
	return json.Marshal(s)
}

// UnmarshalText reads what MarshalText returns.
func (t *Tokenizer) UnmarshalText(text []byte) error {
	var s storedTokenizer
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("data: tokenizer: %w", err)
	}
	if len(s.Kinds) != len(s.Pieces) || len(s.Ranks) != len(s.Pieces) {
		return errors.New("data: tokenizer: not as many kinds and ranks as pieces")
	}
	pieces := make([]Piece, len(s.Pieces))
	for i := range pieces {
		pieces[i] = Piece{s.Pieces[i], s.Kinds[i], int(s.Ranks[i])}
	}
	read, err := NewTokenizer(pieces, s.Prefix, s.BOS, s.EOS)
	if err == nil {
		*t = *read
	}
	return err
}
